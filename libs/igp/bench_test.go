package igp

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"
)

// BenchmarkDistances measures all pairs of networks of ISP-like size: links are some two
// for each router, areas have 50 routers of which two are in the backbone as well.
func BenchmarkDistances(b *testing.B) {
	for _, routers := range []int{100, 1000, 2000} {
		for _, shape := range []struct {
			name  string
			rules Rules
			areas int // besides the backbone
			told  bool
		}{
			{"single area", OSPF, 0, false},
			{"OSPF areas", OSPF, routers / 50, false},
			{"OSPF areas, prefixes told", OSPF, routers / 50, true},
			{"IS-IS levels", ISIS, routers / 50, false},
			{"IS-IS levels, prefixes told", ISIS, routers / 50, true},
		} {
			b.Run(fmt.Sprintf("%s/%d", shape.name, routers), func(b *testing.B) {
				n := hierarchy(routers, shape.areas, shape.rules, shape.told)
				for b.Loop() {
					n.Distances(ByIGP)
				}
			})
		}
	}
}

// hierarchy is a backbone of border routers, two for each area, and the areas; without
// areas all routers are in the backbone.
func hierarchy(routers, areas int, rules Rules, told bool) *Network {
	rng := rand.New(rand.NewPCG(uint64(routers), uint64(areas)))
	n := &Network{Routers: routers}
	members := make([][]int, max(areas, 1))
	var borders []int
	for r := range routers {
		i := r % len(members)
		if len(members[i]) < 2 {
			borders = append(borders, r)
		}
		members[i] = append(members[i], r)
	}
	d := &Domain{Rules: rules, Addresses: make([]netip.Prefix, routers)}
	n.Domains = []*Domain{d}
	if areas == 0 {
		d.Areas = []*Area{mesh(rng, true, members[0])}
		return n
	}
	d.Areas = []*Area{mesh(rng, true, borders)}
	for i, in := range members {
		area := mesh(rng, false, in)
		if rules == ISIS && i > 0 {
			d.Areas[1].add(area)
		} else {
			d.Areas = append(d.Areas, area)
		}
	}
	for _, a := range d.Areas {
		for i, node := range a.Nodes {
			a.Nodes[i].Attached = rules == ISIS && !a.Backbone && node.Router < len(borders)
		}
	}
	if told {
		tellAll(n)
	}
	return n
}

// add puts another part into an area, unconnected.
func (a *Area) add(part *Area) {
	for _, l := range part.Links {
		l.From, l.To = l.From+len(a.Nodes), l.To+len(a.Nodes)
		a.Links = append(a.Links, l)
	}
	a.Nodes = append(a.Nodes, part.Nodes...)
}

// mesh connects routers by about two links each.
func mesh(rng *rand.Rand, backbone bool, routers []int) *Area {
	a := &Area{Backbone: backbone}
	for i, r := range routers {
		a.Nodes = append(a.Nodes, Node{Router: r})
		if i > 0 {
			a.randomLink(rng, i, rng.IntN(i))
			a.randomLink(rng, i, rng.IntN(i))
		}
	}
	return a
}

// tellAll has all routers tell their addresses, and border routers what they reach.
func tellAll(n *Network) {
	d := n.Domains[0]
	within := newRouting(d, n.Routers, ByIGP, func(a *Area) *inside { return a.shortestPaths(ByIGP) })
	distances := n.Distances(ByIGP)
	for i, a := range d.Areas {
		a.TellsPrefixes, a.Prefixes = true, map[netip.Prefix][]Advertisement{}
		for node, router := range a.Nodes {
			d.Addresses[router.Router] = addressOf(router.Router)
			a.Prefixes[addressOf(router.Router)] = []Advertisement{{Node: node}}
		}
		for _, border := range within.borders[i] {
			for of := range n.Routers {
				within.begin(of)
				reach := Passed
				if d.Rules == ISIS {
					reach = Own
				}
				other := within.withinOther(a.Nodes[border].Router, i)
				if d.Rules == OSPF && !a.Backbone {
					other = distances.At(a.Nodes[border].Router, of)
				}
				if other != Unreachable && (d.Rules == OSPF || a.Backbone) && of != a.Nodes[border].Router {
					p := addressOf(of)
					a.Prefixes[p] = append(a.Prefixes[p], Advertisement{Node: border, Metric: uint32(other.Metric()), Reach: reach})
				}
			}
		}
	}
}

// BenchmarkAlong measures what one measure along the paths costs besides Distances: all anew, and when the metric and the delay
// of any link change.
func BenchmarkAlong(b *testing.B) {
	for _, routers := range []int{1000, 1700} {
		for _, shape := range []struct {
			name    string
			network *Network
		}{
			{"single area", provider(routers)},
			{"single area, 50 LANs of 8", withLANs(provider(routers), 50, 8)},
			{"single area, a LAN of 200", withLANs(provider(routers), 1, 200)},
			{"OSPF areas", hierarchy(routers, routers/50, OSPF, false)},
			{"OSPF areas, prefixes told", hierarchy(routers, routers/50, OSPF, true)},
			{"IS-IS levels", hierarchy(routers, routers/50, ISIS, false)},
			{"IS-IS levels, prefixes told", hierarchy(routers, routers/50, ISIS, true)},
		} {
			n := shape.network
			b.Run(fmt.Sprintf("%s/%d", shape.name, routers), func(b *testing.B) {
				var paths *Matrix
				var v *Values
				benchmarkChanges(b, n, func() { n.Along(Delay) }, func() time.Duration {
					if paths == nil {
						paths = n.Distances(ByIGPThenLinks)
					} else {
						paths = n.Update(paths, ByIGPThenLinks)
					}
					begin := time.Now()
					v = n.UpdateAlong(v, paths, Delay)
					return time.Since(begin)
				})
			})
		}
	}
}

