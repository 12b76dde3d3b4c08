package ted

import (
	"github.com/altostream/altostream/libs/igp"
)

// A claim is an object by which a router says that it reaches a prefix.

// reach orders the ways in which a router reaches a prefix, the preferred first: OSPF's
// by RFC 2328 §11, IS-IS's by RFC 5302 §3.2.
type reach int

const (
	intraArea reach = iota // IS-IS: level 1, not passed down
	isisUp                 // IS-IS: level 2, not passed down
	interArea              // IS-IS: passed down
	external1
	external2
)

// own tells whether the router has the prefix in its own area or level.
func (r reach) own() bool { return r <= isisUp }

func (r reach) isExternal() bool { return r >= external1 }

func (r reach) igp() igp.Reach {
	switch r {
	case interArea:
		return igp.Passed
	case external1:
		return igp.External1
	case external2:
		return igp.External2
	}
	return igp.Own
}

// reach returns how the record of a prefix says that it is reached: by the OSPF route type
// (TLV 264, RFC 9552 §5.2.3.1), where NSSA externals are externals (RFC 3101 §2.5 (6)); of
// IS-IS by the level and the up/down bit, for internal and external reachability are
// one with wide metrics.
func (o *object) reach() reach {
	if s := o.head.told.scope; s.level != 0 {
		switch {
		case o.record().prefix.passed:
			return interArea
		case s.level == isisLevel2:
			return isisUp
		}
		return intraArea
	}
	switch o.ospfType {
	case 0, 1:
		return intraArea
	case 2:
		return interArea
	case 3, 5:
		return external1
	}
	return external2
}

// isOfNSSA tells whether an external prefix of OSPF is told within an NSSA alone.
func (o *object) isOfNSSA() bool {
	return o.reach().isExternal() && (o.ospfType == 5 || o.ospfType == 6)
}

// isOfStub tells whether a prefix shows that nothing of outside is told in its area: one of an NSSA, or the inter-area
// default route that border routers tell into stub areas (RFC 2328 §12.4.3.1).
func (o *object) isOfStub() bool {
	s := o.head.told.scope
	return o.isOfNSSA() || o.to.prefix().Bits() == 0 && o.reach() == interArea && s.igp.rules() == igp.OSPF && !s.isBackbone()
}

// maxPathMetric is the highest metric of a prefix that IS-IS reaches (RFC 5305 §4).
const maxPathMetric = 0xFE000000

// lsInfinity is the metric of a prefix that OSPF does not reach (RFC 2328 §B).
const lsInfinity = 1<<24 - 1

// problem returns why an object that tells a prefix is no claim, and how to say so of the
// prefix; "" if it is one.
func (o *object) problem() (why Reason, format string) {
	p, rules := o.record().prefix, o.head.place.lsdb.instance.key.rules()
	switch prefix := o.to.prefix(); {
	case prefix.IsSingleIP() && isIndex(prefix.Addr()):
		return InterfaceIndex, "%v is the index of an unnumbered interface and no address"
	case rules == igp.ISIS && p.metric > maxPathMetric:
		return Unreachable, "%v is told with a metric above 0xFE000000: it is not reachable (RFC 5305 §4)"
	case rules == igp.OSPF && p.metric >= lsInfinity:
		return Unreachable, "%v is told with LSInfinity: it is not reachable (RFC 2328 §14.1)"
	case p.hasMetric:
	case p.mapping:
		return NoPrefixMetric, "%v has a SID range and no prefix metric: it is a mapping and no reachability (RFC 9085 §2.3.5)"
	case p.locator:
		return NoPrefixMetric, "%v has a locator and no prefix metric: it is no reachability (RFC 9514 §5.1)"
	}
	return "", ""
}

// countPrefix counts an object that tells a prefix in, or out, among those of the prefix.
func (d *Database) countPrefix(o *object, count int) {
	t := &d.destinations
	switch {
	case count < 0:
		d.find(claiming, o)
		d.find(contesting, o)
	case o.to == nil:
		d.find(claiming, o, finding{reason: NotAPrefix, format: "it has no prefix"})
	}
	if o.to == nil {
		return
	}
	if d.routers.several {
		d.routers.hosts.touch(o.to)
	}
	if count > 0 {
		t.add(o)
	} else {
		d.setClaim(o, false)
		t.remove(o)
	}
	d.touch(o.to)
}

// claimsChanged has what is claimed at a place judged again.
func (d *Database) claimsChanged(p *place) {
	for _, h := range p.heads {
		if !h.isPrefix() {
			continue
		}
		for _, o := range h.objects {
			if o.counts() && o.to != nil {
				d.setClaim(o, false)
				d.touch(o.to)
			}
		}
	}
}

// judgeClaim decides whether an object that tells a prefix is a claim.
func (d *Database) judgeClaim(o *object) {
	if o.head.place.identity.pid == nil {
		d.find(claiming, o, finding{UnknownRouter, "nothing else is told of the router of pseudonode %v", []any{o.head.place.node}})
		d.setClaim(o, false)
		return
	}
	why, format := o.problem()
	if why == "" {
		d.find(claiming, o)
	} else {
		d.find(claiming, o, finding{why, format, []any{o.to.prefix()}})
	}
	d.setClaim(o, why == "")
}

// setClaim makes an object a claim, or none any more.
func (d *Database) setClaim(o *object, claims bool) {
	if o.claims == claims {
		return
	}
	o.claims = claims
	count := 1
	if !claims {
		count = -1
	}
	p, f := o.head.place, o.to.family()
	p.lsdb.instance.claim(o, f, count)
	if pid := p.identity.pid; pid != nil {
		pid.changed = true
		pid.toldOtherwise()
	}
}
