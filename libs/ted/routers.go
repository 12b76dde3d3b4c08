package ted

import (
	"cmp"
	"iter"
	"math/bits"
	"net/netip"
	"slices"
	"strings"

	"github.com/altostream/altostream/schemas"
)

// routers knows the routers of each protocol, and which of them are which PID.
type routers struct {
	identities map[router]*identity
	pids       []*pid   // by number
	names      []string // of PIDs by number
	ids, ends  marks
	hosts      hosts
	touched    map[*identity]bool
	several    bool     // protocols
	gone       []string // PIDs that went since the network map was made
}

// identity is a router of one protocol, with what is local to it and counts.
type identity struct {
	router   router
	vertices []*vertex
	told     map[uint8]int // by Protocol-ID
	settled  protocols     // that it was told in when numbers were given; none: it is no router
	pid      *pid          // nil if it is no router
	name     string        // of the PID, if it is one of its own
}

// pid is a router with all of its protocols. Numbers are in the order of the names.
type pid struct {
	name    string
	number  int
	members []*identity
	owner   *owner // of the prefixes that are its own without any choice
	changed bool   // its prefixes may not be those of the last network map
	part    int    // of an IGP that it was counted in last

	described *Router // what is told of it; nil: to be found out
}

func newPID(name string) *pid {
	p := &pid{name: name, changed: true}
	p.owner = &owner{pid: p}
	return p
}

// protocols is a set of Protocol-IDs.
type protocols uint64

func (p protocols) lowest() uint8 { return uint8(bits.TrailingZeros64(uint64(p))) }

// farEnd stands for BGP where a router is the far end of a link of BGP, and need not speak for
// itself (RFC 9086 §4).
const farEnd = 62

// families are the protocols by their names: both levels of IS-IS are one. Routers of one are
// told apart by their ids, whatever the instance.
func (p protocols) families() protocols {
	for _, same := range [][2]uint8{{isisLevel2, isisLevel1}, {farEnd, bgp}} {
		if p&(1<<same[0]) != 0 {
			p = p&^(1<<same[0]) | 1<<same[1]
		}
	}
	return p
}

func newRouters() routers {
	return routers{
		identities: map[router]*identity{}, touched: map[*identity]bool{},
		ids: newMarks(), ends: newMarks(), hosts: hosts{before: map[netip.Addr][]*identity{}},
	}
}

func (r *routers) identity(of router) *identity {
	i := r.identities[of]
	if i == nil {
		i = &identity{router: of, told: map[uint8]int{}, name: of.pid()}
		r.identities[of] = i
	}
	return i
}

// release forgets a router of which nothing is left.
func (r *routers) release(i *identity) {
	r.touched[i] = true
	delete(r.identities, i.router)
}

// tell counts a router in for a protocol.
func (r *routers) tell(i *identity, protocol uint8, count int) {
	protocol = min(protocol, 63)
	if i.told[protocol] += count; i.told[protocol] == 0 {
		delete(i.told, protocol)
	}
	r.touched[i] = true
}

func (i *identity) protocols() (p protocols) {
	for protocol := range i.told {
		p |= 1 << protocol
	}
	return p
}

// count counts in what is local to a router, and what the router may be recognised by.
func (r *routers) count(p *place, o *object, count int) {
	i := p.identity
	r.tell(i, p.lsdb.scope.protocol(), count)
	switch more := o.record().more; {
	case o.link != nil:
		for _, end := range []netip.Addr{more.ends.ipv4, more.ends.ipv6} {
			if end.IsValid() && !end.IsLinkLocalUnicast() {
				r.ends.count(end, i, count)
			}
		}
	case o.head.told.kind == schemas.KindNode && more != nil:
		for _, id := range more.routerIDs {
			r.ids.count(id, i, count)
		}
	}
}

// hasID tells whether an address is one of a PID's router ids (TLVs 1028, 1029, 516; of OSPF
// the router id itself).
func (r *routers) hasID(p *pid, a netip.Addr) bool {
	return slices.ContainsFunc(p.members, func(i *identity) bool { return r.ids.has(a, i) || i.ownID() == a })
}

// hasEnd tells whether an address is that of one of a PID's interfaces.
func (r *routers) hasEnd(p *pid, a netip.Addr) bool {
	return slices.ContainsFunc(p.members, func(i *identity) bool { return r.ends.has(a, i) })
}

