package service

import (
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crypto/x509"
)

// TestRegistryAccess reads an authority, a certificate with its key, and a token.
func TestRegistryAccess(t *testing.T) {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	key, err := x509.MarshalPKCS8PrivateKey(server.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	certificate := write("cert.pem", "CERTIFICATE", server.Certificate().Raw)
	private := write("key.pem", "PRIVATE KEY", key)
	t.Setenv("SCHEMA_REGISTRY_PROPERTIES", "ssl.ca.location="+certificate+",ssl.certificate.location="+certificate+",ssl.key.location="+private+",bearer.auth.token=t0ken")
	var c testConfig
	if err := Load(&c); err != nil {
		t.Fatal(err)
	}
	_, tls, token := c.Registry()
	if tls.RootCAs == nil || token != "t0ken" {
		t.Errorf("authorities %v, token %q", tls.RootCAs, token)
	}
	pair, err := tls.GetClientCertificate(nil)
	if err != nil || len(pair.Certificate) != 1 {
		t.Errorf("our certificate: %v", err)
	}
	for wrong, want := range map[string]string{
		"ssl.ca.location=" + private:              "holds no certificate in PEM",
		"ssl.ca.location=/nonexistent":            "no such file",
		"ssl.certificate.location=" + certificate: "ssl.key.location",
		"ssl.truststore.location=/ca":             "has ssl.truststore.location, which is none of bearer.auth.token, ",
	} {
		t.Setenv("SCHEMA_REGISTRY_PROPERTIES", wrong)
		err := Load(&c)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "SCHEMA_REGISTRY_PROPERTIES=") {
			t.Errorf("%s: %v, want %s", wrong, err, want)
		}
	}
	t.Setenv("SCHEMA_REGISTRY_PROPERTIES", "token,bearer.auth.token=s3cret")
	if err := Load(&c); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("the token is shown: %v", err)
	}
}
