package igp

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/altostream/altostream/libs/seeds"
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

// TestUpdateAlongBetweenAreas changes links, what is measured of them, and what routers tell of prefixes, of the networks that the
// models are held against: each time the values must be those that are found from nothing, and what changed must be told.
func TestUpdateAlongBetweenAreas(t *testing.T) {
	testChangingValues(t, func(c *changingValues) {
		measure := []Measure{Delay, Loss, AvailableBandwidth}[c.rng.IntN(3)]
		c.anew = func() *Values { return c.Along(measure) }
		c.update = func(before *Values) *Values { return c.UpdateAlong(before, c.paths, measure) }
		c.values = c.update(nil)
	})
}

// TestUpdateWidest does the same with the widest paths.
func TestUpdateWidest(t *testing.T) {
	testChangingValues(t, func(c *changingValues) {
		c.anew = func() *Values { return c.Widest(AvailableBandwidth) }
		c.update = func(before *Values) *Values { return c.UpdateWidest(before, AvailableBandwidth) }
		c.values = c.update(nil)
	})
}

// TestUpdateAlongInACircle has default routes for which each other's routes count, or do not: what such a router is said to reach
// depends on who was asked first, and so do the values.
func TestUpdateAlongInACircle(t *testing.T) {
	for _, test := range []struct {
		attached string
		circular bool
	}{{"A attached; B attached; C attached", true}, {"C attached", false}} {
		n := parse(t, "isis; level 1; A-B 0 delay 0; A-C 0 delay 1; B>E 0 delay 5; E>B 0 delay 1; E-C 0 delay 0; "+test.attached+"; level 2; C-D 1 delay 1")
		paths := n.Distances(ByIGPThenLinks)
		if is := paths.routing.traces['D'-'A'].circular; is != test.circular {
			t.Errorf("%s: circular %t", test.attached, is)
		}
		v := n.UpdateAlong(nil, paths, Delay)
		for _, l := range n.Domains[0].Areas[0].Links {
			l.Measured[Delay] = min(l.Measured[Delay], 1)
		}
		if !n.UpdateAlong(v, paths, Delay).isSame(n.Along(Delay)) {
			t.Errorf("%s: the values are others than from nothing", test.attached)
		}
	}
}

func testChangingValues(t *testing.T, begin func(*changingValues)) {
	for name, kind := range severalAreas {
		t.Run(name, func(t *testing.T) {
			updated, steps, told := 0, 0, 0
			foundSomething := []uint64{50300, 52128, 53301}
			for _, seed := range append(foundSomething, slices.Collect(seeds.Of(300))...) {
				c := newChangingValues(kind, seed)
				begin(c)
				for range 20 {
					last := c.values
					before := &Values{rows: cloneRows(last.rows)}
					if !c.step() {
						continue
					}
					if steps++; c.values == last {
						updated++
						told += c.wantTold(t, before)
					}
					c.want(t)
					c.wantNothing(t)
					if t.Failed() {
						t.Fatalf("seed %d", seed)
					}
				}
			}
			if t.Logf("%d of %d updated, %d values each", updated, steps, told/max(updated, 1)); updated < steps/2 {
				t.Errorf("%d of %d updated", updated, steps)
			}
		})
	}
}

// changingValues are the values of a network, step by step.
type changingValues struct {
	*Network
	rng    *rand.Rand
	all    map[*Area][]Link
	paths  *Matrix
	values *Values
	anew   func() *Values
	update func(*Values) *Values
}

func newChangingValues(kind func(*rand.Rand) *Network, seed uint64) *changingValues {
	rng := rand.New(rand.NewPCG(seed, 10))
	c := &changingValues{Network: kind(rng), rng: rng, all: map[*Area][]Link{}}
	for _, a := range c.Domains[0].Areas {
		for i := range a.Links {
			c.tell(&a.Links[i])
		}
		c.all[a] = a.Links
	}
	d := c.Domains[0] // one more router is in no area of it, and has the address of another
	c.Routers, d.Addresses = c.Routers+1, append(d.Addresses, d.Addresses[0])
	c.paths = c.Distances(ByIGPThenLinks)
	return c
}

func (c *changingValues) tell(l *Link) {
	if l.Measured = NothingMeasured(); c.rng.IntN(20) > 0 {
		l.Measured[Delay], l.Measured[Loss], l.Measured[AvailableBandwidth] = float64(c.rng.IntN(9)), c.rng.Float64(), float64(c.rng.IntN(9))
	}
}

// step changes something. It reports false if the values are not asked for yet.
func (c *changingValues) step() bool {
	samePaths := c.rng.IntN(4) == 0
	for range 1 + c.rng.IntN(2) {
		a := c.Domains[0].Areas[c.rng.IntN(len(c.Domains[0].Areas))]
		if a.Links = slices.Clone(a.Links); len(a.Links) > 0 {
			c.tell(&a.Links[c.rng.IntN(len(a.Links))])
		}
		if samePaths || len(a.Nodes) == 0 {
			continue
		}
		a.change(c.rng, c.all)
		if c.rng.IntN(30) == 0 {
			node := &a.Nodes[c.rng.IntN(len(a.Nodes))]
			node.NoTransit = !node.NoTransit
		}
	}
	if !samePaths {
		c.paths = c.Update(c.paths, ByIGPThenLinks)
	}
	if c.rng.IntN(8) == 0 {
		return false
	}
	c.values = c.update(c.values)
	return true
}

func (c *changingValues) want(t *testing.T) {
	want := c.anew()
	for from := range c.Routers {
		for to := range c.Routers {
			if got, want := c.values.At(from, to), want.At(from, to); !sameValue(got, want) {
				t.Errorf("from %d to %d %v, want %v", from, to, got, want)
			}
		}
	}
}

// wantTold returns how many values are told to have changed.
func (c *changingValues) wantTold(t *testing.T, before *Values) (told int) {
	for from := range c.Routers {
		row := c.values.Changed()[from]
		if told += len(row); !slices.IsSorted(row) || len(slices.Compact(slices.Clone(row))) < len(row) {
			t.Errorf("told is %v", row)
		}
		for to := range c.Routers {
			if _, is := slices.BinarySearch(row, int32(to)); !is && !sameValue(c.values.At(from, to), before.At(from, to)) {
				t.Errorf("from %d to %d changed, told is %v", from, to, row)
			}
		}
	}
	return told
}

// wantNothing asks again, when nothing changed.
func (c *changingValues) wantNothing(t *testing.T) {
	last := c.values
	if c.values = c.update(last); c.values != last {
		return
	}
	if told := slices.Concat(c.values.Changed()...); len(told) > 0 {
		t.Errorf("nothing changed, told is %v", c.values.Changed())
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
