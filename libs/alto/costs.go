package alto

import (
	"math"
	"slices"
	"sync"
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

// WholeCosts are costs that are most often whole numbers below Absent. As such a row takes half the
// room, and rows are quickly compared.
type WholeCosts interface {
	Costs
	// Whole fills costs as Row does, with Absent where there is no such cost. It reports false if the
	// row has other costs; then it is Row that has them. Several goroutines may call it at a time.
	Whole(from int, costs []uint32) bool
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

// Between returns the costs between the PIDs of a network map, so that the PIDs of both
// maps are the same (RFC 7285 §11.2.3): a PID without costs, as the default PID, gets only
// the cost to itself, which is always 0. The PIDs are sorted, each one once.
func Between(pids []string, c Costs) WholeCosts {
	b := &between{pids: pids, costs: c, from: make([]int, len(pids)), row: make([]float64, len(c.PIDs()))}
	b.whole, _ = c.(WholeCosts)
	for i, pid := range pids {
		n, ok := slices.BinarySearch(c.PIDs(), pid)
		if !ok {
			b.from[i] = -1
			continue
		}
		b.from[i] = n
		if r := len(b.runs) - 1; i > 0 && n > 0 && b.from[i-1] == n-1 {
			b.runs[r].count++
		} else {
			b.runs = append(b.runs, run{i, n, 1})
		}
	}
	return b
}

type between struct {
	pids  []string
	costs Costs
	whole WholeCosts // the same; nil if they are none
	from  []int      // the PIDs in costs, -1 = not there
	runs  []run
	row   []float64 // of costs
	rooms sync.Pool // of whole rows of costs
}

// run is PIDs that follow each other in costs too.
type run struct{ first, from, count int }

func (b *between) PIDs() []string { return b.pids }

func (b *between) Row(from int, costs []float64) {
	for i := range costs {
		costs[i] = math.NaN()
	}
	if n := b.from[from]; n >= 0 {
		b.costs.Row(n, b.row)
		for _, r := range b.runs {
			copy(costs[r.first:r.first+r.count], b.row[r.from:])
		}
	}
	costs[from] = 0
}

// Whole is false of costs that are no WholeCosts.
func (b *between) Whole(from int, costs []uint32) bool {
	if b.whole == nil {
		return false
	}
	n, all := b.from[from], len(b.costs.PIDs())
	if n >= 0 && len(b.runs) == 1 && b.runs[0].count == all {
		first := b.runs[0].first
		fillAbsent(costs[:first])
		fillAbsent(costs[first+all:])
		if !b.whole.Whole(n, costs[first:first+all]) {
			return false
		}
	} else {
		fillAbsent(costs)
		if n >= 0 && !b.scattered(n, costs) {
			return false
		}
	}
	costs[from] = 0
	return true
}

// scattered fills what costs has of a row.
func (b *between) scattered(n int, costs []uint32) bool {
	room, _ := b.rooms.Get().(*[]uint32)
	if room == nil {
		room = new(make([]uint32, len(b.costs.PIDs())))
	}
	defer b.rooms.Put(room)
	if !b.whole.Whole(n, *room) {
		return false
	}
	for _, r := range b.runs {
		copy(costs[r.first:r.first+r.count], (*room)[r.from:])
	}
	return true
}

func fillAbsent(costs []uint32) {
	for i := range costs {
		costs[i] = Absent
	}
}
