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
	inside  []*inside
	lengths [][]int   // by area: the prefix lengths that occur, the longest first
	places  [][]place // by router
	members []int     // routers that have a place; nil = not known of one area
	borders [][]int   // by area: its nodes that join it to other areas
	core    []*place  // by router: where it is in the backbone with a neighbour there; nil = nowhere
	astray  []bool    // by router: it tells that it is a border router, and is not in the backbone
	exits   [][]leg   // by router: the ways to where packets come that follow its default route
	beside  *beside   // that has the default routes; nil = the domain is alone

	destinations []int // that are asked for; nil = all

	legs [][]leg // by router: of its route to the destination at hand; nil = not asked for

	// To be computed again for another state of the domain, if that is to be:
	shape      *shape
	traces     []trace // by destination
	version    int     // how often they were
	otherExits []int   // the routers that had other exits the last time

	values *Values // along the paths, if they are asked for

	// Of the destination at hand:
	to       int
	address  netip.Prefix // its own address, the zero value if none is told
	covering []covering   // all but default routes, the longest first
	own      []ownAddress // where it tells it
	homes    []place      // where paths to it end
	known    []Distance   // by router
	asked    []bool       // by router
	tracer   *tracer      // nil = nothing is noted
	kept     *Matrix      // that has the routes but those that are asked for again; nil = all are
	again    []bool       // by router: its route is asked for again
	nowhere  []bool       // by router: it has a route, which leads nowhere
}

// place is a router in one of its areas.
type place struct{ area, node int }

// covering is a prefix that the destination's address is in, and who tells it, by area.
type covering struct {
	netip.Prefix
	tellers [][]Advertisement
}

// ownAddress is a place in which a router tells its own address, and with which metric.
type ownAddress struct {
	place
	metric uint32
}

func newRouting(d *Domain, routers int, w Weight, paths func(*Area) *inside) *routing {
	r := &routing{
		domain: d, routers: routers, weight: w, places: make([][]place, routers), core: make([]*place, routers), astray: make([]bool, routers), to: -1,
		known: make([]Distance, routers), asked: make([]bool, routers), borders: make([][]int, len(d.Areas)),
	}
	for i, a := range d.Areas {
		r.inside = append(r.inside, paths(a))
		r.lengths = append(r.lengths, a.prefixLengths())
		for n, node := range a.Nodes {
			if node.Router != Pseudonode {
				r.places[node.Router] = append(r.places[node.Router], place{i, n})
			}
		}
	}
	if len(d.Areas) > 1 {
		r.findBorders()
	}
	return r
}

// findBorders notes which routers there are, which nodes join areas, and who has a neighbour in the backbone.
func (r *routing) findBorders() {
	for router, places := range r.places {
		if len(places) > 0 {
			r.members = append(r.members, router)
		}
		inBackbone := false
		for i, p := range places {
			if a := r.domain.Areas[p.area]; a.Backbone {
				inBackbone = true
				if a.hasNeighbor(p.node) {
					r.core[router] = &places[i]
				}
			}
		}
		r.astray[router] = !inBackbone && slices.ContainsFunc(places, func(p place) bool { return r.domain.Areas[p.area].Nodes[p.node].Border })
		if len(places) < 2 || !inBackbone && !r.astray[router] {
			continue
		}
		for _, p := range places {
			if !r.domain.Areas[p.area].Nodes[p.node].NoBorder {
				r.borders[p.area] = append(r.borders[p.area], p.node)
			}
		}
	}
}

// hasNeighbor tells whether a link leads to another router, or to a LAN that one is on.
func (a *Area) hasNeighbor(node int) bool {
	return slices.ContainsFunc(a.Links, func(l Link) bool {
		if l.From != node || a.Nodes[l.To].Router != Pseudonode {
			return l.From == node
		}
		return slices.ContainsFunc(a.Links, func(on Link) bool { return on.From == l.To && on.To != node })
	})
}

// all returns the distances by the rules of the domain.
func (r *routing) all() *Matrix {
	r.findExits()
	if len(r.domain.Areas) <= 1 {
		return r.withinAreas()
	}
	return r.each()
}

// rule is the best of the ways by the rules of the domain, but default routes.
func (r *routing) rule(from int) best {
	switch {
	case len(r.domain.Areas) <= 1:
		return r.withinArea(from)
	case r.domain.Rules == ISIS:
		return r.isis(from)
	}
	return r.ospf(from)
}

