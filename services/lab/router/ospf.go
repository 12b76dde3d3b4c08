package router

import (
	"maps"
	"net/netip"
	"slices"
)

// This is what the routers compute (RFC 2328 §16), by rules of their own and not by those
// of the services that are tried with them.

// route is a way to a prefix.
type route struct {
	cost  uint32
	area  uint32 // that it goes through first
	inter bool   // inter-area
}

// routes is a routing table.
type routes map[netip.Prefix]route

// add keeps the better route: intra-area first, then the lower cost (RFC 2328 §16.2 (6)).
func (r routes) add(p netip.Prefix, by route) {
	old, ok := r[p]
	if !ok || old.inter == by.inter && by.cost < old.cost || old.inter && !by.inter {
		r[p] = by
	}
}

// summary is a summary-LSA of type 3: an area border router's word into an area.
type summary struct {
	by     router
	into   uint32
	prefix netip.Prefix
	metric uint32
}

// distances is the shortest-path tree of an area: what each router that is reached costs
// (RFC 2328 §16.1, the first stage).
func (t *Topology) distances(from router, area uint32) map[router]uint32 {
	out := map[router][]*link{}
	for _, l := range t.links {
		if l.area == area && !l.down {
			out[l.ends[0].router] = append(out[l.ends[0].router], l)
			out[l.ends[1].router] = append(out[l.ends[1].router], l)
		}
	}
	d := map[router]uint32{from: 0}
	for queue := []router{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		for _, l := range out[at] {
			near, far := l.ends[0], l.ends[1]
			if far.router == at {
				near, far = far, near
			}
			cost := d[at] + uint32(near.metric)
			if known, ok := d[far.router]; !ok || cost < known {
				d[far.router] = cost
				queue = append(queue, far.router)
			}
		}
	}
	return d
}

// networks are the prefixes that the router-LSAs of an area have: the stub link of each
// interface (RFC 2328 §12.4.1.1), whether or not it has a neighbor.
func (t *Topology) networks(area uint32) []stub {
	var stubs []stub
	for _, l := range t.links {
		if l.area == area {
			for _, e := range l.ends {
				stubs = append(stubs, stub{e.router, area, l.subnet, e.metric})
			}
		}
	}
	for _, s := range t.stubs {
		if s.area == area {
			stubs = append(stubs, s)
		}
	}
	return stubs
}

// intraArea is a router's table of its own areas (RFC 2328 §16.1).
func (t *Topology) intraArea(r router) routes {
	table := routes{}
	for _, area := range t.areas[r] {
		distance := t.distances(r, area)
		for _, s := range t.networks(area) {
			if d, reached := distance[s.router]; reached {
				table.add(s.prefix, route{cost: d + uint32(s.metric), area: area})
			}
		}
	}
	return table
}

// summaries are those of all area border routers (RFC 2328 §12.4.3): intra-area routes
// into each other area, and inter-area routes through the backbone into all areas but it.
// A router without a neighbor in the backbone has routes by the summaries of its other
// areas, and does not pass them on (RFC 3509 §2.2).
func (t *Topology) summaries() []summary {
	var all []summary
	tables := map[router]routes{}
	for _, r := range t.routers {
		if t.border(r) {
			tables[r] = t.intraArea(r)
			all = append(all, t.tell(r, tables[r])...)
		}
	}
	var further []summary
	for _, r := range t.routers {
		if table := tables[r]; table != nil && t.onBackbone(r) {
			inter := t.interArea(r, all, table)
			further = append(further, t.tell(r, inter)...)
		}
	}
	return append(all, further...)
}

// tell is what an area border router tells of routes, in order.
func (t *Topology) tell(r router, table routes) []summary {
	var told []summary
	for _, prefix := range slices.SortedFunc(maps.Keys(table), netip.Prefix.Compare) {
		route := table[prefix]
		for _, into := range t.areas[r] {
			if into != route.area && !(into == backbone && route.inter) {
				told = append(told, summary{r, into, prefix, route.cost})
			}
		}
	}
	return told
}

// interArea is a router's table of what area border routers tell, but for prefixes of its
// own areas. One with a neighbor in the backbone looks at the summaries in the backbone
// alone (RFC 2328 §16.2), any other router at those of all its areas (RFC 3509 §2.2).
func (t *Topology) interArea(r router, told []summary, intra routes) routes {
	areas := t.areas[r]
	if t.onBackbone(r) {
		areas = []uint32{backbone}
	}
	table := routes{}
	for _, area := range areas {
		distance := t.distances(r, area)
		for _, s := range told {
			d, reached := distance[s.by]
			if _, own := intra[s.prefix]; own || s.into != area || s.by == r || !reached {
				continue
			}
			table.add(s.prefix, route{cost: d + s.metric, area: area, inter: true})
		}
	}
	return table
}

// onBackbone tells whether a router has a neighbor in the backbone.
func (t *Topology) onBackbone(r router) bool { return len(t.distances(r, backbone)) > 1 }

// table is a router's routing table.
func (t *Topology) table(r router, summaries []summary) routes {
	table := t.intraArea(r)
	maps.Copy(table, t.interArea(r, summaries, table))
	return table
}

// Pair is two routers by their names.
type Pair struct{ From, To string }

// unreachable are the ordered pairs of which the first router has no route to the second:
// to none of its links that are up.
func (t *Topology) unreachable() []Pair {
	summaries := t.summaries()
	var pairs []Pair
	for _, from := range t.routers {
		table := t.table(from, summaries)
		reached := map[router]bool{from: true}
		for _, l := range t.links {
			if _, ok := table[l.subnet]; ok && !l.down {
				reached[l.ends[0].router], reached[l.ends[1].router] = true, true
			}
		}
		for _, to := range t.routers {
			if !reached[to] {
				pairs = append(pairs, Pair{from.name, to.name})
			}
		}
	}
	return pairs
}
