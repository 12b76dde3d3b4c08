package ted

import (
	"maps"

	"github.com/altostream/altostream/libs/alto"
)

// Metric says what the cost of a path is.
type Metric int

const (
	// RoutingIGP is the least sum of IGP metrics (TLV 1095).
	RoutingIGP Metric = iota
	// RoutingTE is the least sum of TE default metrics (TLV 1092).
	RoutingTE
	// RoutingHops is the least number of links. A pseudonode counts no hop.
	RoutingHops
	// HopCount is the number of links on that path of least IGP cost which has the
	// fewest links.
	HopCount
)

// hopBits is the room for the number of links in a weight of HopCount, below the
// IGP metric: enough for paths of a million links, and 24-bit metrics of a million
// links fit above.
const hopBits = 20

// weight is an edge's share in the cost of a path; ok is false if the edge lacks
// the metric. Weights of HopCount order paths by IGP metric, then by links.
func (g *Graph) weight(e edge, m Metric) (weight uint64, ok bool) {
	var hop uint64 = 1
	if g.isPseudonode(e.from) {
		hop = 0
	}
	switch m {
	case RoutingHops:
		return hop, true
	case RoutingTE:
		return uint64(e.te), e.te != notTold
	case HopCount:
		return uint64(e.igp)<<hopBits | hop, e.igp != notTold
	default:
		return uint64(e.igp), e.igp != notTold
	}
}

// cost is the cost that a sum of weights stands for.
func (m Metric) cost(distance uint64) float64 {
	if m == HopCount {
		distance &= 1<<hopBits - 1
	}
	return float64(distance)
}

// Costs returns the cost from every router to every router that it can reach, by
// PID. Costs are directional, and 0 from a router to itself. An overloaded router
// is a source or a destination but no transit (RFC 3719 §12).
func (g *Graph) Costs(m Metric) map[string]map[string]float64 {
	costs := make(alto.CostMap, len(g.pids))
	search := newSearch(g, m)
	for source, pid := range g.pids {
		search.run(int32(source))
		row := make(map[string]float64, len(g.pids))
		for destination, name := range g.pids {
			if distance := search.distance[destination]; distance != unreached {
				row[name] = m.cost(distance)
			}
		}
		costs[pid] = row
	}
	return costs
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
