package alto

import (
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// dense is costs written down.
type dense struct {
	pids  []string
	costs [][]float64
}

func (t dense) PIDs() []string                { return t.pids }
func (t dense) Row(from int, costs []float64) { copy(costs, t.costs[from]) }

func TestRanks(t *testing.T) {
	nan := math.NaN()
	costs := dense{[]string{"a", "b", "c"}, [][]float64{{0, 5, 30}, {7, 0, nan}, {5, 0, 0}}}
	for _, test := range []struct {
		name     string
		greatest bool
		want     CostMap
	}{
		{"the less the better", false, CostMap{"a": {"a": 0, "b": 1, "c": 3}, "b": {"a": 2, "b": 0}, "c": {"a": 1, "b": 0, "c": 0}}},
		{"the more the better", true, CostMap{"a": {"a": 0, "b": 3, "c": 1}, "b": {"a": 2, "b": 0}, "c": {"a": 3, "b": 4, "c": 0}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, CostMapOf(Ranks(costs, test.greatest))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestRanksOfNothing(t *testing.T) {
	for _, costs := range []dense{{}, {[]string{"default"}, [][]float64{{0}}}} {
		got := CostMapOf(Ranks(costs, true))
		if pids := slices.Sorted(maps.Keys(got)); !slices.Equal(pids, costs.pids) {
			t.Errorf("got %v, want the PIDs %v", got, costs.pids)
		}
	}
}
