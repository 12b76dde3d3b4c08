package router

import (
	"encoding/binary"
	"net/netip"

	"github.com/altostream/altostream/libs/bgpls"
)

// OSPF route types (RFC 9552 §5.2.3.1).
const (
	intraArea = 1
	interArea = 2
)

// borderBit is the B bit of the node flags (RFC 9552 §5.3.1.1).
const borderBit = 0x10

const gigabit = 125e6 // bytes/s

// Object is an NLRI with its attributes.
type Object struct {
	NLRI       bgpls.NLRI
	Attributes *bgpls.Attributes
}

// Database is what the first of the speakers has in its link-state database.
func (t *Topology) Database() []Object { return t.database(t.speakers[0]) }

// database is what a router has in its link-state database, as BGP-LS has it: of each of
// its areas what the routers say that it reaches there (RFC 9552 §5.9).
func (t *Topology) database(r router) []Object {
	var objects []Object
	summaries := t.summaries()
	for _, area := range t.areas[r] {
		reached := t.distances(r, area)
		for _, other := range t.routers {
			if _, ok := reached[other]; ok {
				objects = append(objects, t.nodeObject(other, area))
			}
		}
		for _, l := range t.links {
			if _, ok := reached[l.ends[0].router]; ok && l.area == area && !l.down {
				objects = append(objects, linkObject(l, 0), linkObject(l, 1))
			}
		}
		for _, s := range t.networks(area) {
			if _, ok := reached[s.router]; ok {
				objects = append(objects, prefixObject(s.router, area, s.prefix, intraArea, uint32(s.metric)))
			}
		}
		for _, s := range summaries {
			if _, ok := reached[s.by]; ok && s.into == area {
				objects = append(objects, prefixObject(s.by, area, s.prefix, interArea, s.metric))
			}
		}
	}
	return objects
}

// descriptor names a router as it is seen in an area.
func (r router) descriptor(area uint32) *bgpls.NodeDescriptor {
	id := [4]byte{}
	binary.BigEndian.PutUint32(id[:], area)
	return &bgpls.NodeDescriptor{
		ASN:         new(uint32(asn)),
		OSPFAreaID:  netip.AddrFrom4(id),
		IGPRouterID: r.id.AsSlice(),
	}
}

func (t *Topology) nodeObject(r router, area uint32) Object {
	var flags uint8
	if t.border(r) {
		flags = borderBit
	}
	return Object{
		bgpls.NLRI{Type: bgpls.NodeNLRI, Protocol: bgpls.OSPFv2, Local: r.descriptor(area)},
		&bgpls.Attributes{NodeFlags: &flags, NodeName: &r.name},
	}
}

// linkObject is the direction of a link that starts at one of its ends.
func linkObject(l *link, from int) Object {
	near, far := l.ends[from], l.ends[1-from]
	return Object{
		bgpls.NLRI{
			Type: bgpls.LinkNLRI, Protocol: bgpls.OSPFv2,
			Local: near.router.descriptor(l.area), Remote: far.router.descriptor(l.area),
			Link: &bgpls.LinkDescriptor{IPv4Interface: near.address, IPv4Neighbor: far.address},
		},
		&bgpls.Attributes{
			MaxLinkBandwidth: new(float64(gigabit)),
			LinkMetrics:      bgpls.LinkMetrics{TEMetric: new(uint32(near.metric))},
			IGPMetric:        &bgpls.IGPMetric{Value: uint32(near.metric), Octets: 2},
		},
	}
}

func prefixObject(by router, area uint32, prefix netip.Prefix, routeType uint8, metric uint32) Object {
	return Object{
		bgpls.NLRI{
			Type: bgpls.IPv4PrefixNLRI, Protocol: bgpls.OSPFv2,
			Local:  by.descriptor(area),
			Prefix: &bgpls.PrefixDescriptor{OSPFRouteType: &routeType, Prefix: prefix},
		},
		&bgpls.Attributes{PrefixMetric: &metric},
	}
}
