package alto

import (
	"math"
	"slices"
)

// Ranks returns costs in ordinal mode (RFC 7285 §6.1.2.2): in the place of each cost how many
// different ones of the map are better, so that equal costs have equal ranks. The less the better,
// or with greatest the more. A PID ranks itself 0, before all others; those that cost nothing where
// less is better rank the same.
func Ranks(c Costs, greatest bool) Costs {
	r := &ranks{Costs: c, greatest: greatest}
	seen := map[float64]bool{0: !greatest}
	row := make([]float64, len(c.PIDs()))
	for from := range row {
		c.Row(from, row)
		for to, cost := range row {
			if to != from && !math.IsNaN(cost) {
				seen[cost] = true
			}
		}
	}
	for cost, is := range seen {
		if is {
			r.values = append(r.values, cost)
		}
	}
	slices.Sort(r.values)
	return r
}

type ranks struct {
	Costs
	greatest bool
	values   []float64 // all that there are, the least first
}

func (r *ranks) Row(from int, costs []float64) {
	r.Costs.Row(from, costs)
	for to, cost := range costs {
		switch i, _ := slices.BinarySearch(r.values, cost); {
		case math.IsNaN(cost):
		case to == from:
			costs[to] = 0
		case r.greatest:
			costs[to] = float64(len(r.values) - i)
		default:
			costs[to] = float64(i)
		}
	}
}
