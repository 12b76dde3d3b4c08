package avro

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"

	"github.com/twmb/franz-go/pkg/sr"
)

// FullTransitive is the compatibility level of altostream's subjects: every version reads
// what every other has written.
const FullTransitive = "FULL_TRANSITIVE"

// SubjectOf returns the subject of a topic's values (TopicNameStrategy).
func SubjectOf(topic string) string { return topic + "-value" }

// Subject is what a registry holds under a subject, and where a schema stands in it.
type Subject struct {
	Versions []int  // ascending; none: there is no such subject
	Latest   string // schema of the last version
	Own      int    // version of the schema that was asked for; 0: the subject does not have it
}

// LatestVersion returns the last version, 0 if there is none.
func (s Subject) LatestVersion() int {
	if len(s.Versions) == 0 {
		return 0
	}
	return s.Versions[len(s.Versions)-1]
}

// Subject is described at Registry.
func (r *Client) Subject(subject, schema string) (s Subject, err error) {
	ctx := context.Background()
	s.Versions, err = r.client.SubjectVersions(ctx, subject)
	if statusOf(err) == http.StatusNotFound {
		return Subject{}, nil
	}
	if err != nil {
		return s, r.classify("versions of "+subject, err)
	}
	latest, err := r.client.SchemaByVersion(ctx, subject, -1)
	if err != nil {
		return s, r.classify("latest version of "+subject, err)
	}
	s.Latest = latest.Schema.Schema
	own, err := r.client.LookupSchema(ctx, subject, sr.Schema{Schema: schema})
	if err != nil && statusOf(err) != http.StatusNotFound {
		return s, r.classify("look for the schema in "+subject, err)
	}
	s.Own = own.Version
	return s, nil
}

// Level returns the compatibility level that the registry enforces on a subject.
func (r *Client) Level(subject string) (string, error) {
	ctx := sr.WithParams(context.Background(), sr.DefaultToGlobal)
	config := r.client.Compatibility(ctx, subject)[0]
	if statusOf(config.Err) == http.StatusNotFound {
		config = r.client.Compatibility(ctx)[0]
	}
	if config.Err != nil {
		return "unknown", r.classify("compatibility level of "+subject, config.Err)
	}
	return config.Level.String(), nil
}

// SetFullTransitive sets the level FULL_TRANSITIVE on a subject.
func (r *Client) SetFullTransitive(subject string) error {
	set := r.client.SetCompatibility(context.Background(), sr.SetCompatibility{Level: sr.CompatFullTransitive}, subject)[0]
	if set.Err != nil {
		return r.classify("set the compatibility level of "+subject, set.Err)
	}
	return nil
}

// Same reports whether two schemas are the same but for how they are written down.
func Same(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}
