package alto

import (
	"math"
	"slices"
)

// Costs are the costs between the PIDs of a map as a dense matrix. They are not safe for
// concurrent use.
type Costs interface {
	// PIDs returns the names of the PIDs, sorted, each one once; they must not be changed.
	PIDs() []string
	// Row fills costs, as many as there are PIDs, with the cost from one PID to each; NaN =
	// there is no such cost.
	Row(from int, costs []float64)
}

// CostMapOf returns costs as a map.
func CostMapOf(c Costs) CostMap {
	pids := c.PIDs()
	m := make(CostMap, len(pids))
	costs := make([]float64, len(pids))
	for from, pid := range pids {
		c.Row(from, costs)
		row := make(map[string]float64, len(pids))
		for to, cost := range costs {
			if !math.IsNaN(cost) {
				row[pids[to]] = cost
			}
		}
		m[pid] = row
	}
	return m
}

// Between returns the costs between the PIDs of a network map, so that the PIDs of both
// maps are the same (RFC 7285 §11.2.3): a PID without costs, as the default PID, gets only
// the cost to itself, which is always 0. The PIDs are sorted, each one once.
func Between(pids []string, c Costs) Costs {
	b := &between{pids: pids, costs: c, from: make([]int, len(pids)), row: make([]float64, len(c.PIDs()))}
	for i, pid := range pids {
		b.from[i] = -1
		if n, ok := slices.BinarySearch(c.PIDs(), pid); ok {
			b.from[i] = n
		}
	}
	return b
}

type between struct {
	pids  []string
	costs Costs
	from  []int     // the PIDs in costs, -1 = not there
	row   []float64 // of costs
}

func (b *between) PIDs() []string { return b.pids }

func (b *between) Row(from int, costs []float64) {
	for i := range costs {
		costs[i] = math.NaN()
	}
	if n := b.from[from]; n >= 0 {
		b.costs.Row(n, b.row)
		for i, n := range b.from {
			if n >= 0 {
				costs[i] = b.row[n]
			}
		}
	}
	costs[from] = 0
}
