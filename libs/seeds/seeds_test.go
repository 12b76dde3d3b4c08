package seeds

import (
	"slices"
	"testing"
)

func TestOf(t *testing.T) {
	for _, test := range []struct {
		from, times string
		want        []uint64
	}{
		{"", "", []uint64{0, 1, 2}},
		{"7", "", []uint64{7, 8, 9}},
		{"7", "2", []uint64{7, 8, 9, 10, 11, 12}},
	} {
		t.Setenv("SEEDS_FROM", test.from)
		t.Setenv("SEEDS_TIMES", test.times)
		if got := slices.Collect(Of(3)); !slices.Equal(got, test.want) {
			t.Errorf("from %q, %q times: %v, want %v", test.from, test.times, got, test.want)
		}
	}
}
