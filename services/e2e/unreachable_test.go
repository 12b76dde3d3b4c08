package e2e

import (
	"fmt"
	"slices"
	"testing"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/services/e2e/cluster"
	"github.com/altostream/altostream/services/lab/broker"
)

// TestBrokerComesLater starts the programs before the broker: they say what they miss
// and work when it is there.
func TestBrokerComesLater(t *testing.T) {
	t.Parallel()
	s := startServers(t, 1)
	s.stop()
	processes := launchAll(t, s.clients)
	for _, p := range processes {
		p.line(`level=(ERROR|WARN) .*` + s.clients.KafkaBootstrapServers + `.*KAFKA_BOOTSTRAP_SERVERS`)
		wantNotReady(t, p)
	}
	s.resume()
	for _, p := range processes {
		p.awaitReady()
	}
}

// TestRegistryComesLater is the same with a broker and no registry.
func TestRegistryComesLater(t *testing.T) {
	t.Parallel()
	clients := startBroker(t, 1)
	registry := freeAddress(t)
	clients.SchemaRegistryURL = "http://" + registry
	processes := launchAll(t, clients)
	for _, p := range processes {
		p.line(`level=(ERROR|WARN) .*SCHEMA_REGISTRY_URL.*` + registry)
		wantNotReady(t, p)
	}
	startEmbedded(t, broker.Config{KafkaListen: freeAddress(t), RegistryListen: registry})
	for _, p := range processes {
		p.awaitReady()
	}
}

func launchAll(t testing.TB, clients service.Config) []*process {
	t.Helper()
	var processes []*process
	for _, name := range chainOrder {
		processes = append(processes, launch(t, name, slices.Concat(common(clients), enough[name])...))
	}
	return processes
}

func wantNotReady(t testing.TB, p *process) {
	t.Helper()
	if status, _, err := p.page("/readyz"); err != nil || status != 503 {
		t.Errorf("/readyz of %s answers %d, %v, want 503", p.name, status, err)
	}
	if status, _, err := p.page("/healthz"); err != nil || status != 200 {
		t.Errorf("/healthz of %s answers %d, %v, want 200", p.name, status, err)
	}
}

// freeAddress returns an address at which nobody listens.
func freeAddress(t testing.TB) string {
	t.Helper()
	port, err := cluster.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", port)
}
