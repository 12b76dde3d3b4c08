package ted

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/altostream/altostream/libs/igp"
)

// Flags of a prefix (TLV 1170): R, from another level, and N, the prefix stands for its
// node. OSPF has no R (RFC 7794 §2.1, RFC 7684 §2.1).
const (
	isisReadvertised = 0x40
	isisNode         = 0x20
	ospfNode         = 0x40
)

// standsForRouter tells whether a claim can be to the router's own address: it is not
// from another area or level.
func (o *object) standsForRouter() bool {
	p := o.head.place
	if !o.claims || !o.reach().own() || p.isPseudonode() || o.topology != p.topology(o.to.family()) {
		return false
	}
	return p.lsdb.instance.key.rules() != igp.ISIS || o.record().prefix.flags&isisReadvertised == 0
}

func (o *object) isNode() bool {
	flags := o.record().prefix.flags
	if o.head.place.lsdb.instance.key.rules() == igp.ISIS {
		return flags&isisNode != 0
	}
	return flags&ospfNode != 0
}

// address returns the prefix that stands for a router in an address family: its host prefix,
// by preference one that it tells to be its router id, or flags as its node's, else the
// nearest. A router in one area without any has the prefix that it alone tells. The zero
// value is no address.
func (k *instance) address(of *pid, f family) netip.Prefix {
	var best *object
	areas := 0
	for _, i := range of.members {
		for _, v := range i.vertices {
			for _, p := range v.places {
				if p.lsdb.instance != k || v.isPseudonode() || p.counting == 0 {
					continue
				}
				areas++
				if o := k.ownAddress(p, f); o != nil && (best == nil || k.compareAddresses(o, best) < 0) {
					best = o
				}
			}
		}
	}
	if best == nil || !best.to.prefix().IsSingleIP() && areas > 1 {
		return netip.Prefix{}
	}
	return best.to.prefix()
}

// ownAddress returns the claim of a place that stands best for its router.
func (k *instance) ownAddress(p *place, f family) *object {
	var best *object
	for _, h := range p.heads {
		if !h.isPrefix() {
			continue
		}
		for _, o := range h.objects {
			if o.claims && o.to.family() == f && o.standsForRouter() &&
				(best == nil || k.compareAddresses(o, best) < 0) && k.isSole(o) && !k.db.routers.hasEnd(p.identity.pid, o.to.prefix().Addr()) {
				best = o
			}
		}
	}
	return best
}

// compareAddresses orders a router's claims by how well they stand for it.
func (k *instance) compareAddresses(a, b *object) int {
	pid, routers := a.head.place.identity.pid, &k.db.routers
	p, q := a.to.prefix(), b.to.prefix()
	return cmp.Or(
		compareBool(!p.IsSingleIP(), !q.IsSingleIP()),
		compareBool(!routers.hasID(pid, p.Addr()), !routers.hasID(pid, q.Addr())),
		compareBool(!a.isNode(), !b.isNode()),
		cmp.Compare(a.record().prefix.metric, b.record().prefix.metric),
		a.to.compare(b.to))
}

// isSole tells whether one router alone has a prefix in its own area or level. What a router
// has in level 1, others may tell in level 2 for it.
func (k *instance) isSole(o *object) bool {
	of := [2]map[*pid]bool{intraArea: {}, isisUp: {}}
	for other := range o.to.claims() {
		if p := other.head.place; p.lsdb.instance == k && other.standsForRouter() {
			of[other.reach()][p.identity.pid] = true
		}
	}
	homes := of[intraArea]
	if len(homes) == 0 {
		homes = of[isisUp]
	}
	return len(homes) == 1 && homes[o.head.place.identity.pid]
}

// addressesChanged notes that the addresses of those who tell a prefix may be other ones, and
// the ways to the addresses that it covers.
func (d *Database) addressesChanged(to *destination) {
	for o := range to.objects() {
		o.head.place.lsdb.instance.claimChanged(o)
	}
}

// claimChanged notes that of a claim.
func (k *instance) claimChanged(o *object) {
	if p := o.head.place.identity.pid; p != nil && k.hasAreas() {
		k.restless[p] = true
	}
	f, prefix := o.to.family(), o.to.prefix()
	i, _ := slices.BinarySearchFunc(k.standing[f], prefix.Addr(), netip.Addr.Compare)
	if prefix.Bits() == 0 || i < len(k.standing[f]) && prefix.Contains(k.standing[f][i]) {
		k.covering[f] = nil
		k.changed()
	}
}

// addressChanged notes that a router's addresses may be other ones in every IGP.
func (d *Database) addressChanged(p *pid) {
	for _, k := range d.igps {
		if k.hasAreas() {
			k.restless[p] = true
		}
	}
}

