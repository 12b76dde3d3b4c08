package igp

import "net/netip"

// Network is the routers of one address family and the IGPs between them.
type Network struct {
	// Routers is their number; a router is named by a number below it.
	Routers int
	// Domains come in the order of preference: where two routers reach each other in
	// several, the first counts (administrative distance).
	Domains []*Domain
	// Join adds up the paths of several domains at common routers. Without it no path
	// leads from one IGP into another.
	Join bool
}

// Rules says which rules join the areas of a domain.
type Rules int

const (
	// Flat has one area.
	Flat Rules = iota
	// OSPF is RFC 2328 §16 for version 2 and RFC 5340 §4.8 for version 3, with the border
	// routers of RFC 3509.
	OSPF
	// ISIS is RFC 1195 §3.2 and RFC 5302.
	ISIS
)

// Domain is one IGP.
type Domain struct {
	Rules Rules
	// Areas are OSPF's areas; of IS-IS level 1 and level 2, either of which may be missing.
	Areas []*Area
	// Addresses holds by router the host prefix that stands for it: its own address,
	// the zero value if none is told. A domain of one area needs none.
	Addresses []netip.Prefix
	// Outside are OSPF's default routes to what is outside, which all areas hear of but stub areas.
	Outside []Outside
}

// Outside is the default route that an AS boundary router tells.
type Outside struct {
	Teller int
	Router int // where it leads to: who tells it, or has its forwarding address
	Metric uint32
	Reach  Reach // External1 or External2
}

// Area is a part of a domain whose routers know all of its links: an OSPF area, IS-IS
// level 2, or all areas of IS-IS level 1, which have no links between them.
type Area struct {
	// Backbone is OSPF area 0, or IS-IS level 2.
	Backbone bool
	// Nodes are its routers and pseudonodes.
	Nodes []Node
	Links []Link
	// Prefixes holds who tells a prefix in this area as reachable.
	Prefixes map[netip.Prefix][]Advertisement
	// TellsPrefixes says that the prefixes are told: of OSPF those of other areas,
	// of IS-IS any. A prefix that is not among them is not reachable by one.
	TellsPrefixes bool
	// Stub says that nothing of outside is told there but what is among its prefixes: a stub area (RFC 2328 §3.6), or an
	// NSSA (RFC 3101).
	Stub bool
}

// Pseudonode is the router number of a node that is none.
const Pseudonode = -1

// Node is a router in one area, or a pseudonode.
type Node struct {
	Router int // or Pseudonode
	// NoTransit says that paths may begin and end here and not lead through: the
	// overload bit (ISO 10589 §7.2.8.1), no R bit (RFC 5340 §4.8.1).
	NoTransit bool
	// NoBorder says that a router of OSPF joins no areas: it tells that it is no border router (RFC 2328 §16.2 (4)).
	NoBorder bool
	// Border says that a router of OSPF tells that it is a border router.
	Border bool
	// Attached says that an IS-IS level 1 router has the attached bit (RFC 1195 §3.2).
	Attached bool
}

// Link is a link in one direction, between two nodes of an area by their index.
type Link struct {
	From, To int
	IGP, TE  Told
	Measured *Measured // nil = nothing is told
}

// Told is a metric, if it is told.
type Told struct {
	Value uint32
	OK    bool
}

// Advertisement is the word of a router that it reaches a prefix.
type Advertisement struct {
	Node   int // by its index in the area
	Metric uint32
	Reach  Reach
}

// Reach is how a router that tells a prefix reaches it, the preferred first.
type Reach int

const (
	// Own is within the area: OSPF intra-area, IS-IS with the up/down bit clear.
	Own Reach = iota
	// Passed is from another area: OSPF inter-area (RFC 2328 §12.4.3), IS-IS from level 2
	// down to level 1 (RFC 5302 §3.3).
	Passed
	// External1 is OSPF's external type 1 (RFC 2328 §16.4): its metric adds to the path's.
	External1
	// External2 is OSPF's external type 2: its metric counts before the path's.
	External2
)

// Weight says which metric of links adds up to a distance.
type Weight int

const (
	// ByIGP is the IGP metric: the paths that packets take.
	ByIGP Weight = iota
	// ByTE is the TE default metric.
	ByTE
	// ByLinks counts links.
	ByLinks
	// ByIGPThenLinks is ByIGP, and in a Flat domain ByLinks: BGP has paths without metrics.
	ByIGPThenLinks

	// byWidth is that of Widest: Distances are narrownesses.
	byWidth
)

// Distances returns the distances between all routers.
func (n *Network) Distances(w Weight) *Matrix { return n.distances(w, (*Area).shortestPaths) }

// distances returns those that are made of the ones within areas.
func (n *Network) distances(w Weight, within func(*Area, Weight) *inside) (total *Matrix) {
	if len(n.Domains) == 1 && !n.followsDefaultsLast() {
		total = n.Domains[0].distances(n.Routers, w, within, n.isUpdated())
	} else {
		total, _ = n.preferred(func(d *Domain) *routing { return d.routing(n.Routers, w, within) })
	}
	if n.Join {
		total.join(n.common(), w)
	}
	return total
}

// common returns the routers that are in several domains.
func (n *Network) common() []int {
	domains := make([]int, n.Routers)
	for _, d := range n.Domains {
		for r, in := range d.members(n.Routers) {
			if in {
				domains[r]++
			}
		}
	}
	var common []int
	for r, count := range domains {
		if count > 1 {
			common = append(common, r)
		}
	}
	return common
}

func (d *Domain) members(routers int) []bool {
	in := make([]bool, routers)
	for _, a := range d.Areas {
		for _, node := range a.Nodes {
			if node.Router != Pseudonode {
				in[node.Router] = true
			}
		}
	}
	return in
}

// join lets routers that do not reach each other do so over the given ones.
func (m *Matrix) join(over []int, w Weight) {
	direct := &Matrix{rows: cloneRows(m.rows)}
	for _, via := range over {
		for from := range m.rows {
			first := m.At(from, via)
			if first == Unreachable {
				continue
			}
			for to := range m.rows {
				if direct.At(from, to) == Unreachable {
					m.set(from, to, min(m.At(from, to), w.sum(first, m.At(via, to))))
				}
			}
		}
	}
}

// routing returns that of a domain by a weight.
func (d *Domain) routing(routers int, w Weight, within func(*Area, Weight) *inside) *routing {
	w = d.weight(w)
	return newRouting(d, routers, w, func(a *Area) *inside { return within(a, w) })
}

// distances returns the distances within one domain, and can keep what they are updated with.
func (d *Domain) distances(routers int, w Weight, within func(*Area, Weight) *inside, keep bool) *Matrix {
	r := d.routing(routers, w, within)
	if keep && len(d.Areas) > 1 {
		r.shape, r.traces = d.shape(), make([]trace, routers)
	}
	all := r.all()
	switch {
	case r.traces != nil:
		all.routing = r
	case r.isWhole() && keep:
		all.graph = r.inside[0].graph
	case !r.isWhole():
		r.recycle()
	}
	return all
}

// recycle lets others have the memory of the distances within areas.
func (r *routing) recycle() {
	for _, in := range r.inside {
		rooms.Put(in.room)
	}
}

// weight is what ByIGPThenLinks stands for in a domain.
func (d *Domain) weight(w Weight) Weight {
	switch {
	case w == ByIGPThenLinks && d.Rules == Flat:
		return ByLinks
	case w == ByIGPThenLinks:
		return ByIGP
	}
	return w
}
