package igp

import (
	"net/netip"
	"slices"

	"github.com/altostream/altostream/libs/parallel"
)

// reroute makes the distances between areas, which were computed for another state of the same routers and areas, those of
// the domain. Where distances within areas changed, or what is told of a destination, the routes are asked for anew that
// were made of them (trace); all others stay. It reports false if that is not to be done.
func (m *Matrix) reroute(d *Domain, update func(*inside, *Area) bool) bool {
	old := m.routing
	if !old.shape.isOf(d) {
		return false
	}
	moved, ok := old.updateInside(d, update)
	if !ok {
		return false
	}
	area := -1
	r := newRouting(d, old.routers, old.weight, func(*Area) *inside { area++; return old.inside[area] })
	if !slices.EqualFunc(r.core, old.core, func(a, b *place) bool { return a == b || a != nil && b != nil && *a == *b }) {
		return false
	}
	r.findExits()
	for router := range r.exits {
		if !slices.Equal(r.exits[router], old.exits[router]) {
			r.otherExits = append(r.otherExits, router)
		}
	}
	moved.everywhere = r.otherExits
	r.traces, r.shape, r.version = old.traces, old.shape, m.version
	changed := make([][]int, r.routers) // by destination: from where
	parallel.Each(r.routers, several, func() func(int) {
		own := r.another()
		return func(to int) { changed[to] = own.redo(to, m, moved) }
	})
	m.routing, m.changed = r, byRow(changed)
	return true
}

// byRow returns by router that paths begin at the destinations, of those by destination.
func byRow(sources [][]int) [][]int32 {
	rows := make([][]int32, len(sources))
	for to, sources := range sources {
		for _, from := range sources {
			rows[from] = append(rows[from], int32(to))
		}
	}
	return rows
}

// shape is what a domain has beside links and prefixes.
type shape struct {
	rules     Rules
	addresses []netip.Prefix
	areas     []Area // without links and prefixes
}

func (d *Domain) shape() *shape {
	s := &shape{rules: d.Rules, addresses: slices.Clone(d.Addresses)}
	for _, a := range d.Areas {
		s.areas = append(s.areas, Area{Backbone: a.Backbone, TellsPrefixes: a.TellsPrefixes, Nodes: slices.Clone(a.Nodes)})
	}
	return s
}

func (s *shape) isOf(d *Domain) bool {
	return s.rules == d.Rules && slices.Equal(s.addresses, d.Addresses) && slices.EqualFunc(s.areas, d.Areas, func(a Area, b *Area) bool {
		return a.Backbone == b.Backbone && a.TellsPrefixes == b.TellsPrefixes && slices.Equal(a.Nodes, b.Nodes)
	})
}

// movedRouters are the routers whose distance to a node within an area is another one, or what is measured on the way, by that
// node, and those that have other default routes.
type movedRouters struct {
	to         map[place][]int
	everywhere []int
}

// add notes what changed within an area.
func (m *movedRouters) add(area int, in *inside, changed [][]int32) {
	nodes := make([]int, len(in.routers)) // by index in rows
	for node, index := range in.index {
		if index < len(nodes) {
			nodes[index] = node
		}
	}
	for from, columns := range changed {
		for _, to := range columns {
			at := place{area, nodes[to]}
			m.to[at] = append(m.to[at], in.routers[from])
		}
	}
}

// updateInside makes the distances within the areas those of another domain of the same shape.
func (r *routing) updateInside(d *Domain, update func(*inside, *Area) bool) (moved movedRouters, ok bool) {
	moved.to = map[place][]int{}
	for i, a := range d.Areas {
		in := r.inside[i]
		if !update(in, a) {
			return moved, false
		}
		moved.add(i, in, in.changed)
	}
	return moved, true
}

// redo asks for the routes to a destination anew that may be others, and returns which ones are.
func (r *routing) redo(to int, m *Matrix, moved movedRouters) (changed []int) {
	if len(r.places[to]) == 0 {
		return nil
	}
	r.begin(to)
	t := &r.traces[to]
	sources := r.movedSources(t, moved)
	inOrder := t.circular && len(sources) > 0 // who asks first may be another
	if t.isOf(r) && !inOrder && !r.countsForOthers(t, sources) {
		r.tracer.begin(t)
		r.kept = m
	} else {
		r.newTrace()
		r.kept, sources = nil, r.members
	}
	for _, from := range sources {
		if r.takeRoute(from, m) {
			changed = append(changed, from)
		}
	}
	clear(r.again)
	return changed
}

// movedSources returns the routers that moved where the routes to a destination were looked for: theirs are asked for again.
func (r *routing) movedSources(t *trace, moved movedRouters) (sources []int) {
	add := func(routers []int) {
		for _, router := range routers {
			if !r.again[router] {
				r.again[router] = true
				sources = append(sources, router)
			}
		}
	}
	for _, column := range t.columns {
		add(moved.to[column])
	}
	add(moved.everywhere)
	return sources
}

// countsForOthers tells whether one of routers counts for the routes of others to a destination.
func (r *routing) countsForOthers(t *trace, routers []int) bool {
	return slices.ContainsFunc(routers, func(router int) bool { return slices.Contains(t.vias, router) })
}
