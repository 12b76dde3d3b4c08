package alto

import (
	"math"
	"slices"
)

// Aggregates say which of the costs between the members of two groups is that of the groups:
// the least, the mean of those that there are, or the greatest.
const (
	Least    = "least"
	Mean     = "mean"
	Greatest = "greatest"
)

// Aggregates are all of them.
var Aggregates = []string{Least, Mean, Greatest}

// Aggregate returns the costs between groups of PIDs. Members that costs does not know count
// as if they were not there; the cost of a group to itself is 0.
func Aggregate(groups map[string][]string, aggregate string, costs Costs) Costs {
	a := &aggregated{costs: costs, aggregate: aggregate, row: make([]float64, len(costs.PIDs())), group: slices.Repeat([]int{-1}, len(costs.PIDs()))}
	for pid := range groups {
		a.pids = append(a.pids, pid)
	}
	slices.Sort(a.pids)
	a.members, a.counts = make([][]int, len(a.pids)), make([]float64, len(a.pids))
	for i, pid := range a.pids {
		for _, member := range groups[pid] {
			if n, ok := slices.BinarySearch(costs.PIDs(), member); ok {
				a.members[i], a.group[n] = append(a.members[i], n), i
			}
		}
	}
	return a
}

type aggregated struct {
	costs     Costs
	aggregate string
	pids      []string
	members   [][]int   // by group: in costs
	group     []int     // by member, -1 = in none
	row       []float64 // of costs
	counts    []float64 // by group: costs that there are
}

func (a *aggregated) PIDs() []string { return a.pids }

func (a *aggregated) Row(from int, costs []float64) {
	clear(costs)
	clear(a.counts)
	for _, member := range a.members[from] {
		a.costs.Row(member, a.row)
		for n, cost := range a.row {
			if to := a.group[n]; to >= 0 && !math.IsNaN(cost) {
				a.add(&costs[to], to, cost)
			}
		}
	}
	for to, count := range a.counts {
		switch {
		case count == 0:
			costs[to] = math.NaN()
		case a.aggregate == Mean:
			costs[to] /= count
		}
	}
	costs[from] = 0
}

// add adds a cost to what there is to a group.
func (a *aggregated) add(sum *float64, to int, cost float64) {
	a.counts[to]++
	switch {
	case a.aggregate == Mean:
		*sum += cost
	case a.counts[to] == 1, a.aggregate == Least && cost < *sum, a.aggregate == Greatest && cost > *sum:
		*sum = cost
	}
}
