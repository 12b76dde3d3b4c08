package altoctl

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/services/lab/broker"
)

// lab is an embedded broker and registry.
type lab struct {
	*testing.T
	config service.Config
}

func startLab(t *testing.T) lab {
	t.Helper()
	b, err := broker.Start(broker.Config{KafkaListen: "127.0.0.1:0", RegistryListen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return lab{t, clientsOf(b)}
}

func clientsOf(b *broker.Broker) service.Config {
	return service.Config{KafkaBootstrapServers: b.KafkaAddress(), SchemaRegistryURL: b.RegistryURL()}
}

// altoctl runs a command line and checks its error and what it prints.
func (l lab) altoctl(wantErr error, want []string, args ...string) {
	l.Helper()
	var out strings.Builder
	err := Run(l.Context(), l.config, args, &out, &out)
	if !errors.Is(err, wantErr) {
		l.Fatalf("%q: %v, want %v\n%s", args, err, wantErr, out.String())
	}
	for _, text := range want {
		if !strings.Contains(out.String(), text) {
			l.Fatalf("%q does not print %q:\n%s", args, text, out.String())
		}
	}
}

// file writes a file of topics.
func (l lab) file(partitions, settings string) string {
	l.Helper()
	name := filepath.Join(l.TempDir(), "topics.yaml")
	text := "default: {partitions: " + partitions + ", replication_factor: 1, config: {cleanup.policy: compact" + settings + "}}\n" +
		"topics: {raw-topology: , network_maps: , cost_maps: , compute_resources: , endpoint-properties: }\n"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		l.Fatal(err)
	}
	return name
}

func (l lab) put(topic string) { l.produce(topic, "k", nil) }

const same = "The topics are as the file says."

// TestTopicsApply takes a cluster through every kind of difference.
func TestTopicsApply(t *testing.T) {
	l := startLab(t)
	one := l.file("1", "")
	l.altoctl(nil, []string{same}, "topics", "plan", "-f", one)
	l.altoctl(nil, []string{same}, "topics", "apply", "-f", one)

	altered := l.file("1", ", segment.ms: 3600000")
	const alteration = "~ cost_maps: segment.ms 604800000 → 3600000\n"
	l.altoctl(ErrDiffers, []string{alteration}, "topics", "plan", "-f", altered)
	l.altoctl(ErrDiffers, []string{alteration}, "topics", "plan", "-f", altered) // a plan changes nothing
	l.altoctl(nil, []string{alteration, "Done."}, "topics", "apply", "-f", altered)
	l.altoctl(nil, []string{same}, "topics", "plan", "-f", altered)

	three := l.file("3", "")
	l.altoctl(nil, []string{"~ cost_maps: partitions 1 → 3 (it is empty", "Done."}, "topics", "apply", "-f", three)
	l.altoctl(nil, []string{same}, "topics", "plan", "-f", three)

	l.put("cost_maps")
	four := l.file("4", "")
	const refusal = "! cost_maps: partitions 3 → 4: it holds records"
	l.altoctl(ErrDiffers, []string{refusal, "~ raw-topology: partitions 3 → 4"}, "topics", "plan", "-f", four)
	l.altoctl(errRefused, []string{refusal}, "topics", "apply", "-f", four)
	l.altoctl(nil, []string{same}, "topics", "plan", "-f", three) // nothing is changed

	l.altoctl(nil, []string{"- delete cost_maps", "+ create cost_maps: 4 partitions", "Done."}, "topics", "apply", "-f", four, "--delete", "cost_maps")
	l.altoctl(nil, []string{same}, "topics", "plan", "-f", four)

	l.put("cost_maps")
	five := l.file("5", "")
	l.altoctl(nil, []string{"~ cost_maps: partitions 4 → 5 (its records stay", "Done."}, "topics", "apply", "-f", five, "--add-partitions", "cost_maps")
	l.altoctl(nil, []string{same}, "topics", "plan", "-f", five)
}

// TestTopicsReplicas names another replication factor and mends the rest.
func TestTopicsReplicas(t *testing.T) {
	l := startLab(t)
	altered := l.file("1", ", segment.ms: 3600000")
	const named = "! cost_maps: replication factor 1 → 2: not made here"
	l.altoctl(ErrDiffers, []string{named, "Done, but for what is marked with !"}, "topics", "apply", "-f", altered, "--replicas", "2")
	l.altoctl(ErrDiffers, []string{named}, "topics", "plan", "-f", altered, "--replicas", "2")
	l.altoctl(nil, []string{same}, "topics", "plan", "-f", altered)
}

// TestSchemasApply registers the schemas of this program, and has nothing to do then.
func TestSchemasApply(t *testing.T) {
	l := startLab(t)
	l.altoctl(nil, []string{"cost_maps-value", "not registered"}, "schemas")
	l.altoctl(nil, []string{"+ raw-topology-value: register this program's schema as version 1", "Done."}, "schemas", "apply")
	l.altoctl(nil, []string{"The registry has the schemas and the level."}, "schemas", "apply")
	l.altoctl(nil, []string{"FULL_TRANSITIVE", "[1]", "version 1, the latest"}, "schemas")
}
