package alto

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// square is costs written down whole.
type square struct {
	pids []string
	rows [][]float64
}

func (s square) PIDs() []string                { return s.pids }
func (s square) Row(from int, costs []float64) { copy(costs, s.rows[from]) }

func (s square) Whole(from int, costs []uint32) bool {
	for to, cost := range s.rows[from] {
		if costs[to] = uint32(cost); math.IsNaN(cost) {
			costs[to] = Absent
		}
		if cost > Absent {
			return false
		}
	}
	return true
}

var nan = math.NaN()

// wholly reads rows as whole numbers.
type wholly struct {
	t *testing.T
	WholeCosts
}

func (w wholly) Row(from int, costs []float64) {
	row := make([]uint32, len(costs))
	for i := range row {
		row[i] = 77 // is overwritten
	}
	if !w.Whole(from, row) {
		w.t.Errorf("row %d has other costs", from)
	}
	for to, cost := range row {
		if costs[to] = float64(cost); cost == Absent {
			costs[to] = nan
		}
	}
}

func TestBetweenCostsThatAreNotWhole(t *testing.T) {
	row := make([]uint32, 2)
	if Between([]string{"a", "b"}, square{[]string{"a", "b"}, [][]float64{{0, 1 << 40}, {1, 0}}}).Whole(0, row) {
		t.Errorf("a cost of 2^40 among whole ones: %v", row)
	}
	if Between([]string{"a", "b"}, dense{pids: []string{"a", "b"}, costs: [][]float64{{0, 1}, {1, 0}}}).Whole(0, row) {
		t.Errorf("costs that are not told as whole numbers are: %v", row)
	}
}

func TestBetween(t *testing.T) {
	costs := square{[]string{"a", "b", "c"}, [][]float64{{0, 1, 2}, {3, 0, nan}, {4, 5, 0}}}
	tests := []struct {
		name string
		pids []string
		want CostMap
	}{
		{"the same", []string{"a", "b", "c"}, CostMap{"a": {"a": 0, "b": 1, "c": 2}, "b": {"a": 3, "b": 0}, "c": {"a": 4, "b": 5, "c": 0}}},
		{"fewer", []string{"a", "c"}, CostMap{"a": {"a": 0, "c": 2}, "c": {"a": 4, "c": 0}}},
		{"others before, between and behind", []string{"0", "a", "aa", "c", "d"}, CostMap{"0": {"0": 0}, "a": {"a": 0, "c": 2}, "aa": {"aa": 0}, "c": {"a": 4, "c": 0}, "d": {"d": 0}}},
		{"all and others", []string{"0", "a", "b", "c", "d"}, CostMap{"0": {"0": 0}, "a": {"a": 0, "b": 1, "c": 2}, "b": {"a": 3, "b": 0}, "c": {"a": 4, "b": 5, "c": 0}, "d": {"d": 0}}},
		{"others too", []string{"b", DefaultPID}, CostMap{"b": {"b": 0}, DefaultPID: {DefaultPID: 0}}},
		{"none", nil, CostMap{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			between := Between(tt.pids, costs)
			if diff := cmp.Diff(tt.want, CostMapOf(between)); diff != "" {
				t.Errorf("costs (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.want, CostMapOf(wholly{t, between})); diff != "" {
				t.Errorf("as whole numbers (-want +got):\n%s", diff)
			}
		})
	}
}
