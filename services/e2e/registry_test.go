package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
)

// guarded is a registry of a private authority that wants a client certificate and a token, and
// lets nobody register a schema.
func guarded(t *testing.T, clients service.Config) *httptest.Server {
	t.Helper()
	target, err := url.Parse(clients.SchemaRegistryURL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != "Bearer t0ken":
			w.WriteHeader(http.StatusUnauthorized)
		case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/versions"):
			w.WriteHeader(http.StatusForbidden)
		default:
			proxy.ServeHTTP(w, r)
		}
	}))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// pemFiles writes a server's certificate and key, which serve as authority and client's too.
func pemFiles(t *testing.T, server *httptest.Server) (certificate, key string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(server.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certificate, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{
		certificate: {Type: "CERTIFICATE", Bytes: server.Certificate().Raw},
		key:         {Type: "PRIVATE KEY", Bytes: der},
	} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, key
}

// TestGuardedRegistry starts a builder on a registry that lets it only read: it says what is
// missing, and works when somebody else has registered its schema.
func TestGuardedRegistry(t *testing.T) {
	t.Parallel()
	clients := startBroker(t, 1)
	if onKafka() { // whose registry other tests fill
		clients.SchemaRegistryURL = ownRegistry(t).URL()
	}
	server := guarded(t, clients)
	certificate, key := pemFiles(t, server)
	env := append(common(clients), "SCHEMA_REGISTRY_URL="+server.URL) // the last one counts

	p := launch(t, "map-builder", env...)
	p.line(`level=ERROR .*` + strings.TrimPrefix(server.URL, "https://") + `.*ssl\.ca\.location in SCHEMA_REGISTRY_PROPERTIES`)
	properties := "SCHEMA_REGISTRY_PROPERTIES=ssl.ca.location=" + certificate
	p = launch(t, "map-builder", append(env, properties)...)
	p.line(`level=ERROR .*ssl\.certificate\.location`)
	properties += ",ssl.certificate.location=" + certificate + ",ssl.key.location=" + key
	p = launch(t, "map-builder", append(env, properties)...)
	p.line(`level=ERROR .*it does not let us in .*bearer\.auth\.token`)
	p = launch(t, "map-builder", append(env, properties+",bearer.auth.token=t0ken")...)
	p.line(`level=ERROR .*does not hold it and does not take it from us.*altoctl schemas apply`)
	wantNotReady(t, p)

	registry, err := avro.Dial(clients.Registry())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := registry.Register(avro.SubjectOf(schemas.NetworkMapsTopic), schemas.NetworkMapsSchema); err != nil {
		t.Fatal(err)
	}
	p.awaitReady()
}
