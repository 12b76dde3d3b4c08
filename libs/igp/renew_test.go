package igp

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestUpdateAlong changes what is told of links, takes links away and brings them back, and has nodes lose transit: each time
// the values must be those that are found from nothing, bit by bit, and what changed must be told.
func TestUpdateAlong(t *testing.T) {
	for _, lans := range []int{0, 4} {
		for _, weights := range []uint32{3, 200} { // the first of many paths that are as short, and of links of metric 0
			for _, measure := range []Measure{Delay, Loss, AvailableBandwidth} {
				t.Run(fmt.Sprintf("%d LANs, weights below %d, measure %d", lans, weights, measure), func(t *testing.T) {
					testUpdateAlong(t, lans, weights, measure)
				})
			}
		}
	}
}

func testUpdateAlong(t *testing.T, lans int, weights uint32, measure Measure) {
	rng := rand.New(rand.NewPCG(uint64(weights), uint64(measure)))
	n := provider(40)
	area := n.Domains[0].Areas[0]
	for range lans { // of few routers, some of which are on several
		area.addLAN(0, rng.IntN(4), 4+rng.IntN(4), 8+rng.IntN(32))
	}
	tell := func(l *Link) {
		l.IGP = Told{rng.Uint32N(weights), rng.IntN(20) > 0}
		if l.Measured = NothingMeasured(); rng.IntN(20) > 0 {
			l.Measured[Delay], l.Measured[Loss], l.Measured[AvailableBandwidth] = float64(rng.IntN(9)), rng.Float64(), float64(rng.IntN(9))
		}
	}
	for i := range area.Links {
		tell(&area.Links[i])
	}
	all := area.Links
	paths := n.Distances(ByIGPThenLinks)
	v := n.UpdateAlong(nil, paths, measure)
	updated, told := 0, 0
	for step := range 400 {
		before := &Values{rows: cloneRows(v.rows)}
		area.Links = slices.Clone(area.Links)
		switch at := rng.IntN(len(area.Links)); rng.IntN(8) {
		case 0:
			area.Links = slices.Delete(area.Links, at, at+1)
		case 1:
			area.Links = append(area.Links, all[rng.IntN(len(all))])
		case 2:
			area.Nodes[rng.IntN(40)].NoTransit = step%2 == 0
		case 3, 4:
			area.Links[at].Measured = nil
		default:
			tell(&area.Links[at])
		}
		if paths = n.Update(paths, ByIGPThenLinks); rng.IntN(8) == 0 {
			continue // the next time, the paths have been updated twice
		}
		if rng.IntN(8) == 0 {
			paths = n.Distances(ByIGPThenLinks)
		}
		last, version := v, v.Version()
		v = n.UpdateAlong(v, paths, measure)
		want := n.Along(measure)
		if v == last {
			if updated++; v.Version() != version+1 {
				t.Fatalf("step %d: version %d after %d", step, v.Version(), version)
			}
		}
		for from := range v.rows {
			for to := range v.rows {
				if got, want := v.At(from, to), want.At(from, to); !sameValue(got, want) {
					t.Fatalf("step %d: from %d to %d %v, want %v", step, from, to, got, want)
				}
				if v != last || sameValue(v.At(from, to), before.At(from, to)) {
					continue
				}
				if _, is := slices.BinarySearch(v.Changed()[from], int32(to)); !is {
					t.Fatalf("step %d: from %d to %d changed, told is %v", step, from, to, v.Changed()[from])
				}
			}
			if v == last {
				told += len(v.Changed()[from])
			}
		}
	}
	t.Logf("%d of 400 updated, %d values each", updated, told/max(updated, 1))
	if updated < 150 || told/updated > 40*40/2 {
		t.Errorf("%d of 400 updated, %d values each", updated, told/updated)
	}
}

// addLAN joins routers, the first with the metric 1, and each with one more than the one before it.
func (a *Area) addLAN(routers ...int) {
	lan := len(a.Nodes)
	a.Nodes = append(a.Nodes, Node{Router: Pseudonode})
	for i, router := range routers {
		told := Told{uint32(1 + i), true}
		a.Links = append(a.Links, Link{From: router, To: lan, IGP: told, TE: told}, Link{From: lan, To: router, IGP: Told{0, true}, TE: Told{0, true}})
	}
}

func sameValue(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b)
}
