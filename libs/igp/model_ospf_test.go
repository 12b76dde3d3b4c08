package igp

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/altostream/altostream/libs/seeds"
)

// Kinds of OSPF routes, the preferred first (RFC 2328 §11).
const (
	withinArea = iota
	betweenAreas
)

// isABR tells whether a router is an area border router: it is in area 0 and another
// area (RFC 3509 §2.1).
func (m *model) isABR(router int) bool {
	areas := 0
	for area := range m.Areas {
		if m.in(router, area) {
			areas++
		}
	}
	b := m.backbone()
	return b >= 0 && m.in(router, b) && areas > 1
}

// looks returns the areas whose summaries a router examines (RFC 2328 §16.2, RFC 3509
// §2.2).
func (m *model) looks(router int) []int {
	if m.isCore(router) {
		return []int{m.backbone()}
	}
	var areas []int
	for area := range m.Areas {
		if m.in(router, area) {
			areas = append(areas, area)
		}
	}
	return areas
}

// isIdle tells whether a router does not forward (RFC 5340 §A.2).
func (m *model) isIdle(area, router int) bool {
	return m.in(router, area) && m.Areas[area].Nodes[m.at[area][router]].NoTransit
}

// ospfRoute is RFC 2328 §16.1, then §16.2.
func (m *model) ospfRoute(router, of int) route { return shortest(m.ospfWays(router, of)) }

// ospfWays returns the routes of which that is the shortest.
func (m *model) ospfWays(router, of int) (ways []route) {
	for area := range m.Areas {
		if base := m.base[area][of]; base >= 0 && m.distance(area, router, of) != noPath {
			ways = append(ways, route{true, area, withinArea, m.distance(area, router, of).plus(path{metric: base}), base, of})
		}
	}
	if len(ways) > 0 {
		return ways
	}
	for _, area := range m.looks(router) {
		for _, w := range m.words {
			if w.area != area || w.of != of || w.teller == router || m.isIdle(area, w.teller) || m.distance(area, router, w.teller) == noPath {
				continue
			}
			ways = append(ways, route{true, area, betweenAreas, m.distance(area, router, w.teller).plus(w.path), w.base, w.teller})
		}
	}
	return ways
}

// summaries is RFC 2328 §12.4.3 with RFC 3509 §2.2.
func (m *model) summaries(router int) (words []word) {
	if !m.isABR(router) {
		return nil
	}
	for area, a := range m.Areas {
		if _, stub := m.stubs[area]; stub || !m.in(router, area) {
			continue
		}
		for of, r := range m.tables[router] {
			filtered := m.filtered[word{teller: router, area: area, of: of}]
			if !r.ok || filtered || r.area == area || r.kind == betweenAreas && (a.Backbone || !m.isCore(router)) {
				continue
			}
			words = append(words, word{router, area, of, true, r.path, r.base})
		}
	}
	return words
}

