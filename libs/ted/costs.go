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
	c := matrix{pids: g.pids, cost: g.costs(ip4, m)}
	if slices.Contains(g.ipv6.only, true) {
		c.other, c.ipv6Only = g.costs(ip6, m), g.ipv6.only
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

// paths returns the distances that a metric is read from. Distances by IGP metric have the
// numbers of links too, so that routing costs and hop counts are computed once, unless there are
// instances that have links alone.
func (g *Graph) paths(f family, m Metric) *igp.Matrix {
	weight := igp.ByIGP
	switch {
	case m == RoutingTE:
		weight = igp.ByTE
	case m == RoutingHops:
		weight = igp.ByLinks
	case m == HopCount && slices.ContainsFunc(g.db.routing(f), func(k *instance) bool { return k.key.rules() == igp.Flat }):
		weight = igp.ByIGPThenLinks
	}
	return g.db.distances(f, weight)
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
