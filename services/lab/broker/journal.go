package broker

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
)

// maxSchemaRequest is the longest request body that changes the registry, in bytes.
const maxSchemaRequest = 16 << 20

// change is a request that changed the registry.
type change struct {
	Method string `json:"method"`
	URI    string `json:"uri"`
	Body   string `json:"body"`
}

// journal keeps the requests that changed a registry in a file, and repeats them
// when it is opened: in the same order they give the same versions and ids.
type journal struct {
	registry http.Handler
	path     string

	mu      sync.Mutex // one change at a time: the file has them in their order
	changes []change
}

func openJournal(path string, registry http.Handler) (*journal, error) {
	j := &journal{registry: registry, path: path}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return j, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the registry's journal: %w", err)
	}
	if err := json.Unmarshal(text, &j.changes); err != nil {
		return nil, fmt.Errorf("read the registry's journal %s: %w", path, err)
	}
	for i, c := range j.changes {
		if r := j.apply(c); !r.ok() {
			return nil, fmt.Errorf("registry's journal %s: entry %d, %s %s: status %d: %s", path, i, c.Method, c.URI, r.status, r.body.String())
		}
	}
	return j, nil
}

// ServeHTTP answers a change when it is in the file.
func (j *journal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !changes(r) {
		j.registry.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSchemaRequest))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c := change{r.Method, r.URL.RequestURI(), string(body)}
	j.mu.Lock()
	defer j.mu.Unlock()
	answer := j.apply(c)
	if answer.ok() && !j.known(c) {
		if err := j.append(c); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	answer.writeTo(w)
}

// changes reports whether a request can change the registry: a lookup of a schema
// and a check of compatibility are POSTs too.
func changes(r *http.Request) bool {
	switch r.Method {
	case http.MethodPut, http.MethodDelete:
		return true
	case http.MethodPost:
		return strings.HasSuffix(r.URL.Path, "/versions") && !strings.HasPrefix(r.URL.Path, "/compatibility/")
	}
	return false
}

func (j *journal) apply(c change) *response {
	r, err := http.NewRequest(c.Method, c.URI, strings.NewReader(c.Body))
	if err != nil {
		return &response{status: http.StatusBadRequest}
	}
	answer := &response{header: http.Header{}, status: http.StatusOK}
	j.registry.ServeHTTP(answer, r)
	return answer
}

// known reports whether the journal has the change already and nothing since that
// could have undone it.
func (j *journal) known(c change) bool {
	for i := len(j.changes) - 1; i >= 0; i-- {
		past := j.changes[i]
		switch {
		case past == c:
			return true
		case past.Method == http.MethodPost:
		case past.Method == http.MethodPut && strings.HasPrefix(past.URI, "/config") && past.URI != c.URI:
		default:
			return false
		}
	}
	return false
}

// append writes the journal with one more change.
func (j *journal) append(c change) error {
	all := append(j.changes, c)
	text, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		return fmt.Errorf("write the registry's journal: %w", err)
	}
	next := j.path + ".tmp"
	if err := os.WriteFile(next, text, 0o644); err != nil {
		return fmt.Errorf("write the registry's journal: %w", err)
	}
	if err := os.Rename(next, j.path); err != nil {
		return fmt.Errorf("write the registry's journal: %w", err)
	}
	j.changes = all
	return nil
}

// response holds an answer back.
type response struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *response) Header() http.Header         { return r.header }
func (r *response) WriteHeader(status int)      { r.status = status }
func (r *response) Write(p []byte) (int, error) { return r.body.Write(p) }
func (r *response) ok() bool                    { return r.status/100 == 2 }

func (r *response) writeTo(w http.ResponseWriter) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body.Bytes())
}
