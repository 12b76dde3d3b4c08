package apsp

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/seeds"
)

// change returns arcs of which one or a few have another weight, are gone or are new.
func change[W Weight](rng *rand.Rand, nodes int, arcs []Arc[W], weights []uint64) []Arc[W] {
	arcs = slices.Clone(arcs)
	for range 1 + rng.IntN(3) {
		weight := W(rng.Uint64N(min(weights[rng.IntN(len(weights))], uint64(Unreachable[W]())) + 1))
		switch at := rng.IntN(len(arcs) + 1); {
		case at == len(arcs) || rng.IntN(6) == 0:
			arcs = append(arcs, Arc[W]{rng.IntN(nodes), rng.IntN(nodes), weight})
		case rng.IntN(5) == 0:
			arcs = slices.Delete(arcs, at, at+1)
		default:
			arcs[at].Weight = weight
		}
	}
	return arcs
}

// testUpdate changes arcs of random graphs step by step: each time, the lengths must be those of all pairs, and
// those that are others must be among the ones that are said to have changed.
func testUpdate[W Weight](t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			updated, refused, differ, told := 0, 0, 0, 0
			var changed [][]int32
			for seed := range seeds.Of(uint64(min(100, 500_000/(k.nodes*k.nodes)))) {
				rng := rand.New(rand.NewPCG(seed, 2))
				noTransit, visible, arcs := random[W](rng, k)
				var m, last, all Matrix[W]
				g := New(noTransit, visible, arcs)
				g.AllPairs(&m)
				g.AllPairs(&last)
				for step := range 20 {
					arcs = change(rng, len(noTransit), arcs, k.weights)
					next, ok := New(noTransit, visible, arcs), false
					changed, ok = next.update(&m, g, changed, 10, 1<<30)
					next.AllPairs(&all)
					if g = next; !ok {
						refused++
						g.AllPairs(&m)
					} else {
						updated++
						for from := range visible {
							told += len(changed[from])
							for to := range visible {
								if is := all.At(from, to); m.At(from, to) != is {
									t.Fatalf("seed %d step %d: from %d to %d got %d, want %d", seed, step, from, to, m.At(from, to), is)
								} else if last.At(from, to) == is {
									continue
								}
								differ++
								if _, is := slices.BinarySearch(changed[from], int32(to)); !is {
									t.Fatalf("seed %d step %d: from %d to %d changed, told is %v", seed, step, from, to, changed[from])
								}
							}
						}
					}
					g.AllPairs(&last)
				}
			}
			if k.hidden == 0 && refused > 0 || updated == 0 {
				t.Errorf("%d updated, %d refused", updated, refused)
			}
			t.Logf("%d updated, %d refused; %d lengths changed, %d said to", updated, refused, differ, told)
		})
	}
}

func TestUpdate32(t *testing.T) { testUpdate[uint32](t) }
func TestUpdate64(t *testing.T) { testUpdate[uint64](t) }

// TestUpdateNetworks changes the metrics of networks like those that are measured, and takes links away.
func TestUpdateNetworks(t *testing.T) {
	for _, family := range families {
		for _, nodes := range []int{40, 100, 600} {
			n, rng := family.make(nodes), newRand(nodes)
			var m, all Matrix[uint32]
			var changed [][]int32
			g, updated := n.graph(), 0
			g.AllPairs(&m)
			for step := range 60 {
				arc := &n.arcs[rng.IntN(len(n.arcs))]
				if arc.Weight = 1 + rng.Uint32N(200); step%5 == 0 {
					arc.Weight = Unreachable[uint32]()
				}
				next, ok := n.graph(), false
				if changed, ok = next.Update(&m, g, changed); ok {
					updated++
				} else {
					next.AllPairs(&m)
				}
				g = next
				g.AllPairs(&all)
				for from := range nodes {
					if !slices.Equal(m.Row(from), all.Row(from)) {
						t.Fatalf("%s step %d: the lengths from %d are others", n, step, from)
					}
				}
			}
			if t.Logf("%s: %d of 60 updated", n, updated); updated == 0 {
				t.Errorf("%s: never updated", n)
			}
		}
	}
}

// TestUpdateRefuses has other nodes, and hidden ones that are joined.
func TestUpdateRefuses(t *testing.T) {
	arc := func(from, to int) Arc[uint32] { return Arc[uint32]{from, to, 1} }
	g := New(make([]bool, 3), 3, []Arc[uint32]{arc(0, 1)})
	for name, next := range map[string]*Graph[uint32]{
		"fewer visible":   New(make([]bool, 3), 2, []Arc[uint32]{arc(0, 1)}),
		"without transit": New([]bool{false, true, false}, 3, []Arc[uint32]{arc(0, 1)}),
		"hidden joined":   New(make([]bool, 5), 3, []Arc[uint32]{arc(0, 3), arc(3, 4), arc(4, 1)}),
	} {
		var m Matrix[uint32]
		g.AllPairs(&m)
		if changed, ok := next.Update(&m, g, nil); ok {
			t.Errorf("%s: %v", name, changed)
		}
	}
}

// BenchmarkUpdate changes the weight of any arc, and computes all pairs of the same graphs in the same run.
func BenchmarkUpdate(b *testing.B) {
	for _, family := range families {
		for _, nodes := range []int{1000, 1700, 5000} {
			b.Run(fmt.Sprintf("%s/nodes=%d", family.name, nodes), func(b *testing.B) {
				n, rng := family.make(nodes), newRand(nodes)
				var m, all Matrix[uint32]
				var changed [][]int32
				g, refused, cells := n.graph(), 0, 0
				g.AllPairs(&m)
				for b.Loop() {
					n.arcs[rng.IntN(len(n.arcs))].Weight = 1 + rng.Uint32N(200)
					next, ok := n.graph(), false
					if changed, ok = next.Update(&m, g, changed); !ok {
						next.AllPairs(&m)
						refused++
					}
					for _, row := range changed {
						cells += len(row)
					}
					g = next
				}
				b.ReportMetric(float64(refused)/float64(b.N), "refused")
				b.ReportMetric(float64(cells)/float64(b.N), "cells")
				updates := b.Elapsed() / time.Duration(b.N)
				begin := time.Now()
				for range 5 {
					n.graph().AllPairs(&all)
				}
				b.ReportMetric(float64(time.Since(begin))/5/float64(updates), "allpairs/update")
			})
		}
	}
}
