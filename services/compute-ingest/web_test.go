package computeingest

import (
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

func TestAURLIsPolled(t *testing.T) {
	s := newServer(t)
	s.set(func(s *server) { s.text = "1" })
	f := follow(t, newPage(s.URL), 5*time.Millisecond)
	f.want(t, "1")
	f.wantNothing(t)
	s.set(func(s *server) { s.text = "2" })
	f.want(t, "2")
	s.set(func(s *server) { s.status, s.text = http.StatusInternalServerError, "3" })
	eventually(t, "the failure is reported", func() bool { return strings.Contains(f.log.String(), "the server answers 500 Internal Server Error") })
	f.wantNothing(t)
	s.set(func(s *server) { s.status = http.StatusOK })
	f.want(t, "3")
	s.set(func(s *server) { s.text = "bad" })
	failures := f.metric(t, "compute_read_failures", "static")
	eventually(t, "the bad document is counted", func() bool { return f.metric(t, "compute_read_failures", "static") > failures })
}

func TestADocumentIsAskedForIfItChanged(t *testing.T) {
	for name, tt := range map[string]struct{ header, first, second string }{
		"ETag":          {"If-None-Match", `"v1"`, `"v2"`},
		"Last-Modified": {"If-Modified-Since", "Mon, 23 Nov 2026 05:00:00 GMT", "Mon, 23 Nov 2026 06:00:00 GMT"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			put := func(text, version string) {
				s.set(func(s *server) {
					s.text = text
					if name == "ETag" {
						s.etag = version
					} else {
						s.lastModified = version
					}
				})
			}
			put("1", tt.first)
			f := follow(t, newPage(s.URL), 5*time.Millisecond)
			f.want(t, "1")
			eventually(t, "the version is sent", func() bool { return s.last().Header.Get(tt.header) == tt.first })
			reads := f.metric(t, "compute_reads", "static")
			eventually(t, "304 counts as a good read", func() bool { return f.metric(t, "compute_reads", "static") > reads })
			put("bad", tt.second)
			eventually(t, "the bad document is counted", func() bool { return f.metric(t, "compute_read_failures", "static") > 2 })
			if got := s.last().Header.Get(tt.header); got != tt.first {
				t.Errorf("after a bad document %s is %q, want that of the good one", tt.header, got)
			}
			put("2", tt.second)
			f.want(t, "2")
			eventually(t, "the new version is sent", func() bool { return s.last().Header.Get(tt.header) == tt.second })
			f.wantNothing(t)
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
			if _, _, err := p.fetch(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	closed := httptest.NewServer(nil)
	closed.Close()
	if _, _, err := newPage(closed.URL).fetch(t.Context()); err == nil {
		t.Error("a server that is away: no error")
	}
}

func TestPasswordsAreNotShown(t *testing.T) {
	p := newPage("http://user:secret@127.0.0.1:1/compute.json")
	_, _, err := p.fetch(t.Context())
	if err == nil || strings.Contains(err.Error()+p.String(), "secret") {
		t.Errorf("%s: %v", p, err)
	}
}
