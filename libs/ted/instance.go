package ted

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/altostream/altostream/libs/igp"
)

// instance is one IGP, and what was computed of it until something changes that it depends on.
type instance struct {
	db       *Database
	key      igpKey
	lsdbs    []*lsdb // level 1 before 2, areas by their names
	claims   [2]int  // by family
	ipv6     int     // how many links are in the topology of IPv6
	apart    bool    // some place routes IPv6 by that
	mainland int     // the connected part of most routers; noPart: none is connected with another
	parted   bool    // it may be another one
	computed [2]*igp.Domain

	// Where there are several areas, by family:
	tellers   [2]tally                                          // of claims to prefixes of other areas, in OSPF
	addresses [2][]netip.Prefix                                 // by PID, what stands for it; nil: not known
	standing  [2][]netip.Addr                                   // these and the forwarding addresses of default routes, sorted; known when covering is
	covering  [2]map[*lsdb]map[netip.Prefix][]igp.Advertisement // of them and default routes; nil: not known
	outside   [2][]igp.Outside                                  // default routes of OSPF that all areas hear of; known when covering is
	restless  map[*pid]bool                                     // whose address may be another one
}

func (d *Database) instance(k igpKey) *instance {
	if d.igps[k] == nil {
		d.igps[k] = &instance{db: d, key: k, restless: map[*pid]bool{}}
	}
	return d.igps[k]
}

// prefixesChanged notes that other prefixes may count for paths.
func (k *instance) prefixesChanged() {
	k.covering = [2]map[*lsdb]map[netip.Prefix][]igp.Advertisement{}
	k.changed()
}

func (k *instance) add(l *lsdb) {
	k.lsdbs = append(k.lsdbs, l)
	slices.SortFunc(k.lsdbs, func(a, b *lsdb) int {
		return cmp.Or(cmp.Compare(a.scope.level, b.scope.level), cmp.Compare(a.scope.area, b.scope.area))
	})
	k.renumbered()
}

func (k *instance) remove(l *lsdb) {
	k.lsdbs = slices.DeleteFunc(k.lsdbs, func(other *lsdb) bool { return other == l })
	k.renumbered()
}

func (k *instance) hasAreas() bool { return len(k.lsdbs) > 1 }

func (k *instance) changed() {
	k.computed = [2]*igp.Domain{}
	for _, l := range k.lsdbs {
		l.areas = [2]*area{}
	}
	k.db.pathsChanged()
}

// nodesChanged notes that nodes came or went.
func (l *lsdb) nodesChanged() {
	l.order = nil
	l.instance.parted = true
	l.instance.prefixesChanged()
	l.instance.db.familiesChanged()
}

// renumbered notes that routers or areas are other ones.
func (k *instance) renumbered() {
	k.parted = true
	k.addresses = [2][]netip.Prefix{}
	k.prefixesChanged()
	k.db.familiesChanged()
}

// claim counts a claim in, or with -1 out.
func (k *instance) claim(o *object, f family, count int) {
	if k.claims[f] += count; k.claims[f] == 0 || k.claims[f] == 1 && count == 1 {
		k.changed()
		k.db.familiesChanged()
	}
	p := o.head.place
	before := p.tellsIPv6()
	if p.claims[f] += count; p.claims[f] == 0 || p.claims[f] == 1 && count == 1 {
		k.db.familiesChanged()
	}
	if f == ip6 && o.topology == ipv6UnicastTopology {
		p.ipv6Told += count
	}
	if p.tellsIPv6() != before {
		k.topologiesChanged()
		k.db.pathsChanged()
	}
	k.claimChanged(o)
	if o.isOfStub() {
		if p.lsdb.stub += count; p.lsdb.stub == 0 || p.lsdb.stub == 1 && count == 1 {
			k.changed()
		}
	}
	tellers := &p.lsdb.prefixTellers[f]
	if k.key.rules() == igp.OSPF {
		if tellers = &k.tellers[f]; o.reach() != interArea {
			return
		}
	}
	for i := range o.reports {
		if s := o.reports[i].source; p.believes(s) && tellers.add(s, count) && k.hasAreas() {
			k.changed()
		}
	}
}

