package ted

import (
	"net/netip"

	"github.com/altostream/altostream/libs/igp"
)

// family is an address family. IPv4 is routed by OSPFv2 and IS-IS's standard topology,
// IPv6 by OSPFv3 and IS-IS topology 2, or the standard one where a level or area has no
// topology 2.
type family int

const (
	ip4 family = iota
	ip6
)

func (f family) unspecified() netip.Addr {
	if f == ip4 {
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}

// tellsOnly tells whether an IGP tells prefixes of one address family and not of the other.
func (k *instance) tellsOnly(f family) bool { return k.claims[f] > 0 && k.claims[1-f] == 0 }

// routes tells whether an IGP routes an address family. OSPFv3 routes IPv4 where it is
// an instance of that (RFC 5838), which its prefixes show.
func (k *instance) routes(f family) bool {
	switch k.key.protocol {
	case ospfv2:
		return f == ip4
	case ospfv3:
		return (f == ip4) == k.tellsOnly(ip4)
	}
	return true
}

// ipv6Routing is which routers route IPv6 and no IPv4, and whether IPv6 has paths of
// its own, in a network that routes IPv4 too: by OSPFv3 or IS-IS topology 2.
type ipv6Routing struct {
	only  []bool // by PID
	apart bool
}

// routing is which routers route an address family, by PID.
type routing [2][]bool

func (r routing) note(f family, p *place) {
	if pid := p.identity.pid; pid != nil && !p.isPseudonode() {
		r[f][pid.number] = true
	}
}

// ipv6Routing returns that of the records that count now.
func (d *Database) ipv6Routing() *ipv6Routing {
	if d.computed.ipv6 != nil {
		return d.computed.ipv6
	}
	routers := len(d.routers.pids)
	routing := routing{make([]bool, routers), make([]bool, routers)}
	own := false
	for _, k := range d.igps {
		own = k.noteFamilies(routing) || own
	}
	r := &ipv6Routing{only: make([]bool, routers)}
	routesIPv4 := false
	for n := range routers {
		r.only[n] = routing[ip6][n] && !routing[ip4][n]
		routesIPv4 = routesIPv4 || routing[ip4][n]
	}
	r.apart = own && routesIPv4
	d.computed.ipv6 = r
	return r
}

// noteFamilies notes what the routers of an IGP route, and tells whether IPv6 has paths of its own
// in it.
func (k *instance) noteFamilies(r routing) (own bool) {
	k.settleTopologies()
	isIS := k.key.rules() == igp.ISIS
	for _, l := range k.lsdbs {
		for _, p := range l.nodes() {
			for _, f := range []family{ip4, ip6} {
				if p.claims[f] > 0 {
					r.note(f, p)
				}
			}
			switch {
			case isIS:
				p.noteLinks(r)
				own = own || p.usedIPv6 > 0
			case p.counting == 0:
			case k.key.protocol == ospfv3 && k.routes(ip6):
				r.note(ip6, p)
				own = true
			default:
				r.note(ip4, p)
			}
		}
	}
	return own
}

// noteLinks notes what IS-IS routes over the links of a node.
func (p *place) noteLinks(r routing) {
	if p.usedIPv6 > 0 {
		r.note(ip6, p)
	}
	f := ip4
	if p.lsdb.instance.tellsOnly(ip6) && p.topology(ip6) == standardTopology {
		f = ip6
	}
	if p.used > p.usedIPv6 {
		r.note(f, p)
	}
}

// topology returns the multi-topology that routes an address family at a node.
func (p *place) topology(f family) uint16 {
	if f == ip6 && p.ipv6Apart {
		return ipv6UnicastTopology
	}
	return standardTopology
}

// topologiesChanged notes that other links may be in the topology that routes IPv6 in IS-IS.
func (k *instance) topologiesChanged() {
	if k.key.rules() != igp.ISIS || k.ipv6 == 0 && !k.apart {
		return
	}
	k.computed[ip6] = nil
	for _, l := range k.lsdbs {
		l.areas[ip6] = nil
	}
	k.db.familiesChanged()
}

// tellsIPv6 returns the topologies in which a node tells prefixes of IPv6.
func (p *place) tellsIPv6() (in struct{ standard, other bool }) {
	in.standard, in.other = p.claims[ip6] > p.ipv6Told, p.ipv6Told > 0
	return in
}

// settleTopologies finds where IS-IS routes IPv6 by topology 2 (RFC 5120 §6): in the whole
// connected part of a level in which some link is in it, or if not, all prefixes of IPv6 are. Everything else is routed
// by the standard topology.
func (k *instance) settleTopologies() {
	if k.key.rules() != igp.ISIS || k.ipv6 == 0 && !k.apart {
		return
	}
	k.apart = false
	changed := false
	for _, l := range k.lsdbs {
		apart := l.ipv6Apart()
		for _, p := range l.order {
			changed = changed || apart[p.number] != p.ipv6Apart
			k.apart = k.apart || apart[p.number]
			p.ipv6Apart = apart[p.number]
		}
	}
	if changed {
		k.addresses[ip6], k.covering[ip6] = nil, nil
	}
}

// ipv6Apart tells of each node, by its number, whether topology 2 is in use in the connected part that it is in.
func (l *lsdb) ipv6Apart() []bool {
	nodes := l.nodes()
	parts := newParts(len(nodes))
	for _, p := range nodes {
		for _, a := range p.adjacencies {
			for i := range a.used {
				if u := &a.used[i]; u.from == p {
					parts.join(p.number, u.to.number)
				}
			}
		}
	}
	standard, other := make([]bool, len(nodes)), make([]bool, len(nodes))
	for _, p := range nodes {
		in, part := p.tellsIPv6(), parts.of(p.number)
		standard[part] = standard[part] || in.standard
		other[part] = other[part] || in.other
	}
	for part := range nodes { // some speakers tell of links in topology 2
		other[part] = other[part] && !standard[part] && l.instance.ipv6 > 0
	}
	for _, p := range nodes {
		if p.usedIPv6 > 0 {
			other[parts.of(p.number)] = true
		}
	}
	apart := make([]bool, len(nodes))
	for n := range apart {
		apart[n] = other[parts.of(n)]
	}
	return apart
}
