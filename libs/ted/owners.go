package ted

import (
	"cmp"
	"net/netip"
	"slices"
)

// contender is a router with a claim to a prefix.
type contender struct {
	pid      *pid
	instance *instance
	reach    reach
	cutOff   bool // the router is not connected with most of the IGP; of externals other rules say so
	told     bool // the metric
	metric   uint32
}

// settleOwner finds who owns a prefix now.
func (d *Database) settleOwner(to *destination) {
	before := to.owner
	if to.owner = d.ownerOf(to); to.owner == before {
		return
	}
	if to.owner != nil && to.owner.choice != nil {
		to.owner.prefixes++
	}
	to.owner.noteChange()
	d.disown(before)
}

// disown takes a prefix from its owner, who may be nil.
func (d *Database) disown(o *owner) {
	o.noteChange()
	if o == nil || o.choice == nil {
		return
	}
	if o.prefixes--; o.prefixes == 0 {
		delete(d.destinations.choices, o.choice.name)
	}
}

func (o *owner) noteChange() {
	if o != nil && o.pid != nil {
		o.pid.changed = true
	}
}

// ownerOf returns the owner of a prefix: the router with the best claim, by the way it is
// reached, then one that is connected with most of the IGP before one that was cut off, then the lower metric (any before none), then the
// lower PID name. Of externals it is the one that most routers choose. It is nil if nobody claims it.
func (d *Database) ownerOf(to *destination) *owner {
	if first := to.first; first != nil && first.next == nil && first.claims && !first.forwarding().IsValid() {
		return first.head.place.identity.pid.owner
	}
	var contenders []contender
	for o := range to.claims() {
		p, of := o.record().prefix, o.head.place
		pid, reach, in := d.leadsTo(o), o.reach(), of.lsdb.instance
		contenders = append(contenders, contender{pid, in, reach, !reach.isExternal() && in.isCutOff(pid), p.hasMetric, p.metric})
	}
	if len(contenders) == 0 {
		return nil
	}
	slices.SortFunc(contenders, d.compareClaims)
	best := contenders[0]
	if !best.reach.isExternal() {
		return best.pid.owner
	}
	same := slices.DeleteFunc(contenders, func(c contender) bool { return c.instance != best.instance })
	if len(same) == 1 {
		return best.pid.owner
	}
	return d.destinations.choiceOf(&choice{family: to.family(), contenders: same})
}

// leadsTo returns the router that a claim's prefix is reached over: the one that tells it, or
// the one that has the forwarding address (RFC 2328 §16.4 (3)), as of what a border router
// translates from an NSSA (RFC 3101 §3.2): where nobody is known to have it, the one that tells the prefix there.
func (d *Database) leadsTo(o *object) *pid {
	if a := o.forwarding(); a.IsValid() {
		if p := d.having(a); p != nil {
			return p
		}
		if p := o.to.translatedFrom(a); p != nil {
			return p
		}
	}
	return o.head.place.identity.pid
}

// translatedFrom returns the router that tells a prefix in an NSSA with a forwarding address, nil if none does. Of several
// it is the one with the lowest name.
func (t *destination) translatedFrom(a netip.Addr) (first *pid) {
	for o := range t.claims() {
		if p := o.head.place.identity.pid; o.isOfNSSA() && o.forwarding() == a && (first == nil || p.number < first.number) {
			first = p
		}
	}
	return first
}

// having returns the router that has an address, of an interface or else as a host prefix; nil
// if there is none. Of several it is the one with the lowest name.
func (d *Database) having(a netip.Addr) *pid {
	var first *pid
	note := func(p *pid) {
		if p != nil && (first == nil || p.number < first.number) {
			first = p
		}
	}
	for _, h := range d.routers.ends.holders[a] {
		note(h.of.pid)
	}
	if first != nil {
		return first
	}
	for o := range d.destinations.lookup(netip.PrefixFrom(a, a.BitLen())).claims() {
		if o.reach().own() {
			note(o.head.place.identity.pid)
		}
	}
	return first
}

// compareReach orders claims by how the routers would choose (RFC 2328 §11, RFC 5302
// §3.2): what is told as external after all else, then the IGP by preference, then the
// way the router reaches the prefix.
func (d *Database) compareReach(a, b contender) int {
	return cmp.Or(
		compareBool(a.reach.isExternal(), b.reach.isExternal()),
		cmp.Compare(d.options.preference(a.instance.key), d.options.preference(b.instance.key)),
		cmp.Compare(a.reach, b.reach))
}

func (d *Database) compareClaims(a, b contender) int {
	return cmp.Or(
		d.compareReach(a, b),
		compareBool(a.cutOff, b.cutOff),
		compareBool(!a.told, !b.told),
		cmp.Compare(a.metric, b.metric),
		cmp.Compare(a.pid.number, b.pid.number),
		a.instance.key.compare(b.instance.key))
}
