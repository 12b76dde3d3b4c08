package igp

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/seeds"
)

// widest is more than the widths of the models.
const widest = 100

// bandwidths gives most links a bandwidth, many of them the same.
func (m *model) bandwidths(rng *rand.Rand) {
	for _, a := range m.Areas {
		for i := range a.Links {
			l := &a.Links[i]
			if l.Measured = NothingMeasured(); rng.IntN(8) > 0 {
				l.Measured[AvailableBandwidth] = float64(rng.IntN(6))
			}
		}
	}
}

// width is that of the widest path from one router to another, by its own route or over the
// attached routers that it may follow.
func (m *model) width(from, to, hopLimit int) float64 {
	switch r := m.tables[from][to]; {
	case from == to || r.ok && r.metric == 0:
		return math.Inf(1)
	case r.ok:
		return float64(widest - r.metric)
	}
	wide := math.NaN()
	if m.Rules != ISIS || m.isCore(from) || !m.in(from, level1) || hopLimit == 0 {
		return wide
	}
	for _, node := range m.Areas[level1].Nodes {
		if !node.Attached || node.Router == from {
			continue
		}
		near := m.distance(level1, from, node.Router)
		beyond := m.width(node.Router, to, hopLimit-1)
		if near.metric >= noPath.metric || math.IsNaN(beyond) {
			continue
		}
		if near.metric > 0 {
			beyond = min(beyond, float64(widest-near.metric))
		}
		if math.IsNaN(wide) || beyond > wide {
			wide = beyond
		}
	}
	return wide
}

func TestWidestAgainstModel(t *testing.T) {
	for name, rules := range map[string]Rules{"one area": Flat, "OSPF": OSPF, "IS-IS": ISIS} {
		t.Run(name, func(t *testing.T) {
			reached := 0
			for seed := range seeds.Of(1000) {
				m := randomWidths(rand.New(rand.NewPCG(seed, 12)), rules)
				got := m.Widest(AvailableBandwidth)
				for from := range m.Routers {
					for to := range m.Routers {
						if m.inSeveralAreasOneWithoutTransit(from, to) {
							continue
						}
						g, w := got.At(from, to), m.width(from, to, m.Routers)
						if g != w && !(math.IsNaN(g) && math.IsNaN(w)) {
							t.Fatalf("seed %d: %c>%c: got %v, want %v\n%s", seed, 'A'+from, 'A'+to, g, w, format(m.Network))
						}
						if from != to && !math.IsNaN(w) {
							reached++
						}
					}
				}
			}
			t.Logf("%d pairs with a path", reached)
		})
	}
}

// randomWidths is a network without prefixes whose routers have converged on the widest paths.
func randomWidths(rng *rand.Rand, rules Rules) *model {
	n := randomOSPF(rng)
	switch rules {
	case ISIS:
		n = randomISIS(rng)
	case Flat:
		n.Domains[0].Areas = n.Domains[0].Areas[:1]
	}
	(&model{Network: n, Domain: n.Domains[0]}).bandwidths(rng)
	m := newModel(n, byWidth)
	if rules == ISIS {
		m.attach(rng)
		m.isisPolicies(func() bool { return true }, func() bool { return false }, func() int { return 0 })
		m.converge(m.isisRoute, m.tellsOn)
	} else {
		m.homes(rng, true, 0)
		m.runOSPF()
	}
	m.tellNothing()
	return m
}

// BenchmarkWidest measures the widest paths, all anew and when the bandwidth of any link changes.
func BenchmarkWidest(b *testing.B) {
	for _, routers := range []int{1000, 1700} {
		for name, n := range map[string]*Network{
			"single area":               provider(routers),
			"OSPF areas, prefixes told": hierarchy(routers, routers/50, OSPF, true),
			"IS-IS levels":              hierarchy(routers, routers/50, ISIS, false),
		} {
			b.Run(fmt.Sprintf("%s/%d", name, routers), func(b *testing.B) {
				var v *Values
				benchmarkChanges(b, n, func() { n.Widest(AvailableBandwidth) }, func() time.Duration {
					begin := time.Now()
					v = n.UpdateWidest(v, AvailableBandwidth)
					return time.Since(begin)
				})
			})
		}
	}
}
