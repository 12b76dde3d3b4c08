package igp

// isis returns the distance from a router by the rules of IS-IS levels.
func (r *routing) isis(from int) best {
	for i := range r.covering {
		if b := r.byPrefix(from, &r.covering[i]); b.isRoute() {
			return b
		}
	}
	if !r.address.IsValid() {
		return r.byNode(from)
	}
	return r.noWay(from)
}

// classes are the kinds of routes, the preferred first: level 1 before level 2 before what
// is passed down, whatever the metrics (RFC 5302 §3.2). In level 2 the up/down bit shows what
// another domain passed (RFC 7775).
var classes = []struct {
	backbone bool
	reach    Reach
}{{false, Own}, {true, Own}, {true, Passed}, {false, Passed}}

// byPrefix is the path by the route to one prefix. Where the prefixes of a level are not
// told, the destination itself is looked for in it.
func (r *routing) byPrefix(from int, prefix *covering) best {
	for _, class := range classes {
		b := r.noWay(from)
		for _, p := range r.places[from] {
			a := r.domain.Areas[p.area]
			switch {
			case a.Backbone != class.backbone:
			case prefix.Prefix == r.address && class.reach == Own && !a.TellsPrefixes:
				r.offerLevel(&b, p)
			default:
				r.offerWords(&b, p, prefix, class.reach)
			}
		}
		if b.isRoute() {
			return b
		}
	}
	return r.noWay(from)
}

// byNode is the path to a destination without an address: within the level 1 area, else
// through level 2.
func (r *routing) byNode(from int) best {
	for _, backbone := range []bool{false, true} {
		for _, p := range r.places[from] {
			if r.domain.Areas[p.area].Backbone != backbone {
				continue
			}
			b := r.noWay(from)
			if r.offerLevel(&b, p); b.length != Unreachable {
				return b
			}
		}
	}
	return r.noWay(from)
}

// offerLevel offers the ways from a place to the destination through its level: within
// it, and of level 2 also over a router of the destination's area if prefixes do not say
// what those tell (RFC 1195 §3.2).
func (r *routing) offerLevel(b *best, from place) {
	r.offerWithin(b, from)
	a := r.domain.Areas[from.area]
	if !a.Backbone || a.TellsPrefixes {
		return
	}
	for _, n := range r.borders[from.area] {
		router := a.Nodes[n].Router
		if n == from.node {
			r.offerWithinOther(b, router, from.area)
			continue
		}
		d := r.plus(r.near(from.area, from.node, n), r.withinOther(router, from.area))
		r.offer(b, d, d, leg{from, n, router})
	}
}

// isisDefaults returns the ways to the nearest routers that tell a default route, as the
// attached bit does in level 1. There are none from a router that tells one itself: that is nearer.
func (r *routing) isisDefaults(from int) []candidate {
	for _, class := range classes {
		var ways []candidate
		for _, p := range r.places[from] {
			a := r.domain.Areas[p.area]
			if a.Backbone != class.backbone {
				continue
			}
			if a.tellsDefault(p.node, class.reach) {
				return nil
			}
			ways = append(ways, r.defaultCandidates(p, class.reach)...)
			if !class.backbone && class.reach == Own && r.core[from] == nil {
				ways = append(ways, r.attached(p)...)
			}
		}
		if len(ways) > 0 {
			return r.nearest(ways, bySum)
		}
	}
	return nil
}

// attached returns the ways to routers with the attached bit, which routers without a
// neighbour in level 2 follow (RFC 1195 §3.2, ISO 10589 §7.2.9).
func (r *routing) attached(from place) []candidate {
	var ways []candidate
	for n, node := range r.domain.Areas[from.area].Nodes {
		near := r.near(from.area, from.node, n)
		if node.Attached && node.Router != Pseudonode && n != from.node && near != Unreachable {
			ways = append(ways, candidate{leg: leg{from, n, node.Router}, near: near, whole: near})
		}
	}
	return ways
}
