package costbuilder

import (
	"maps"
	"slices"
	"strings"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
)

// Metric is a cost metric by its ALTO name (RFC 7285 §10.6).
type Metric struct {
	Name  string
	Costs ted.Metric
}

// State is the topologies of one partition.
type State struct {
	metrics    []Metric
	topologies stream.KeyedState[topology]
}

type topology struct {
	db         *ted.Database
	networkMap *schemas.NetworkMap // nil = there is none
}

// Event is one of Told, Mapped and Flush.
type Event any

// Told is a record of raw-topology; nil = gone.
type Told struct {
	Key    string
	Record *schemas.RawTopology
}

// Mapped is a record of network_maps; nil = gone.
type Mapped struct {
	Key    string
	Record *schemas.NetworkMap
}

// Flush ends a batch: the maps of the topologies that changed are made.
type Flush struct{}

type output = stream.Output[schemas.CostMap]

func newState(metrics []Metric, o ted.Options) *State {
	return &State{
		metrics:    metrics,
		topologies: stream.KeyedState[topology]{New: func() *topology { return &topology{db: ted.New(o)} }},
	}
}

// Step takes one event.
func Step(s *State, e Event) (*State, []output) {
	switch e := e.(type) {
	case Told:
		name, _, _ := strings.Cut(e.Key, "|")
		s.topologies.Change(name).db.Put(e.Key, e.Record)
	case Mapped:
		if name, ok := alto.TopologyOf(e.Key); ok {
			s.topologies.Change(name).networkMap = e.Record
		}
	case Flush:
		return s, s.flush()
	}
	return s, nil
}

func (s *State) flush() []output {
	var out []output
	for name, t := range s.topologies.Changed() {
		out = append(out, s.costMaps(name, t)...)
	}
	return out
}

// costMaps returns the cost maps of a topology: for each metric one, and another for IPv6
// where that is routed on a topology of its own; none without a network map, or without any
// router to have costs between: then the network map is from another time.
func (s *State) costMaps(name string, t *topology) []output {
	var graph *ted.Graph
	if t.networkMap != nil && !t.db.Empty() {
		graph = t.db.Graph()
	}
	var out []output
	for _, metric := range s.metrics {
		base := output{Key: alto.CostMapID(name, metric.Name, alto.Numerical)}
		own := output{Key: alto.CostMapID(name, metric.Name+alto.IPv6, alto.Numerical)}
		if graph != nil {
			base.Value = t.costMap(metric.Name, graph.Costs(metric.Costs))
		}
		if graph != nil && graph.IPv6Apart() {
			own.Value = t.costMap(metric.Name, graph.IPv6Costs(metric.Costs))
		}
		out = append(out, base, own)
	}
	return out
}

func (t *topology) costMap(metric string, costs alto.Costs) *schemas.CostMap {
	m, f := t.networkMap, t.db.Freshness()
	if m.Meta == nil {
		return nil
	}
	return &schemas.CostMap{
		Meta: &schemas.CostMapMeta{
			DependentVTags: []schemas.VersionTag{m.Meta.VTag},
			CostType:       schemas.CostType{CostMode: alto.Numerical, CostMetric: metric},
			Sources:        &f.Sources,
			StaleSince:     f.StaleSince,
		},
		CostMap: alto.CostMapOf(alto.Between(slices.Sorted(maps.Keys(m.NetworkMap)), costs)),
	}
}
