package igp

import (
	"cmp"
	"net/netip"
	"slices"
)

// candidate is a way to the destination over a router that tells of it.
type candidate struct {
	from place
	node int      // of the router that tells, in the area of from
	via  int      // the router itself
	near Distance // to it
	word uint64   // the metric that it tells
}

// defaultRoute is 0.0.0.0/0 or ::/0, of the address family of the destination's address.
func (r *routing) defaultRoute() netip.Prefix { return netip.PrefixFrom(r.address.Addr(), 0).Masked() }

// candidates returns the ways from a place over those that tell a prefix in its area in
// one way, other than the router itself.
func (r *routing) candidates(from place, prefix netip.Prefix, reach Reach) []candidate {
	a := r.domain.Areas[from.area]
	var found []candidate
	for _, t := range a.Prefixes[prefix] {
		near := r.inside[from.area][from.node][t.Node]
		if via := a.Nodes[t.Node].Router; t.Reach == reach && t.Node != from.node && near != Unreachable && via != Pseudonode {
			found = append(found, candidate{from, t.Node, via, near, uint64(t.Metric)})
		}
	}
	return found
}

// base is the part of a word that is none of the path: the metric with which the
// destination tells its address in the area that a word has it from. The destination has
// it from the area in which it tells, others from another one; of several the least.
func (r *routing) base(c candidate) uint64 {
	var exact, least Told
	for area, own := range r.own {
		if !own.OK {
			continue
		}
		if !least.OK || own.Value < least.Value {
			least = own
		}
		if (area == c.from.area) == (c.via == r.to) && (!exact.OK || own.Value < exact.Value) {
			exact = own
		}
	}
	if exact.OK {
		return uint64(exact.Value)
	}
	return uint64(least.Value)
}

// beyond returns what the way costs beyond the router that tells of the destination: its
// word, less a part of it. It has no word on other metrics than the IGP's; there its own
// way counts.
func (r *routing) beyond(c candidate, less uint64) Distance {
	own := r.route(c.via)
	if r.weight != ByIGP {
		return own
	}
	links := uint64(linksUnknown)
	if known, ok := own.Links(); ok {
		links = known
	}
	return distance(c.word-min(c.word, less), links)
}

// shortest returns the shortest of ways whose tellers' word counts, words compared whole. A
// prefix that only covers the address leads there if the router that tells it has a route
// of its own.
func (r *routing) shortest(ways []candidate, covers bool) Distance {
	best, least := Unreachable, Unreachable
	for _, c := range ways {
		if covers && r.route(c.via) == Unreachable {
			continue
		}
		whole, d := c.near.plus(r.beyond(c, 0)), c.near.plus(r.beyond(c, r.base(c)))
		if whole < least || whole == least && d < best {
			best, least = d, whole
		}
	}
	return best
}

// nearest returns the whole way to the nearest of routers that tell a default route or
// are attached; of several equally near the least.
func (r *routing) nearest(ways []candidate, order func(a, b candidate) int) Distance {
	if len(ways) == 0 {
		return Unreachable
	}
	first := slices.MinFunc(ways, order)
	best := Unreachable
	for _, c := range ways {
		if order(c, first) == 0 {
			best = min(best, r.towards(c))
		}
	}
	return best
}

// towards returns the whole path of packets that follow a default route to c's router: the
// first border router on the way has routes of its own, and sends them their way.
func (r *routing) towards(c candidate) Distance {
	rows := r.inside[c.from.area]
	nodes := r.domain.Areas[c.from.area].Nodes
	first, path := c.near, c.near.plus(r.route(c.via))
	for _, n := range r.borders[c.from.area] {
		near := rows[c.from.node][n]
		if n != c.from.node && !nodes[n].NoTransit && near < first && near.plus(rows[n][c.node]) == c.near {
			first, path = near, near.plus(r.route(nodes[n].Router))
		}
	}
	return path
}

// bySum orders ways by the metric of the way and the word together.
func bySum(a, b candidate) int { return cmp.Compare(a.near.Metric()+a.word, b.near.Metric()+b.word) }

// byWord orders ways by the word, then by the metric of the way (RFC 2328 §16.4 (6)).
func byWord(a, b candidate) int {
	return cmp.Or(cmp.Compare(a.word, b.word), cmp.Compare(a.near.Metric(), b.near.Metric()))
}
