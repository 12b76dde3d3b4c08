package avro

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/rest"
)

// ErrUnavailable marks an error of the registry that may pass: the record at hand
// is not to blame and must be tried again.
var ErrUnavailable = errors.New("schema registry unavailable")

// Registry keeps schemas by id.
type Registry interface {
	// Register returns the id of a schema under a subject, adding it if it is new.
	Register(subject, schema string) (id int, err error)
	// Schema returns the schema that a subject's record with this id was written with.
	Schema(subject string, id int) (string, error)
	// Subject returns what is held under a subject, and where a schema stands in it.
	Subject(subject, schema string) (Subject, error)
}

// Dial returns the registry at an http or https URL, which may carry user info. It
// connects at the first call.
func Dial(address string) (*Client, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q is not an http(s) URL", address)
	}
	conf := schemaregistry.NewConfig(strings.TrimSuffix(address, "/"))
	if u.User != nil {
		password, _ := u.User.Password()
		user := u.User.Username()
		u.User = nil
		conf = schemaregistry.NewConfigWithBasicAuthentication(strings.TrimSuffix(u.String(), "/"), user, password)
	}
	conf.HTTPClient = &http.Client{
		Transport: statusErrors{http.DefaultTransport}, Timeout: time.Duration(conf.RequestTimeoutMs) * time.Millisecond,
	}
	client, err := schemaregistry.NewClient(conf)
	if err != nil {
		return nil, fmt.Errorf("schema registry: %w", err)
	}
	return &Client{client: client, schemas: map[int]string{}, missing: map[int]time.Time{}}, nil
}

// Client is a registry with Confluent's API.
type Client struct {
	client schemaregistry.Client

	mu      sync.Mutex
	schemas map[int]string
	missing map[int]time.Time // when the registry first did not know a schema
}

// missingTime is how long a schema that the registry does not know may still come: a
// follower learns of a new one a moment after the leader.
const missingTime = 3 * time.Second

// Register is described at Registry.
func (r *Client) Register(subject, schema string) (int, error) {
	id, err := r.client.Register(subject, schemaregistry.SchemaInfo{Schema: schema}, false)
	if statusOf(err) == http.StatusConflict {
		level, _ := r.Level(subject)
		return 0, fmt.Errorf("register schema of %s: the registry refuses it as incompatible (level %s): %w; "+
			"the versions that it holds and this program's: altoctl schemas", subject, level, err)
	}
	if err != nil {
		return 0, classify("register schema of "+subject, err)
	}
	return id, nil
}

// Schema is described at Registry.
func (r *Client) Schema(subject string, id int) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s, ok := r.schemas[id]; ok {
		return s, nil
	}
	info, err := r.client.GetBySubjectAndID(subject, id)
	if err != nil {
		return "", r.unknown(id, classify(fmt.Sprintf("schema id %d of %s", id, subject), err))
	}
	delete(r.missing, id)
	r.schemas[id] = info.Schema
	return info.Schema, nil
}

// unknown makes a refusal one that may pass while the schema may still come.
func (r *Client) unknown(id int, err error) error {
	if errors.Is(err, ErrUnavailable) {
		return err
	}
	since, ok := r.missing[id]
	if !ok {
		since = time.Now()
		r.missing[id] = since
	}
	if time.Since(since) < missingTime {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return fmt.Errorf("%w; was the record written with another registry?", err)
}

// classify tells a registry that refuses for good from one that is away, failing, busy,
// or does not know us (yet).
func classify(what string, err error) error {
	switch statusOf(err) {
	case http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity:
		return fmt.Errorf("%s: refused by the registry: %w", what, err)
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%s: %w: it does not let us in (user:password@ in SCHEMA_REGISTRY_URL, and what the user may do): %w", what, ErrUnavailable, err)
	}
	return fmt.Errorf("%s: %w: %w", what, ErrUnavailable, err)
}

// statusOf returns the HTTP status of a registry's answer, 0 if there was none.
func statusOf(err error) int {
	var answer *rest.Error
	if !errors.As(err, &answer) {
		return 0
	}
	if answer.Code > 999 {
		return answer.Code / 100 // registries' own codes: the status and two digits
	}
	return answer.Code
}

// statusErrors makes an answer that is no JSON, a proxy's say, an error that has its
// status: the client would say only that it is no JSON.
type statusErrors struct{ http.RoundTripper }

func (t statusErrors) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.RoundTripper.RoundTrip(request)
	if err != nil || response.StatusCode < 400 || strings.Contains(response.Header.Get("Content-Type"), "json") {
		return response, err
	}
	response.Body.Close()
	answer := fmt.Sprintf(`{"error_code": %d, "message": %q}`, response.StatusCode, http.StatusText(response.StatusCode))
	response.Body = io.NopCloser(strings.NewReader(answer))
	return response, nil
}
