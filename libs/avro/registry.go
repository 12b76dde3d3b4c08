package avro

import (
	"errors"
	"fmt"
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
}

// Dial returns the registry at an http or https URL, which may carry user info. It
// connects at the first call.
func Dial(address string) (Registry, error) {
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
	client, err := schemaregistry.NewClient(conf)
	if err != nil {
		return nil, fmt.Errorf("schema registry: %w", err)
	}
	return &registry{client: client, schemas: map[int]string{}, missing: map[int]time.Time{}}, nil
}

type registry struct {
	client schemaregistry.Client

	mu      sync.Mutex
	schemas map[int]string
	missing map[int]time.Time // when the registry first did not know a schema
}

// missingTime is how long a schema that the registry does not know may still come: a
// follower learns of a new one a moment after the leader.
const missingTime = 3 * time.Second

func (r *registry) Register(subject, schema string) (int, error) {
	id, err := r.client.Register(subject, schemaregistry.SchemaInfo{Schema: schema}, false)
	if err != nil {
		return 0, classify(fmt.Sprintf("register schema of %s", subject), err)
	}
	return id, nil
}

func (r *registry) Schema(subject string, id int) (string, error) {
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
func (r *registry) unknown(id int, err error) error {
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
	return err
}

// classify tells a registry that refuses for good from one that is away, failing, busy,
// or does not know us (yet).
func classify(what string, err error) error {
	var re *rest.Error
	if errors.As(err, &re) {
		status := re.Code
		if status > 999 {
			status /= 100 // registries' own codes: the status and two digits
		}
		switch status {
		case http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity:
			return fmt.Errorf("%s: refused by the registry: %w", what, err)
		}
	}
	return fmt.Errorf("%s: %w: %w", what, ErrUnavailable, err)
}
