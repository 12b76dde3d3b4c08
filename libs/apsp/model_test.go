package apsp

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/seeds"
)

// model is Floyd and Warshall's algorithm as it is in books, with sums that cannot overflow.
func model[W Weight](noTransit []bool, arcs []Arc[W], sum func(a, b uint64) uint64) [][]uint64 {
	d := make([][]uint64, len(noTransit))
	for i := range d {
		d[i] = make([]uint64, len(d))
		for j := range d {
			d[i][j] = uint64(Unreachable[W]())
		}
		d[i][i] = 0
	}
	for _, a := range arcs {
		d[a.From][a.To] = min(d[a.From][a.To], uint64(a.Weight))
	}
	for k := range d {
		for i := range d {
			for j := range d {
				if !noTransit[k] {
					d[i][j] = min(d[i][j], sum(d[i][k], d[k][j]))
				}
			}
		}
	}
	return d
}

// kind is a kind of random graphs.
type kind struct {
	name      string
	nodes     int // at most
	degree    int // arcs for a node, at most
	noTransit int // percent of the nodes
	hidden    int // percent of the nodes
	oneWay    int // percent of the links
	symmetric bool
	weights   []uint64 // bounds of weights, one of which is taken for each
}

var kinds = []kind{
	{name: "symmetric", nodes: 40, degree: 3, symmetric: true, weights: []uint64{10}},
	{name: "asymmetric", nodes: 40, degree: 4, weights: []uint64{10}},
	{name: "one way", nodes: 40, degree: 4, oneWay: 60, weights: []uint64{10}},
	{name: "disconnected", nodes: 40, degree: 1, oneWay: 10, weights: []uint64{100}},
	{name: "dense", nodes: 30, degree: 20, oneWay: 20, weights: []uint64{1000}},
	{name: "without transit", nodes: 40, degree: 4, noTransit: 30, oneWay: 10, weights: []uint64{10}},
	{name: "without any transit", nodes: 12, degree: 4, noTransit: 100, oneWay: 10, weights: []uint64{10}},
	{name: "pseudonodes", nodes: 50, degree: 4, hidden: 50, oneWay: 10, weights: []uint64{10}},
	{name: "pseudonodes and nodes without transit", nodes: 50, degree: 4, hidden: 30, noTransit: 20, oneWay: 10, weights: []uint64{10}},
	{name: "zero", nodes: 40, degree: 3, oneWay: 10, weights: []uint64{0, 1}},
	{name: "IS-IS", nodes: 40, degree: 2, weights: []uint64{0xFE000000, 0xFFFFFE, 10}},
	{name: "maximal", nodes: 40, degree: 3, oneWay: 10, weights: []uint64{math.MaxUint32, math.MaxInt64, 10}},
	{name: "larger", nodes: 300, degree: 3, hidden: 10, noTransit: 5, oneWay: 5, weights: []uint64{1 << 24}},
}

// random returns a graph; its hidden nodes are the last.
func random[W Weight](rng *rand.Rand, k kind) (noTransit []bool, visible int, arcs []Arc[W]) {
	noTransit = make([]bool, 1+rng.IntN(k.nodes))
	for i := range noTransit {
		noTransit[i] = rng.IntN(100) < k.noTransit
	}
	n := len(noTransit)
	visible = n - n*rng.IntN(k.hidden+1)/100
	weight := func() W {
		bound := min(k.weights[rng.IntN(len(k.weights))], uint64(Unreachable[W]()))
		if rng.IntN(10) == 0 {
			return W(bound)
		}
		return W(rng.Uint64N(bound + 1))
	}
	for range n * (1 + rng.IntN(k.degree)) / 2 {
		there := Arc[W]{rng.IntN(n), rng.IntN(n), weight()}
		back := Arc[W]{there.To, there.From, weight()}
		if k.symmetric {
			back.Weight = there.Weight
		}
		arcs = append(arcs, there)
		if rng.IntN(100) >= k.oneWay {
			arcs = append(arcs, back)
		}
	}
	return noTransit, visible, arcs
}

// compare is an error for each cell that differs from the model, and for hidden ones in sight.
func compare[W Weight](t *testing.T, name string, got *Matrix[W], visible int, want [][]uint64) {
	t.Helper()
	if got.Nodes() != visible {
		t.Fatalf("%s: got %d nodes, want %d", name, got.Nodes(), visible)
	}
	for from := range visible {
		row := got.Row(from)
		if len(row) != visible {
			t.Fatalf("%s: got a row of %d, want %d", name, len(row), visible)
		}
		for to, d := range row {
			if uint64(d) != want[from][to] {
				t.Fatalf("%s: from %d to %d got %d, want %d", name, from, to, d, want[from][to])
			}
		}
	}
}

func testAgainstModel[W Weight](t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			var m Matrix[W] // used again, with what was in it
			reached, unreached := 0, 0
			for seed := range seeds.Of(uint64(min(300, 1_000_000/(k.nodes*k.nodes)))) {
				noTransit, visible, arcs := random[W](rand.New(rand.NewPCG(seed, 1)), k)
				g := New(noTransit, visible, arcs)
				g.AllBottlenecks(&m)
				want := model(noTransit, arcs, func(a, b uint64) uint64 { return max(a, b) })
				compare(t, fmt.Sprintf("bottlenecks, seed %d", seed), &m, visible, want)
				g.AllPairs(&m)
				want = model(noTransit, arcs, func(a, b uint64) uint64 { return a + b })
				compare(t, fmt.Sprintf("seed %d", seed), &m, visible, want)
				for from := range visible {
					for _, d := range m.Row(from) {
						if d == Unreachable[W]() {
							unreached++
						} else {
							reached++
						}
					}
				}
			}
			t.Logf("%d pairs, %d without a path", reached+unreached, unreached)
		})
	}
}

func TestAgainstModel32(t *testing.T) { testAgainstModel[uint32](t) }
func TestAgainstModel64(t *testing.T) { testAgainstModel[uint64](t) }

// TestNetworks compares networks like those that are measured, and real ones, with
// Dijkstra's algorithm.
func TestNetworks(t *testing.T) {
	networks := realNetworks(t)
	for _, family := range families {
		for _, nodes := range []int{10, 100, 127, 128, 600, 1500} {
			networks = append(networks, family.make(nodes))
		}
	}
	for _, n := range networks {
		var m Matrix[uint32]
		n.graph().AllPairs(&m)
		d := newDijkstra(n)
		for from := range n.nodes {
			d.run(from)
			if row := m.Row(from); !slices.Equal(d.distance, row) {
				t.Fatalf("%s from %d: -dijkstra +apsp\n%s", n, from, cmp.Diff(d.distance, row))
			}
		}
	}
}
