package e2e

import (
	"net/netip"

	"github.com/altostream/altostream/libs/bgpls"
)

// node is a router of AS 100 in OSPF area 0, named by its router id.
func node(id string) *bgpls.NodeDescriptor {
	return &bgpls.NodeDescriptor{
		ASN: new(uint32(asn)), OSPFAreaID: netip.IPv4Unspecified(), IGPRouterID: netip.MustParseAddr(id).AsSlice(),
	}
}

func nodeNLRI(id string) bgpls.NLRI {
	return bgpls.NLRI{Type: bgpls.NodeNLRI, Protocol: bgpls.OSPFv2, Local: node(id)}
}

func prefixNLRI(id, prefix string) bgpls.NLRI {
	return bgpls.NLRI{
		Type: bgpls.IPv4PrefixNLRI, Protocol: bgpls.OSPFv2, Local: node(id),
		Prefix: &bgpls.PrefixDescriptor{OSPFRouteType: new(uint8(1)), Prefix: netip.MustParsePrefix(prefix)},
	}
}

// linkNLRI is one direction of the link between two routers; its addresses are made
// from theirs.
func linkNLRI(from, to string) bgpls.NLRI {
	address := func(of, peer string) netip.Addr {
		a, b := netip.MustParseAddr(of).As4(), netip.MustParseAddr(peer).As4()
		return netip.AddrFrom4([4]byte{10, min(a[3], b[3]), max(a[3], b[3]), a[3]})
	}
	return bgpls.NLRI{
		Type: bgpls.LinkNLRI, Protocol: bgpls.OSPFv2, Local: node(from), Remote: node(to),
		Link: &bgpls.LinkDescriptor{IPv4Interface: address(from, to), IPv4Neighbor: address(to, from)},
	}
}

func igpMetric(metric uint32) *bgpls.Attributes {
	return &bgpls.Attributes{IGPMetric: &bgpls.IGPMetric{Value: metric, Octets: 2}}
}

var nextHop = netip.MustParseAddr("192.0.2.9")

// announce is the body of an UPDATE that announces objects.
func announce(attributes *bgpls.Attributes, nlris ...bgpls.NLRI) []byte {
	return bgpls.EncodeUpdate(nlris, nil, attributes, nextHop)
}

// withdraw is the body of an UPDATE that withdraws objects.
func withdraw(nlris ...bgpls.NLRI) []byte {
	return bgpls.EncodeUpdate(nil, nlris, nil, netip.Addr{})
}
