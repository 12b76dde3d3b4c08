package igp

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/altostream/altostream/libs/seeds"
)

// valueOf walks all ways that packets can take from one router to another, and returns the worst
// that a measure comes to; ok is false if a router on the way has no route of its own.
func (m *model) valueOf(measure Measure, ways func(router, of int) []route, from, to int) (value float64, ok bool) {
	if from == to {
		return measure.nothing(), true
	}
	least := m.tables[from][to]
	value, ok = measure.best(), least.ok
	for _, r := range ways(from, to) {
		if r.metric != least.metric || !ok {
			continue
		}
		var rest float64
		if rest, ok = m.valueOf(measure, ways, r.via, to); !ok {
			break
		}
		a := m.Areas[r.area]
		start, goal := m.at[r.area][from], m.at[r.area][r.via]
		m.simplePaths(a, start, goal, m.within[r.area][start][goal].metric, nil, func(links []Link) {
			sum := measure.nothing()
			for _, l := range links {
				sum = measure.then(sum, measure.of(a, l))
			}
			value = measure.worse(value, measure.then(sum, rest))
		})
	}
	return value, ok
}

// simplePaths finds all paths of a length without a circle.
func (m *model) simplePaths(a *Area, from, goal, length int, gone []Link, found func([]Link)) {
	if from == goal {
		if length == 0 {
			found(gone)
		}
		return
	}
	if len(gone) > 0 && a.Nodes[from].NoTransit && a.Nodes[from].Router != Pseudonode {
		return
	}
	for _, l := range a.Links {
		visited := slices.ContainsFunc(gone, func(g Link) bool { return g.From == l.To })
		if rest := length - m.cost(a, l).metric; l.From == from && rest >= 0 && !visited {
			m.simplePaths(a, l.To, goal, rest, append(slices.Clone(gone), l), found)
		}
	}
}

// measure gives most links random values, and the metrics of the links of routers at least 1: of
// metrics of 0 there are ways that lead nowhere.
func (m *model) measure(rng *rand.Rand) {
	for _, a := range m.Areas {
		for i := range a.Links {
			l := &a.Links[i]
			if a.Nodes[l.From].Router == Pseudonode && rng.IntN(4) > 0 {
				continue
			}
			l.IGP.Value = max(l.IGP.Value, 1)
			if l.Measured = NothingMeasured(); rng.IntN(20) > 0 {
				l.Measured[Delay], l.Measured[Loss], l.Measured[AvailableBandwidth] = float64(rng.IntN(5)), float64(rng.IntN(4))/4, float64(rng.IntN(4))
			}
		}
	}
}

func TestAlongAgainstModel(t *testing.T) {
	for _, rules := range []Rules{OSPF, ISIS} {
		for _, told := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, prefixes told %t", [...]string{"", "OSPF", "IS-IS"}[rules], told), func(t *testing.T) {
				testAlong(t, rules, told)
			})
		}
	}
}

func testAlong(t *testing.T, rules Rules, told bool) {
	known, unknown := 0, 0
	for seed := range seeds.Of(800) {
		rng := rand.New(rand.NewPCG(seed, 11))
		m, ways := randomMeasured(rng, rules, told)
		for _, measure := range []Measure{Delay, Loss, AvailableBandwidth} {
			got := m.Along(measure)
			for from := range m.Routers {
				for to := range m.Routers {
					want, ok := m.valueOf(measure, ways, from, to)
					if !ok || !told && rules == OSPF && m.inSeveralAreasOneWithoutTransit(from, to) {
						continue
					}
					if d := got.At(from, to); d != want && math.Abs(d-want) > 1e-12 && !(math.IsNaN(d) && math.IsNaN(want)) {
						t.Fatalf("seed %d: measure %d, %c>%c: got %v, want %v\n%s", seed, measure, 'A'+from, 'A'+to, d, want, format(m.Network))
					}
					if math.IsNaN(want) {
						unknown++
					} else {
						known++
					}
				}
			}
		}
	}
	t.Logf("%d values, %d not known", known+unknown, unknown)
}

// randomMeasured is a network whose routers have converged, and what routes they choose from.
func randomMeasured(rng *rand.Rand, rules Rules, told bool) (*model, func(router, of int) []route) {
	var n *Network
	if rules == OSPF {
		n = randomOSPF(rng)
	} else {
		n = randomISIS(rng)
	}
	m := &model{Network: n, Domain: n.Domains[0]}
	m.measure(rng)
	m = newModel(n, ByIGP)
	ways := m.ospfWays
	if rules == OSPF {
		m.homes(rng, !told, 3*b2i(told))
		m.runOSPF()
	} else {
		ways = m.isisWays
		m.isisPolicies(func() bool { return !told || rng.IntN(2) == 0 }, func() bool { return false }, func() int { return 2 * b2i(told) })
		m.converge(m.isisRoute, m.tellsOn)
	}
	if told {
		m.tell()
	} else {
		m.tellNothing()
	}
	return m, ways
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