// network returns what the routers know of an address family.
func (d *Database) network(f family) *igp.Network {
	n := &igp.Network{Routers: len(d.routers.pids), Join: d.options.JoinIGPs}
	for _, k := range d.routing(f) {
		if k.computed[f] == nil {
			k.computed[f] = k.compute(f)
		}
		n.Domains = append(n.Domains, k.computed[f])
	}
	return n
}

// orderLinks puts links into an order that does not depend on what changed before.
func (d *Database) orderLinks(f family) {
	for _, k := range d.igps {
		k.computed[f] = nil
		for _, l := range k.lsdbs {
			l.areas[f] = nil
		}
	}
}

// routing returns the IGPs that route an address family, in the order of preference.
func (d *Database) routing(f family) []*instance {
	var all []*instance
	for _, k := range d.igps {
		if k.routes(f) {
			all = append(all, k)
		}
	}
	slices.SortFunc(all, func(a, b *instance) int {
		return cmp.Or(cmp.Compare(d.options.preference(a.key), d.options.preference(b.key)),
			a.key.compare(b.key))
	})
	return all
}

// compute returns the IGP as the paths of an address family see it.
func (k *instance) compute(f family) *igp.Domain {
	k.settleTopologies()
	areas := k.areas()
	d := &igp.Domain{Rules: k.key.rules()}
	for _, l := range areas {
		d.Areas = append(d.Areas, l.area(f).area)
	}
	k.settleAddresses(f)
	d.Addresses, d.Outside = k.addresses[f], k.outside[f]
	for i, l := range areas {
		d.Areas[i].Stub = l.isStub()
		d.Areas[i].Prefixes, d.Areas[i].TellsPrefixes = k.covering[f][l], l.tellsPrefixes(f)
	}
	return d
}

// areas returns those that have nodes.
func (k *instance) areas() []*lsdb {
	var areas []*lsdb
	for _, l := range k.lsdbs {
		if len(l.nodes()) > 0 {
			areas = append(areas, l)
		}
	}
	return areas
}

// nodes returns the nodes that paths may lead to, in order.
func (l *lsdb) nodes() []*place {
	if l.order == nil {
		l.order = make([]*place, 0, len(l.places))
		for _, p := range l.places {
			if p.counting > 0 || p.used > 0 {
				l.order = append(l.order, p)
			} else {
				p.ipv6Apart = false // or it would be when it comes back
			}
		}
		slices.SortFunc(l.order, func(a, b *place) int { return compareNodes(a.node, b.node) })
		for i, p := range l.order {
			p.number = i
		}
	}
	return l.order
}

// tellsPrefixes tells whether a speaker that counts in a scope tells prefixes as an
// IGP's path rules need them: of IS-IS any of the address family in this level, of OSPF those
// from other areas, in whichever area.
func (l *lsdb) tellsPrefixes(f family) bool {
	tellers := l.prefixTellers[f]
	if l.instance.key.rules() == igp.OSPF {
		tellers = l.instance.tellers[f]
	}
	return slices.ContainsFunc(tellers, func(c counted) bool { return l.tellers.has(c.source) })
}

// areasOf returns by PID the areas that a router is in.
func (k *instance) areasOf(pids []*pid) [][]*lsdb {
	areas := make([][]*lsdb, len(pids))
	for _, l := range k.lsdbs {
		for _, p := range l.nodes() {
			if p.counting > 0 && !p.isPseudonode() && p.identity.pid != nil {
				n := p.identity.pid.number
				if !slices.Contains(areas[n], l) {
					areas[n] = append(areas[n], l)
				}
			}
		}
	}
	return areas
}
