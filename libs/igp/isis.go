package igp

import "net/netip"

// isis returns the distance from a router by the rules of IS-IS levels.
func (r *routing) isis(from int) Distance {
	for _, prefix := range r.covering {
		if d := r.byPrefix(from, prefix); d != Unreachable {
			return d
		}
	}
	if !r.address.IsValid() {
		if d := r.byNode(from); d != Unreachable {
			return d
		}
	}
	return r.overAttached(from)
}

// byPrefix is the path by the route to one prefix. Level 1 counts before level 2 before
// what is passed down, whatever the metrics (RFC 5302 §3.2). Where the prefixes of a level
// are not told, the destination itself is looked for in it.
func (r *routing) byPrefix(from int, prefix netip.Prefix) Distance {
	for _, class := range []struct {
		backbone bool
		reach    Reach
	}{{false, Own}, {true, Own}, {true, Passed}, {false, Passed}} {
		best := Unreachable
		for _, p := range r.places[from] {
			a := r.domain.Areas[p.area]
			switch {
			case a.Backbone != class.backbone:
			case prefix == r.address && class.reach == Own && !a.TellsPrefixes:
				best = min(best, r.throughLevel(p))
			default:
				best = min(best, r.byTellers(p, prefix, class.reach))
			}
		}
		if best != Unreachable {
			return best
		}
	}
	return Unreachable
}

// byTellers is the path from a place by the word of those that tell a prefix in its level.
func (r *routing) byTellers(from place, prefix netip.Prefix, reach Reach) Distance {
	ways := r.candidates(from, prefix, reach)
	if prefix.Bits() == 0 {
		return r.nearest(ways, bySum)
	}
	return r.shortest(ways, prefix != r.address)
}

// byNode is the path to a destination without an address: within the level 1 area, else
// through level 2.
func (r *routing) byNode(from int) Distance {
	for _, backbone := range []bool{false, true} {
		for _, p := range r.places[from] {
			if r.domain.Areas[p.area].Backbone != backbone {
				continue
			}
			if d := r.throughLevel(p); d != Unreachable {
				return d
			}
		}
	}
	return Unreachable
}

// throughLevel is the path from a place to the destination through its level: within
// it, and of level 2 also over a router of the destination's area if prefixes do not say
// what those tell (RFC 1195 §3.2).
func (r *routing) throughLevel(from place) Distance {
	best := r.within(from)
	a := r.domain.Areas[from.area]
	if !a.Backbone || a.TellsPrefixes {
		return best
	}
	for _, n := range r.borders[from.area] {
		near := r.inside[from.area][from.node][n]
		best = min(best, near.plus(r.withinOther(a.Nodes[n].Router, from.area)))
	}
	return best
}

// overAttached is the way of a router that has no route and no neighbour in level 2: its
// default leads to the nearest router with the attached bit (RFC 1195 §3.2, ISO 10589
// §7.2.9).
func (r *routing) overAttached(from int) Distance {
	if r.core[from] != nil {
		return Unreachable
	}
	var ways []candidate
	for _, p := range r.places[from] {
		for n, node := range r.domain.Areas[p.area].Nodes {
			near := r.inside[p.area][p.node][n]
			if node.Attached && n != p.node && near != Unreachable {
				ways = append(ways, candidate{from: p, node: n, via: node.Router, near: near})
			}
		}
	}
	return r.nearest(ways, bySum)
}
