package cluster

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Security has clients come by TLS and SASL/SCRAM-SHA-512, and allows what an ACL allows.
type Security struct {
	CA       string // file with the certificate of the brokers' authority
	Admin    string // name of the only user that there is at first; it may do everything
	Password string // of the admin

	keys, expired string // files with a broker's certificate and key
}

// NewSecurity makes the certificates, in a folder.
func NewSecurity(dir, admin, password string) (*Security, error) {
	s := &Security{
		CA: filepath.Join(dir, "ca.pem"), Admin: admin, Password: password,
		keys: filepath.Join(dir, "broker.pem"), expired: filepath.Join(dir, "expired.pem"),
	}
	now := time.Now()
	ca, err := issue(s.CA, &x509.Certificate{
		Subject: pkix.Name{CommonName: "test authority"}, NotBefore: now.Add(-48 * time.Hour), NotAfter: now.Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil)
	if err != nil {
		return nil, err
	}
	for file, end := range map[string]time.Time{s.keys: now.Add(24 * time.Hour), s.expired: now.Add(-24 * time.Hour)} {
		if _, err := issue(file, &x509.Certificate{
			Subject: pkix.Name{CommonName: "broker"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
			NotBefore: now.Add(-48 * time.Hour), NotAfter: end, KeyUsage: x509.KeyUsageDigitalSignature,
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		}, ca); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// pair is a certificate and its key.
type pair struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// issue writes a new certificate into a file, and its key before it if it is not an authority's.
func issue(file string, template *x509.Certificate, by *pair) (*pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	self := &pair{template, key}
	if by == nil {
		by = self
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	der, err := x509.CreateCertificate(rand.Reader, template, by.certificate, key.Public(), by.key)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if !template.IsCA {
		text = append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), text...)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, err
	}
	self.certificate, err = x509.ParseCertificate(der)
	return self, err
}

// properties returns what server.properties says differently.
func (s *Security) properties(b *Broker) map[string]string {
	p := map[string]string{
		"listeners":                            fmt.Sprintf("CLIENTS://127.0.0.1:%d,EXPIRED://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d", b.port, b.expired, b.controller),
		"listener.security.protocol.map":       "CLIENTS:SASL_SSL,EXPIRED:SASL_SSL,CONTROLLER:PLAINTEXT",
		"sasl.enabled.mechanisms":              "SCRAM-SHA-512",
		"sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
		"ssl.truststore.type":                  "PEM",
		"ssl.truststore.location":              s.CA,
		"authorizer.class.name":                "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
		"allow.everyone.if.no.acl.found":       "false",
		"super.users":                          "User:" + s.Admin + ";User:ANONYMOUS", // the latter are controllers: clients have names
	}
	login := fmt.Sprintf("org.apache.kafka.common.security.scram.ScramLoginModule required username=%q password=%q;", s.Admin, s.Password)
	for listener, keys := range map[string]string{"clients": s.keys, "expired": s.expired} {
		maps.Copy(p, map[string]string{
			"listener.name." + listener + ".scram-sha-512.sasl.jaas.config": login,
			"listener.name." + listener + ".ssl.keystore.type":              "PEM",
			"listener.name." + listener + ".ssl.keystore.location":          keys,
		})
	}
	return p
}

// format returns arguments of kafka-storage format that make the admin.
func (s *Security) format() []string {
	return []string{"--add-scram", fmt.Sprintf("SCRAM-SHA-512=[name=%s,password=%s]", s.Admin, s.Password)}
}

// Expired returns the addresses at which brokers show a certificate that has expired.
func (c *Cluster) Expired() string {
	addresses := make([]string, len(c.Brokers))
	for i, b := range c.Brokers {
		addresses[i] = fmt.Sprintf("127.0.0.1:%d", b.expired)
	}
	return strings.Join(addresses, ",")
}
