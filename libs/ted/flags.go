package ted

import (
	"slices"

	"github.com/altostream/altostream/libs/igp"
	"github.com/altostream/altostream/schemas"
)

// routerFlags is what a node tells of itself in one level or area.
type routerFlags struct {
	told        bool
	overload    bool    // IS-IS: no path leads through it
	attached    bool    // IS-IS level 1: it leads out of the area
	routerBit   bool    // OSPFv3: the R bit is set
	noRouterBit bool    // OSPFv3: the R bit is not set
	border      bool    // OSPF: it is a border router
	external    bool    // OSPF: it is an AS boundary router
	by          *source // OSPF: who says so
}

// Node flags (TLV 1024, RFC 9552 §5.3.1.1).
const (
	overloadBit  = 0x80
	attachedBit  = 0x40
	externalBit  = 0x20 // the E bit of OSPF's router-LSAs (RFC 2328 §A.4.2)
	borderBit    = 0x10 // the B bit of the same
	routerBitSet = 0x08 // of OSPFv3: no path leads through a router without it (RFC 5340 §4.8.1)
)

// settleFlags reads the flags of the nodes of which other records count.
func (d *Database) settleFlags() {
	if d.pending.borders {
		for _, l := range d.lsdbs {
			if l.instance.key.rules() == igp.OSPF {
				for _, p := range l.places {
					d.pending.places[p] = true
				}
			}
		}
	}
	for p := range d.pending.places {
		before, now := p.flags, p.readFlags()
		if before == now {
			continue
		}
		p.flags = now
		if before.routerBit {
			p.lsdb.routerBits--
		}
		if now.routerBit {
			p.lsdb.routerBits++
		}
		if before.border != now.border || before.by != now.by {
			d.pending.borders = true
		}
		p.lsdb.instance.changed()
	}
	if d.pending.borders {
		d.bordersChanged()
	}
	d.pending.places, d.pending.borders = map[*place]bool{}, false
}

// bordersChanged notes that other flags say whether a router is a border router, or another speaker does.
func (d *Database) bordersChanged() {
	for _, k := range d.igps {
		if k.key.rules() == igp.OSPF {
			k.prefixesChanged()
		}
	}
}

func (p *place) readFlags() (f routerFlags) {
	if p.isPseudonode() {
		return f
	}
	for o := range p.nodeObjects() {
		more := o.record().more
		if more == nil || more.node.NodeFlags == nil {
			continue
		}
		bits := *more.node.NodeFlags
		f.told = true
		switch {
		case p.lsdb.instance.key.rules() == igp.ISIS:
			f.overload = f.overload || bits&overloadBit != 0
			f.attached = f.attached || bits&attachedBit != 0 && p.lsdb.scope.level == isisLevel1
		case p.lsdb.scope.igp.protocol == ospfv2 || p.lsdb.scope.igp.protocol == ospfv3:
			f.external = f.external || bits&externalBit != 0
			f.addBorder(p, o)
			if p.lsdb.scope.igp.protocol == ospfv3 {
				f.routerBit = f.routerBit || bits&routerBitSet != 0
				f.noRouterBit = f.noRouterBit || bits&routerBitSet == 0
			}
		}
	}
	return f
}

// addBorder adds what is said of the B bit. Of several who say the same it is one that tells such bits, the one with the lowest
// name, that says so.
func (f *routerFlags) addBorder(p *place, o *object) {
	border := value(o.record().more.node.NodeFlags)&borderBit != 0
	for i := range o.reports {
		r := &o.reports[i]
		if !p.believes(r.source) || r.more == nil || r.more.node.NodeFlags == nil || border != (*r.more.node.NodeFlags&borderBit != 0) {
			continue
		}
		switch by := r.source; {
		case f.by == nil, border && !f.border, border == f.border && by.isRatherBy(f.by):
			f.border, f.by = border, by
		}
	}
}

