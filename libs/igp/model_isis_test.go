package igp

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/altostream/altostream/libs/seeds"
)

// Kinds of IS-IS routes, the preferred first (RFC 5302 §3.2).
const (
	level1Route = iota
	level2Route
	level2To1Route
)

// The areas of an IS-IS model.
const (
	level1 = iota
	level2
)

// isisRoute is RFC 1195 §3.2 and RFC 5302 §3.2: of the prefixes in the LSPs of others the
// best kind, then the least metric.
func (m *model) isisRoute(router, of int) route { return shortest(m.isisWays(router, of)) }

// isisWays returns the routes of the best kind.
func (m *model) isisWays(router, of int) []route {
	ways := make([][]route, level2To1Route+1)
	offer := func(level, kind, teller int, told path, base int) {
		if d := m.distance(level, router, teller); router != of && teller != router && d != noPath {
			ways[kind] = append(ways[kind], route{true, level, kind, d.plus(told), base, teller})
		}
	}
	for level := range m.Areas {
		if base := m.base[level][of]; base >= 0 {
			offer(level, level, of, path{metric: base}, base)
		}
	}
	for _, w := range m.words {
		if w.of == of {
			offer(w.area, map[bool]int{false: level2Route, true: level2To1Route}[w.passed], w.teller, w.path, w.base)
		}
	}
	for _, of := range ways {
		if len(of) > 0 {
			return of
		}
	}
	return nil
}

// tellsOn is what a level-1-2 router tells in one level of what it has from the other: up
// what it reaches within level 1, down what it reaches by level 2 (RFC 5302 §3.3).
func (m *model) tellsOn(router int) (words []word) {
	if !m.in(router, level1) || !m.in(router, level2) {
		return nil
	}
	for of, r := range m.tables[router] {
		switch {
		case !r.ok:
		case r.kind == level1Route && m.tellsUp[router]:
			words = append(words, word{router, level2, of, false, r.path, r.base})
		case r.kind == level2Route && m.leaks[[2]int{router, of}]:
			words = append(words, word{router, level1, of, true, r.path, r.base})
		}
	}
	return words
}

// nearestOut is RFC 5302 §3.2 for default routes, of which none is followed by a router that tells one itself.
// In level 1 the attached bit is one (ISO 10589 §7.2.9), for routers that have no neighbour in level 2.
func (m *model) nearestOut(router int) []way {
	for _, class := range []struct {
		level int
		reach Reach
	}{{level1, Own}, {level2, Own}, {level2, Passed}, {level1, Passed}} {
		if !m.in(router, class.level) {
			continue
		}
		least, ways := noPath.metric, []way(nil)
		offer := func(to, metric int) {
			switch d := m.distance(class.level, router, to).metric + metric; {
			case d < least:
				least, ways = d, []way{{class.level, to}}
			case d == least:
				ways = append(ways, way{class.level, to})
			}
		}
		if reach, told := m.stubs[class.level]; told && reach == class.reach {
			for teller, metric := range m.defaults[class.level] {
				if teller == router && metric >= 0 {
					return nil
				} else if metric >= 0 {
					offer(teller, metric)
				}
			}
		}
		for _, node := range m.Areas[class.level].Nodes {
			if class.level == level1 && class.reach == Own && node.Attached && node.Router != router && !m.isCore(router) {
				offer(node.Router, 0)
			}
		}
		if least < noPath.metric {
			return ways
		}
	}
	return nil
}

// tellDefaults has a few routers tell default routes, in each level of their own or passed down.
func (m *model) tellDefaults(rng *rand.Rand) {
	m.stubs, m.defaults = map[int]Reach{}, make([][]int, len(m.Areas))
	for level := range m.Areas {
		m.stubs[level] = []Reach{Own, Passed}[rng.IntN(2)]
		for r := range m.Routers {
			m.defaults[level] = append(m.defaults[level], -1)
			if m.in(r, level) && rng.IntN(5) == 0 {
				m.defaults[level][r] = rng.IntN(5)
			}
		}
	}
}

