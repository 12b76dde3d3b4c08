package avro

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/sr"
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

// requestTime is the longest wait for an answer of the registry.
const requestTime = 10 * time.Second

// Dial returns the registry at an http or https URL, which may carry user info. With tls
// (nil: the system's authorities, no certificate of ours) and token (none: "") it is one
// of a private authority, and one that asks for a client certificate or a bearer token.
// It connects at the first call.
func Dial(address string, tls *tls.Config, token string) (*Client, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q is not an http(s) URL", address)
	}
	user := u.User
	u.User = nil
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = tls
	options := []sr.ClientOpt{sr.URLs(u.String()), sr.HTTPClient(&http.Client{Transport: transport, Timeout: requestTime})}
	if user != nil {
		password, _ := user.Password()
		options = append(options, sr.BasicAuth(user.Username(), password))
	}
	if token != "" {
		options = append(options, sr.BearerToken(token))
	}
	client, err := sr.NewClient(options...)
	if err != nil {
		return nil, fmt.Errorf("schema registry: %w", err)
	}
	return &Client{client: client, host: u.Host, schemas: map[int]string{}, missing: map[int]time.Time{}}, nil
}

// Client is a registry with Confluent's API.
type Client struct {
	client *sr.Client
	host   string

	mu      sync.Mutex
	schemas map[int]string
	missing map[int]time.Time // when the registry first did not know a schema
}

// missingTime is how long a schema that the registry does not know may still come: a
// follower learns of a new one a moment after the leader.
const missingTime = 3 * time.Second

// Register is described at Registry. A schema that is there needs no right to write.
func (r *Client) Register(subject, schema string) (int, error) {
	known, err := r.client.LookupSchema(context.Background(), subject, sr.Schema{Schema: schema})
	if err == nil {
		return known.ID, nil
	}
	if statusOf(err) != http.StatusNotFound {
		return 0, r.classify("look for the schema of "+subject, err)
	}
	id, err := r.client.RegisterSchema(context.Background(), subject, sr.Schema{Schema: schema}, -1, -1)
	switch {
	case statusOf(err) == http.StatusConflict:
		level, _ := r.Level(subject)
		return 0, fmt.Errorf("register schema of %s: the registry refuses it as incompatible (level %s): %w; "+
			"the versions that it holds and this program's: altoctl schemas", subject, level, answerOf(err))
	case readOnly(err):
		return 0, fmt.Errorf("register schema of %s: the registry does not hold it and does not take it from us: %w: %w; "+
			"have it registered by somebody who may (altoctl schemas apply)", subject, ErrUnavailable, answerOf(err))
	}
	if err != nil {
		return 0, r.classify("register schema of "+subject, err)
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
	info, err := r.client.SchemaByID(sr.WithParams(context.Background(), sr.Subject(subject)), id)
	if err != nil {
		return "", r.unknown(id, r.classify(fmt.Sprintf("schema id %d of %s", id, subject), err))
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
