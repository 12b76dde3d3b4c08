package igp

import "net/netip"

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

// candidate is a way to the destination over a router that tells of it.
type candidate struct {
	leg            // to the router that tells, or towards it
	near  Distance // to its end
	whole Distance // to the router that tells
	word  uint64   // the metric that it tells
	after bool     // it counts after other ways to what is outside (RFC 2328 §16.4.1)
}

// candidates returns the ways from a place over those that tell a prefix in its area in
// one way, other than the router itself.
func (r *routing) candidates(from place, prefix netip.Prefix, reach Reach) []candidate {
	var found []candidate
	for _, t := range r.domain.Areas[from.area].Prefixes[prefix] {
		if c, ok := r.candidate(from, t, reach); ok {
			found = append(found, c)
		}
	}
	return found
}

// candidate is the way from a place over one that tells a prefix; ok is false if it is none of
// those that candidates returns.
func (r *routing) candidate(from place, t Advertisement, reach Reach) (c candidate, ok bool) {
	if t.Reach != reach || t.Node == from.node || r.isIdle(place{from.area, t.Node}) {
		return c, false
	}
	near, via := r.near(from.area, from.node, t.Node), r.domain.Areas[from.area].Nodes[t.Node].Router
	return candidate{leg: leg{from, t.Node, via}, near: near, whole: near, word: uint64(t.Metric)}, near != Unreachable && via != Pseudonode
}

// isIdle tells whether a router of OSPFv3 takes nothing on, into other areas or to what is outside (R bit, RFC 5340 §A.2).
func (r *routing) isIdle(p place) bool {
	return r.domain.Rules == OSPF && r.domain.Areas[p.area].Nodes[p.node].NoTransit
}

// base is the part of a word that is none of the path: the metric with which the
// destination tells its address in the area that a word has it from. The destination has
// it from the area in which it tells, others from another one; of several the least.
func (r *routing) base(c candidate) uint64 {
	var exact, least Told
	for _, own := range r.own {
		if !least.OK || own.metric < least.Value {
			least = Told{own.metric, true}
		}
		if (own.area == c.from.area) == (c.via == r.to) && (!exact.OK || own.metric < exact.Value) {
			exact = Told{own.metric, true}
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

// isHollow tells whether a router of OSPF cannot have what it tells of the destination in area 0: it passes into that
// what it reaches within another area alone (RFC 2328 §12.4.3). Who remembers it may be cut off.
func (r *routing) isHollow(c candidate) bool {
	return r.domain.Rules == OSPF && r.domain.Areas[c.from.area].Backbone && r.withinOther(c.via, c.from.area) == Unreachable
}

// offerWords offers the ways from a place over those whose word on a prefix counts, words compared
// whole. A prefix that only covers the address leads nowhere if the router that tells it has no
// route of its own.
func (r *routing) offerWords(b *best, from place, prefix *covering, reach Reach) {
	covers := prefix.Prefix != r.address
	for _, t := range prefix.tellers[from.area] {
		c, ok := r.candidate(from, t, reach)
		if !ok || !covers && r.isHollow(c) {
			continue
		}
		length := r.plus(c.near, r.beyond(c, r.base(c)))
		if covers && r.route(c.via) == Unreachable {
			length = Unreachable
		}
		r.offer(b, r.plus(c.near, r.beyond(c, 0)), length, c.leg)
	}
}
