package bgp

import "net/netip"

// identity is what decides between two connections of one pair of speakers.
type identity struct {
	routerID netip.Addr
	asn      uint32
}

// above reports whether connections that i began win over those that other began: the
// higher BGP identifier wins (RFC 4271 §6.8), the higher AS number if they are equal
// (RFC 6286 §2.3).
func (i identity) above(other identity) bool {
	if c := i.routerID.Compare(other.routerID); c != 0 {
		return c > 0
	}
	return i.asn > other.asn
}

// rival is a connection that is there when the OPEN of a new one comes.
type rival struct {
	dialed      bool // by us
	established bool
	// settled: established so long ago that the new connection was not begun before it.
	settled bool
	// restarts: its peer has the graceful restart capability.
	restarts bool
}

// newStays reports whether, of an older and a new connection of a peer, the new one
// stays. Before a session is established, the one stays that the higher speaker
// began; of two that one speaker began the new one, as it would not begin it
// needlessly. An established session stays (RFC 4271 §6.8), except that a peer with
// graceful restart that connects again has restarted (RFC 4724 §4.2).
func newStays(ours, theirs identity, newDialed bool, old rival) bool {
	switch {
	case old.established:
		return old.settled && old.restarts && !newDialed
	case newDialed == old.dialed:
		return true
	default:
		return newDialed == ours.above(theirs)
	}
}
