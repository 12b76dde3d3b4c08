package igp

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestQueueGivesTheLeastFirst(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 6))
		var q queue
		var want []Distance
		for range rng.IntN(300) {
			if len(want) > 0 && rng.IntN(3) == 0 {
				if got := q.pop(); got.distance != want[0] {
					t.Fatalf("seed %d: got %d, want %d", seed, got.distance, want[0])
				}
				want = want[1:]
				continue
			}
			distance := Distance(rng.Uint64N(50))
			q.push(entry{distance: distance})
			want = append(want, distance)
			slices.Sort(want)
		}
		for _, distance := range want {
			if got := q.pop(); got.distance != distance {
				t.Fatalf("seed %d: got %d, want %d", seed, got.distance, distance)
			}
		}
		if len(q) != 0 {
			t.Fatalf("seed %d: %d entries are left", seed, len(q))
		}
	}
}
