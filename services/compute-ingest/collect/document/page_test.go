package document

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// server is an HTTP server with one document.
type server struct {
	*httptest.Server
	mu           sync.Mutex
	text         string
	status       int
	etag         string
	lastModified string
	requests     []*http.Request
}

func newServer(t *testing.T) *server {
	s := &server{status: http.StatusOK}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r)
	if s.etag != "" {
		w.Header().Set("ETag", s.etag)
	}
	if s.lastModified != "" {
		w.Header().Set("Last-Modified", s.lastModified)
	}
	if s.etag != "" && r.Header.Get("If-None-Match") == s.etag || s.lastModified != "" && r.Header.Get("If-Modified-Since") == s.lastModified {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.WriteHeader(s.status)
	_, _ = w.Write([]byte(s.text))
}

func (s *server) set(change func(*server)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

func (s *server) last() *http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) == 0 {
		return nil
	}
	return s.requests[len(s.requests)-1]
}

var errBad = errors.New("is bad")

// read reads a document and returns what is used of it: "" if that is nothing; "bad" is no
// document.
func read(t *testing.T, r *Reader) (used string, err error) {
	t.Helper()
	err = r.Read(t.Context(), func(text []byte) error {
		if string(text) == "bad" {
			return errBad
		}
		used = string(text)
		return nil
	})
	return used, err
}

func TestAURLIsRead(t *testing.T) {
	s := newServer(t)
	r := NewReader(s.URL)
	steps := []struct {
		status    int
		text      string
		used, err string
	}{
		{200, "1", "1", ""},
		{200, "1", "", ""},
		{200, "2", "2", ""},
		{500, "3", "", "the server answers 500 Internal Server Error"},
		{200, "bad", "", "is bad"},
		{200, "2", "", ""},
		{200, "3", "3", ""},
	}
	for i, step := range steps {
		s.set(func(s *server) { s.status, s.text = step.status, step.text })
		used, err := read(t, r)
		if used != step.used || (err == nil) != (step.err == "") || err != nil && !strings.Contains(err.Error(), step.err) {
			t.Errorf("step %d: used %q, error %v, want %q, %q", i, used, err, step.used, step.err)
		}
	}
}

func TestADocumentIsAskedForIfItChanged(t *testing.T) {
	for name, tt := range map[string]struct{ header, first, second string }{
		"ETag":          {"If-None-Match", `"v1"`, `"v2"`},
		"Last-Modified": {"If-Modified-Since", "Mon, 23 Nov 2026 05:00:00 GMT", "Mon, 23 Nov 2026 06:00:00 GMT"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			r := NewReader(s.URL)
			step := func(text, version, used, sent string, want error) {
				t.Helper()
				s.set(func(s *server) {
					s.text = text
					if name == "ETag" {
						s.etag = version
					} else {
						s.lastModified = version
					}
				})
				got, err := read(t, r)
				if got != used || !errors.Is(err, want) {
					t.Errorf("%s: used %q, error %v, want %q, %v", text, got, err, used, want)
				}
				if got := s.last().Header.Get(tt.header); got != sent {
					t.Errorf("%s: sent %q, want %q", text, got, sent)
				}
			}
			step("1", tt.first, "1", "", nil)
			step("1", tt.first, "", tt.first, nil)
			step("bad", tt.second, "", tt.first, errBad)
			step("bad", tt.second, "", tt.first, errBad)
			step("2", tt.second, "2", tt.first, nil)
			step("2", tt.second, "", tt.second, nil)
		})
	}
}

func TestAnswersThatAreNoDocument(t *testing.T) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{"not found", http.NotFound, "the server answers 404 Not Found"},
		{"not modified though there is nothing", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) }, "the server answers 304"},
		{"no content", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, "the server answers 204"},
		{"too slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "Client.Timeout"},
		{"too slow after the head", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, "Client.Timeout"},
		{"too large", func(w http.ResponseWriter, _ *http.Request) {
			for range maxDocument/(1<<20) + 1 {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		}, "more than 64 MiB"},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("{}"))
		}, "unexpected EOF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := httptest.NewServer(tt.handler)
			defer s.Close()
			p := newPage(s.URL)
			if strings.HasPrefix(tt.name, "too slow") {
				p.client.Timeout = 100 * time.Millisecond
			}
			if _, _, err := p.Fetch(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	closed := httptest.NewServer(nil)
	closed.Close()
	if _, _, err := newPage(closed.URL).Fetch(t.Context()); err == nil {
		t.Error("a server that is away: no error")
	}
}

func TestPasswordsAreNotShown(t *testing.T) {
	p := newPage("http://user:secret@127.0.0.1:1/compute.json")
	_, _, err := p.Fetch(t.Context())
	if err == nil || strings.Contains(err.Error()+p.String(), "secret") {
		t.Errorf("%s: %v", p, err)
	}
}
