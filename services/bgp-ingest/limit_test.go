package bgpingest

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
)

// TestBadInputOfSeveral tells of each speaker and kind, however much there is of another.
func TestBadInputOfSeveral(t *testing.T) {
	var lines strings.Builder
	rt, err := service.NewRuntime("test", slog.New(slog.NewTextHandler(&lines, nil)), prometheus.NewRegistry(), sdktrace.NewTracerProvider().Tracer("test"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := newListener(make(chan stream.Event[Event], 1), Config{}, rt)
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		l.bad(t.Context(), "bgp:192.0.2.1", "update", errors.New("too short"))
	}
	l.bad(t.Context(), "bgp:192.0.2.1", "message", errors.New("unknown"))
	l.bad(t.Context(), "bgp:192.0.2.2", "update", errors.New("too short"))
	if n := strings.Count(lines.String(), "input put aside"); n != 3 {
		t.Errorf("%d lines, want 3:\n%s", n, lines.String())
	}
}
