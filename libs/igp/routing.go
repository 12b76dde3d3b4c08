package igp

import (
	"net/netip"
	"slices"
)

// routing computes the distances within one domain, destination by destination.
type routing struct {
	domain  *Domain
	routers int
	weight  Weight
	inside  []inside
	lengths [][]int   // by area: the prefix lengths that occur, the longest first
	places  [][]place // by router
	borders [][]int   // by area: its nodes that join it to other areas
	core    []*place  // by router: where it is in the backbone with a neighbour there; nil = nowhere
	exits   [][]exit  // by router: where its default route leads
	rule    func(from int) Distance

	// Of the destination at hand:
	to       int
	address  netip.Prefix   // its own address, the zero value if none is told
	covering []netip.Prefix // that are told in some area, but default routes; the longest first
	own      []Told         // by area: the metric with which the destination tells it
	homes    []place        // where paths to the destination end
	known    []Distance     // by router
	asked    []bool         // by router
}

// inside is the shortest paths within an area, by the index of both nodes; of
// pseudonodes there are none.
type inside [][]Distance

// place is a router in one of its areas.
type place struct{ area, node int }

func newRouting(d *Domain, routers int, w Weight) *routing {
	r := &routing{
		domain: d, routers: routers, weight: w, places: make([][]place, routers), core: make([]*place, routers), to: -1,
		own:   make([]Told, len(d.Areas)),
		known: make([]Distance, routers), asked: make([]bool, routers),
	}
	for i, a := range d.Areas {
		r.inside = append(r.inside, a.shortestPaths(w))
		r.lengths = append(r.lengths, a.prefixLengths())
		for n, node := range a.Nodes {
			if node.Router != Pseudonode {
				r.places[node.Router] = append(r.places[node.Router], place{i, n})
			}
		}
	}
	r.findBorders()
	return r
}

// findBorders notes which nodes join areas, and who has a neighbour in the backbone.
func (r *routing) findBorders() {
	r.borders = make([][]int, len(r.domain.Areas))
	for router, places := range r.places {
		inBackbone := false
		for i, p := range places {
			if r.domain.Areas[p.area].Backbone {
				inBackbone = true
				if r.hasNeighbor(p) {
					r.core[router] = &places[i]
				}
			}
		}
		if !inBackbone || len(places) < 2 {
			continue
		}
		for _, p := range places {
			r.borders[p.area] = append(r.borders[p.area], p.node)
		}
	}
}

// hasNeighbor tells whether another router is reached in an area; a LAN without one is none.
func (r *routing) hasNeighbor(p place) bool {
	for to, d := range r.inside[p.area][p.node] {
		if to != p.node && d != Unreachable && r.domain.Areas[p.area].Nodes[to].Router != Pseudonode {
			return true
		}
	}
	return false
}

func (a *Area) shortestPaths(w Weight) inside {
	s := newSearch(a, w)
	rows := make(inside, len(a.Nodes))
	for n, node := range a.Nodes {
		if node.Router != Pseudonode {
			s.run(n)
			rows[n] = slices.Clone(s.distance)
		}
	}
	return rows
}

// withinAreas returns the distances of paths that stay within an area.
func (r *routing) withinAreas() *Matrix {
	m := newMatrix(r.routers)
	for i, a := range r.domain.Areas {
		for from, row := range r.inside[i] {
			for to, d := range row {
				if b := a.Nodes[to].Router; b != Pseudonode {
					a := a.Nodes[from].Router
					m.set(a, b, min(m.At(a, b), d))
				}
			}
		}
	}
	return m
}

// each returns the distances that a rule gives from one router to the destination at
// hand, and default routes where it gives none.
func (r *routing) each(rule func(from int) Distance, defaults func(from int) []candidate) *Matrix {
	m := newMatrix(r.routers)
	r.rule = rule
	r.findExits(defaults)
	for to := range r.routers {
		if len(r.places[to]) == 0 {
			continue
		}
		r.begin(to)
		for from := range r.routers {
			if len(r.places[from]) > 0 {
				m.set(from, to, r.route(from))
			}
		}
	}
	return m
}

// begin makes a router the destination at hand.
func (r *routing) begin(to int) {
	r.to, r.address, r.homes = to, r.domain.Addresses[to], r.places[to]
	clear(r.asked)
	clear(r.own)
	r.covering = r.covering[:0]
	if !r.address.IsValid() {
		return
	}
	for i, a := range r.domain.Areas {
		r.own[i] = a.ownMetric(to, r.address)
		for _, bits := range r.lengths[i] {
			if bits > r.address.Bits() || bits == 0 {
				continue
			}
			if p := netip.PrefixFrom(r.address.Addr(), bits).Masked(); len(a.Prefixes[p]) > 0 {
				r.covering = append(r.covering, p)
			}
		}
	}
	slices.SortFunc(r.covering, func(a, b netip.Prefix) int { return b.Bits() - a.Bits() })
	r.covering = slices.Compact(r.covering)
	if r.domain.Rules == OSPF {
		r.homes = r.tellingAreas()
	}
}

// tellingAreas returns the destination's places in areas in which it tells its address,
// all its places if it tells it in none.
func (r *routing) tellingAreas() []place {
	var telling []place
	for _, p := range r.places[r.to] {
		if r.own[p.area].OK {
			telling = append(telling, p)
		}
	}
	if len(telling) == 0 {
		return r.places[r.to]
	}
	return telling
}

// ownMetric is the metric with which a router tells its own address in an area.
func (a *Area) ownMetric(router int, address netip.Prefix) Told {
	for _, t := range a.Prefixes[address] {
		if t.Reach == Own && a.Nodes[t.Node].Router == router {
			return Told{t.Metric, true}
		}
	}
	return Told{}
}

// route returns the distance from a router to the destination. Routers that pass on
// what they have of each other have no route.
func (r *routing) route(from int) Distance {
	switch {
	case from == r.to:
		return 0
	case !r.asked[from]:
		r.asked[from], r.known[from] = true, Unreachable
		if r.known[from] = r.rule(from); r.known[from] == Unreachable {
			r.known[from] = r.overDefault(from)
		}
	}
	return r.known[from]
}

// prefixLengths returns the prefix lengths that occur, the longest first.
func (a *Area) prefixLengths() []int {
	var occur [129]bool
	for p := range a.Prefixes {
		occur[p.Bits()] = true
	}
	var lengths []int
	for bits := len(occur) - 1; bits >= 0; bits-- {
		if occur[bits] {
			lengths = append(lengths, bits)
		}
	}
	return lengths
}

// within returns the distance to the destination within an area, from a router at a
// place in it.
func (r *routing) within(from place) Distance {
	for _, p := range r.homes {
		if p.area == from.area {
			return r.inside[p.area][from.node][p.node]
		}
	}
	return Unreachable
}

// noArea is the number of no area.
const noArea = -1

// withinOther returns the distance from a router to the destination within an area other
// than a given one, the least of several.
func (r *routing) withinOther(router, than int) Distance {
	best := Unreachable
	for _, p := range r.places[router] {
		if p.area != than {
			best = min(best, r.within(p))
		}
	}
	return best
}
