package apsp

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/altostream/altostream/libs/seeds"
)

// TestReach compares reach and what it is in Go with sums one by one, in rows of all lengths and
// up to the largest weights, with what lies behind a row left alone.
func TestReach(t *testing.T) {
	t.Run("32", testReach[uint32])
	t.Run("64", testReach[uint64])
}

func testReach[W Weight](t *testing.T) {
	none := Unreachable[W]()
	for seed := range seeds.Of(1000) {
		rng := rand.New(rand.NewPCG(seed, 2))
		cells, terms, as := 1+rng.IntN(150), rng.IntN(12), mode(rng.IntN(3))
		random := func() W {
			switch rng.IntN(3) {
			case 0:
				return none
			case 1:
				return none - W(rng.IntN(5))
			}
			return W(rng.Uint64N(uint64(none)))
		}
		rows := make([][]W, terms+1)
		for i := range rows {
			for range cells + 40 {
				rows[i] = append(rows[i], random())
			}
		}
		var through []term[W]
		for _, row := range rows[1:] {
			through = append(through, term[W]{uint64(random()), row[:cells]})
		}
		want := slices.Clone(rows[0])
		for i := range cells {
			if as != holds {
				want[i] = none
			}
			for _, term := range through {
				want[i] = min(want[i], plus(W(term.weight), term.row[i]))
			}
		}
		for name, do := range map[string]func([]W, []term[W], mode){"reach": reach[W], "plain": plain[W]} {
			row := slices.Clone(rows[0])
			if do(row[:cells], through, as); !slices.Equal(row, want) {
				t.Fatalf("seed %d: %s of %d cells and %d terms: got %v, want %v", seed, name, cells, terms, row, want)
			}
		}
	}
}

// BenchmarkReach measures a row of 1000 cells, by AVX2 where that is there, and in Go.
func BenchmarkReach(b *testing.B) {
	row := make([]uint32, 1000)
	for _, terms := range []int{1, 2, 4, 32} {
		var through []term[uint32]
		for i := range terms {
			through = append(through, term[uint32]{uint64(i), slices.Clone(row)})
		}
		b.Run(fmt.Sprintf("%d/reach", terms), func(b *testing.B) {
			for b.Loop() {
				reach(row, through, fills)
			}
		})
		b.Run(fmt.Sprintf("%d/plain", terms), func(b *testing.B) {
			for b.Loop() {
				plain(row, through, fills)
			}
		})
	}
}
