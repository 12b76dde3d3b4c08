package igp

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/altostream/altostream/libs/seeds"
)

// TestUpdate changes, takes away and brings back links of a network of one area with a LAN, and has nodes lose transit: each
// time, the distances must be those that are computed from nothing, and what changed must be told.
func TestUpdate(t *testing.T) {
	for _, w := range []Weight{ByIGP, ByTE, ByLinks, ByIGPThenLinks} {
		rng := rand.New(rand.NewPCG(uint64(w), 3))
		n := provider(60)
		area := n.Domains[0].Areas[0]
		area.addLAN(0, 1, 2, 3, 4)
		all := area.Links
		m := n.Distances(w)
		updated := 0
		for step := range 300 {
			before := &Matrix{rows: cloneRows(m.rows)}
			next := slices.Clone(area.Links)
			switch at := rng.IntN(len(next)); rng.IntN(8) {
			case 0:
				next = slices.Delete(next, at, at+1)
			case 1:
				next = append(next, all[rng.IntN(len(all))])
			case 2:
				area.Nodes[rng.IntN(60)].NoTransit = step%2 == 0
			default:
				metric := Told{rng.Uint32N(200), rng.IntN(10) > 0}
				next[at].IGP, next[at].TE = metric, metric
			}
			area.Links = next
			last, version := m, m.Version()
			m = n.Update(m, w)
			if want := n.Distances(w); !slices.EqualFunc(want.rows, m.rows, slices.Equal[[]Distance]) {
				t.Fatalf("weight %d step %d: the distances are others than from nothing", w, step)
			}
			if m != last {
				continue
			}
			if updated++; m.Version() != version+1 {
				t.Fatalf("weight %d step %d: version %d after %d", w, step, m.Version(), version)
			}
			for from, row := range m.rows {
				for to := range row {
					if _, told := slices.BinarySearch(m.Changed()[from], int32(to)); !told && m.At(from, to) != before.At(from, to) {
						t.Fatalf("weight %d step %d: from %d to %d changed, told is %v", w, step, from, to, m.Changed()[from])
					}
				}
			}
		}
		if t.Logf("weight %d: %d of 300 updated", w, updated); updated < 100 {
			t.Errorf("weight %d: %d of 300 updated", w, updated)
		}
	}
}

// TestUpdateOtherNetworks has networks with areas, several IGPs, and routers that come.
func TestUpdateOtherNetworks(t *testing.T) {
	networks := []string{
		"flat; area 0; A-B 1; B-C 2; C-D 1",
		"flat; area 0; A-B 1; B-C 3; C-D 1",
		"flat; area 0; A-B 1; B-C 2; D",
		"flat; area 0; A-B 1; B-C 2; D; flat; area 0; C-D 4",
		"ospf; area 0; A-B 1; area 1; B-C 2; A tells C 2 passed",
		"ospf; area 0; A-B 2; area 1; B-C 2; A tells C 2 passed",
		"ospf; area 0; A-B 2; area 1; B-C 2; A tells C 2 passed; isis; level 2; A-D 3",
		"flat; area 0; A-B 1; B-C 2; C-D 1; flat; area 0; C-D 3",
		"flat; area 0; A-B 1; B-C 2; C-D 1; flat; area 0; C-D 4; A-C 1",
		// Packets from B to D go in a circle: C goes by what B tells, B by its default route to C. A asks the one first, or the other.
		"isis told; level 1; A>B 1; A>C 5; B>C 1; B attached; C attached; level 2; C>B 6; D tells D 2; B tells D 9",
		"isis told; level 1; A>B 9; A>C 5; B>C 1; B attached; C attached; level 2; C>B 6; D tells D 2; B tells D 9",
	}
	for _, test := range []struct {
		routers int
		join    bool
	}{{4, false}, {4, true}, {5, false}} {
		for _, from := range networks {
			for _, to := range networks {
				before, now := parse(t, from), parse(t, to)
				before.Routers, now.Routers = 4, test.routers
				before.Join, now.Join = test.join, test.join
				want := now.Distances(ByIGP)
				if got := now.Update(before.Distances(ByIGP), ByIGP); !slices.EqualFunc(want.rows, got.rows, slices.Equal[[]Distance]) {
					t.Errorf("%q after %q: the distances are others than from nothing", to, from)
				}
				before.measureByMetric(AvailableBandwidth)
				now.measureByMetric(AvailableBandwidth)
				if got, want := now.UpdateWidest(before.Widest(AvailableBandwidth), AvailableBandwidth), now.Widest(AvailableBandwidth); !got.isSame(want) {
					t.Errorf("%q after %q: the widths are others than from nothing", to, from)
				}
				paths := before.Distances(ByIGPThenLinks)
				values := before.UpdateAlong(nil, paths, AvailableBandwidth)
				if got, want := now.UpdateAlong(values, now.Update(paths, ByIGPThenLinks), AvailableBandwidth), now.Along(AvailableBandwidth); !got.isSame(want) {
					t.Errorf("%q after %q: the bandwidths are others than from nothing", to, from)
				}
			}
		}
	}
}

