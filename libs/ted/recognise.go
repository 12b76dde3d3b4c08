package ted

import (
	"encoding/hex"
	"iter"
	"net/netip"
	"slices"
)

// marks are addresses that routers may be recognised by in several protocols: router ids, or
// the addresses of interfaces.
type marks struct {
	holders map[netip.Addr][]holding
	before  map[mark]bool // what was touched: whether the router had the mark when it was settled
}

type mark struct {
	address netip.Addr
	of      *identity
}

type holding struct {
	of    *identity
	count int
}

func newMarks() marks { return marks{map[netip.Addr][]holding{}, map[mark]bool{}} }

func (m *marks) has(a netip.Addr, i *identity) bool {
	return slices.ContainsFunc(m.holders[a], func(h holding) bool { return h.of == i })
}

func (m *marks) count(a netip.Addr, of *identity, count int) {
	touched := mark{a, of}
	if _, known := m.before[touched]; !known {
		m.before[touched] = m.has(a, of)
	}
	holders := m.holders[a]
	i := slices.IndexFunc(holders, func(h holding) bool { return h.of == of })
	if i < 0 {
		i, holders = len(holders), append(holders, holding{of: of})
	}
	if holders[i].count += count; holders[i].count == 0 {
		holders = slices.Delete(holders, i, i+1)
	}
	m.holders[a] = holders
	if len(holders) == 0 {
		delete(m.holders, a)
	}
}

// settle returns the marks that came or went since the last time.
func (m *marks) settle() []mark {
	var changed []mark
	for touched, had := range m.before {
		if had != m.has(touched.address, touched.of) {
			changed = append(changed, touched)
		}
	}
	m.before = map[mark]bool{}
	return changed
}

// having yields the routers that have each mark.
func (m *marks) having() iter.Seq[[]*identity] {
	return func(yield func([]*identity) bool) {
		for _, holders := range m.holders {
			having := make([]*identity, len(holders))
			for i, h := range holders {
				having[i] = h.of
			}
			if !yield(having) {
				return
			}
		}
	}
}

// ownID is the router id as an address, if the router is one of OSPF or BGP.
func (i *identity) ownID() netip.Addr {
	const named = 1<<ospfv2 | 1<<ospfv3 | 1<<bgp
	octets, err := hex.DecodeString(i.router.id)
	if i.settled&named == 0 || err != nil || len(octets) != ospfRouterLength {
		return netip.Addr{}
	}
	return netip.AddrFrom4([4]byte(octets))
}

// havingIDs yields the routers that have each router id.
func (r *routers) havingIDs(identities []*identity) iter.Seq[[]*identity] {
	all := newMarks()
	for a, holders := range r.ids.holders {
		for _, h := range holders {
			all.count(a, h.of, 1)
		}
	}
	for _, i := range identities {
		if id := i.ownID(); id.IsValid() {
			all.count(id, i, 1)
		}
	}
	return all.having()
}

// unite joins routers of different protocols that have a mark in common. A mark that
// several routers of one protocol have is none, and so are marks that would join several
// routers of one protocol: a router that redistributes tells the addresses of many.
func unite(marks iter.Seq[[]*identity], same map[*identity]*identity) {
	type partners map[*identity]bool
	found := map[*identity]partners{}
	for having := range marks {
		if ambiguous(having) {
			continue
		}
		for _, i := range having {
			for _, other := range having {
				if i != other && fitting(i.router.asn, other.router.asn) {
					if found[i] == nil {
						found[i] = partners{}
					}
					found[i][other] = true
				}
			}
		}
	}
	for i, partners := range found {
		for other := range partners {
			if onePerFamily(partners) && onePerFamily(found[other]) {
				join(same, i, other)
			}
		}
	}
}

func onePerFamily(partners map[*identity]bool) bool {
	var seen protocols
	for i := range partners {
		if seen&i.settled.families() != 0 {
			return false
		}
		seen |= i.settled.families()
	}
	return true
}

// ambiguous tells whether several routers of one protocol are among those given.
func ambiguous(having []*identity) bool {
	var seen protocols
	for _, i := range having {
		if seen&i.settled.families() != 0 {
			return true
		}
		seen |= i.settled.families()
	}
	return false
}

// fitting tells whether two ASNs can be of one router; 0 is not told.
func fitting(a, b uint32) bool { return a == b || a == 0 || b == 0 }

func join(same map[*identity]*identity, a, b *identity) {
	if a, b = representative(same, a), representative(same, b); a != b {
		same[a] = b
	}
}

func representative(same map[*identity]*identity, i *identity) *identity {
	for same[i] != nil {
		i = same[i]
	}
	return i
}

// hosts notes the routers that told a host prefix as their own, of the prefixes that were
// touched, while there are several protocols.
type hosts struct{ before map[netip.Addr][]*identity }

// touch notes who tells a prefix that is about to change.
func (h *hosts) touch(to *destination) {
	prefix := to.prefix()
	if _, known := h.before[prefix.Addr()]; !known && prefix.IsSingleIP() {
		h.before[prefix.Addr()] = to.tellers()
	}
}

// settle tells whether the routers that tell some host prefix changed since the last time.
func (h *hosts) settle(d *destinations) bool {
	changed := false
	for a, before := range h.before {
		now := d.lookup(netip.PrefixFrom(a, a.BitLen())).tellers()
		changed = changed || len(now) != len(before) || slices.ContainsFunc(now, func(i *identity) bool { return !slices.Contains(before, i) })
	}
	h.before = map[netip.Addr][]*identity{}
	return changed
}
