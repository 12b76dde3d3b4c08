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
		base := output{Key: alto.CostMapID(name, metric.Name, metric.Mode)}
		own := output{Key: alto.CostMapID(name, metric.Name+alto.IPv6, metric.Mode)}
		if graph != nil {
			t.fill(&base, metric, graph.Costs)
		}
		if graph != nil && graph.IPv6Apart() {
			t.fill(&own, metric, graph.IPv6Costs)
		}
		out = append(out, base, own)
	}
	return out
}

// fill puts a cost map into an output, if its key may be a resource id.
func (t *topology) fill(o *output, metric Metric, costs func(ted.Metric) alto.Costs) {
	m, f := t.networkMap, t.db.Freshness()
	if m.Meta == nil {
		return
	}
	if err := alto.ValidResourceID(o.Key); err != nil {
		o.Reason = err.Error() + ": the topology needs a shorter name"
		return
	}
	between := alto.Between(slices.Sorted(maps.Keys(m.NetworkMap)), costs(metric.Costs))
	if metric.Mode == alto.Ordinal {
		between = alto.Ranks(between, metric.Costs.Bandwidth())
	}
	o.Value = &schemas.CostMap{
		Meta: &schemas.CostMapMeta{
			DependentVTags: []schemas.VersionTag{m.Meta.VTag},
			CostType:       schemas.CostType{CostMode: metric.Mode, CostMetric: metric.Name, CostContext: metric.Context},
			Sources:        &f.Sources,
			StaleSince:     f.StaleSince,
		},
		CostMap: alto.CostMapOf(between),
	}
}
