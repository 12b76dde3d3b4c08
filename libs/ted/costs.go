package ted

import (
	"math"
	"slices"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/igp"
)

// Graph is the paths of a database at one moment. It is not safe for concurrent use.
type Graph struct {
	view     *view
	pids     []string
	networks [2]*igp.Network // by family; nil: not asked for yet
	computed map[pathsOf]*igp.Matrix
	measured map[valuesOf]*igp.Values
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
	g := &Graph{view: v, pids: v.routers.pids, computed: map[pathsOf]*igp.Matrix{}, measured: map[valuesOf]*igp.Values{}}
	g.ipv6Only, g.apart = v.ipv6Routing()
	return g
}

// IPv6Apart tells whether IPv6 has costs of its own.
func (g *Graph) IPv6Apart() bool { return g.apart }

// Costs returns the cost from every router to every router that it reaches, by PID: of
// IPv4, and to and from routers that route IPv6 alone of IPv6. Costs are directional, and
// 0 from a router to itself.
func (g *Graph) Costs(m Metric) alto.Costs {
	c := matrix{pids: g.pids, cost: g.costs(ip4, m)}
	if slices.Contains(g.ipv6Only, true) {
		c.other, c.ipv6Only = g.costs(ip6, m), g.ipv6Only
	}
	return c
}

// IPv6Costs returns the costs of IPv6.
func (g *Graph) IPv6Costs(m Metric) alto.Costs { return matrix{pids: g.pids, cost: g.costs(ip6, m)} }

// matrix reads costs from what is known of the paths between routers.
type matrix struct {
	pids     []string
	cost     cost
	other    cost   // to and from routers that route IPv6 alone; nil if there are none
	ipv6Only []bool // by router
}

// cost is that from one router to another; NaN if there is none.
type cost func(from, to int) float64

func (c matrix) PIDs() []string { return c.pids }

func (c matrix) Row(from int, row []float64) {
	for to := range row {
		cost := c.cost
		if c.other != nil && (c.ipv6Only[from] || c.ipv6Only[to]) {
			cost = c.other
		}
		row[to] = cost(from, to)
	}
}

// costs returns the costs of an address family by a metric.
func (g *Graph) costs(f family, m Metric) cost {
	if of, ok := measures[m]; ok {
		return g.measuredCosts(f, of)
	}
	paths := g.paths(f, m)
	return func(from, to int) float64 { return m.cost(paths.At(from, to)) }
}

// network returns the network of an address family.
func (g *Graph) network(f family) *igp.Network {
	if g.networks[f] == nil {
		g.networks[f] = g.view.network(f)
	}
	return g.networks[f]
}

// paths returns the distances that a metric is read from. Distances by IGP metric have the
// numbers of links too, so that routing costs and hop counts are computed once, unless there are
// domains that have links alone.
func (g *Graph) paths(f family, m Metric) *igp.Matrix {
	n := g.network(f)
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

// cost is the cost that a distance stands for; NaN if it is not known.
func (m Metric) cost(d igp.Distance) float64 {
	if d == igp.Unreachable {
		return math.NaN()
	}
	if m == HopCount {
		links, ok := d.Links()
		if !ok {
			return math.NaN()
		}
		return float64(links)
	}
	return float64(d.Metric())
}