// benchmarkChanges tells something else of any link, and has the values updated, which are then all found anew.
func benchmarkChanges(b *testing.B, n *Network, anew func(), update func() time.Duration) {
	rng := rand.New(rand.NewPCG(1, 2))
	tell := func(l *Link) {
		l.IGP, l.Measured = Told{1 + rng.Uint32N(200), true}, NothingMeasured()
		l.Measured[Delay], l.Measured[AvailableBandwidth] = float64(1+rng.IntN(100)), float64(rng.IntN(1000))
	}
	var links []*Link
	for _, a := range n.Domains[0].Areas {
		for i := range a.Links {
			tell(&a.Links[i])
			links = append(links, &a.Links[i])
		}
	}
	update()
	var times []time.Duration
	for b.Loop() {
		tell(links[rng.IntN(len(links))])
		times = append(times, update())
	}
	slices.Sort(times)
	begin := time.Now()
	anew()
	b.ReportMetric(float64(time.Since(begin).Microseconds())/1000, "anew-ms")
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(times[len(times)*9/10].Microseconds())/1000, "p90-ms")
}

// withLANs puts LANs of some routers into the one area of a network.
func withLANs(n *Network, lans, members int) *Network {
	rng := rand.New(rand.NewPCG(uint64(lans), uint64(members)))
	for range lans {
		n.Domains[0].Areas[0].addLAN(rng.Perm(n.Routers)[:members]...)
	}
	return n
}

// BenchmarkProvider measures one area that is built as a provider's network is: a ring with chords,
// rings of five that leave it, and routers on one link.
func BenchmarkProvider(b *testing.B) {
	for _, routers := range []int{1000, 5000} {
		n := provider(routers)
		b.Run(fmt.Sprintf("distances/%d", routers), func(b *testing.B) {
			for b.Loop() {
				n.Distances(ByIGP)
			}
		})
		b.Run(fmt.Sprintf("delay/%d", routers), func(b *testing.B) {
			for b.Loop() {
				n.Along(Delay)
			}
		})
		b.Run(fmt.Sprintf("widest/%d", routers), func(b *testing.B) {
			for b.Loop() {
				n.Widest(AvailableBandwidth)
			}
		})
	}
}

func provider(routers int) *Network {
	rng, a := rand.New(rand.NewPCG(uint64(routers), 3)), &Area{Backbone: true}
	for r := range routers {
		a.Nodes = append(a.Nodes, Node{Router: r})
	}
	core := max(routers/25, 4)
	for i := range core {
		a.randomLink(rng, i, (i+1)%core)
		a.randomLink(rng, i, (i+2+rng.IntN(core-3))%core)
	}
	for first := core; first < routers; first++ {
		switch i := (first - core) % 8; {
		case i < 5:
			a.randomLink(rng, first, first-1)
		default:
			a.randomLink(rng, first, first-i+rng.IntN(5))
		}
		if (first-core)%8 == 4 || (first-core)%8 == 0 {
			a.randomLink(rng, first, rng.IntN(core))
		}
	}
	for i := range a.Links {
		a.Links[i].Measured = NothingMeasured()
		a.Links[i].Measured[Delay], a.Links[i].Measured[AvailableBandwidth] = float64(i), float64(rng.IntN(9))
	}
	return &Network{Routers: routers, Domains: []*Domain{{Rules: OSPF, Areas: []*Area{a}}}}
}

// BenchmarkUpdate changes the metric of any link, beside what Distances takes for the same network.
func BenchmarkUpdate(b *testing.B) {
	for _, shape := range []struct {
		name  string
		areas int
		rules Rules
		told  bool
	}{{"OSPF areas", 20, OSPF, false}, {"OSPF areas, prefixes told", 20, OSPF, true}, {"IS-IS levels", 20, ISIS, false}, {"IS-IS levels, prefixes told", 20, ISIS, true}} {
		b.Run(shape.name, func(b *testing.B) {
			n, rng := hierarchy(1000, shape.areas, shape.rules, shape.told), rand.New(rand.NewPCG(1, 2))
			m := n.Distances(ByIGP)
			refused := 0
			var times []time.Duration
			for b.Loop() {
				a := n.Domains[0].Areas[rng.IntN(len(n.Domains[0].Areas))]
				a.Links[rng.IntN(len(a.Links))].IGP.Value = 1 + rng.Uint32N(200)
				last, begin := m, time.Now()
				if m = n.Update(m, ByIGP); m != last {
					refused++
				}
				times = append(times, time.Since(begin))
			}
			slices.Sort(times)
			begin := time.Now()
			n.Distances(ByIGP)
			b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(time.Since(begin).Microseconds())/1000, "distances-ms")
			b.ReportMetric(float64(refused)/float64(b.N), "refused")
		})
	}
}