// isRatherBy tells whether a speaker tells B or E bits of OSPF and another one does not, or has the lower name.
func (s *source) isRatherBy(other *source) bool {
	if tells := s.borders > 0; tells != (other.borders > 0) {
		return tells
	}
	return s.name < other.name
}

// tellsBorders tells whether a report is of a node with the B or the E bit.
func (r *report) tellsBorders() bool {
	return r.more != nil && r.more.node != nil && value(r.more.node.NodeFlags)&(borderBit|externalBit) != 0
}

// countBorders counts a report in, or out, among those that show that its speaker tells these bits.
func (d *Database) countBorders(r report, count int) {
	if !r.tellsBorders() {
		return
	}
	before := r.source.borders > 0
	r.source.borders += count
	d.pending.borders = d.pending.borders || before != (r.source.borders > 0)
}

// nodeObjects yields what counts of what is told of the node itself.
func (p *place) nodeObjects() func(yield func(*object) bool) {
	return func(yield func(*object) bool) {
		for _, h := range p.heads {
			if h.told.kind != schemas.KindNode {
				continue
			}
			for _, o := range h.objects {
				if o.counts() && !yield(o) {
					return
				}
			}
		}
	}
}

// noTransit tells whether no path leads through a node. An OSPFv3 area of which no router has
// the R bit is told by a speaker that does not tell it.
func (p *place) noTransit() bool {
	return p.flags.overload || p.flags.noRouterBit && p.lsdb.routerBits > 0
}

// isNoBorder tells whether a router of OSPF says that it is no border router any more, or has lost area 0: what it has told of
// other areas does not count (RFC 2328 §16.2 (4)). A speaker that tells neither B nor E bits does not tell it.
func (p *place) isNoBorder() bool {
	return !p.flags.border && (p.flags.by != nil && p.flags.by.borders > 0 || p.hasLostBackbone())
}

// hasLostBackbone tells whether a router of OSPF has neither links nor prefixes in area 0, and so no interface (RFC 3509 §2.1),
// where others tell such.
func (p *place) hasLostBackbone() bool {
	k := p.lsdb.instance
	return k.key.rules() == igp.OSPF && slices.ContainsFunc(p.places, func(at *place) bool {
		return at.lsdb.instance == k && at.lsdb.scope.isBackbone() && at.counting > 0 && at.attached == 0 && at.lsdb.intraArea > 0
	})
}

// isStub tells whether nothing of outside is told in an area, by what is told there or by a router that says in another area
// alone that it is an AS boundary router: the E bit is never set in a stub area (RFC 2328 §12.4.1).
func (l *lsdb) isStub() bool {
	return l.stub > 0 || l.instance.key.rules() == igp.OSPF && !l.scope.isBackbone() && slices.ContainsFunc(l.nodes(), func(p *place) bool {
		return p.flags.told && !p.flags.external && slices.ContainsFunc(p.places, func(at *place) bool { return at.lsdb.instance == l.instance && at.flags.external })
	})
}

// countAttached counts an object in, or out, that shows that its node has an interface in the area.
func (d *Database) countAttached(o *object, count int) {
	p := o.head.place
	p.attached += count
	changed := p.attached == 0 || p.attached == count
	if o.link == nil {
		p.lsdb.intraArea += count
		changed = changed || p.lsdb.intraArea == 0 || p.lsdb.intraArea == count
	}
	d.pending.borders = d.pending.borders || changed && p.lsdb.scope.isBackbone()
}

// withoutRouterBit returns the nodes that are told without the R bit in areas where it is not
// believed.
func (d *Database) withoutRouterBit() []*object {
	var found []*object
	for _, l := range d.lsdbs {
		if l.scope.igp.protocol != ospfv3 || l.routerBits > 0 {
			continue
		}
		for _, p := range l.places {
			for o := range p.nodeObjects() {
				if p.flags.noRouterBit && o.record().more != nil && o.record().more.node.NodeFlags != nil {
					found = append(found, o)
				}
			}
		}
	}
	return found
}
