package ted

import (
	"maps"
	"slices"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/igp"
)

// Metric says what the cost of a path is.
type Metric int

const (
	// RoutingIGP is the sum of IGP metrics (TLV 1095).
	RoutingIGP Metric = iota
	// RoutingTE is the least sum of TE default metrics (TLV 1092, else 1122).
	RoutingTE
	// RoutingHops is the least number of links. A pseudonode counts no hop.
	RoutingHops
	// HopCount is the number of links on that path of least IGP cost which has the
	// fewest links.
	HopCount
)

// Graph is the paths of a database at one moment. It is not safe for concurrent use.
type Graph struct {
	view     *view
	pids     []string
	networks [2]*igp.Network // by family; nil: not asked for yet
	computed map[pathsOf]*igp.Matrix
	ipv6Only []bool // by router: it routes no IPv4
	apart    bool
}

// pathsOf names the paths of an address family by a weight.
type pathsOf struct {
	family family
	weight igp.Weight
}

// Graph returns the graph of the records that count now.
func (d *Database) Graph() *Graph {
	v := d.view()
	g := &Graph{view: v, pids: v.routers.pids, computed: map[pathsOf]*igp.Matrix{}}
	g.ipv6Only, g.apart = v.ipv6Routing()
	return g
}

// IPv6Apart tells whether IPv6 has costs of its own.
func (g *Graph) IPv6Apart() bool { return g.apart }

// Costs returns the cost from every router to every router that it reaches, by PID: of
// IPv4, and to and from routers that route IPv6 alone of IPv6. Costs are directional, and
// 0 from a router to itself.
func (g *Graph) Costs(m Metric) alto.CostMap {
	paths := g.paths(ip4, m)
	if !slices.Contains(g.ipv6Only, true) {
		return g.costMap(func(from, to int) (float64, bool) { return m.cost(paths.At(from, to)) })
	}
	other := g.paths(ip6, m)
	return g.costMap(func(from, to int) (float64, bool) {
		if g.ipv6Only[from] || g.ipv6Only[to] {
			return m.cost(other.At(from, to))
		}
		return m.cost(paths.At(from, to))
	})
}

// IPv6Costs returns the costs of IPv6.
func (g *Graph) IPv6Costs(m Metric) alto.CostMap {
	paths := g.paths(ip6, m)
	return g.costMap(func(from, to int) (float64, bool) { return m.cost(paths.At(from, to)) })
}

// paths returns the distances that a metric is read from. Distances by IGP metric have the
// numbers of links too, so that routing costs and hop counts are computed once, unless there are
// domains that have links alone.
func (g *Graph) paths(f family, m Metric) *igp.Matrix {
	if g.networks[f] == nil {
		g.networks[f] = g.view.network(f)
	}
	n := g.networks[f]
	weight := igp.ByIGP
	switch {
	case m == RoutingTE:
		weight = igp.ByTE
	case m == RoutingHops:
		weight = igp.ByLinks
	case m == HopCount && slices.ContainsFunc(n.Domains, func(d *igp.Domain) bool { return d.Rules == igp.Flat }):
		weight = igp.ByIGPThenLinks
	}
	key := pathsOf{f, weight}
	if g.computed[key] == nil {
		g.computed[key] = n.Distances(weight)
	}
	return g.computed[key]
}

// cost is the cost that a distance stands for; ok is false if it is not known.
func (m Metric) cost(d igp.Distance) (cost float64, ok bool) {
	if d == igp.Unreachable {
		return 0, false
	}
	if m == HopCount {
		links, ok := d.Links()
		return float64(links), ok
	}
	return float64(d.Metric()), true
}

func (g *Graph) costMap(cost func(from, to int) (float64, bool)) alto.CostMap {
	m := make(alto.CostMap, len(g.pids))
	for from, pid := range g.pids {
		row := make(map[string]float64, len(g.pids))
		for to, name := range g.pids {
			if c, ok := cost(from, to); ok {
				row[name] = c
			}
		}
		m[pid] = row
	}
	return m
}

// Restrict returns the costs between the PIDs of a network map, so that the PIDs of
// both maps are the same (RFC 7285 §11.2.3): a PID without costs, as the default
// PID, gets only the cost to itself. The costs given are not changed.
func Restrict(costs alto.CostMap, m alto.NetworkMap) alto.CostMap {
	restricted := make(alto.CostMap, len(m))
	for pid := range m {
		row := maps.Clone(costs[pid])
		if row == nil {
			row = map[string]float64{}
		}
		maps.DeleteFunc(row, func(destination string, _ float64) bool {
			_, known := m[destination]
			return !known
		})
		row[pid] = 0
		restricted[pid] = row
	}
	return restricted
}
