package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/services/lab/router"
)

// chainOrder is the five programs.
var chainOrder = []string{"bgp-ingest", "map-builder", "cost-builder", "compute-ingest", "correlator"}

const (
	asn         = 100
	collector   = "127.0.0.1"  // the address that bgp-ingest speaks from
	firstRouter = "127.0.0.11" // R1
)

// chain is a broker, a registry, the seed's network and the five programs.
type chain struct {
	*topics
	t         testing.TB
	clients   service.Config
	network   *router.Network
	dir       string // of the compute document and the sites
	env       map[string][]string
	processes map[string]*process
}

// newChain starts the broker and the seed's network, and the programs but those that
// are left out. Speakers are peers beside the network's.
func newChain(t testing.TB, partitions int, speakers ...*speaker) *chain {
	t.Helper()
	return newChainOn(t, startServers(t, partitions), speakers...)
}

func newChainOn(t testing.TB, s *servers, speakers ...*speaker) *chain {
	t.Helper()
	c := &chain{t: t, clients: s.clients, dir: t.TempDir(), processes: map[string]*process{}}
	c.topics = followTopics(t, c.clients)
	network, peers := startNetwork(t)
	c.network = network
	for _, s := range speakers {
		peers += "," + s.peer()
	}
	c.copySeed("compute.json", "sites.json")
	c.env = map[string][]string{
		"bgp-ingest":     {"BGP_PEERS=" + peers, "BGP_ASN=100", "BGP_LISTEN=127.0.0.1:0"},
		"compute-ingest": {"COMPUTE_SOURCES=seed=" + c.file("compute.json"), "COMPUTE_SITES=" + c.file("sites.json")},
	}
	return c
}

// common is the environment of every program.
func common(clients service.Config) []string {
	return []string{
		"KAFKA_BOOTSTRAP_SERVERS=" + clients.KafkaBootstrapServers,
		"SCHEMA_REGISTRY_URL=" + clients.SchemaRegistryURL,
		"HTTP_LISTEN=127.0.0.1:0",
	}
}

// start starts programs; with none named, all five.
func (c *chain) start(names ...string) {
	c.t.Helper()
	if len(names) == 0 {
		names = chainOrder
	}
	for _, name := range names {
		c.processes[name] = launch(c.t, name, append(common(c.clients), c.env[name]...)...)
	}
	for _, name := range names {
		c.processes[name].awaitReady()
	}
}

func (c *chain) file(name string) string { return filepath.Join(c.dir, name) }

func (c *chain) copySeed(names ...string) {
	c.t.Helper()
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join("..", "lab", "seed", name))
		if err != nil {
			c.t.Fatal(err)
		}
		c.replaceFile(name, string(text))
	}
}

// replaceFile puts a text in the place of a file, at once.
func (c *chain) replaceFile(name, text string) {
	c.t.Helper()
	if err := os.WriteFile(c.file(name)+".new", []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	if err := os.Rename(c.file(name)+".new", c.file(name)); err != nil {
		c.t.Fatal(err)
	}
}
