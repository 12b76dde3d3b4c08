package alto

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAggregate(t *testing.T) {
	costs := square{[]string{"a", "b", "c", "d"}, [][]float64{
		{0, 1, 5, nan},
		{2, 0, 3, 8},
		{4, 4, 0, nan},
		{1, 1, 1, 0},
	}}
	groups := map[string][]string{"x": {"a", "b"}, "y": {"c", "d"}, "z": {"unknown"}}
	for aggregate, want := range map[string]CostMap{
		Least:    {"x": {"x": 0, "y": 3}, "y": {"x": 1, "y": 0}, "z": {"z": 0}},
		Mean:     {"x": {"x": 0, "y": 16. / 3}, "y": {"x": 2.5, "y": 0}, "z": {"z": 0}},
		Greatest: {"x": {"x": 0, "y": 8}, "y": {"x": 4, "y": 0}, "z": {"z": 0}},
	} {
		if diff := cmp.Diff(want, CostMapOf(Aggregate(groups, aggregate, costs))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", aggregate, diff)
		}
	}
}
