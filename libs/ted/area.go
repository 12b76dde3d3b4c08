package ted

import (
	"slices"

	"github.com/altostream/altostream/libs/igp"
)

// area is a link-state database as the paths of an address family see it.
type area struct {
	area  *igp.Area
	links []*link // by their index in the area
}

// area returns the area with its nodes and links.
func (l *lsdb) area(f family) *area {
	if l.areas[f] != nil {
		return l.areas[f]
	}
	nodes := l.nodes()
	a := &area{area: &igp.Area{Backbone: l.scope.isBackbone(), Nodes: make([]igp.Node, 0, len(nodes))}}
	for _, p := range nodes {
		a.area.Nodes = append(a.area.Nodes, p.igpNode(f))
	}
	for _, p := range nodes {
		for _, adjacency := range p.adjacencies {
			if adjacency.nodes.a == p.vertex {
				a.add(adjacency.used, l, f)
			}
		}
	}
	l.areas[f] = a
	return a
}

// add adds the links that are in a link-state database and in the topology of an address family.
func (a *area) add(used []link, l *lsdb, f family) {
	for i := range used {
		u := &used[i]
		if u.from.lsdb != l || u.topology != u.from.topology(f) {
			continue
		}
		u.index[f] = len(a.links)
		a.links = append(a.links, u)
		a.area.Links = append(a.area.Links, igp.Link{From: u.from.number, To: u.to.number, IGP: u.igp, TE: u.te, Measured: u.measured})
	}
}

// remove undoes add; the last link takes the place of one that is removed.
func (a *area) remove(used []link, l *lsdb, f family) {
	for i := range used {
		u := &used[i]
		if u.from.lsdb != l || u.topology != u.from.topology(f) {
			continue
		}
		last := len(a.links) - 1
		a.links[u.index[f]], a.area.Links[u.index[f]] = a.links[last], a.area.Links[last]
		a.links[u.index[f]].index[f] = u.index[f]
		a.links, a.area.Links = a.links[:last], a.area.Links[:last]
	}
}

// replaceLinks puts other links in the place of those between two nodes, without making everything anew.
func (k *instance) replaceLinks(before, used []link) {
	k.topologiesChanged()
	for _, l := range k.lsdbs {
		for f, a := range l.areas {
			if a != nil {
				a.remove(before, l, family(f))
				a.add(used, l, family(f))
			}
		}
	}
}

// igpNode returns the node with its flags, each for its level or area. Some speakers tell no
// flags: then a level 1 router that is in level 2 too is taken to be attached. The overload
// bit is that of the standard topology (RFC 5120 §5).
func (p *place) igpNode(f family) igp.Node {
	n := igp.Node{Router: igp.Pseudonode, NoTransit: p.noTransit() && p.topology(f) == standardTopology, NoBorder: p.isNoBorder(), Border: p.flags.border, Attached: p.flags.attached}
	if p.isPseudonode() || p.identity.pid == nil {
		return n
	}
	n.Router = p.identity.pid.number
	if !p.flags.told && p.lsdb.scope.level == isisLevel1 {
		n.Attached = slices.ContainsFunc(p.places, func(other *place) bool {
			return other.lsdb.instance == p.lsdb.instance && other.lsdb.scope.level == isisLevel2 && (other.counting > 0 || other.used > 0)
		})
	}
	return n
}
