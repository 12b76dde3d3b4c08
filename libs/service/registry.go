package service

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// RegistryAccess is how to be let in by a schema registry, beside the user info of its URL:
// key=value,… with the names that librdkafka and Confluent's clients give them.
type RegistryAccess struct {
	TLS   *tls.Config // nil: the system's authorities, and no certificate of ours
	Token string      // of "Authorization: Bearer …", "" without
}

// Decode reads key=value,… (envconfig) and the files that it names.
func (a *RegistryAccess) Decode(text string) error {
	var properties Properties
	if err := properties.Decode(text); err != nil {
		return err
	}
	*a = RegistryAccess{Token: properties["bearer.auth.token"]}
	ca, certificate, key := properties["ssl.ca.location"], properties["ssl.certificate.location"], properties["ssl.key.location"]
	for name := range properties {
		switch name {
		case "bearer.auth.token", "ssl.ca.location", "ssl.certificate.location", "ssl.key.location":
		default:
			return fmt.Errorf("has %s, which is none of bearer.auth.token, ssl.ca.location, ssl.certificate.location, ssl.key.location", name)
		}
	}
	if ca != "" || certificate != "" || key != "" {
		a.TLS = &tls.Config{}
	}
	if ca != "" {
		authorities, err := readAuthorities(ca)
		if err != nil {
			return fmt.Errorf("ssl.ca.location: %w", err)
		}
		a.TLS.RootCAs = authorities
	}
	if certificate == "" && key == "" {
		return nil
	}
	// The files are read again for each connection, since certificates are renewed.
	load := func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(certificate, key)
		return &pair, err
	}
	if _, err := load(nil); err != nil {
		return fmt.Errorf("ssl.certificate.location, ssl.key.location: %w", err)
	}
	a.TLS.GetClientCertificate = load
	return nil
}

func readAuthorities(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	authorities := x509.NewCertPool()
	if !authorities.AppendCertsFromPEM(text) {
		return nil, errors.New(file + " holds no certificate in PEM")
	}
	return authorities, nil
}
