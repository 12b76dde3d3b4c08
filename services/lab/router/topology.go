package router

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/altostream/altostream/libs/bgpls"
)

// asn is the AS of the seed's network.
const asn = 100

// OSPF route types (RFC 9552 §5.2.3.1).
const (
	intraArea = 1
	interArea = 2
)

// router is the number N of a router: RN, with the router id N.N.N.N.
type router int

const routers = 5

// Reflectors, which tell the collector the network.
var reflectors = []router{2, 3}

// homeArea is the OSPF area in which a router's node is announced: a route
// reflector that takes the NLRI's text for its identity has one per router.
var homeArea = map[router]uint32{1: 1, 2: 0, 3: 0, 4: 2, 5: 3}

// link joins two routers, a < b.
type link struct{ a, b router }

var linkArea = map[link]uint32{{1, 2}: 1, {1, 3}: 1, {2, 3}: 0, {2, 4}: 2, {3, 5}: 3}

// summaries are the prefixes that the area border routers announce from one area
// into another.
var summaries = []struct {
	by   router
	of   link
	into uint32
}{
	{2, link{1, 3}, 0},
	{2, link{3, 5}, 1},
	{3, link{1, 2}, 0},
	{3, link{2, 4}, 1},
}

const (
	defaultMetric = 10
	gigabit       = 125e6 // bytes/s
)

func (r router) String() string { return fmt.Sprintf("R%d", int(r)) }

// id is the OSPF router id and the BGP identifier.
func (r router) id() netip.Addr {
	n := byte(r)
	return netip.AddrFrom4([4]byte{n, n, n, n})
}

// descriptor names a router as it is seen in an area.
func (r router) descriptor(area uint32) *bgpls.NodeDescriptor {
	id := [4]byte{}
	binary.BigEndian.PutUint32(id[:], area)
	return &bgpls.NodeDescriptor{
		ASN:         new(uint32(asn)),
		OSPFAreaID:  netip.AddrFrom4(id),
		IGPRouterID: r.id().AsSlice(),
	}
}

// subnet is 192.168.AB.0/24.
func (l link) subnet() netip.Prefix { return netip.PrefixFrom(l.address(0), 24) }

// address is that of a router's interface to the link, 192.168.AB.N.
func (l link) address(r router) netip.Addr {
	return netip.AddrFrom4([4]byte{192, 168, byte(10*l.a + l.b), byte(r)})
}

// object is an NLRI with its attributes, and the router that originates it.
type object struct {
	by         router
	nlri       bgpls.NLRI
	attributes *bgpls.Attributes
}

func nodeObject(r router) object {
	return object{r,
		bgpls.NLRI{Type: bgpls.NodeNLRI, Protocol: bgpls.OSPFv2, Local: r.descriptor(homeArea[r])},
		&bgpls.Attributes{NodeName: new(r.String())},
	}
}

// linkObject is the direction of a link that starts at from.
func linkObject(l link, from router, metric uint16) object {
	to := l.a + l.b - from
	area := linkArea[l]
	return object{from,
		bgpls.NLRI{
			Type: bgpls.LinkNLRI, Protocol: bgpls.OSPFv2,
			Local: from.descriptor(area), Remote: to.descriptor(area),
			Link: &bgpls.LinkDescriptor{IPv4Interface: l.address(from), IPv4Neighbor: l.address(to)},
		},
		&bgpls.Attributes{
			MaxLinkBandwidth: new(float64(gigabit)),
			TEMetric:         new(uint32(metric)),
			IGPMetric:        &bgpls.IGPMetric{Value: uint32(metric), Octets: 2},
		},
	}
}

func prefixObject(l link, by router, area uint32, routeType uint8) object {
	return object{by,
		bgpls.NLRI{
			Type: bgpls.IPv4PrefixNLRI, Protocol: bgpls.OSPFv2,
			Local:  by.descriptor(area),
			Prefix: &bgpls.PrefixDescriptor{OSPFRouteType: new(routeType), Prefix: l.subnet()},
		},
		nil,
	}
}

// topology is all that the routers announce while all links are up.
func topology() (objects []object) {
	for r := router(1); r <= routers; r++ {
		objects = append(objects, nodeObject(r))
	}
	for l, area := range linkArea {
		for _, r := range []router{l.a, l.b} {
			objects = append(objects, linkObject(l, r, defaultMetric), prefixObject(l, r, area, intraArea))
		}
	}
	for _, s := range summaries {
		objects = append(objects, prefixObject(s.of, s.by, s.into, interArea))
	}
	return objects
}
