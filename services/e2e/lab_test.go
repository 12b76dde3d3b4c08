package e2e

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
)

// TestKilledLab proves that a lab that is killed in the middle of its demo and started
// again has the tables of one that was not. Its hosts are those of the seed, whose load does not change.
func TestKilledLab(t *testing.T) {
	t.Parallel()
	seed, err := filepath.Abs("../lab/seed")
	if err != nil {
		t.Fatal(err)
	}
	hosts := []string{"COMPUTE_SOURCES=seed=" + filepath.Join(seed, "compute.json"), "COMPUTE_SITES=" + filepath.Join(seed, "sites.json")}
	demo := append(hosts, "LAB_EVENTS=demo", "LAB_EVENTS_PAUSE=500ms")
	whole := launchLab(t, t.TempDir(), demo...)
	whole.line(`── link R2–R3 is back ──`)
	whole.holdsAllLinks()
	whole.quiet(t)
	want := whole.topics.content()
	whole.end()

	dir := t.TempDir()
	killed := launchLab(t, dir, demo...)
	killed.line(`── link R2–R3 fails ──`)
	killed.topics.close()
	killed.kill()
	again := launchLab(t, dir, append(hosts, "LAB_EVENTS=none")...)
	again.line(`^In another terminal`)
	again.awaitContent(want)
	again.quiet(t)
	if err := differ("content in the end", want, again.topics.content()); err != nil {
		t.Error(err)
	}
	again.end()
}

// labProcess is the lab as a process.
type labProcess struct {
	*process
	*topics
}

// launchLab starts the lab on free ports and waits until it can be talked to.
func launchLab(t *testing.T, dir string, env ...string) *labProcess {
	t.Helper()
	p := launch(t, "lab", append([]string{
		"DATA_DIR=" + dir, "LAB_KAFKA_LISTEN=127.0.0.1:0", "LAB_REGISTRY_LISTEN=127.0.0.1:0",
		"HTTP_LISTEN=127.0.0.1:0", "LAB_ROUTER_PORT=0",
	}, env...)...)
	clients := service.Config{
		KafkaBootstrapServers: p.line(`^  Kafka +(\S+)`)[1],
		SchemaRegistryURL:     p.line(`^  registry +(\S+)`)[1],
	}
	return &labProcess{p, followTopics(t, clients)}
}

// holdsAllLinks waits for the costs while all links are up, and for what is made last.
func (l *labProcess) holdsAllLinks() {
	l.t.Helper()
	await(l.t, func() error {
		m, err := value[schemas.CostMap](l.topics, schemas.CostMapsTopic, routingID)
		if err != nil {
			return err
		}
		return differ("cost map", allLinks, m.CostMap)
	})
	await(l.t, func() error {
		if n := len(endpoints(l.topics.content())); n != 3 {
			return fmt.Errorf("there are %d endpoints, want 3", n)
		}
		return nil
	})
}

func (l *labProcess) awaitContent(want content) {
	l.t.Helper()
	await(l.t, func() error { return differ("content", want, l.topics.content()) })
}

func (l *labProcess) end() {
	l.t.Helper()
	l.topics.close()
	if status := l.terminate(); status != 0 {
		l.t.Errorf("the lab ended with status %d after SIGTERM, want 0", status)
	}
}
