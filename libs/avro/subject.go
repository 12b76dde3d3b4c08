package avro

import (
	"encoding/json"
	"net/http"
	"reflect"

	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
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
	s.Versions, err = r.client.GetAllVersions(subject)
	if statusOf(err) == http.StatusNotFound {
		return Subject{}, nil
	}
	if err != nil {
		return s, classify("versions of "+subject, err)
	}
	latest, err := r.client.GetLatestSchemaMetadata(subject)
	if err != nil {
		return s, classify("latest version of "+subject, err)
	}
	s.Latest = latest.Schema
	s.Own, err = r.client.GetVersion(subject, schemaregistry.SchemaInfo{Schema: schema}, false)
	if statusOf(err) == http.StatusNotFound {
		s.Own = 0
		return s, nil
	}
	if err != nil {
		return s, classify("look for the schema in "+subject, err)
	}
	return s, nil
}

// Level returns the compatibility level that the registry enforces on a subject.
func (r *Client) Level(subject string) (string, error) {
	config, err := r.client.GetConfig(subject, true)
	if statusOf(err) == http.StatusNotFound {
		config, err = r.client.GetDefaultConfig()
	}
	if err != nil {
		return "unknown", classify("compatibility level of "+subject, err)
	}
	return config.CompatibilityLevel.String(), nil
}

// SetFullTransitive sets the level FULL_TRANSITIVE on a subject.
func (r *Client) SetFullTransitive(subject string) error {
	_, err := r.client.UpdateConfig(subject, schemaregistry.ServerConfig{CompatibilityUpdate: schemaregistry.FullTransitive})
	if err != nil {
		return classify("set the compatibility level of "+subject, err)
	}
	return nil
}

// Same reports whether two schemas are the same but for how they are written down.
func Same(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}
