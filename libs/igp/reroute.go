package igp

import (
	"net/netip"
	"slices"

	"github.com/altostream/altostream/libs/parallel"
)

// reroute makes the distances between areas, which were computed for another state of the same routers and areas, those of
// the domain. Where distances within areas changed, or what is told of a destination, the routes are asked for anew that
// were made of them (trace); all others stay. It reports false if that is not to be done.
func (m *Matrix) reroute(d *Domain, w Weight) bool {
	old := m.routing
	if !old.shape.isOf(d) {
		return false
	}
	moved, ok := old.updateInside(d, w)
	if !ok {
		return false
	}
	area := -1
	r := newRouting(d, old.routers, w, func(*Area) *inside { area++; return old.inside[area] })
	if !slices.EqualFunc(r.core, old.core, func(a, b *place) bool { return a == b || a != nil && b != nil && *a == *b }) {
		return false
	}
	r.findExits()
	for router := range r.exits {
		if !slices.Equal(r.exits[router], old.exits[router]) {
			moved.everywhere = append(moved.everywhere, router)
		}
	}
	r.traces, r.shape = old.traces, old.shape
	changed := make([][]int, r.routers) // by destination: from where
	parallel.Each(r.routers, several, func() func(int) {
		own := r.another()
		own.again = make([]bool, r.routers)
		return func(to int) { changed[to] = own.redo(to, m, moved) }
	})
	m.routing, m.changed = r, make([][]int32, r.routers)
	for to, sources := range changed {
		for _, from := range sources {
			m.changed[from] = append(m.changed[from], int32(to))
		}
	}
	return true
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

// movedRouters are the routers that have another distance within an area to a node, by that, and those that have other default
// routes.
type movedRouters struct {
	to         map[place][]int
	everywhere []int
}

// updateInside makes the distances within the areas those of another domain of the same shape.
func (r *routing) updateInside(d *Domain, w Weight) (moved movedRouters, ok bool) {
	moved.to = map[place][]int{}
	for i, a := range d.Areas {
		in, now := r.inside[i], a.graph(w)
		nodes := make([]int, len(in.routers)) // by index in rows
		for node, index := range in.index {
			if index < len(nodes) {
				nodes[index] = node
			}
		}
		changed, ok := now.graph.Update(in.room, in.graph, nil)
		if !ok {
			return moved, false
		}
		in.graph = now.graph
		for from, columns := range changed {
			for _, to := range columns {
				at := place{i, nodes[to]}
				moved.to[at] = append(moved.to[at], in.routers[from])
			}
		}
	}
	return moved, true
}

// redo asks for the routes to a destination anew that may be others, and returns which ones are.
func (r *routing) redo(to int, m *Matrix, moved movedRouters) (changed []int) {
	if len(r.places[to]) == 0 {
		return nil
	}
	r.begin(to)
	var sources []int
	if t := &r.traces[to]; t.isOf(r) && r.sources(t, moved, &sources) {
		r.tracer.begin(t)
		r.kept = m
	} else {
		r.newTrace()
		sources, r.kept = sources[:0], nil
		for from := range r.routers {
			if len(r.places[from]) > 0 {
				sources = append(sources, from)
			}
		}
	}
	for _, from := range sources {
		if r.takeRoute(from, m) {
			changed = append(changed, from)
		}
	}
	clear(r.again)
	return changed
}

// sources gathers the routers whose routes to the destination at hand may be others. It reports false if others
// depend on one of them.
func (r *routing) sources(t *trace, moved movedRouters, sources *[]int) bool {
	add := func(routers []int) {
		for _, router := range routers {
			if !r.again[router] {
				r.again[router] = true
				*sources = append(*sources, router)
			}
		}
	}
	for _, column := range t.columns {
		add(moved.to[column])
	}
	add(moved.everywhere)
	return !slices.ContainsFunc(t.vias, func(via int) bool { return r.again[via] })
}
