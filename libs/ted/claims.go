package ted

import (
	"net/netip"

	"github.com/altostream/altostream/libs/igp"
	"github.com/altostream/altostream/schemas"
)

// claim is one router's word that it reaches a prefix.
type claim struct {
	*object
	prefix   netip.Prefix
	router   int // its number
	topology uint16
	reach    reach
	metric   *uint32 // nil: not told
}

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

// reachOf returns how a record says that its prefix is reached: by the OSPF route type
// (TLV 264, RFC 9552 §5.2.3.1), where NSSA externals are externals (RFC 3101 §2.5 (6)); of
// IS-IS by the level and the up/down bit, for internal and external reachability are
// one with wide metrics.
func reachOf(r *schemas.RawTopology) reach {
	const upDownBit = 0x80 // IGP flags (TLV 1152)
	switch value(r.ProtocolID) {
	case isisLevel1, isisLevel2:
		switch {
		case r.Attributes != nil && value(r.Attributes.IGPFlags)&upDownBit != 0:
			return interArea
		case value(r.ProtocolID) == isisLevel2:
			return isisUp
		}
		return intraArea
	}
	switch value(r.Prefix.OSPFRouteType) {
	case 0, 1:
		return intraArea
	case 2:
		return interArea
	case 3, 5:
		return external1
	}
	return external2
}

// maxPathMetric is the highest metric of a prefix that IS-IS reaches (RFC 5305 §4).
const maxPathMetric = 0xFE000000

// lsInfinity is the metric of a prefix that OSPF does not reach (RFC 2328 §B).
const lsInfinity = 1<<24 - 1

// newClaims returns the claims to prefixes of the routers that are known, and finds those
// that are none.
func (v *view) newClaims() []claim {
	var claims []claim
	for _, o := range v.ofKind(schemas.KindPrefix4, schemas.KindPrefix6) {
		if o.record.Prefix == nil {
			v.findObject(NotAPrefix, o, "it has no prefix descriptor")
			continue
		}
		prefix, err := netip.ParsePrefix(o.record.Prefix.Prefix)
		if err != nil {
			v.findObject(NotAPrefix, o, "%q is no prefix", o.record.Prefix.Prefix)
			continue
		}
		router, known := v.routers.of(o.local)
		if !known {
			v.findObject(UnknownRouter, o, "nothing else is told of the router of pseudonode %v", o.local)
			continue
		}
		c := claim{object: o, prefix: prefix.Masked(), router: router, topology: value(o.record.Prefix.MultiTopologyID), reach: reachOf(o.record)}
		if o.record.Attributes != nil {
			c.metric = o.record.Attributes.PrefixMetric
		}
		if why, format := c.problem(); why != "" {
			v.findObject(why, o, format, c.prefix)
			continue
		}
		claims = append(claims, c)
	}
	return claims
}

// problem returns why the claim is none, and how to say so of the prefix; "" if it is one.
func (c claim) problem() (why Reason, format string) {
	switch a := c.record.Attributes; {
	case c.prefix.IsSingleIP() && isIndex(c.prefix.Addr()):
		return InterfaceIndex, "%v is the index of an unnumbered interface and no address"
	case c.scope.igp.rules() == igp.ISIS && value(c.metric) > maxPathMetric:
		return Unreachable, "%v is told with a metric above 0xFE000000: it is not reachable (RFC 5305 §4)"
	case c.scope.igp.rules() == igp.OSPF && value(c.metric) >= lsInfinity:
		return Unreachable, "%v is told with LSInfinity: it is not reachable (RFC 2328 §14.1)"
	case c.metric != nil || a == nil:
	case a.SegmentRouting != nil && len(a.SegmentRouting.PrefixRanges) > 0:
		return NoPrefixMetric, "%v has a SID range and no prefix metric: it is a mapping and no reachability (RFC 9085 §2.3.5)"
	case a.SRv6 != nil && len(a.SRv6.Locators) > 0:
		return NoPrefixMetric, "%v has a locator and no prefix metric: it is no reachability (RFC 9514 §5.1)"
	}
	return "", ""
}
