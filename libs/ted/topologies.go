package ted

import (
	"slices"

	"github.com/altostream/altostream/libs/igp"
)

// topologies says which multi-topology routes an address family where.
type topologies struct {
	part  map[place]place // union-find: nodes that some link connects
	other map[place]bool  // by representative: topology 2 is in use
}

// topologiesOf finds where IS-IS routes IPv6 by topology 2 (RFC 5120 §6): in the whole
// connected part of a level in which some link is in it. Everything else is routed by
// the standard topology.
func (v *view) topologiesOf(k igpKey, f family) topologies {
	t := topologies{part: map[place]place{}, other: map[place]bool{}}
	inUse := func(l *link) bool { return l.scope.igp == k && l.topology == ipv6UnicastTopology }
	if k.rules() != igp.ISIS || f != ip6 || !slices.ContainsFunc(v.links, inUse) {
		return t
	}
	for _, l := range v.links {
		if l.scope.igp == k {
			if a, b := t.find(place{l.scope, l.local}), t.find(place{l.scope, l.to}); a != b {
				t.part[a] = b
			}
		}
	}
	for _, l := range v.links {
		if inUse(l) {
			t.other[t.find(place{l.scope, l.local})] = true
		}
	}
	return t
}

// find returns the representative of a node's part, and shortens the way there.
func (t topologies) find(p place) place {
	for {
		to, joined := t.part[p]
		if !joined {
			return p
		}
		if further, joined := t.part[to]; joined {
			t.part[p] = further
		}
		p = to
	}
}

// of returns the multi-topology that routes at a node of a scope.
func (t topologies) of(s scope, n node) uint16 {
	if t.other[t.find(place{s, n})] {
		return ipv6UnicastTopology
	}
	return standardTopology
}