// withinArea is the path within an area.
func (r *routing) withinArea(from int) best {
	b := r.noWay(from)
	r.offerWithinOther(&b, from, noArea)
	return b
}

// isWhole tells whether the domain is one area of all routers in their order: then what is inside
// it is the whole.
func (r *routing) isWhole() bool { return len(r.inside) == 1 && r.inside[0].isWhole(r.routers) }

func (in *inside) isWhole(routers int) bool {
	for i, router := range in.routers {
		if router != i {
			return false
		}
	}
	return len(in.routers) == routers
}

// withinAreas returns the distances of paths that stay within an area.
func (r *routing) withinAreas() *Matrix {
	if r.isWhole() {
		return &Matrix{rows: r.inside[0].rows, room: r.inside[0].room}
	}
	m := newMatrix(r.routers)
	for area, in := range r.inside {
		for from, router := range in.routers {
			row := m.rows[router]
			for to, d := range in.rows[from] {
				if r.values != nil {
					r.values.offer(m, router, in.routers[to], d, r.values.areas[area].rows[from][to])
				}
				row[in.routers[to]] = min(row[in.routers[to]], d)
			}
		}
	}
	return m
}

// begin makes a router the destination at hand.
func (r *routing) begin(to int) {
	r.to, r.address, r.homes = to, netip.Prefix{}, r.places[to]
	if len(r.domain.Addresses) > 0 {
		r.address = r.domain.Addresses[to]
	}
	clear(r.asked)
	r.own, r.covering = r.own[:0], r.covering[:0]
	if !r.address.IsValid() {
		return
	}
	r.findCovering()
	for _, p := range r.places[to] {
		for _, t := range r.domain.Areas[p.area].Prefixes[r.address] {
			if t.Reach == Own && t.Node == p.node {
				r.own = append(r.own, ownAddress{p, t.Metric})
			}
		}
	}
	if r.domain.Rules == OSPF && len(r.own) > 0 {
		r.homes = nil
		for _, o := range r.own {
			r.homes = append(r.homes, o.place)
		}
	}
}

// findCovering finds the prefixes that the destination's address is in, as far as some area has them.
func (r *routing) findCovering() {
	var prefixes []netip.Prefix
	for i, a := range r.domain.Areas {
		for _, bits := range r.lengths[i] {
			if bits > r.address.Bits() || bits == 0 {
				continue
			}
			if p := netip.PrefixFrom(r.address.Addr(), bits).Masked(); len(a.Prefixes[p]) > 0 {
				prefixes = append(prefixes, p)
			}
		}
	}
	slices.SortFunc(prefixes, func(a, b netip.Prefix) int { return b.Bits() - a.Bits() })
	for _, p := range slices.Compact(prefixes) {
		c := covering{p, make([][]Advertisement, len(r.domain.Areas))}
		for i, a := range r.domain.Areas {
			c.tellers[i] = a.Prefixes[p]
		}
		r.covering = append(r.covering, c)
	}
}

// route returns the distance from a router to the destination. Routers that pass on
// what they have of each other have no route.
func (r *routing) route(from int) Distance {
	if r.tracer != nil {
		r.tracer.route(from)
	}
	switch {
	case from == r.to:
		return 0
	case r.kept != nil && !r.again[from]:
		return r.kept.At(from, r.to)
	case !r.asked[from]:
		r.asked[from], r.known[from] = true, Unreachable
		asker := -1
		if r.tracer != nil {
			asker, r.tracer.from, r.tracer.asking[from] = r.tracer.from, from, true
		}
		b := r.rule(from)
		if r.beside != nil {
			r.nowhere[from] = b.isRoute() && b.length == Unreachable
		} else if !b.isRoute() {
			b = r.overDefault(from, r.route)
		}
		r.known[from] = b.length
		if r.tracer != nil {
			r.tracer.from, r.tracer.asking[from] = asker, false
		}
		if r.legs != nil {
			r.legs[from] = b.legs
		}
	}
	return r.known[from]
}

func (r *routing) plus(a, b Distance) Distance { return r.weight.sum(a, b) }

// within returns the distance to the destination within an area, from a router at a
// place in it.
func (r *routing) within(from place) Distance {
	if home := r.home(from.area); home != nil {
		return r.near(from.area, from.node, home.node)
	}
	return Unreachable
}

// home is where paths to the destination end in an area; nil = nowhere.
func (r *routing) home(area int) *place {
	for i, p := range r.homes {
		if p.area == area {
			return &r.homes[i]
		}
	}
	return nil
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
