package alto

import (
	"math"
	"sync"
)

// Between returns the costs between the PIDs of a network map, so that the PIDs of both
// maps are the same (RFC 7285 §11.2.3): a PID without costs, as the default PID, gets only
// the cost to itself, which is always 0. The PIDs are sorted, each one once.
func Between(pids []string, c Costs) *BetweenPIDs {
	all := c.PIDs()
	b := &BetweenPIDs{pids: pids, costs: c, from: make([]int, len(pids)), to: make([]int32, len(all)), row: make([]float64, len(all))}
	b.whole, _ = c.(WholeCosts)
	b.traced, _ = c.(TracedCosts)
	for n := range b.to {
		b.to[n] = -1
	}
	n := 0
	for i, pid := range pids {
		for n < len(all) && all[n] < pid {
			n++
		}
		if n == len(all) || all[n] != pid {
			b.from[i] = -1
			continue
		}
		b.from[i], b.to[n] = n, int32(i)
		if r := len(b.runs) - 1; i > 0 && n > 0 && b.from[i-1] == n-1 {
			b.runs[r].count++
		} else {
			b.runs = append(b.runs, run{i, n, 1})
		}
	}
	return b
}

// BetweenPIDs are costs that Between returns. They are whole, and traced, as far as those are that it was given.
type BetweenPIDs struct {
	pids   []string
	costs  Costs
	whole  WholeCosts  // the same; nil if they are none
	traced TracedCosts // the same; nil if they are none
	from   []int       // the PIDs in costs, -1 = not there
	to     []int32     // those of costs in the PIDs, -1 = not there
	runs   []run
	row    []float64 // of costs
	rooms  sync.Pool // of whole rows of costs
}

// run is PIDs that follow each other in costs too.
type run struct{ first, from, count int }

// PIDs is that of Costs.
func (b *BetweenPIDs) PIDs() []string { return b.pids }

// Row is that of Costs.
func (b *BetweenPIDs) Row(from int, costs []float64) {
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
func (b *BetweenPIDs) Whole(from int, costs []uint32) bool {
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
func (b *BetweenPIDs) scattered(n int, costs []uint32) bool {
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

// stateBetween is the state of costs between PIDs, which are known by where they are held.
type stateBetween struct {
	costs any
	pids  *string
	count int
}

// State is that of TracedCosts.
func (b *BetweenPIDs) State() any {
	if b.traced == nil || len(b.pids) == 0 {
		return nil
	}
	costs := b.traced.State()
	if costs == nil {
		return nil
	}
	return stateBetween{costs, &b.pids[0], len(b.pids)}
}

// ChangedSince is that of TracedCosts.
func (b *BetweenPIDs) ChangedSince(state any) (changed [][]int32, ok bool) {
	since, ok := state.(stateBetween)
	if !ok || b.traced == nil || since.pids != &b.pids[0] || since.count != len(b.pids) {
		return nil, false
	}
	of, ok := b.traced.ChangedSince(since.costs)
	if !ok || of == nil {
		return nil, ok
	}
	count := 0
	for _, columns := range of {
		count += len(columns)
	}
	changed = make([][]int32, len(b.pids))
	room := make([]int32, 0, count)
	for i, n := range b.from {
		if n < 0 {
			continue
		}
		first := len(room)
		for _, column := range of[n] {
			if to := b.to[column]; to >= 0 {
				room = append(room, to)
			}
		}
		changed[i] = room[first:]
	}
	return changed, true
}

// Cost is that of TracedCosts.
func (b *BetweenPIDs) Cost(from, to int) float64 {
	switch i, j := b.from[from], b.from[to]; {
	case from == to:
		return 0
	case i < 0 || j < 0:
		return math.NaN()
	default:
		return b.traced.Cost(i, j)
	}
}
