package igp

import "github.com/altostream/altostream/libs/parallel"

// several is how many routers a goroutine takes at a time.
const several = 16

// each returns the distances that the rule gives from one router to each destination, and default
// routes where it gives none.
func (r *routing) each() *Matrix {
	m, destinations := newMatrix(r.routers), r.allDestinations()
	parallel.Each(len(destinations), several, func() func(int) {
		own := r.another()
		return func(i int) { own.destination(destinations[i], m) }
	})
	return m
}

// allDestinations returns those that are asked for.
func (r *routing) allDestinations() []int {
	if r.destinations != nil {
		return r.destinations
	}
	all := make([]int, r.routers)
	for to := range all {
		all[to] = to
	}
	return all
}

// another returns what can be used beside r: it shares all but what is of the destination at hand.
func (r *routing) another() *routing {
	other := *r
	other.known, other.asked = make([]Distance, r.routers), make([]bool, r.routers)
	other.covering, other.own = nil, nil
	if r.beside != nil {
		other.nowhere = make([]bool, r.routers)
	}
	if r.traces != nil {
		other.tracer, other.again = newTracer(r), make([]bool, r.routers)
	}
	if r.legs != nil {
		other.legs = make([][]leg, r.routers)
	}
	return &other
}

// destination takes the distances, and the values if they are asked for, from all routers to one.
func (r *routing) destination(to int, m *Matrix) {
	if len(r.places[to]) == 0 {
		return
	}
	r.begin(to)
	if r.tracer != nil {
		r.newTrace()
	}
	for _, from := range r.members {
		r.takeRoute(from, m)
	}
	if r.values != nil {
		for _, from := range r.members {
			r.value(from)
		}
	}
}

// takeRoute takes the distance from a router to the destination at hand, and reports whether it is another one.
func (r *routing) takeRoute(from int, m *Matrix) (changed bool) {
	if r.tracer != nil {
		r.tracer.from = from
	}
	d := r.route(from)
	if d == Unreachable && r.beside != nil && r.nowhere[from] {
		d = discarded
	}
	changed = d != m.At(from, r.to)
	m.set(from, r.to, d)
	return changed
}