// settleRestless finds the addresses of the routers that may have other ones.
func (d *Database) settleRestless() {
	for _, k := range d.igps {
		for p := range k.restless {
			for f, addresses := range k.addresses {
				if addresses == nil || p.number >= len(addresses) || d.routers.pids[p.number] != p {
					continue
				}
				if address := k.address(p, family(f)); address != addresses[p.number] {
					k.addresses[f] = slices.Clone(addresses)
					k.addresses[f][p.number] = address
					k.prefixesChanged()
				}
			}
		}
		k.restless = map[*pid]bool{}
	}
}

// settleAddresses finds the addresses of all routers if there are areas, and the prefixes that cover them, and default
// routes, unless they are known.
func (k *instance) settleAddresses(f family) {
	if k.addresses[f] == nil && k.hasAreas() {
		k.addresses[f] = make([]netip.Prefix, len(k.db.routers.pids))
		for n, p := range k.db.routers.pids {
			k.addresses[f][n] = k.address(p, f)
		}
		k.covering[f] = nil
	}
	if k.covering[f] != nil {
		return
	}
	k.covering[f], k.outside[f] = map[*lsdb]map[netip.Prefix][]igp.Advertisement{}, nil
	for _, l := range k.lsdbs {
		k.covering[f][l] = map[netip.Prefix][]igp.Advertisement{}
	}
	k.settleStanding(f)
	seen := map[netip.Prefix]bool{}
	for _, a := range k.standing[f] {
		for bits, count := range k.db.destinations.lengths[f] {
			if p, err := a.Prefix(bits); bits > 0 && count > 0 && err == nil && !seen[p] {
				seen[p] = true
				k.advertise(p, f)
			}
		}
	}
	k.advertise(netip.PrefixFrom(f.unspecified(), 0), f)
	slices.SortFunc(k.outside[f], func(a, b igp.Outside) int {
		return cmp.Or(cmp.Compare(a.Teller, b.Teller), cmp.Compare(a.Router, b.Router), cmp.Compare(a.Reach, b.Reach), cmp.Compare(a.Metric, b.Metric))
	})
}

// settleStanding notes the addresses of routers and the forwarding addresses of default routes.
func (k *instance) settleStanding(f family) {
	k.standing[f] = k.standing[f][:0]
	for _, a := range k.addresses[f] {
		if a.IsValid() {
			k.standing[f] = append(k.standing[f], a.Addr())
		}
	}
	for o := range k.db.destinations.lookup(netip.PrefixFrom(f.unspecified(), 0)).claims() {
		if a := o.forwarding(); a.IsValid() && o.head.place.lsdb.instance == k {
			k.standing[f] = append(k.standing[f], a)
		}
	}
	slices.SortFunc(k.standing[f], netip.Addr.Compare)
}

// covers tells whether a prefix that is not external is told that an address is in.
func (k *instance) covers(f family, a netip.Addr) bool {
	for _, area := range k.covering[f] {
		for prefix, tellers := range area {
			if prefix.Bits() > 0 && prefix.Contains(a) && len(tellers) > 0 {
				return true
			}
		}
	}
	return false
}

// advertise adds the claims to a prefix, in the order of nodes and metrics. Of what is external OSPF's default routes
// alone lead to routers, unless their forwarding address is not reached (RFC 2328 §16.4 (3)).
func (k *instance) advertise(prefix netip.Prefix, f family) {
	for o := range k.db.destinations.lookup(prefix).claims() {
		switch p := o.head.place; {
		case p.lsdb.instance != k || o.topology != p.topology(f):
		case o.reach().isExternal() && prefix.Bits() > 0:
		case o.forwarding().IsValid() && !k.covers(f, o.forwarding()):
		case o.reach() == interArea && k.key.rules() == igp.OSPF && p.isNoBorder():
		case o.reach().isExternal() && !o.isOfNSSA():
			k.outside[f] = append(k.outside[f], igp.Outside{Teller: p.identity.pid.number, Router: k.db.leadsTo(o).number, Metric: o.record().prefix.metric, Reach: o.reach().igp()})
		default:
			area := k.covering[f][p.lsdb]
			area[prefix] = append(area[prefix], igp.Advertisement{Node: p.number, Metric: o.record().prefix.metric, Reach: o.reach().igp()})
		}
	}
	for _, area := range k.covering[f] {
		slices.SortFunc(area[prefix], func(a, b igp.Advertisement) int {
			return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Reach, b.Reach), cmp.Compare(a.Metric, b.Metric))
		})
	}
}