// measureByMetric has links tell their metric as what is measured of them.
func (n *Network) measureByMetric(m Measure) {
	for _, d := range n.Domains {
		for _, a := range d.Areas {
			for i := range a.Links {
				a.Links[i].Measured = NothingMeasured()
				a.Links[i].Measured[m] = float64(a.Links[i].IGP.Value)
			}
		}
	}
}

func (v *Values) isSame(other *Values) bool {
	return slices.EqualFunc(v.rows, other.rows, func(x, y []float64) bool { return slices.EqualFunc(x, y, sameValue) })
}

// severalAreas are the networks that the models are held against.
var severalAreas = map[string]func(rng *rand.Rand) *Network{
	"OSPF": func(rng *rand.Rand) *Network {
		m := newModel(randomOSPF(rng), ByIGP)
		m.homes(rng, false, 3)
		if rng.IntN(2) == 0 {
			m.policies(rng)
		}
		m.runOSPF()
		m.tell()
		return m.Network
	},
	"OSPF without prefixes": func(rng *rand.Rand) *Network {
		m := newModel(randomOSPF(rng), ByIGP)
		m.homes(rng, true, 0)
		m.tellNothing()
		return m.Network
	},
	"IS-IS": func(rng *rand.Rand) *Network {
		m := newModel(randomISIS(rng), ByIGP)
		m.attach(rng)
		if rng.IntN(3) == 0 {
			m.tellDefaults(rng)
		}
		some := func() bool { return rng.IntN(3) > 0 }
		m.isisPolicies(some, some, func() int { return 2 })
		m.converge(m.isisRoute, m.tellsOn)
		m.tell()
		return m.Network
	},
	"IS-IS without prefixes": func(rng *rand.Rand) *Network {
		m := newModel(randomISIS(rng), ByIGP)
		m.attach(rng)
		m.isisPolicies(func() bool { return true }, func() bool { return false }, func() int { return 0 })
		m.tellNothing()
		return m.Network
	},
}

// TestUpdateBetweenAreas changes links, and what routers tell of prefixes, of the networks that the models are held
// against: each time, the distances must be those that are computed from nothing.
func TestUpdateBetweenAreas(t *testing.T) {
	for name, kind := range severalAreas {
		t.Run(name, func(t *testing.T) {
			updated, steps := 0, 0
			for seed := range seeds.Of(300) {
				rng := rand.New(rand.NewPCG(seed, 9))
				n, w := kind(rng), []Weight{ByIGP, ByIGP, ByTE, ByLinks}[seed%4]
				all := map[*Area][]Link{}
				for _, a := range n.Domains[0].Areas {
					all[a] = a.Links
				}
				m := n.Distances(w)
				for step := range 20 {
					before := cloneRows(m.rows)
					for range 1 + rng.IntN(2) {
						n.Domains[0].Areas[rng.IntN(len(n.Domains[0].Areas))].change(rng, all)
					}
					if rng.IntN(10) == 0 {
						n.Domains[0].Addresses[rng.IntN(n.Routers)] = netip.Prefix{}
					}
					last := m
					m = n.Update(m, w)
					if steps++; m == last {
						updated++
					}
					want := n.Distances(w)
					for from, row := range want.rows {
						for to, d := range row {
							if m.At(from, to) != d {
								t.Fatalf("seed %d step %d, weight %d: from %d to %d %v, want %v", seed, step, w, from, to, m.At(from, to), d)
							}
							if m != last || before[from][to] == d {
								continue
							}
							if _, told := slices.BinarySearch(m.Changed()[from], int32(to)); !told {
								t.Fatalf("seed %d step %d, weight %d: from %d to %d changed, told is %v", seed, step, w, from, to, m.Changed()[from])
							}
						}
					}
				}
			}
			if t.Logf("%d of %d updated", updated, steps); updated < steps/2 {
				t.Errorf("%d of %d updated", updated, steps)
			}
		})
	}
}

// change changes a link of an area, takes one away or brings one back, or changes what is told of a prefix or a router, in
// what is all the area's own.
func (a *Area) change(rng *rand.Rand, all map[*Area][]Link) {
	if len(all[a]) == 0 {
		return
	}
	links := slices.Clone(a.Links)
	switch rng.IntN(12) {
	case 0:
		if node := &a.Nodes[rng.IntN(len(a.Nodes))]; rng.IntN(2) == 0 {
			node.Attached = !node.Attached
		} else {
			a.TellsPrefixes = !a.TellsPrefixes
		}
	case 1:
		links = append(links, all[a][rng.IntN(len(all[a]))])
	case 2:
		if len(links) > 0 {
			at := rng.IntN(len(links))
			links = slices.Delete(links, at, at+1)
		}
	case 3, 4:
		for prefix, tellers := range a.Prefixes {
			if rng.IntN(5) == 0 && len(tellers) > 0 {
				tellers[rng.IntN(len(tellers))].Metric = rng.Uint32N(20)
			} else if rng.IntN(20) == 0 {
				delete(a.Prefixes, prefix)
			}
		}
	default:
		if len(links) > 0 {
			metric := Told{1 + rng.Uint32N(20), true}
			at := rng.IntN(len(links))
			links[at].IGP, links[at].TE = metric, metric
		}
	}
	a.Links = links
}
