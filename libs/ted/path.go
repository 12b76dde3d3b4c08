package ted

import (
	"net/netip"
	"slices"
	"strconv"

	"github.com/altostream/altostream/libs/igp"
)

// Path is the way that packets take from one router to another.
type Path struct {
	Protocol string `json:"protocol"` // of the first leg: OSPFv2, OSPFv3, IS-IS or BGP
	Metric   uint64 `json:"metric"`   // sum of the IGP metrics (TLV 1095)
	Links    uint64 `json:"links"`
	Legs     []Leg  `json:"legs"`
}

// Leg is the part of a path within one area or level.
type Leg struct {
	Area string `json:"area"` // area 0.0.0.1, level 2; "" where there are none
	From string `json:"from"` // PIDs
	To   string `json:"to"`
	// Why is why packets go to the end of the leg, and Prefix the route that they follow there.
	Why    igp.Why       `json:"why"`
	Prefix *netip.Prefix `json:"prefix,omitempty"`
	Hops   []Hop         `json:"hops"`
	Others []string      `json:"others,omitempty"` // PIDs to which other legs lead that are as good
}

// Hop is the link to the next router of a path.
type Hop struct {
	To        string   `json:"to"`               // PID
	Metric    uint32   `json:"metric"`           // IGP metric (TLV 1095)
	Interface string   `json:"interface"`        // addresses, or identifiers, of both ends
	Neighbor  string   `json:"neighbor"`         //
	LAN       string   `json:"lan,omitempty"`    // pseudonode that the link leads over
	Object    string   `json:"object"`           // key of the record after its source
	Others    []string `json:"others,omitempty"` // objects of other links that are as good
}

// Path returns the path by IGP metrics from one PID to another, of several that are as good one
// with the fewest links; ok is false if no IGP has any.
func (g *Graph) Path(from, to string, ipv6 bool) (p Path, ok bool) {
	a, knownA := slices.BinarySearch(g.pids, from)
	b, knownB := slices.BinarySearch(g.pids, to)
	if !knownA || !knownB {
		return Path{}, false
	}
	f := ip4
	if ipv6 || g.ipv6.only[a] || g.ipv6.only[b] {
		f = ip6
	}
	g.db.orderLinks(f)
	found, ok := g.db.network(f).Path(a, b)
	if !ok {
		return Path{}, false
	}
	p.Metric = found.Distance.Metric()
	p.Links, _ = found.Distance.Links()
	igps := g.db.routing(f)
	p.Protocol = igps[found.Domain].key.String()
	for _, l := range found.Legs {
		p.Legs = append(p.Legs, g.leg(igps[l.Domain].areas()[l.Area], f, l))
	}
	return p, true
}

func (g *Graph) leg(area *lsdb, f family, l igp.Leg) Leg {
	out := Leg{Area: area.scope.String(), From: g.pids[l.From], To: g.pids[l.To], Why: l.Why}
	if l.Prefix.IsValid() {
		out.Prefix = &l.Prefix
	}
	for _, other := range l.Others {
		out.Others = append(out.Others, g.pids[other])
	}
	links := area.area(f).links
	for _, h := range l.Hops {
		out.Hops = append(out.Hops, g.hop(links, h))
	}
	return out
}

func (g *Graph) hop(links []*link, h igp.Hop) Hop {
	first := links[h.Links[0]]
	out := Hop{To: g.pids[h.Router], Metric: first.igp.Value, Object: first.object.key()}
	out.Interface, out.Neighbor = first.interfaces()
	if len(h.Links) > 1 {
		out.LAN = first.to.pseudonode
		out.Neighbor = ""
	}
	for _, other := range h.Others {
		out.Others = append(out.Others, links[other].object.key())
	}
	return out
}

// interfaces are the addresses of both ends of a link, or else its identifiers (TLV 258), as far
// as they are told.
func (l *link) interfaces() (local, remote string) {
	e := l.ends()
	switch {
	case e.ipv4.IsValid() || e.ipv4Neighbor.IsValid():
		return address(e.ipv4), address(e.ipv4Neighbor)
	case e.ipv6.IsValid() || e.ipv6Neighbor.IsValid():
		return address(e.ipv6), address(e.ipv6Neighbor)
	case e.local != 0 || e.remote != 0:
		return identifier(e.local), identifier(e.remote)
	}
	return "", ""
}

func address(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func identifier(id uint32) string { return "id " + strconv.FormatUint(uint64(id), 10) }
