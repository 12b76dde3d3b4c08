package ted

import (
	"math"
	"slices"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/igp"
)

// Graph is the paths of a database until the next Put or Delete. It is not safe for concurrent use.
type Graph struct {
	db   *Database
	pids []string
	ipv6 *ipv6Routing
}

// Graph returns the graph of the records that count now.
func (d *Database) Graph() *Graph {
	d.settle()
	return &Graph{db: d, pids: d.routers.names, ipv6: d.ipv6Routing()}
}

// IPv6Apart tells whether IPv6 has costs of its own.
func (g *Graph) IPv6Apart() bool { return g.ipv6.apart }

// Costs returns the cost from every router to every router that it reaches, by PID: of
// IPv4, and to and from routers that route IPv6 alone of IPv6. Costs are directional, and
// 0 from a router to itself.
func (g *Graph) Costs(m Metric) alto.Costs {
	costs := g.costs(ip4, m)
	if slices.Contains(g.ipv6.only, true) {
		return mixed{costs, g.costs(ip6, m), g.ipv6.only}
	}
	return costs
}

// IPv6Costs returns the costs of IPv6.
func (g *Graph) IPv6Costs(m Metric) alto.Costs { return g.costs(ip6, m) }

// costs returns the costs of an address family by a metric.
func (g *Graph) costs(f family, m Metric) alto.Costs {
	if of, ok := measures[m]; ok {
		return measuredCosts{g.pids, of, g.db.values(valuesOf{f, of.Measure, of.widest})}
	}
	return pathCosts{g.pids, m, g.paths(f, m)}
}

// paths returns the distances that a metric is read from: of routing costs and hop counts mostly the same.
func (g *Graph) paths(f family, m Metric) *igp.Matrix {
	weight := igp.ByIGP
	switch m {
	case RoutingTE:
		weight = igp.ByTE
	case RoutingHops:
		weight = igp.ByLinks
	case HopCount:
		weight = g.db.byHops(f)
	}
	return g.db.distances(f, weight)
}

// pathCosts are read from the distances between routers.
type pathCosts struct {
	pids   []string
	metric Metric
	paths  *igp.Matrix
}

func (c pathCosts) PIDs() []string { return c.pids }

func (c pathCosts) Row(from int, costs []float64) {
	for to, d := range c.paths.Row(from) {
		costs[to] = c.metric.cost(d)
	}
}

// Whole is false of a row with a sum of metrics of 32 bits or more.
func (c pathCosts) Whole(from int, costs []uint32) bool {
	if c.metric == HopCount {
		igp.Links(c.paths.Row(from), costs, alto.Absent)
		return true
	}
	return igp.Metrics(c.paths.Row(from), costs, alto.Absent)
}

// State is that of alto.TracedCosts.
func (c pathCosts) State() any { return stateOf(c.paths, c.pids) }

func (c pathCosts) ChangedSince(state any) (changed [][]int32, ok bool) {
	return changedSince(state, c.paths, c.pids)
}

func (c pathCosts) Cost(from, to int) float64 { return c.metric.cost(c.paths.At(from, to)) }

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

// mixed are costs, but to and from routers that route IPv6 alone those of IPv6.
type mixed struct {
	alto.Costs
	ipv6 alto.Costs
	only []bool // by router
}

func (c mixed) Row(from int, costs []float64) {
	other := make([]float64, len(costs))
	c.ipv6.Row(from, other)
	if c.only[from] {
		copy(costs, other)
		return
	}
	c.Costs.Row(from, costs)
	for to, only := range c.only {
		if only {
			costs[to] = other[to]
		}
	}
}
