package e2e

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/e2e/cluster"
)

// aclFile is the list of ACLs that operators get.
var aclFile = filepath.Join("..", "..", "deploy", "acls.txt")

// passwordStart begins all passwords, and is in no output.
const passwordStart = "geheim"

// A password may hold a comma.
func passwordOf(user string) string { return passwordStart + "," + user }

// secured is a broker that lets in by TLS and SASL/SCRAM, and allows what aclFile says.
type secured struct {
	cluster  *cluster.Cluster
	security *cluster.Security
	registry *cluster.Registry
	acls     kafka.ACLBindings
}

func startSecured(t *testing.T) *secured {
	t.Helper()
	if !onKafka() {
		t.Skip("needs Apache Kafka: " + kafkaVariable + "=1")
	}
	s := &secured{acls: readACLs(t)}
	dir := t.TempDir()
	var err error
	if s.security, err = cluster.NewSecurity(dir, "admin", passwordStart+"-admin"); err != nil {
		t.Fatal(err)
	}
	if s.registry, err = sharedRegistry(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.cluster, err = cluster.Start(t.Context(), cluster.Config{Dir: filepath.Join(dir, "kafka"), Security: s.security}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.cluster.Close)
	for _, user := range append([]string{"altoctl"}, chainOrder...) {
		s.setPassword(t, user, passwordOf(user))
	}
	if err := createTopics(s.client("admin", s.security.Password), 1, 1, schemas.Topics...); err != nil {
		t.Fatal(err)
	}
	s.allow(t, s.acls...)
	return s
}

func (s *secured) client(user, password string) service.Config {
	return service.Config{
		KafkaBootstrapServers: s.cluster.Bootstrap(), SchemaRegistryURL: s.registry.URL(),
		KafkaProperties: service.Properties{
			"security.protocol": "SASL_SSL", "ssl.ca.location": s.security.CA,
			"sasl.mechanisms": "SCRAM-SHA-512", "sasl.username": user, "sasl.password": password,
		},
	}
}

// properties is the environment variable of a client.
func properties(c service.Config) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(c.KafkaProperties)) {
		pairs = append(pairs, key+"="+strings.ReplaceAll(c.KafkaProperties[key], ",", `\,`))
	}
	return "KAFKA_PROPERTIES=" + strings.Join(pairs, ",")
}

func (s *secured) administer(t *testing.T, f func(context.Context, *kafka.AdminClient) error) {
	t.Helper()
	if err := withAdmin(s.client("admin", s.security.Password), f); err != nil {
		t.Fatal(err)
	}
}

func (s *secured) setPassword(t *testing.T, user, password string) {
	t.Helper()
	s.administer(t, func(ctx context.Context, admin *kafka.AdminClient) error {
		result, err := admin.AlterUserScramCredentials(ctx, []kafka.UserScramCredentialUpsertion{{
			User: user, Password: []byte(password), ScramCredentialInfo: kafka.ScramCredentialInfo{Mechanism: kafka.ScramMechanismSHA512, Iterations: 4096},
		}}, nil)
		if err != nil {
			return err
		}
		if err := result.Errors[user]; err.Code() != kafka.ErrNoError {
			return err
		}
		return nil
	})
}

func (s *secured) allow(t *testing.T, acls ...kafka.ACLBinding) {
	t.Helper()
	s.administer(t, func(ctx context.Context, admin *kafka.AdminClient) error {
		results, err := admin.CreateACLs(ctx, acls)
		for _, r := range results {
			if r.Error.Code() != kafka.ErrNoError {
				err = errors.Join(err, r.Error)
			}
		}
		return err
	})
}

func (s *secured) forbid(t *testing.T, acl kafka.ACLBinding) {
	t.Helper()
	s.administer(t, func(ctx context.Context, admin *kafka.AdminClient) error {
		results, err := admin.DeleteACLs(ctx, kafka.ACLBindingFilters{acl})
		if err != nil {
			return err
		}
		if n := len(results[0].ACLBindings); n != 1 {
			return fmt.Errorf("%d ACLs deleted, want 1: %w", n, results[0].Error)
		}
		return nil
	})
}