// settleRouters gives routers that came, went or are recognised in another way PIDs.
func (d *Database) settleRouters() {
	r := &d.routers
	changed := false
	for i := range r.touched {
		if now := i.protocols(); now != i.settled {
			i.settled, changed = now, true
			i.pid.toldOtherwise()
			if now == 0 {
				d.assign(i, nil)
			}
		}
	}
	r.touched = map[*identity]bool{}
	ids, ends := r.ids.settle(), r.ends.settle()
	marked := len(ids) > 0 || len(ends) > 0
	marked = r.hosts.settle(&d.destinations) || marked
	for _, m := range slices.Concat(ids, ends) {
		if m.of.pid != nil {
			d.addressChanged(m.of.pid)
		}
	}
	for _, m := range ends {
		d.touchForwarded(m.address)
	}
	if changed || marked && r.several {
		d.number()
	}
}

// number names and numbers the PIDs. A router is named after the lowest protocol that it is
// told in.
func (d *Database) number() {
	r := &d.routers
	identities, same := r.settled(), map[*identity]*identity{}
	if r.several = severalFamilies(identities); r.several {
		for _, having := range []iter.Seq[[]*identity]{r.havingIDs(identities), r.ends.having(), d.destinations.havingHosts()} {
			unite(having, same)
		}
	}
	before := make(map[string]*pid, len(r.pids))
	for _, p := range r.pids {
		before[p.name] = p
		p.members = nil
	}
	of := map[*identity]*pid{} // by representative; identities come in the order of protocols
	pids := make([]*pid, 0, len(identities))
	for _, i := range identities {
		first := representative(same, i)
		if of[first] == nil {
			p := before[i.name]
			if p == nil {
				p = newPID(i.name)
			}
			of[first] = p
			pids = append(pids, p)
		}
		of[first].members = append(of[first].members, i)
	}
	slices.SortFunc(pids, func(a, b *pid) int { return strings.Compare(a.name, b.name) })
	d.renumber(pids)
	for _, i := range identities {
		d.assign(i, of[representative(same, i)])
	}
}

// renumber takes PIDs in their order.
func (d *Database) renumber(pids []*pid) {
	r := &d.routers
	if slices.Equal(pids, r.pids) {
		return
	}
	for _, p := range r.pids {
		if _, still := slices.BinarySearchFunc(pids, p.name, comparePID); !still {
			r.gone = append(r.gone, p.name)
		}
	}
	r.pids, r.names = pids, make([]string, len(pids))
	for n, p := range pids {
		p.number = n
		r.names[n] = p.name
	}
	for _, k := range d.igps {
		k.renumbered()
	}
}

func comparePID(p *pid, name string) int { return strings.Compare(p.name, name) }

func (r *routers) hasPID(name string) bool {
	_, known := slices.BinarySearchFunc(r.pids, name, comparePID)
	return known
}

// assign makes a router part of a PID, which all that it claims is now.
func (d *Database) assign(i *identity, p *pid) {
	if i.pid == p {
		return
	}
	before := i.pid
	i.pid = p
	for _, of := range []*pid{before, p} {
		if of != nil {
			d.membersChanged(of)
		}
	}
	for _, v := range i.vertices {
		for _, place := range v.places {
			place.lsdb.instance.renumbered()
			d.claimsChanged(place)
		}
	}
}

// membersChanged has looked at again what depends on the ids, interfaces and neighbours of a PID.
func (d *Database) membersChanged(p *pid) {
	p.changed = true
	p.toldOtherwise()
	d.addressChanged(p)
	for _, i := range p.members {
		d.pending.neighbors[i] = true
	}
	for a := range d.destinations.forwarded {
		d.touchForwarded(a)
	}
}

// settled returns the routers in the order of protocol and name.
func (r *routers) settled() []*identity {
	out := make([]*identity, 0, len(r.identities))
	for _, i := range r.identities {
		if i.settled != 0 {
			out = append(out, i)
		}
	}
	slices.SortFunc(out, func(a, b *identity) int {
		return cmp.Or(cmp.Compare(a.settled.lowest(), b.settled.lowest()), strings.Compare(a.name, b.name))
	})
	return out
}

func severalFamilies(identities []*identity) bool {
	var all protocols
	for _, i := range identities {
		all |= i.settled.families()
	}
	return bits.OnesCount64(uint64(all)) > 1
}

// places yields where a PID's routers and their pseudonodes are.
func (p *pid) places() iter.Seq[*place] {
	return func(yield func(*place) bool) {
		for _, i := range p.members {
			for _, v := range i.vertices {
				for _, at := range v.places {
					if !yield(at) {
						return
					}
				}
			}
		}
	}
}
