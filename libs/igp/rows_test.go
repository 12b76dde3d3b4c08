package igp

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestRows reads rows of distances as whole numbers, beside what each distance says.
func TestRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const absent = math.MaxUint32
	for range 2000 {
		row := make([]Distance, rng.IntN(14))
		for i := range row {
			metric := []uint64{0, 7, absent - 1, absent - 1, uint64(rng.Uint32N(absent))}[rng.IntN(5)]
			if rng.IntN(40) == 0 {
				metric = absent + uint64(rng.IntN(3))
			}
			row[i] = distance(metric, []uint64{0, 1, 9, linksUnknown - 1, linksUnknown}[rng.IntN(5)])
			if rng.IntN(6) == 0 {
				row[i] = Unreachable
			}
		}
		fits := true
		for _, d := range row {
			fits = fits && (d == Unreachable || d.Metric() < absent)
		}
		metrics, links := make([]uint32, len(row)), make([]uint32, len(row))
		if got := Metrics(row, metrics, absent); got != fits {
			t.Fatalf("%v: %v, want %v", row, got, fits)
		}
		Links(row, links, absent)
		for i, d := range row {
			if want := min(d.Metric(), absent); fits && uint64(metrics[i]) != want {
				t.Fatalf("metric %d of %v is %d, want %d", i, row, metrics[i], want)
			}
			want, ok := d.Links()
			if !ok {
				want = absent
			}
			if uint64(links[i]) != want {
				t.Fatalf("links %d of %v are %d, want %d", i, row, links[i], want)
			}
		}
	}
}
