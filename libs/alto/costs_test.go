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

var nan = math.NaN()

func TestBetween(t *testing.T) {
	costs := square{[]string{"a", "b", "c"}, [][]float64{{0, 1, 2}, {3, 0, nan}, {4, 5, 0}}}
	tests := []struct {
		name string
		pids []string
		want CostMap
	}{
		{"the same", []string{"a", "b", "c"}, CostMap{"a": {"a": 0, "b": 1, "c": 2}, "b": {"a": 3, "b": 0}, "c": {"a": 4, "b": 5, "c": 0}}},
		{"fewer", []string{"a", "c"}, CostMap{"a": {"a": 0, "c": 2}, "c": {"a": 4, "c": 0}}},
		{"others too", []string{"b", DefaultPID}, CostMap{"b": {"b": 0}, DefaultPID: {DefaultPID: 0}}},
		{"none", nil, CostMap{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, CostMapOf(Between(tt.pids, costs))); diff != "" {
				t.Errorf("costs (-want +got):\n%s", diff)
			}
		})
	}
}