// nearestDefaults is RFC 2328 §16.2 and §16.4 for the default route: inter-area before
// external type 1 before type 2, of which the lower type 2 metric counts first.
func (m *model) nearestDefaults(router int) (exits []way) {
	best := []int{1 << 60}
	offer := func(w way, reach Reach, metric, distance int, after bool) {
		rank := []int{int(reach), bit(after), distance + metric, 0}
		if reach == External2 {
			rank = []int{int(reach), metric, bit(after), distance}
		}
		switch c := slices.Compare(rank, best); {
		case c < 0:
			best, exits = rank, []way{w}
		case c == 0:
			exits = append(exits, w)
		}
	}
	for area := range m.Areas {
		reach, stub := m.stubs[area]
		if !stub || m.isABR(router) { // RFC 3101 §2.5 (3)
			continue
		}
		for teller, metric := range m.defaults[area] {
			if d := m.distance(area, router, teller); metric >= 0 && teller != router && !m.isIdle(area, teller) && d != noPath {
				offer(way{area, teller}, reach, metric, d.metric, false)
			}
		}
	}
	for _, o := range m.Outside {
		if o.Router == router {
			continue
		}
		ways, after := m.waysToASBR(router, o.Router)
		for _, r := range ways {
			offer(way{r.area, r.via}, o.Reach, int(o.Metric), r.metric, after)
		}
	}
	return exits
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// waysToASBR is RFC 2328 §16.4.1: of what routers tell of each other without policies, and not in
// stub areas, the ways within areas other than area 0, else all.
func (m *model) waysToASBR(router, asbr int) (ways []route, after bool) {
	if m.asbrs == nil {
		m.asbrs = newModel(m.Network, m.weight)
		m.asbrs.stubs = m.stubs
		m.asbrs.homes(nil, true, 0)
		for area := range m.Areas {
			for r := range m.Routers {
				if _, stub := m.stubs[area]; stub || m.isIdle(area, r) {
					m.asbrs.base[area][r] = -1
				}
			}
		}
		m.asbrs.runOSPF()
	}
	ways = m.asbrs.ospfWays(router, asbr)
	within := slices.DeleteFunc(slices.Clone(ways), func(r route) bool { return r.kind != withinArea || m.Areas[r.area].Backbone })
	if len(within) > 0 {
		return within, false
	}
	return ways, true
}

// randomOSPF has areas around area 0, if any, and now and then none of that. A router is in one
// area, or a border router of two or three; its address is in one.
func randomOSPF(rng *rand.Rand) *Network {
	n := &Network{Routers: 3 + rng.IntN(8)}
	members := make([][]int, 1+rng.IntN(4))
	for r := range n.Routers {
		in := []int{rng.IntN(len(members))}
		for rng.IntN(3) == 0 {
			in = append(in, rng.IntN(len(members))*rng.IntN(2))
		}
		slices.Sort(in)
		for _, area := range slices.Compact(in) {
			members[area] = append(members[area], r)
		}
	}
	d := &Domain{Rules: OSPF}
	backbone := rng.IntN(12) > 0
	noTransit := rng.IntN(3) / 2 * 20
	for i, routers := range members {
		if len(routers) > 0 {
			d.Areas = append(d.Areas, randomArea(rng, i == 0 && backbone, routers, noTransit))
		}
	}
	n.Domains = []*Domain{d}
	return n
}

func (m *model) runOSPF() { m.converge(m.ospfRoute, m.summaries) }

// homes gives each router's address a metric in its areas: in one of them, or in all.
func (m *model) homes(rng *rand.Rand, all bool, most int) {
	for r := range m.Routers {
		var areas []int
		for area := range m.Areas {
			if m.in(r, area) {
				areas = append(areas, area)
			}
		}
		if !all && len(areas) > 0 {
			i := rng.IntN(len(areas))
			areas = areas[i : i+1]
		}
		metric := 0
		if most > 0 {
			metric = rng.IntN(most + 1)
		}
		for _, area := range areas {
			m.base[area][r] = metric
		}
	}
}

// policies has border routers filter summaries, and tell defaults into stub areas, and routers in
// other areas tell defaults to all of these.
func (m *model) policies(rng *rand.Rand) {
	m.stubs, m.defaults = map[int]Reach{}, make([][]int, len(m.Areas))
	for area, a := range m.Areas {
		stub := !a.Backbone && rng.IntN(3) == 0
		if a.Stub = stub; stub {
			m.stubs[area] = []Reach{Passed, External1, External2}[rng.IntN(3)]
		}
		for r := range m.Routers {
			m.defaults[area] = append(m.defaults[area], -1)
			if stub && m.isABR(r) && m.isCore(r) && m.in(r, area) {
				m.defaults[area][r] = rng.IntN(5)
			}
			for of := range m.Routers {
				if rng.IntN(10) == 0 {
					m.filtered[word{teller: r, area: area, of: of}] = true
				}
			}
			if !stub && m.in(r, area) && rng.IntN(8) == 0 && !m.inSeveralAreasOneWithoutTransit(r, r) {
				m.Outside = append(m.Outside, Outside{r, r, rng.Uint32N(5), External1 + Reach(rng.IntN(2))})
			}
		}
	}
}

func TestOSPFAgainstModel(t *testing.T) {
	compared := 0
	for seed := range seeds.Of(1500) {
		rng := rand.New(rand.NewPCG(seed, 1))
		m := newModel(randomOSPF(rng), ByIGP)
		m.homes(rng, false, 3)
		if seed%2 == 0 {
			m.policies(rng)
		}
		m.runOSPF()
		m.tell()
		compared += m.compare(t, fmt.Sprintf("seed %d", seed), m.nearestDefaults, nil)
	}
	t.Logf("%d pairs", compared)
}

// inSeveralAreasOneWithoutTransit is what the sum rules cannot say: a router that is as
// near in two areas has one of them as its area (RFC 2328 §16.1 does not say which), and
// passes nothing into that. It matters where others do not reach it there themselves.
func (m *model) inSeveralAreasOneWithoutTransit(_, to int) bool {
	areas, noTransit := 0, false
	for area, a := range m.Areas {
		if m.in(to, area) {
			areas++
		}
		noTransit = noTransit || slices.ContainsFunc(a.Nodes, func(n Node) bool { return n.NoTransit })
	}
	return areas > 1 && noTransit
}

func TestOSPFWithoutPrefixesAgainstModel(t *testing.T) {
	compared := 0
	for seed := range seeds.Of(1500) {
		rng := rand.New(rand.NewPCG(seed, 2))
		m := newModel(randomOSPF(rng), []Weight{ByIGP, ByTE, ByLinks}[seed%3])
		m.homes(rng, true, 0)
		m.runOSPF()
		m.tellNothing()
		compared += m.compare(t, fmt.Sprintf("seed %d", seed), m.nearestDefaults, m.inSeveralAreasOneWithoutTransit)
	}
	t.Logf("%d pairs", compared)
}

// Some speakers tell the prefixes of routers and not what border routers pass on.
func TestOSPFWithoutSummariesAgainstModel(t *testing.T) {
	compared := 0
	for seed := range seeds.Of(1500) {
		rng := rand.New(rand.NewPCG(seed, 5))
		m := newModel(randomOSPF(rng), ByIGP)
		m.homes(rng, false, 3)
		m.runOSPF()
		m.words = nil
		m.tell()
		for _, a := range m.Areas {
			a.TellsPrefixes = false
		}
		compared += m.compare(t, fmt.Sprintf("seed %d", seed), m.nearestDefaults, nil)
	}
	t.Logf("%d pairs", compared)
}
