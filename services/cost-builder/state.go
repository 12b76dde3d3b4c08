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
	topologyOf  map[string]string // by the resource ids of network maps
	published   *publication.Maps[versioned.CostRecord, alto.Costs]
}

type topology struct {
	db    *ted.Database
	maps  map[string]*networkMap // by resource id; nil = gone
	graph *ted.Graph             // of the maps that are not published as a whole yet
}

// networkMap is a network map that cost maps depend on.
type networkMap struct {
	vtag   schemas.VersionTag
	pids   []string // sorted
	view   *schemas.View
	groups map[string][]string // of a view: the PIDs of the routers in its PIDs
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
		metrics: metrics, limits: l, networkMaps: versioned.NewNetworkReader(), topologyOf: map[string]string{},
		topologies: stream.KeyedState[topology]{New: func() *topology { return &topology{db: ted.New(o), maps: map[string]*networkMap{}} }},
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
	switch state {
	case versioned.Unchanged:
	case versioned.Shown:
		name, ok := alto.TopologyOf(id)
		if v := m.Meta.View; v != nil {
			name = v.Topology
		}
		if ok {
			s.topologyOf[id] = name
			s.topologies.Change(name).maps[id] = newNetworkMap(m)
		}
	default:
		if name, known := s.topologyOf[id]; known {
			s.topologies.Change(name).maps[id] = nil
		}
	}
}

func newNetworkMap(m *schemas.NetworkMap) *networkMap {
	n := &networkMap{vtag: m.Meta.VTag, view: m.Meta.View, pids: slices.Sorted(maps.Keys(m.NetworkMap))}
	if n.view != nil {
		n.groups = map[string][]string{}
		for pid, group := range m.NetworkMap {
			n.groups[pid] = group.Members
		}
	}
	return n
}

func (s *State) flush() []output {
	var out []output
	for name, t := range s.topologies.Changed() {
		out = append(out, s.costMaps(name, t)...)
	}
	return append(out, s.published.Sweep()...)
}

// costMaps puts out the cost maps of a topology: for each of its network maps and each metric one,
// and another for IPv6 where that is routed on a topology of its own.
func (s *State) costMaps(name string, t *topology) []output {
	var out []output
	more := false
	if own := alto.NetworkMapID(name); t.maps[own] == nil {
		t.maps[own] = nil // is awaited
	}
	for _, id := range slices.Sorted(maps.Keys(t.maps)) {
		records, unfinished := s.costMapsOf(strings.TrimPrefix(id, alto.NetworkMapID("")), t, t.maps[id])
		out, more = append(out, records...), more || unfinished
	}
	if !more {
		t.graph = nil
		return out
	}
	return append(out, output{Key: name, WakeAfter: 1})
}

// costMapsOf puts out the cost maps that depend on a network map; none without it, or without any
// router to have costs between: then the network map is from another time. Their resource ids
// have the part that is the network map's own.
func (s *State) costMapsOf(name string, t *topology, m *networkMap) (out []output, more bool) {
	why := s.use(t, m)
	var all []publication.Map[versioned.CostRecord, alto.Costs]
	for _, metric := range s.metrics {
		for _, family := range []string{"", alto.IPv6} {
			id := alto.CostMapID(name, metric.Name+family, metric.Mode)
			reason := why
			if why == (problem{}) && family == alto.IPv6 && !t.graph.IPv6Apart() {
				reason = problem{text: "IPv6 has the costs of IPv4"}
			} else if err := alto.ValidResourceID(id); err != nil {
				reason = problem{err.Error() + ": the topology needs a shorter name", true}
			}
			if reason != (problem{}) {
				out = append(out, s.published.Withdraw(id, reason.text, reason.told)...)
				continue
			}
			all = append(all, publication.Map[versioned.CostRecord, alto.Costs]{ID: id, Of: m.costs(t.graph, metric, family), Head: t.head(m, metric)})
		}
	}
	records, more := s.published.Publish(all...)
	return append(out, records...), more
}

// problem is why there is no map, and whether operators are told of it.
type problem struct {
	text string
	told bool
}

// use has the graph of a topology made if it is not there; the problem is why there are to be
// no costs.
func (s *State) use(t *topology, m *networkMap) problem {
	switch {
	case m == nil:
		return problem{text: "no network map"}
	case t.db.Empty():
		return problem{text: "no routers"}
	}
	if err := versioned.CheckRow(m.pids, s.limits); err != nil {
		return problem{err.Error(), true}
	}
	if t.graph == nil {
		t.graph = t.db.Graph()
	}
	return problem{}
}

// costs returns the costs of a metric in the mode asked for.
func (m *networkMap) costs(graph *ted.Graph, metric Metric, family string) alto.Costs {
	costs := graph.Costs(metric.Costs)
	if family == alto.IPv6 {
		costs = graph.IPv6Costs(metric.Costs)
	}
	if m.view != nil {
		costs = alto.Aggregate(m.groups, m.view.Cost, costs)
	}
	costs = alto.Between(m.pids, costs)
	if metric.Mode == alto.Ordinal {
		costs = alto.Ranks(costs, metric.Costs.Bandwidth())
	}
	return costs
}

// head returns what makes the record of a cost map's meta.
func (t *topology) head(m *networkMap, metric Metric) func(string) *versioned.CostRecord {
	f := t.db.Freshness()
	return func(string) *versioned.CostRecord {
		return &versioned.CostRecord{Meta: &schemas.CostMapMeta{
			DependentVTags: []schemas.VersionTag{m.vtag},
			CostType:       schemas.CostType{CostMode: metric.Mode, CostMetric: metric.Name, CostContext: metric.Context},
			Sources:        &f.Sources,
			StaleSince:     f.StaleSince,
		}}
	}
}
