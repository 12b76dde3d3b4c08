package alto

import (
	"math"
	"slices"
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

// traced are costs of which it is known which changed since "old".
type traced struct {
	square
	changed [][]int32
}

func (traced) State() any { return "new" }

func (t traced) ChangedSince(state any) ([][]int32, bool) {
	if state == "new" {
		return nil, true
	}
	return t.changed, state == "old"
}

func (t traced) Cost(from, to int) float64 { return t.rows[from][to] }

func TestBetweenTraced(t *testing.T) {
	costs := traced{square{[]string{"a", "b", "c"}, [][]float64{{0, 1, 2}, {3, 0, nan}, {4, 5, 0}}}, [][]int32{{1, 2}, {0}, {0, 1, 2}}}
	pids := []string{"0", "a", "aa", "c"}
	between := Between(pids, costs)
	state := between.State().(stateBetween)
	if changed, ok := between.ChangedSince(state); changed != nil || !ok {
		t.Errorf("since its own state: %v, %v", changed, ok)
	}
	state.costs = "old"
	changed, ok := between.ChangedSince(state)
	if diff := cmp.Diff([][]int32{nil, {3}, nil, {1, 3}}, changed); diff != "" || !ok {
		t.Errorf("%v (-want +got):\n%s", ok, diff)
	}
	if changed, ok := Between(slices.Clone(pids), costs).ChangedSince(state); ok {
		t.Errorf("of other PIDs: %v", changed)
	}
	state.costs = "older"
	if changed, ok := between.ChangedSince(state); ok {
		t.Errorf("since a state that is not known: %v", changed)
	}
	if state := Between(pids, costs.square).State(); state != nil {
		t.Errorf("of costs that are not traced: %v", state)
	}
	row := make([]float64, len(pids))
	for from := range pids {
		between.Row(from, row)
		for to, want := range row {
			if got := between.Cost(from, to); got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
				t.Errorf("%d to %d costs %v, want %v", from, to, got, want)
			}
		}
	}
}
