// Package published shows operators the maps that a builder has published: as metrics, and
// each publication and withdrawal as a log line.
package published

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
)

// Size is a number that says how large a map is.
type Size struct {
	Name, Description string
	N                 int
}

// Map is a map that consumers can see now.
type Map struct {
	ID         string
	Tag        string // of the network map
	Sources    *schemas.Sources
	StaleSince *time.Time
	Octets     int // of its record
}

// Maps shows the maps of a builder.
type Maps struct {
	kind    string // network_map, cost_map
	runtime *service.Runtime
	meter   metric.Meter
	log     *slog.Logger
	limit   service.Limit
	mu      sync.Mutex
	gauges  map[string]metric.Int64Gauge
	tags    map[string]string
	sizes   map[string][]Size
	octets  map[string]int // of the parts and deltas of a publication that is under way
	waits   map[any]map[string]*service.Wait
}

// New returns what shows maps of a kind, network_map or cost_map, of which there are none yet.
func New(kind string, rt *service.Runtime) *Maps {
	return &Maps{
		kind: kind, meter: rt.Meter, log: rt.Log, limit: service.Limit{Interval: time.Second},
		gauges: map[string]metric.Int64Gauge{}, tags: map[string]string{}, sizes: map[string][]Size{}, octets: map[string]int{},
		waits: map[any]map[string]*service.Wait{}, runtime: rt,
	}
}

// Sized says how large the map is that is published next.
func (m *Maps) Sized(id string, sizes ...Size) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sizes[id] = sizes
}

// Part notes that a part or delta of a map was published.
func (m *Maps) Part(id string, octets int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.octets[id] += octets
}

// Problems tells why maps of a partition cannot be published, by resource id.
func (m *Maps) Problems(partition any, problems map[string]string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	waits := m.waits[partition]
	for id, wait := range waits {
		if problems[id] == "" {
			wait.Done()
			delete(waits, id)
			m.set(id, "unpublishable", unpublishable, 0)
		}
	}
	for id, problem := range problems {
		if waits[id] == nil {
			if waits == nil {
				waits = map[string]*service.Wait{}
				m.waits[partition] = waits
			}
			m.log.Warn("no "+m.kind, "id", id, "reason", problem)
			m.set(id, "unpublishable", unpublishable, 1)
			waits[id] = m.runtime.Wait("map", id+" cannot be published")
		}
		waits[id].Because(errors.New(problem))
	}
}

const unpublishable = "1 for a map that there should be and that cannot be published, being too large or changing too fast for instance."

// Published shows a map.
func (m *Maps) Published(p Map) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	attributes := []any{"id", p.ID, "tag", p.Tag}
	for _, s := range m.sizes[p.ID] {
		m.set(p.ID, s.Name, s.Description, int64(s.N))
		attributes = append(attributes, s.Name, s.N)
	}
	p.Octets += m.octets[p.ID]
	delete(m.octets, p.ID)
	m.set(p.ID, "bytes", "Size of the records of the last publication: of a map that is one record, its size.", int64(p.Octets))
	m.set(p.ID, "published_seconds", "When the map was published last, in seconds since 1970.", now.Unix())
	if m.tags[p.ID] != p.Tag {
		m.set(p.ID, "tag_changed_seconds", "When the tag of the network map changed last, in seconds since 1970; 0 for a map that is withdrawn.", now.Unix())
	}
	m.tags[p.ID] = p.Tag
	if p.Sources != nil {
		m.set(p.ID, "sources", "Speakers that tell of the topology.", int64(p.Sources.Count))
		m.set(p.ID, "stale_sources", "Speakers that tell of the topology and have lost their session.", int64(p.Sources.Stale))
		attributes = append(attributes, "sources", p.Sources.Count, "stale_sources", p.Sources.Stale)
	}
	var since int64
	if p.StaleSince != nil {
		since = p.StaleSince.Unix()
		attributes = append(attributes, "stale_since", *p.StaleSince)
	}
	m.set(p.ID, "stale_since_seconds", "Since when what the map is made of is not current, in seconds since 1970; 0 if it is.", since)
	if held, ok := m.limit.Allow(p.ID); ok {
		m.log.Info(m.kind+" published", append(attributes, "bytes", p.Octets, "held_back", held)...)
	}
}

// Withdrawn shows that there is no such map; reason is why, "" if it is simply gone.
func (m *Maps) Withdrawn(id, reason string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.tags, id)
	delete(m.octets, id)
	for name, gauge := range m.gauges {
		if name != "published_seconds" {
			gauge.Record(context.Background(), 0, resource(id))
		}
	}
	m.log.Info(m.kind+" withdrawn", "id", id, "reason", reason)
}

func (m *Maps) set(id, name, description string, n int64) {
	gauge, ok := m.gauges[name]
	if !ok {
		var err error
		if gauge, err = m.meter.Int64Gauge(m.kind+"_"+name, metric.WithDescription(description)); err != nil {
			m.log.Error("metric", "error", fmt.Errorf("%s_%s: %w", m.kind, name, err))
			return
		}
		m.gauges[name] = gauge
	}
	gauge.Record(context.Background(), n, resource(id))
}

func resource(id string) metric.MeasurementOption {
	return metric.WithAttributes(attribute.String("resource", id))
}
