package avro

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/sr/srfake"

	"github.com/altostream/altostream/schemas"
)

// TestRegisterLooksUpFirst has a registry that lets us only read: a schema that it holds
// needs no registration.
func TestRegisterLooksUpFirst(t *testing.T) {
	full := srfake.New().Handler()
	id, err := dial(t, full).Register("s-value", schemas.CostMapsSchema)
	if err != nil {
		t.Fatal(err)
	}
	for _, status := range []int{http.StatusForbidden, http.StatusUnprocessableEntity} {
		readOnly := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/versions") && r.Method == http.MethodPost {
				w.WriteHeader(status)
				return
			}
			full.ServeHTTP(w, r)
		})
		if got, err := dial(t, readOnly).Register("s-value", schemas.CostMapsSchema); err != nil || got != id {
			t.Errorf("registry that answers %d to a registration: %d, %v; want %d", status, got, err, id)
		}
	}
}

// TestBearerToken sends a token with every request.
func TestBearerToken(t *testing.T) {
	full := srfake.New().Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t0ken" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		full.ServeHTTP(w, r)
	}))
	defer server.Close()
	for token, letIn := range map[string]bool{"t0ken": true, "other": false, "": false} {
		r, err := Dial(server.URL, nil, token)
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Register("s-value", schemas.CostMapsSchema)
		switch {
		case letIn && err != nil:
			t.Errorf("token %q: %v", token, err)
		case !letIn && (!errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "bearer.auth.token")):
			t.Errorf("token %q: %v", token, err)
		}
	}
}

// TestNotReached tells apart why there is no answer, with the address.
func TestNotReached(t *testing.T) {
	plain := httptest.NewServer(srfake.New().Handler())
	defer plain.Close()
	secure := httptest.NewTLSServer(srfake.New().Handler())
	defer secure.Close()
	strict := httptest.NewUnstartedServer(srfake.New().Handler())
	strict.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	strict.StartTLS()
	defer strict.Close()
	trusted := secure.Client().Transport.(*http.Transport).TLSClientConfig
	own := trusted.Clone()
	own.Certificates = secure.TLS.Certificates
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, test := range map[string]struct {
		address string
		tls     *tls.Config
		want    string // "" = it answers
	}{
		"private authority":     {secure.URL, trusted, ""},
		"client certificate":    {strict.URL, own, ""},
		"unknown authority":     {secure.URL, nil, "ssl.ca.location in SCHEMA_REGISTRY_PROPERTIES"},
		"no client certificate": {strict.URL, trusted, "ssl.certificate.location"},
		"https of a plain one":  {strings.Replace(plain.URL, "http:", "https:", 1), nil, "http:// in SCHEMA_REGISTRY_URL"},
		"refused":               {gone.URL, nil, "connection refused"},
		"name":                  {"http://registry.invalid:8081", nil, "no such host"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Dial(test.address, test.tls, "")
			if err != nil {
				t.Fatal(err)
			}
			_, err = r.Register("s-value", schemas.CostMapsSchema)
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			_, host, _ := strings.Cut(test.address, "//")
			if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), host) {
				t.Errorf("it is said %v, want %s and %s", err, host, test.want)
			}
		})
	}
}
