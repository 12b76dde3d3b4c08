package computeingest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/prometheus/client_golang/prometheus"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/lab/broker"
)

const benchResources = 10_000

// documentOf is a document of n resources.
func documentOf(n int) string {
	var text strings.Builder
	text.WriteString("{")
	for i := range n {
		if i > 0 {
			text.WriteString(",")
		}
		fmt.Fprintf(&text, `"host-%05d":{"capacity":{"vcpu":64,"ram":"256Gi","disk":1000,"VGPU":4},"reserved":{"vcpu":2,"ram":512},"allocation_ratio":{"vcpu":4},`+
			`"allocated":{"vcpu":%d,"ram":"64Gi","VGPU":1},"instances":12,"site":"site-%d","addresses":["10.0.%d.%d"],"state":"up"}`, i, i%200, i%50, i/250, i%250)
	}
	text.WriteString("}")
	return text.String()
}

// BenchmarkLoad starts the service with a document of 10,000 resources, and takes the time
// until a consumer has all of them.
func BenchmarkLoad(b *testing.B) {
	path := filepath.Join(b.TempDir(), "compute.json")
	if err := os.WriteFile(path, []byte(documentOf(benchResources)), 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		servers, err := broker.Start(broker.Config{KafkaListen: "127.0.0.1:0", RegistryListen: "127.0.0.1:0"})
		if err != nil {
			b.Fatal(err)
		}
		rt, err := service.NewRuntime("compute-ingest", slog.New(slog.DiscardHandler), prometheus.NewRegistry(), sdktrace.NewTracerProvider().Tracer("bench"))
		if err != nil {
			b.Fatal(err)
		}
		c := Config{
			Config:         service.Config{KafkaBootstrapServers: servers.KafkaAddress(), SchemaRegistryURL: servers.RegistryURL()},
			ComputeSources: documents("dc1", path), ComputePollInterval: time.Hour,
		}
		ctx, cancel := context.WithCancel(b.Context())
		done := make(chan error, 1)
		b.StartTimer()
		go func() { done <- Run(ctx, c, rt) }()
		keys := map[string]bool{}
		err = stream.Follow(ctx, c.Config, schemas.ComputeResourcesTopic, func(m *kafka.Message) error {
			if keys[string(m.Key)] = true; len(keys) == benchResources {
				return stream.ErrStop
			}
			return nil
		}, func() error { return nil })
		b.StopTimer()
		if err != nil {
			b.Fatal(err)
		}
		cancel()
		<-done
		servers.Close()
		b.StartTimer()
	}
}

// BenchmarkUnchanged shows the processor the same reading of 10,000 resources again.
func BenchmarkUnchanged(b *testing.B) {
	i := newIngest(b, "dc1")
	reading := read(b, documentOf(benchResources), 1)
	i.apply(sitesRead(b, `{}`, 0), reading)
	for b.Loop() {
		if changed := i.apply(reading); changed != nil {
			b.Fatalf("%d changes", len(changed))
		}
	}
}
