package mapbuilder

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/internal/published"
)

// watched is the processor whose maps, and what is left out of them, are shown as metrics;
// maps are logged, and waits for speakers told.
func watched(spec stream.Spec[*State, Event, schemas.NetworkMap], syncTimeout time.Duration, rt *service.Runtime) (stream.Spec[*State, Event, schemas.NetworkMap], error) {
	maps := published.New("network_map", rt)
	spec.Output.Visible = func(change stream.Change[schemas.NetworkMap], octets int) {
		id, rest := versioned.ResourceOf(change.Key)
		switch m := change.Value; {
		case rest != "":
			maps.Part(id, octets)
		case m == nil:
			maps.Withdrawn(id, change.Reason)
		default:
			maps.Published(published.Map{ID: id, Tag: m.Meta.VTag.Tag, Sources: m.Meta.Sources, StaleSince: m.Meta.StaleSince, Octets: octets})
		}
	}
	found, err := newFindings(rt.Meter)
	if err != nil {
		return spec, err
	}
	grouped, err := newGrouped(rt)
	if err != nil {
		return spec, err
	}
	held := &waits{runtime: rt, syncTimeout: syncTimeout, held: map[*State]map[string]*service.Wait{}}
	step := spec.Step
	spec.Step = func(s *State, e Event) (*State, []output) {
		s, out := step(s, e)
		size(s, out, maps)
		switch e.(type) {
		case Flush:
			news := s.news()
			found.set(news)
			grouped.set(news)
			held.set(s, news)
			maps.Problems(s, s.published.Problems())
		case StoodBy:
			maps.Problems(s, nil)
			held.end(s)
		}
		return s, out
	}
	return spec, nil
}

// size tells how large the maps are whose heads are put out.
func size(s *State, out []output, maps *published.Maps) {
	for _, o := range out {
		if _, rest := versioned.ResourceOf(o.Key); rest == "" && o.Value != nil {
			pids, prefixes := s.published.Size(o.Key)
			maps.Sized(o.Key,
				published.Size{Name: "pids", Description: "PIDs of the map.", N: pids},
				published.Size{Name: "prefixes", Description: "Prefixes of the map.", N: prefixes})
		}
	}
}

// findings shows what is left out of the maps of a topology, or worth a look.
type findings struct {
	gauge metric.Int64Gauge
	mu    sync.Mutex                   // partitions are flushed side by side
	last  map[string]map[ted.Count]int // by topology
}

func newFindings(meter metric.Meter) (*findings, error) {
	gauge, err := meter.Int64Gauge("topology_findings",
		metric.WithDescription("Objects of a topology that are left out of the maps, by kind and reason, and, where left_out is false, such as are worth a look. altoctl problems lists them."))
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return &findings{gauge: gauge, last: map[string]map[ted.Count]int{}}, nil
}

func (f *findings) set(changed map[string]news) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for topology, n := range changed {
		counts := n.findings
		for count := range f.last[topology] {
			if _, still := counts[count]; !still {
				f.record(topology, count, 0)
			}
		}
		for count, n := range counts {
			f.record(topology, count, n)
		}
		f.last[topology] = counts
	}
}

func (f *findings) record(topology string, c ted.Count, n int) {
	f.gauge.Record(context.Background(), int64(n), metric.WithAttributes(
		attribute.String("topology", topology), attribute.String("kind", c.Kind),
		attribute.String("reason", string(c.Reason)), attribute.Bool("left_out", c.Reason.LeftOut())))
}

// grouped tells operators of the routers that fit no group of a view.
type grouped struct {
	gauge metric.Int64Gauge
	log   *slog.Logger
	mu    sync.Mutex        // partitions are flushed side by side
	last  map[[2]string]int // by topology and view
}

func newGrouped(rt *service.Runtime) (*grouped, error) {
	gauge, err := rt.Meter.Int64Gauge("view_ungrouped_routers",
		metric.WithDescription("Routers of a topology that fit no group of a view and are in its PID ungrouped."))
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return &grouped{gauge: gauge, log: rt.Log, last: map[[2]string]int{}}, nil
}

func (g *grouped) set(changed map[string]news) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for topology, n := range changed {
		for view, routers := range n.ungrouped {
			g.gauge.Record(context.Background(), int64(routers), metric.WithAttributes(attribute.String("topology", topology), attribute.String("view", view)))
			if key := [2]string{topology, view}; g.last[key] != routers {
				g.last[key] = routers
				g.log.Warn("routers fit no group of a view", "topology", topology, "view", view, "routers", routers,
					"hint", "altoctl network-map --view "+view+" --pid "+Ungrouped+" lists them")
			}
		}
	}
}