// randomISIS has one to three areas of level 1 and the level 2 of routers of all.
func randomISIS(rng *rand.Rand) *Network {
	n := &Network{Routers: 3 + rng.IntN(8)}
	members := make([][]int, 1+rng.IntN(3))
	var in2 []int
	for r := range n.Routers {
		level := rng.IntN(8)
		if level < 6 {
			i := rng.IntN(len(members))
			members[i] = append(members[i], r)
		}
		if level > 2 {
			in2 = append(in2, r)
		}
	}
	noTransit := rng.IntN(2) * 20
	l1 := &Area{}
	for _, routers := range members {
		if len(routers) == 0 {
			continue
		}
		part := randomArea(rng, false, routers, noTransit)
		for _, l := range part.Links {
			l.From, l.To = l.From+len(l1.Nodes), l.To+len(l1.Nodes)
			l1.Links = append(l1.Links, l)
		}
		l1.Nodes = append(l1.Nodes, part.Nodes...)
	}
	n.Domains = []*Domain{{Rules: ISIS, Areas: []*Area{l1, randomArea(rng, true, append(in2, 0)[:max(len(in2), 1)], noTransit)}}}
	return n
}

// attach sets attached bits. A router without a neighbour in level 2 has none: it would send
// back what comes to it (ISO 10589 §7.2.9.2).
func (m *model) attach(rng *rand.Rand) {
	for i, node := range m.Areas[level1].Nodes {
		m.Areas[level1].Nodes[i].Attached = node.Router != Pseudonode && m.isCore(node.Router) && rng.IntN(5) > 0
	}
}

// isisPolicies says what routers tell of one level in the other, and metrics of addresses.
func (m *model) isisPolicies(up, leak func() bool, metric func() int) {
	for r := range m.Routers {
		m.tellsUp = append(m.tellsUp, up())
		for of := range m.Routers {
			m.leaks[[2]int{r, of}] = leak()
		}
		for level := range m.Areas {
			if m.in(r, level) {
				m.base[level][r] = metric()
			}
		}
	}
}

func TestISISAgainstModel(t *testing.T) {
	compared := 0
	for seed := range seeds.Of(1500) {
		rng := rand.New(rand.NewPCG(seed, 3))
		m := newModel(randomISIS(rng), ByIGP)
		m.attach(rng)
		if seed%3 == 0 {
			m.tellDefaults(rng)
		}
		rate := rng.IntN(4)
		up := func() bool { return rng.IntN(3) < rate }
		if seed%2 == 0 {
			m.isisPolicies(up, func() bool { return false }, func() int { return rng.IntN(4) })
		} else {
			// What a leaked prefix has of the address's metric cannot be told where that
			// differs by level.
			m.isisPolicies(up, func() bool { return rng.IntN(4) == 0 }, func() int { return 2 })
		}
		m.converge(m.isisRoute, m.tellsOn)
		m.tell()
		compared += m.compare(t, fmt.Sprintf("seed %d", seed), m.nearestOut, nil)
	}
	t.Logf("%d pairs", compared)
}

func TestISISWithoutPrefixesAgainstModel(t *testing.T) {
	compared := 0
	for seed := range seeds.Of(1500) {
		rng := rand.New(rand.NewPCG(seed, 4))
		m := newModel(randomISIS(rng), []Weight{ByIGP, ByTE, ByLinks}[seed%3])
		m.attach(rng)
		m.isisPolicies(func() bool { return true }, func() bool { return false }, func() int { return 0 })
		m.converge(m.isisRoute, m.tellsOn)
		m.tellNothing()
		compared += m.compare(t, fmt.Sprintf("seed %d", seed), m.nearestOut, nil)
	}
	t.Logf("%d pairs", compared)
}

// Some speakers tell the prefixes of one level alone. What is told in level 2 only is no
// address of routers of level 1 alone.
func TestISISWithPrefixesOfOneLevelAgainstModel(t *testing.T) {
	compared := 0
	for seed := range seeds.Of(1500) {
		rng := rand.New(rand.NewPCG(seed, 6))
		m := newModel(randomISIS(rng), ByIGP)
		m.attach(rng)
		untold := int(seed % 2)
		m.isisPolicies(func() bool { return untold == level2 }, func() bool { return false }, func() int { return 2 })
		m.converge(m.isisRoute, m.tellsOn)
		m.tell()
		m.Areas[untold].TellsPrefixes, m.Areas[untold].Prefixes = false, nil
		for r := range m.Routers {
			if !m.in(r, 1-untold) {
				m.Addresses[r] = netip.Prefix{}
			}
		}
		compared += m.compare(t, fmt.Sprintf("seed %d", seed), m.nearestOut, nil)
	}
	t.Logf("%d pairs", compared)
}
