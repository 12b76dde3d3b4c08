package router

import (
	"fmt"
	"net/netip"
	"slices"
)

// asn is the AS of the lab's networks.
const asn = 100

// backbone is the OSPF area that joins the others (RFC 2328 §3.1).
const backbone = 0

// Topology is a network of OSPFv2 routers: what they are configured with, and which of
// their links are up.
type Topology struct {
	routers  []router
	links    []*link
	stubs    []stub
	speakers []router            // tell the collector their link-state databases
	areas    map[router][]uint32 // that a router has interfaces in, ascending
}

func newTopology(routers []router, links []*link, stubs []stub, speakers ...router) *Topology {
	t := &Topology{routers, links, stubs, speakers, map[router][]uint32{}}
	for _, l := range links {
		for _, e := range l.ends {
			t.areas[e.router] = append(t.areas[e.router], l.area)
		}
	}
	for _, s := range stubs {
		t.areas[s.router] = append(t.areas[s.router], s.area)
	}
	for r, areas := range t.areas {
		slices.Sort(areas)
		t.areas[r] = slices.Compact(areas)
	}
	return t
}

// router is a router by its name and its OSPF router id, which is its BGP identifier too.
type router struct {
	name string
	id   netip.Addr
}

func (r router) String() string { return r.name }

// link is a numbered point-to-point link.
type link struct {
	area   uint32
	subnet netip.Prefix
	ends   [2]end
	down   bool // between the interfaces: they stay up, without a neighbor
}

// end is a router's interface to a link.
type end struct {
	router  router
	address netip.Addr
	metric  uint16
}

// stub is a prefix of one router, such as its loopback.
type stub struct {
	router router
	area   uint32
	prefix netip.Prefix
	metric uint16
}

func (l *link) String() string { return l.ends[0].router.name + "–" + l.ends[1].router.name }

// end returns the end at a router, nil if there is none.
func (l *link) end(router string) *end {
	for i := range l.ends {
		if l.ends[i].router.name == router {
			return &l.ends[i]
		}
	}
	return nil
}

// link returns the link between two routers.
func (t *Topology) link(a, b string) (*link, error) {
	for _, l := range t.links {
		if a != b && l.end(a) != nil && l.end(b) != nil {
			return l, nil
		}
	}
	const shown = 10
	list := ""
	for i, l := range t.links[:min(len(t.links), shown)] {
		if i > 0 {
			list += ", "
		}
		list += l.String()
	}
	if more := len(t.links) - shown; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return nil, fmt.Errorf("the lab's network has no link %s–%s; it has %s", a, b, list)
}

// border tells whether a router is an area border router: it has interfaces in several
// areas, the backbone among them (RFC 3509 §2.1).
func (t *Topology) border(r router) bool {
	areas := t.areas[r]
	return len(areas) > 1 && areas[0] == backbone
}

const seedMetric = 10

// Seed is the network of the seed, see the package's comment.
func Seed() *Topology {
	var routers []router
	for n := byte(1); n <= 5; n++ {
		routers = append(routers, seedRouter(n))
	}
	var links []*link
	for _, l := range []struct {
		a, b byte
		area uint32
	}{{1, 2, 1}, {1, 3, 1}, {2, 3, backbone}, {2, 4, 2}, {3, 5, 3}} {
		address := func(host byte) netip.Addr { return netip.AddrFrom4([4]byte{192, 168, 10*l.a + l.b, host}) }
		links = append(links, &link{area: l.area, subnet: netip.PrefixFrom(address(0), 24), ends: [2]end{
			{seedRouter(l.a), address(l.a), seedMetric},
			{seedRouter(l.b), address(l.b), seedMetric},
		}})
	}
	return newTopology(routers, links, nil, seedRouter(2), seedRouter(3))
}

// seedRouter is RN, N.N.N.N.
func seedRouter(n byte) router {
	return router{fmt.Sprintf("R%d", n), netip.AddrFrom4([4]byte{n, n, n, n})}
}