// readACLs reads aclFile.
func readACLs(t *testing.T) (acls kafka.ACLBindings) {
	t.Helper()
	text, err := os.ReadFile(aclFile)
	if err != nil {
		t.Fatal(err)
	}
	operations := map[string]kafka.ACLOperation{
		"Read": kafka.ACLOperationRead, "Write": kafka.ACLOperationWrite, "Describe": kafka.ACLOperationDescribe, "DescribeConfigs": kafka.ACLOperationDescribeConfigs,
	}
	resources := map[string]kafka.ResourceType{
		"topic": kafka.ResourceTopic, "group": kafka.ResourceGroup, "transactional-id": 5, // of librdkafka; the Go client has no name for it
	}
	patterns := map[string]kafka.ResourcePatternType{"literal": kafka.ResourcePatternTypeLiteral, "prefixed": kafka.ResourcePatternTypePrefixed}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Fields(line)
		if len(f) != 5 || operations[f[1]] == 0 || resources[f[2]] == 0 || patterns[f[3]] == 0 {
			t.Fatalf("%s: not an ACL: %s", aclFile, line)
		}
		acls = append(acls, kafka.ACLBinding{
			Principal: f[0], Host: "*", Operation: operations[f[1]], Type: resources[f[2]], ResourcePatternType: patterns[f[3]], Name: f[4],
			PermissionType: kafka.ACLPermissionTypeAllow,
		})
	}
	return acls
}

// acl returns the one ACL of a principal for an operation on a resource.
func (s *secured) acl(t *testing.T, principal string, operation kafka.ACLOperation, name string) kafka.ACLBinding {
	t.Helper()
	i := slices.IndexFunc(s.acls, func(a kafka.ACLBinding) bool {
		return a.Principal == principal && a.Operation == operation && a.Name == name
	})
	if i < 0 {
		t.Fatalf("%s has no ACL of %s for %v on %s", aclFile, principal, operation, name)
	}
	return s.acls[i]
}

// TestSecured runs the chain with TLS, SASL/SCRAM and ACLs, a principal for each program
// with what aclFile allows, and then has each of these fail.
func TestSecured(t *testing.T) {
	s := startSecured(t)
	c := newChainOn(t, &servers{clients: s.client("altoctl", passwordOf("altoctl"))})
	for _, name := range chainOrder {
		c.env[name] = append(c.env[name], properties(s.client(name, passwordOf(name))))
	}
	c.start()
	c.networkMapIs(seedNetworkMap())
	c.costsAre(routingID, allLinks)
	c.costsAre(hopCountID, hopCounts)
	await(t, func() error {
		if len(table(c.log(schemas.EndpointPropertiesTopic))) == 0 {
			return errors.New("no endpoint properties")
		}
		return nil
	})
	altoctl(t, s.client("altoctl", passwordOf("altoctl")), done, []string{"compute"}, " yes ")
	if err := c.network.FailLink("R2", "R3"); err != nil {
		t.Fatal(err)
	}
	c.costsAre(routingID, withoutR2R3)
	for _, name := range chainOrder {
		wantNoSecret(t, c.processes[name])
		if n := c.processes[name].count(`level=(WARN|ERROR)`); n > 0 {
			t.Errorf("%s warns, with all that it needs:\n%s", name, strings.Join(c.processes[name].last(20), "\n"))
		}
	}
	if status := c.processes["cost-builder"].terminate(); status != 0 {
		t.Errorf("cost-builder ended with status %d", status)
	}
	if err := c.network.RestoreLink("R2", "R3"); err != nil {
		t.Fatal(err)
	}
	c.quiet(t)
	t.Run("refused", func(t *testing.T) { refused(t, s) })
	t.Run("not allowed", func(t *testing.T) { notAllowed(t, s, c) })
	c.costsAre(routingID, allLinks)
}

