package clouds

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Proxy stands before a server and can do what such a server does on a bad day.
type Proxy struct {
	URL       string
	authority string // file of its certificate; empty without TLS
	through   *httputil.ReverseProxy

	mu       sync.Mutex
	fault    func(http.ResponseWriter, *http.Request) bool
	requests []string // paths
}

// newProxy returns a proxy before a server, with TLS if the server's certificate is given.
func newProxy(t testing.TB, server, certificate string) *Proxy {
	t.Helper()
	to, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{through: httputil.NewSingleHostReverseProxy(to)}
	p.through.FlushInterval = -1
	p.through.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	listener := httptest.NewUnstartedServer(p)
	t.Cleanup(func() {
		listener.CloseClientConnections()
		listener.Close()
	})
	if certificate == "" {
		listener.Start()
	} else {
		pool := x509.NewCertPool()
		text, err := os.ReadFile(certificate)
		if err != nil || !pool.AppendCertsFromPEM(text) {
			t.Fatalf("certificate %s: %v", certificate, err)
		}
		p.through.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
		listener.StartTLS()
		p.authority = filepath.Join(t.TempDir(), "proxy.crt")
		block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: listener.Certificate().Raw})
		if err := os.WriteFile(p.authority, block, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.URL = listener.URL
	return p
}

func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.requests = append(p.requests, r.URL.Path)
	fault := p.fault
	p.mu.Unlock()
	if fault == nil || !fault(w, r) {
		p.through.ServeHTTP(w, r)
	}
}

// Fault makes the proxy do something else with requests, as long as it says that it did.
func (p *Proxy) Fault(fault func(http.ResponseWriter, *http.Request) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = fault
}

// Requests returns the paths that were asked for since the last time.
func (p *Proxy) Requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	requests := p.requests
	p.requests = nil
	return requests
}

// Answering is a fault: requests whose path has a part are answered with a status.
func Answering(status int, part string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, part) {
			return false
		}
		w.WriteHeader(status)
		return true
	}
}

// Remembering is a fault: what was asked once is answered as then, without the server.
func (p *Proxy) Remembering() func(http.ResponseWriter, *http.Request) bool {
	var answers sync.Map // by URL, *httptest.ResponseRecorder
	return func(w http.ResponseWriter, r *http.Request) bool {
		answer, ok := answers.Load(r.URL.String())
		if !ok {
			recorder := httptest.NewRecorder()
			p.through.ServeHTTP(recorder, r)
			answer, _ = answers.LoadOrStore(r.URL.String(), recorder)
		}
		whole := answer.(*httptest.ResponseRecorder)
		for name, values := range whole.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(whole.Code)
		_, _ = w.Write(whole.Body.Bytes())
		return true
	}
}

// CutOff is a fault: answers to requests whose path has a part end after half of their octets.
func (p *Proxy) CutOff(part string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, part) {
			return false
		}
		whole := httptest.NewRecorder()
		r.Header.Del("Accept-Encoding")
		p.through.ServeHTTP(whole, r)
		for name, values := range whole.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(whole.Code)
		_, _ = w.Write(whole.Body.Bytes()[:whole.Body.Len()/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// Silent is a fault: a watch is answered, and then nothing comes.
func Silent(w http.ResponseWriter, r *http.Request) bool {
	if r.URL.Query().Get("watch") == "" {
		return false
	}
	w.Header().Set("Content-Type", "application/json;stream=watch")
	w.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(w).Flush()
	select {
	case <-r.Context().Done():
	case <-time.After(time.Minute):
	}
	return true
}
