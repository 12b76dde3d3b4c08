package ted

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"

	"github.com/altostream/altostream/libs/igp"
)

// contender is a router with a claim to a prefix.
type contender struct {
	pid      *pid
	instance *instance
	reach    reach
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
// reached, then the lower metric (any before none), then the lower PID name. Of externals of
// equal claim it is the one that is the nearest for most. It is nil if nobody claims it.
func (d *Database) ownerOf(to *destination) *owner {
	if first := to.first; first != nil && first.next == nil && first.claims && !first.forwarding().IsValid() {
		return first.head.place.identity.pid.owner
	}
	var contenders []contender
	for o := range to.claims() {
		p, of := o.record().prefix, o.head.place
		contenders = append(contenders, contender{d.leadsTo(o), of.lsdb.instance, o.reach(), p.hasMetric, p.metric})
	}
	if len(contenders) == 0 {
		return nil
	}
	slices.SortFunc(contenders, d.compareClaims)
	best := contenders[0]
	if !best.reach.isExternal() {
		return best.pid.owner
	}
	equal := slices.DeleteFunc(contenders, func(c contender) bool { return d.compareReach(c, best) != 0 || c.instance != best.instance })
	if len(equal) == 1 {
		return best.pid.owner
	}
	return d.destinations.choiceOf(&choice{family: to.family(), contenders: equal})
}

// leadsTo returns the router that a claim's prefix is reached over: the one that tells it, or
// the one that has the forwarding address (RFC 2328 §16.4 (3)), as of what a border router
// translates from an NSSA (RFC 3101 §3.2).
func (d *Database) leadsTo(o *object) *pid {
	if a := o.forwarding(); a.IsValid() {
		if p := d.having(a); p != nil {
			return p
		}
	}
	return o.head.place.identity.pid
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
		compareBool(!a.told, !b.told),
		cmp.Compare(a.metric, b.metric),
		cmp.Compare(a.pid.number, b.pid.number))
}

// choice is between routers that tell external prefixes in the same way, in the order of
// their claims.
type choice struct {
	name       string
	family     family
	contenders []contender
}

// choiceOf returns the owner by a choice, one for all prefixes that have the same.
func (t *destinations) choiceOf(c *choice) *owner {
	first := c.contenders[0]
	name := strconv.AppendInt(nil, int64(c.family), 10)
	name = strconv.AppendInt(append(name, ' '), int64(first.instance.key.protocol), 10)
	name = strconv.AppendUint(append(name, ' '), first.instance.key.identifier, 10)
	name = strconv.AppendInt(append(name, ' '), int64(first.reach), 10)
	for _, contender := range c.contenders {
		name = append(append(name, ' '), contender.pid.name...)
		name = strconv.AppendUint(append(name, '='), uint64(contender.metric), 10)
	}
	c.name = string(name)
	o := t.choices[c.name]
	if o == nil {
		o = &owner{choice: c}
		t.choices[c.name] = o
	}
	return o
}

// choose makes the choices that are to be made.
func (d *Database) choose() {
	for _, o := range d.destinations.choices {
		if o.pid != nil && !d.destinations.stale {
			continue
		}
		if chosen := d.ofMost(o.choice); chosen != o.pid {
			o.noteChange()
			o.pid = chosen
			o.noteChange()
		}
	}
	d.destinations.stale = false
}

// ofMost returns the router that most others choose. No one owner is true for all; of
// several that are chosen as often it is the one with the best claim.
func (d *Database) ofMost(c *choice) *pid {
	paths := d.distances(c.family, igp.ByIGP)
	areas := c.contenders[0].instance.areasOf(d.routers.pids)
	votes := map[*pid]int{}
	for from := range paths.Routers() {
		for _, p := range c.of(from, paths, areas) {
			votes[p]++
		}
	}
	best := c.contenders[0].pid
	for _, contender := range c.contenders {
		if votes[contender.pid] > votes[best] {
			best = contender.pid
		}
	}
	return best
}

// of returns what a router chooses, by RFC 2328 §16.4 (6): those first to which a path leads
// within an area other than area 0 (§16.4.1); of type 1 the least sum of the external metric
// and the way, of type 2 the lower external metric and then the nearer. A router that tells
// the prefix itself has no choice.
func (c *choice) of(from int, paths *igp.Matrix, areas [][]*lsdb) []*pid {
	var chosen []*pid
	var least [3]uint64
	for _, to := range c.contenders {
		distance := paths.At(from, to.pid.number)
		switch {
		case to.pid.number == from:
			return nil
		case distance == igp.Unreachable:
			continue
		}
		way := [3]uint64{1, uint64(to.metric), distance.Metric()}
		if to.reach == external1 {
			way[1] += distance.Metric()
		}
		if shareArea(areas[from], areas[to.pid.number]) {
			way[0] = 0
		}
		switch order := slices.Compare(way[:], least[:]); {
		case len(chosen) == 0 || order < 0:
			chosen, least = append(chosen[:0], to.pid), way
		case order == 0:
			chosen = append(chosen, to.pid)
		}
	}
	return chosen
}

// shareArea tells whether there is an area other than area 0 in both lists.
func shareArea(a, b []*lsdb) bool {
	return slices.ContainsFunc(a, func(l *lsdb) bool { return !l.scope.isBackbone() && slices.Contains(b, l) })
}
