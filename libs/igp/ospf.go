package igp

import "slices"

// ospf returns the distance from a router by OSPF's rules: within an area of both if there
// is a path, whatever other paths cost (RFC 2328 §11, §16.2).
func (r *routing) ospf(from int) best {
	if b := r.withinArea(from); b.length != Unreachable {
		return b
	}
	if !r.hearsPrefixes(from) {
		return r.overBorders(from)
	}
	return r.interArea(from)
}

// hearsPrefixes tells whether the address of the destination, and what border routers
// say of it where a router looks, is told.
func (r *routing) hearsPrefixes(from int) bool {
	if !r.address.IsValid() {
		return false
	}
	for _, p := range r.looksAt(from) {
		if !r.domain.Areas[p.area].TellsPrefixes {
			return false
		}
	}
	return true
}

// looksAt returns where a router looks for inter-area routes: a border router with a
// neighbour in area 0 there alone (RFC 2328 §16.2), any other in all its areas (RFC 3509
// §2.2). One that tells that it is a border router and is not in area 0 is of RFC 2328: it looks nowhere.
func (r *routing) looksAt(from int) []place {
	switch {
	case r.core[from] != nil:
		return []place{*r.core[from]}
	case r.astray[from]:
		return nil
	}
	return r.places[from]
}

// interArea is the shortest path over border routers that tell of the destination's
// address, or else of a range that it is in (RFC 2328 §16.2).
func (r *routing) interArea(from int) best {
	for i := range r.covering {
		b := r.noWay(from)
		if r.hasRange(from, &r.covering[i]) {
			b.whole = 0 // its own route, which leads nowhere
			return b
		}
		for _, p := range r.looksAt(from) {
			r.offerWords(&b, p, &r.covering[i], Passed)
		}
		if b.isRoute() {
			return b
		}
	}
	return r.noWay(from)
}

// hasRange tells whether a border router tells a prefix that covers the address as a range of an area of its own: it
// does not look at what others say of it (RFC 2328 §16.2 (3)), and discards what it does not reach there (§11.1).
func (r *routing) hasRange(router int, prefix *covering) bool {
	if prefix.Prefix == r.address {
		return false
	}
	return slices.ContainsFunc(r.looksAt(router), func(p place) bool {
		return slices.ContainsFunc(prefix.tellers[p.area], func(t Advertisement) bool { return t.Node == p.node && t.Reach == Passed })
	})
}

// overBorders is the shortest inter-area path if border routers pass on whatever they
// reach in other areas.
func (r *routing) overBorders(from int) best {
	b := r.noWay(from)
	for _, p := range r.looksAt(from) {
		for _, n := range r.borders[p.area] {
			if n != p.node && !r.isIdle(place{p.area, n}) {
				border := r.domain.Areas[p.area].Nodes[n].Router
				d := r.plus(r.near(p.area, p.node, n), r.passedOn(border, p.area))
				r.offer(&b, d, d, leg{p, n, border})
			}
		}
	}
	return b
}

// passedOn is what a border router passes into an area of the destination: its path within
// areas if the shortest is in another one; else, with a neighbour in area 0 and not into
// that, its path over it (RFC 2328 §12.4.3, RFC 3509 §2.2).
func (r *routing) passedOn(border, into int) Distance {
	switch within := r.withinOther(border, noArea); {
	case within != Unreachable && within == r.withinOther(border, into):
		return within
	case within != Unreachable || r.core[border] == nil || r.domain.Areas[into].Backbone:
		return Unreachable
	}
	return r.route(border)
}
