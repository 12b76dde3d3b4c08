package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/altostream/altostream/schemas"
)

// consumers is the folder of the examples for those who read the topics.
const consumers = "../../docs/consumers"

// TestConsumers runs the examples of docs/consumers as a person would: each has the cost map, and
// those that follow it print what changes when a link fails.
func TestConsumers(t *testing.T) {
	t.Parallel()
	if !onKafka() {
		t.Skipf("Apicurio's deserializer needs its registry; set %s=1", kafkaVariable)
	}
	c := newChain(t, 1)
	c.start()
	c.costsAre(routingID, allLinks)

	venv := filepath.Join(t.TempDir(), "venv")
	python := filepath.Join(venv, "bin", "python")
	c.finish("", "python3", "-m", "venv", venv)
	c.finish("python", python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", "requirements.txt")
	c.finish("java", "mvn", "-q", "-B", "compile")

	const first = `^costmap-default-routingcost of network map [0-9a-f]{32}`
	followers := []struct {
		example *process
		change  string
	}{
		{c.example("python", python, "cost_map.py"), `pid100:02020202 -> pid100:03030303: 10.0 -> 20.0`},
		{c.example("java", "mvn", "-q", "-B", "exec:java"), `pid100:02020202 -> pid100:03030303: 10.0 -> 20.0`},
		{c.example("go", "go", "run", "."), `pid100:02020202 -> pid100:03030303 is 20`},
	}
	for _, f := range followers {
		f.example.line(first)
	}
	if err := c.network.failLink("R2", "R3"); err != nil {
		t.Fatal(err)
	}
	for _, f := range followers {
		f.example.line(f.change)
	}
	c.quiet(t)
	for _, want := range []string{"raw-topology 56 records", "network_maps 1 records", "cost_maps 2 records", "compute_resources 3 records", "endpoint-properties 3 records"} {
		c.example("python", python, "tables.py").line("^" + want + "$")
	}
	c.example("java", "mvn", "-q", "-B", "exec:java", "-Dexec.mainClass=Apicurio").line(`^costmap-default-routingcost, network map at hand: .*pid100`)
	c.example("", "kcat", "-b", c.clients.KafkaBootstrapServers, "-C", "-e", "-q", "-t", schemas.CostMapsTopic, "-f", "%k %h %S bytes\n").line(`^costmap-default-routingcost observed-at=`)
}

// example starts a program in a folder of the examples.
func (c *chain) example(dir string, command ...string) *process {
	c.t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = filepath.Join(consumers, dir)
	cmd.Env = append(os.Environ(), "GOWORK=off", "PYTHONUNBUFFERED=1",
		"KAFKA_BOOTSTRAP_SERVERS="+c.clients.KafkaBootstrapServers, "SCHEMA_REGISTRY_URL="+c.clients.SchemaRegistryURL,
		"APICURIO_URL="+strings.Replace(c.clients.SchemaRegistryURL, "/apis/ccompat/v7", "/apis/registry/v2", 1))
	return run(c.t, command[0], cmd)
}

// finish runs a program of the examples to its end.
func (c *chain) finish(dir string, command ...string) {
	c.t.Helper()
	p := c.example(dir, command...)
	if status := p.status(5 * patience); status != 0 {
		c.t.Fatalf("%s ended with status %d:\n%s", strings.Join(command, " "), status, strings.Join(p.last(20), "\n"))
	}
}
