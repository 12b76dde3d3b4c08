package correlator

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
)

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	rt, err := service.NewRuntime("correlator", log, prometheus.NewRegistry(), sdktrace.NewTracerProvider().Tracer("test"))
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Config: service.Config{KafkaBootstrapServers: "127.0.0.1:1", SchemaRegistryURL: "http://127.0.0.1:1"}}
	if err := Run(ctx, c, rt); ctx.Err() == nil {
		t.Errorf("ended before: %v", err)
	}
	if rt.IsReady() {
		t.Error("ready without Kafka")
	}
}

// The cause of a record is the change of the input that made it.
func TestTheCauseIsHandedOn(t *testing.T) {
	p := newProcessor(t)
	p.apply(mapped(defaultMap, wholeMap("default", groups())))
	at := time.Unix(1_800_000_000, 0)
	p.machine.Apply(told("static|a", resourceOf([]string{"192.168.24.10"}, nil)), stream.Cause{ObservedAt: at})
	changes, cause := p.machine.Flush()
	if len(changes) != 2 || !cause.ObservedAt.Equal(at) {
		t.Errorf("%d changes, observed at %v", len(changes), cause.ObservedAt)
	}
}