// refused has a service that is not let in: it says why and tries again.
func refused(t *testing.T, s *secured) {
	user := "correlator"
	wrong := s.client(user, passwordStart+",wrong")
	unknownCA, expired := s.client(user, passwordOf(user)), s.client(user, passwordOf(user))
	other, err := cluster.NewSecurity(t.TempDir(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	unknownCA.KafkaProperties["ssl.ca.location"] = other.CA
	expired.KafkaBootstrapServers = s.cluster.Expired()
	for _, test := range []struct {
		name    string
		clients service.Config
		line    string
		mend    func()
	}{
		{"password", wrong, `Authentication failed.*sasl\.password.*KAFKA_PROPERTIES`, func() { s.setPassword(t, user, passwordStart+",wrong") }},
		{"expired", expired, `certificate verify failed.*certificates have not expired`, nil},
		{"unknown CA", unknownCA, `certificate verify failed.*ssl\.ca\.location.*KAFKA_PROPERTIES`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := launch(t, user, append(common(test.clients), properties(test.clients))...)
			p.line(`level=ERROR .*trying again.*` + test.line)
			wantNotReady(t, p)
			if n := p.count(`level=(WARN|ERROR)`); n > 3 {
				t.Errorf("%d lines at once", n)
			}
			if test.mend != nil {
				test.mend()
				p.awaitReady()
			}
			wantNoSecret(t, p)
			if status := p.terminate(); status != 0 {
				t.Errorf("status %d", status)
			}
		})
	}
}

// notAllowed has cost-builder start without one ACL after the other: it says which, publishes
// nothing, and goes on when it has the ACL.
func notAllowed(t *testing.T, s *secured, c *chain) {
	const user = "User:cost-builder"
	for i, test := range []struct {
		operation kafka.ACLOperation
		name      string
		line      string
		ready     bool // until there is something to publish
	}{
		{kafka.ACLOperationRead, schemas.RawTopologyTopic, `Topic authorization failed.*Read on topic raw-topology`, false},
		{kafka.ACLOperationRead, schemas.CostMapsTopic, `Topic authorization failed.*Read on topic .*cost_maps`, false},
		{kafka.ACLOperationWrite, schemas.CostMapsTopic, `Topic authorization failed.*Write on topic cost_maps`, true},
		{kafka.ACLOperationRead, "altostream-cost-builder", `Group authorization failed.*Read on group altostream-cost-builder`, false},
		{kafka.ACLOperationWrite, "altostream-cost-builder-", `Transactional Id authorization failed.*Write on transactional-id altostream-cost-builder-0`, false},
	} {
		t.Run(test.operation.String()+" "+test.name, func(t *testing.T) {
			acl := s.acl(t, user, test.operation, test.name)
			s.forbid(t, acl)
			defer s.allow(t, acl)
			c.quiet(t)
			before := len(c.log(schemas.CostMapsTopic))
			c.env["cost-builder"] = c.env["cost-builder"][:1]
			if i%2 == 1 { // something to publish
				c.env["cost-builder"] = append(c.env["cost-builder"], "ROUTINGCOST=hops")
			}
			p := launch(t, "cost-builder", append(common(c.clients), c.env["cost-builder"]...)...)
			p.line(`level=(WARN|ERROR) .*` + test.line + `.*`)
			time.Sleep(time.Second)
			if !test.ready {
				wantNotReady(t, p)
			}
			if n := len(c.log(schemas.CostMapsTopic)); n != before {
				t.Errorf("%d records were published", n-before)
			}
			s.allow(t, acl)
			p.awaitReady()
			await(t, func() error {
				if len(c.log(schemas.CostMapsTopic)) == before {
					return errors.New("nothing is published yet")
				}
				return nil
			})
			wantNoSecret(t, p)
			if status := p.terminate(); status != 0 {
				t.Errorf("status %d", status)
			}
		})
	}
}

func wantNoSecret(t *testing.T, p *process) {
	t.Helper()
	if p.count(passwordStart) > 0 {
		t.Errorf("%s tells a password", p.name)
	}
}
