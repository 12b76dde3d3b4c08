package igp

import (
	"cmp"
	"net/netip"
	"slices"
)

// defaultRoutes are the default routes of both address families; a network has one.
var defaultRoutes = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}

// findExits notes where each router's packets go that it has no other route for: the same
// for every destination.
func (r *routing) findExits() {
	r.exits = make([][]leg, r.routers)
	var defaults func(from int) []candidate
	switch {
	case len(r.domain.Areas) <= 1 && r.beside == nil:
		return // there is nowhere that they lead
	case r.domain.Rules == OSPF:
		defaults = r.ospfDefaults(r.findOutside())
	case r.domain.Rules == ISIS:
		defaults = r.isisDefaults
	default:
		return
	}
	for from := range r.routers {
		for _, c := range defaults(from) {
			r.exits[from] = append(r.exits[from], r.firstOnTheWay(c))
		}
	}
}

// firstOnTheWay returns the way to the first router on the way of a default route that has other routes than the rest of an
// area: it sends the packets their way. The rest have the same routes as the router that the way begins at, unless that
// does not look for its routes in this area, or tells a default route, which they may follow.
func (r *routing) firstOnTheWay(c candidate) leg {
	inside, nodes := r.inside[c.from.area], r.domain.Areas[c.from.area].Nodes
	first, nearest := c.leg, c.near
	if r.weight == byWidth {
		return first
	}
	router := nodes[c.from.node].Router
	alike := slices.Contains(r.looksAt(router), c.from) && !r.domain.Areas[c.from.area].tellsDefault(c.from.node, External1, External2) && !r.domain.tellsOutside(router)
	for n, node := range nodes {
		if n == c.from.node || node.Router == Pseudonode || node.NoTransit {
			continue
		}
		near := inside.at(c.from.node, n)
		if near < nearest && near.plus(inside.at(n, c.node)) == c.near && (!alike || r.hasOwnRoutes(place{c.from.area, n})) {
			first, nearest = leg{c.from, n, node.Router}, near
		}
	}
	return first
}

// hasOwnRoutes tells whether the router at a place has other routes than the rest of the area: those of other areas or IGPs,
// or a default route that it tells.
func (r *routing) hasOwnRoutes(p place) bool {
	a := r.domain.Areas[p.area]
	router := a.Nodes[p.node].Router
	return len(r.places[router]) > 1 || r.beside != nil && r.beside.several[router] || a.tellsDefault(p.node, Own, Passed)
}

// tellsDefault tells whether a node tells a default route in one of some ways.
func (a *Area) tellsDefault(node int, ways ...Reach) bool {
	return slices.ContainsFunc(defaultRoutes, func(prefix netip.Prefix) bool {
		return slices.ContainsFunc(a.Prefixes[prefix], func(t Advertisement) bool { return t.Node == node && slices.Contains(ways, t.Reach) })
	})
}

// overDefault is the whole path of packets that follow a router's default route, and go on from its end as far as
// onward says; of several that are equally good the shortest.
func (r *routing) overDefault(from int, onward func(router int) Distance) best {
	b := r.noWay(from)
	for _, e := range r.exits[from] {
		d := r.plus(r.near(e.from.area, e.from.node, e.node), onward(e.via))
		r.offer(&b, d, d, e)
	}
	return b
}

// defaultCandidates returns the ways from a place over those that tell a default route.
func (r *routing) defaultCandidates(from place, reach Reach) []candidate {
	var ways []candidate
	for _, prefix := range defaultRoutes {
		ways = append(ways, r.candidates(from, prefix, reach)...)
	}
	return ways
}

// nearest returns the first of ways (at least one) in an order, and those level with it. The
// widest path may lead over any.
func (r *routing) nearest(ways []candidate, order func(a, b candidate) int) []candidate {
	if r.weight == byWidth {
		return ways
	}
	first := slices.MinFunc(ways, order)
	return slices.DeleteFunc(ways, func(c candidate) bool { return order(c, first) != 0 })
}

// bySum orders ways by the metric of the way and the word together.
func bySum(a, b candidate) int {
	return cmp.Or(a.compareKind(b), cmp.Compare(a.whole.Metric()+a.word, b.whole.Metric()+b.word))
}

// byWord orders ways by the word, then by the metric of the way (RFC 2328 §16.4 (6)).
func byWord(a, b candidate) int {
	return cmp.Or(cmp.Compare(a.word, b.word), a.compareKind(b), cmp.Compare(a.whole.Metric(), b.whole.Metric()))
}

func (c candidate) compareKind(other candidate) int {
	switch {
	case c.after == other.after:
		return 0
	case c.after:
		return 1
	}
	return -1
}
