package costbuilder

import (
	"maps"
	"slices"
	"strings"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/internal/publication"
)

// State is the topologies of one partition.
type State struct {
	metrics     []Metric
	limits      versioned.Limits
	topologies  stream.KeyedState[topology]
	networkMaps *versioned.Reader[schemas.NetworkMap, *schemas.NetworkMap]
	published   *publication.Maps[versioned.CostRecord, alto.Costs]
}

type topology struct {
	db    *ted.Database
	vtag  *schemas.VersionTag // of the network map; nil = there is none
	pids  []string            // of the network map, sorted
	graph *ted.Graph          // of the maps that are not published as a whole yet
}

// Event is one of Told, Mapped, Held, More, StoodBy and Flush.
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

// Held is a record that the output table held at the start.
type Held struct {
	Key    string
	Record *versioned.CostRecord
}

// More says that a topology's maps are not published as a whole yet.
type More struct{ Topology string }

// StoodBy says that another instance sees to the topologies from now on.
type StoodBy struct{}

// Flush ends a batch: the maps of the topologies that changed are made.
type Flush struct{}

type output = stream.Output[versioned.CostRecord]

func newState(metrics []Metric, o ted.Options, l versioned.Limits) *State {
	return &State{
		metrics: metrics, limits: l, networkMaps: versioned.NewNetworkReader(),
		topologies: stream.KeyedState[topology]{New: func() *topology { return &topology{db: ted.New(o)} }},
		published: publication.New(func(id string) *versioned.Writer[versioned.CostRecord, alto.Costs] {
			return versioned.NewCostWriter(id, l)
		}),
	}
}

// Step takes one event.
func Step(s *State, e Event) (*State, []output) {
	switch e := e.(type) {
	case Told:
		name, _, _ := strings.Cut(e.Key, "|")
		t := s.topologies.Change(name)
		t.db.Put(e.Key, e.Record)
		t.graph = nil
	case Mapped:
		s.mapped(e)
	case Held:
		s.published.Restore(e.Key, e.Record)
	case More:
		s.topologies.Change(e.Topology)
	case StoodBy:
		s.published.Forget()
		s.networkMaps = versioned.NewNetworkReader()
	case Flush:
		return s, s.flush()
	}
	return s, nil
}

func (s *State) mapped(e Mapped) {
	id, state, m := s.networkMaps.Take(e.Key, e.Record)
	name, ok := alto.TopologyOf(id)
	if !ok || state == versioned.Unchanged {
		return
	}
	t := s.topologies.Change(name)
	t.vtag, t.pids = nil, nil
	if state == versioned.Shown {
		t.vtag, t.pids = &m.Meta.VTag, slices.Sorted(maps.Keys(m.NetworkMap))
	}
}

func (s *State) flush() []output {
	var out []output
	for name, t := range s.topologies.Changed() {
		out = append(out, s.costMaps(name, t)...)
	}
	return append(out, s.published.Sweep()...)
}

// costMaps puts out the cost maps of a topology: for each metric one, and another for IPv6
// where that is routed on a topology of its own; none without a network map, or without any
// router to have costs between: then the network map is from another time.
func (s *State) costMaps(name string, t *topology) []output {
	var out []output
	more := false
	graph, why := s.graph(t)
	for _, metric := range s.metrics {
		for _, family := range []string{"", alto.IPv6} {
			id := alto.CostMapID(name, metric.Name+family, metric.Mode)
			costs := t.costs(graph, metric, family)
			reason := why
			if err := alto.ValidResourceID(id); err != nil && costs != nil {
				costs, reason = nil, problem{err.Error() + ": the topology needs a shorter name", true}
			}
			if costs == nil {
				out = append(out, s.published.Withdraw(id, reason.text, reason.told)...)
				continue
			}
			records, unfinished := s.published.Publish(id, costs(), t.head(metric))
			out, more = append(out, records...), more || unfinished
		}
	}
	t.graph = nil
	if more {
		t.graph = graph
		out = append(out, output{Key: name, WakeAfter: 1})
	}
	return out
}

// problem is why there is no map, and whether operators are told of it.
type problem struct {
	text string
	told bool
}

// graph returns the paths of a topology, nil if there are to be no costs.
func (s *State) graph(t *topology) (*ted.Graph, problem) {
	switch {
	case t.vtag == nil:
		return nil, problem{text: "no network map"}
	case t.db.Empty():
		return nil, problem{text: "no routers"}
	}
	if err := versioned.CheckRow(t.pids, s.limits); err != nil {
		return nil, problem{err.Error(), true}
	}
	if t.graph != nil {
		return t.graph, problem{}
	}
	return t.db.Graph(), problem{}
}

// costs returns what computes the costs of a metric in the mode asked for; nil if there are none.
func (t *topology) costs(graph *ted.Graph, metric Metric, family string) func() alto.Costs {
	if graph == nil || family == alto.IPv6 && !graph.IPv6Apart() {
		return nil
	}
	return func() alto.Costs {
		of := graph.Costs
		if family == alto.IPv6 {
			of = graph.IPv6Costs
		}
		between := alto.Between(t.pids, of(metric.Costs))
		if metric.Mode == alto.Ordinal {
			between = alto.Ranks(between, metric.Costs.Bandwidth())
		}
		return between
	}
}

// head returns what makes the record of a cost map's meta.
func (t *topology) head(metric Metric) func(string) *versioned.CostRecord {
	f := t.db.Freshness()
	return func(string) *versioned.CostRecord {
		return &versioned.CostRecord{Meta: &schemas.CostMapMeta{
			DependentVTags: []schemas.VersionTag{*t.vtag},
			CostType:       schemas.CostType{CostMode: metric.Mode, CostMetric: metric.Name, CostContext: metric.Context},
			Sources:        &f.Sources,
			StaleSince:     f.StaleSince,
		}}
	}
}
