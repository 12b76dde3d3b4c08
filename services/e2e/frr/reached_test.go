package frr

import (
	"bytes"
	"fmt"
	"maps"

	"github.com/altostream/altostream/libs/bgpls"
)

// vertex is a node of an area or level.
type vertex string

func vertexOf(protocol bgpls.ProtocolID, n *bgpls.NodeDescriptor) vertex {
	return vertex(fmt.Sprintf("%d %v %x", protocol, n.OSPFAreaID, n.IGPRouterID))
}

// reached leaves of the objects of a router's databases those of nodes that it reaches within an
// area or level, and external prefixes of nodes of which no area is known.
func (r *router) reached(all map[string]object) map[string]object {
	next := map[vertex]map[vertex]bool{}
	known := map[string][]vertex{} // by IGP router id
	var queue []vertex
	for _, o := range all {
		from := vertexOf(o.nlri.Protocol, o.nlri.Local)
		if o.nlri.Type == bgpls.NodeNLRI {
			known[string(o.nlri.Local.IGPRouterID)] = append(known[string(o.nlri.Local.IGPRouterID)], from)
			if r.isOwn(o.nlri.Local.IGPRouterID) {
				queue = append(queue, from)
			}
		}
		if o.nlri.Type == bgpls.LinkNLRI {
			if next[from] == nil {
				next[from] = map[vertex]bool{}
			}
			next[from][vertexOf(o.nlri.Protocol, o.nlri.Remote)] = true
		}
	}
	seen := map[vertex]bool{}
	for ; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if seen[at] {
			continue
		}
		seen[at] = true
		for to := range next[at] {
			if next[to][at] {
				queue = append(queue, to)
			}
		}
	}
	left := maps.Clone(all)
	maps.DeleteFunc(left, func(_ string, o object) bool {
		if o.isExternal() {
			vertices := known[string(o.nlri.Local.IGPRouterID)]
			return len(vertices) > 0 && !containsAny(seen, vertices)
		}
		return !seen[vertexOf(o.nlri.Protocol, o.nlri.Local)]
	})
	return left
}

// isOwn tells whether an IGP router id is the router's.
func (r *router) isOwn(id []byte) bool {
	return bytes.Equal(id, octets(routerID(r.number))) || bytes.Equal(id, isisID(systemID(r.number), "00"))
}

// isExternal tells whether an object is a prefix of OSPF from outside, which is of no area.
func (o object) isExternal() bool {
	const external1 = 3 // OSPF route type (RFC 9552 §5.2.3.1)
	return o.nlri.Prefix != nil && o.nlri.Prefix.OSPFRouteType != nil && *o.nlri.Prefix.OSPFRouteType >= external1
}

func containsAny(seen map[vertex]bool, vertices []vertex) bool {
	for _, v := range vertices {
		if seen[v] {
			return true
		}
	}
	return false
}
