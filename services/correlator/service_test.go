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
	"github.com/altostream/altostream/schemas"
)

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	rt, err := service.NewRuntime("correlator", log, prometheus.NewRegistry(), sdktrace.NewTracerProvider().Tracer("test"))
	if err != nil {
		t.Fatal(err)
	}
	c := Config{service.Config{KafkaBootstrapServers: "127.0.0.1:1", SchemaRegistryURL: "http://127.0.0.1:1"}}
	if err := Run(ctx, c, rt); ctx.Err() == nil {
		t.Errorf("ended before: %v", err)
	}
	if rt.IsReady() {
		t.Error("ready without Kafka")
	}
}

func TestTheNetworkMapsAreReadWhole(t *testing.T) {
	global := map[string]bool{}
	for _, in := range Spec(Serdes{}).Inputs {
		global[in.Topic] = in.Global
	}
	if len(global) != 2 || global[schemas.ComputeResourcesTopic] || !global[schemas.NetworkMapsTopic] {
		t.Errorf("global inputs: %v", global)
	}
}

// The cause of a record is the change of the input that made it.
func TestTheCauseIsHandedOn(t *testing.T) {
	p := newProcessor(t)
	p.apply(Mapped{defaultMap, wholeMap("default", groups())})
	at := time.Unix(1_800_000_000, 0)
	p.machine.Apply(Told{"static|a", resource([]string{"192.168.24.10"}, nil)}, stream.Cause{ObservedAt: at})
	changes, cause := p.machine.Flush()
	if len(changes) != 1 || !cause.ObservedAt.Equal(at) {
		t.Errorf("%d changes, observed at %v", len(changes), cause.ObservedAt)
	}
}
