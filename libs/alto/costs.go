package alto

import "math"

// Costs are the costs between the PIDs of a map as a dense matrix. They are not safe for
// concurrent use.
type Costs interface {
	// PIDs returns the names of the PIDs, sorted, each one once; they must not be changed.
	PIDs() []string
	// Row fills costs, as many as there are PIDs, with the cost from one PID to each; NaN =
	// there is no such cost.
	Row(from int, costs []float64)
}

// WholeCosts are costs that are most often whole numbers below Absent. As such a row takes half the
// room, and rows are quickly compared.
type WholeCosts interface {
	Costs
	// Whole fills costs as Row does, with Absent where there is no such cost. It reports false if the
	// row has other costs; then it is Row that has them. Several goroutines may call it at a time.
	Whole(from int, costs []uint32) bool
}

// TracedCosts are costs of which it is known which of them changed.
type TracedCosts interface {
	Costs
	// State stands for the costs as they are, to be compared; nil = it is not known what changes.
	State() any
	// ChangedSince returns by row the columns, sorted, of the costs that may be others than in a state. ok is false if
	// that is not known: any may be.
	ChangedSince(state any) (changed [][]int32, ok bool)
	// Cost returns the cost from one PID to another; NaN = there is none. Several goroutines may call it at a time.
	Cost(from, to int) float64
}

// Absent is no cost of WholeCosts.
const Absent = math.MaxUint32

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
