package bgpingest

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
)

// TestMaxUpdateRate holds a speaker back that tells too fast, loses nothing, and lets
// another one through.
func TestMaxUpdateRate(t *testing.T) {
	const rate, count = 200, 260
	tracer, _, err := service.NewTracer(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	var lines strings.Builder
	rt, err := service.NewRuntime("test", slog.New(slog.NewTextHandler(&lines, nil)), registry, tracer)
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan stream.Event[Event], 2*count)
	l, err := newListener(events, Config{MaxUpdateRate: rate}, rt)
	if err != nil {
		t.Fatal(err)
	}
	body := network(1)[0]
	begin := time.Now()
	for range count {
		l.tell(t.Context(), "fast", body, bgpls.NoPathIDs)
	}
	if least := time.Second * (count - rate) / rate; time.Since(begin) < least {
		t.Errorf("%d UPDATEs took %v, want %v at least", count, time.Since(begin), least)
	}
	l.tell(t.Context(), "slow", body, bgpls.NoPathIDs)
	if got := len(events); got != count+1 {
		t.Errorf("%d events of %d UPDATEs", got, count+1)
	}
	throttled := map[string]float64{}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), "altostream_bgp_throttled") {
			for _, m := range f.Metric {
				for _, label := range m.Label {
					if label.GetName() == "source" {
						throttled[label.GetValue()] = m.GetCounter().GetValue()
					}
				}
			}
		}
	}
	if throttled["fast"] == 0 || throttled["slow"] != 0 {
		t.Errorf("throttled: %v", throttled)
	}
	if n := strings.Count(lines.String(), "MAX_UPDATE_RATE"); n != 1 {
		t.Errorf("%d log lines say that the speaker is held back, want 1:\n%s", n, lines.String())
	}
}
