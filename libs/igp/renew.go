package igp

import (
	"math"
	"slices"

	"github.com/altostream/altostream/libs/parallel"
)

// UpdateAlong returns what Along does, of paths that are Distances(ByIGPThenLinks), or that Update returned. It takes the
// memory of the values that it returned before for this measure, nil for none. In a network of one IGP, if the paths were
// updated once since then at most, only what changed is found anew: then these are the same values.
func (n *Network) UpdateAlong(before *Values, paths *Matrix, m Measure) *Values {
	if paths.graph == nil && paths.routing == nil {
		return n.Along(m)
	}
	now := n.Domains[0].backward(paths.inside(n.Domains[0]), m)
	if before != nil && before.paths == paths && before.seen >= paths.version-1 {
		before.update(now)
	} else if before = newValues(n.Routers, m, now...); paths.routing != nil {
		before.revalue(paths, movedRouters{}, noVersion)
	}
	before.paths, before.seen = paths, paths.version
	return before
}

// inside returns the distances within the areas of which these were made.
func (m *Matrix) inside(d *Domain) []*inside {
	if m.routing != nil {
		return m.routing.inside
	}
	in := newInside(d.Areas[0])
	in.rows, in.changed = m.rows, m.changed
	return []*inside{in}
}

// Version is how often UpdateAlong returned the values after it had returned them first.
func (v *Values) Version() int { return v.version }

// Changed returns by row the columns of the values that may be others than at the version before, sorted. They must not be
// changed.
func (v *Values) Changed() [][]int32 { return v.changed }

// update finds the values anew to which paths lead that changed.
func (v *Values) update(now []*backward) {
	rerouted := v.seen < v.paths.version
	for i, a := range v.areas {
		a.update(now[i], rerouted)
	}
	if v.version++; v.paths.routing == nil {
		v.changed = v.areas[0].changed
		return
	}
	moved := movedRouters{to: map[place][]int{}}
	if rerouted {
		moved.everywhere = v.paths.routing.otherExits
	}
	for i, a := range v.areas {
		moved.add(i, a.links.inside, a.changed)
	}
	v.changed = byRow(v.revalue(v.paths, moved, v.seen))
}

// update finds the values anew to which paths within the area lead that changed.
func (v *areaValues) update(now *backward, rerouted bool) {
	// Paths that were updated are of the same routers, which let the same paths through.
	reached, on := now.reachedOtherwise(v.links), now.onward()
	v.links = now
	if v.changed == nil {
		v.changed = make([][]int32, len(v.rows))
	}
	parallel.Each(len(v.rows), several, func() func(from int) {
		b := *now
		b.known = slices.Repeat([]bool{true}, len(b.routers))
		return func(from int) {
			b.from, b.distance, b.value = int32(from), b.rows[from], v.rows[from]
			stale := stale{&b, on, v.changed[from][:0]}
			for _, n := range reached {
				stale.add(n)
			}
			if rerouted { // what moved itself is reached otherwise, or from another that moved
				for _, n := range b.changed[from] {
					for _, next := range on[n] {
						stale.add(next.to)
					}
				}
			}
			v.changed[from] = stale.renew()
		}
	})
}

// reachedOtherwise returns the routers that other arcs lead to than before, or arcs that are told otherwise.
func (b *backward) reachedOtherwise(before *backward) (routers []int32) {
	for n := range int32(len(b.routers)) {
		if !slices.EqualFunc(before.arcsTo(n), b.arcsTo(n), arc.isSame) {
			routers = append(routers, n)
		}
	}
	return routers
}

func (a arc) isSame(other arc) bool {
	return a.from == other.from && a.weight == other.weight && math.Float64bits(a.value) == math.Float64bits(other.value)
}

// onwardArc is an arc by the router that it leads from.
type onwardArc struct {
	to     int32
	weight Distance
}

// onward returns the arcs by the routers that they lead from.
func (b *backward) onward() [][]onwardArc {
	on := make([][]onwardArc, len(b.routers))
	for n := range int32(len(on)) {
		for _, a := range b.arcsTo(n) {
			on[a.from] = append(on[a.from], onwardArc{n, a.weight})
		}
	}
	return on
}

// stale are routers whose values are not known any more, with all that shortest paths from them lead to.
type stale struct {
	*backward
	on    [][]onwardArc
	again []int32
}

func (s *stale) add(n int32) {
	if n == s.from || !s.known[n] {
		return
	}
	s.known[n] = false
	s.again = append(s.again, n)
}

// renew finds the values again, and returns the routers, sorted.
func (s *stale) renew() []int32 {
	for i := 0; i < len(s.again); i++ {
		n := s.again[i]
		if s.distance[n] == Unreachable {
			continue
		}
		for _, next := range s.on[n] {
			if s.isOnPath(n, next.weight, next.to) {
				s.add(next.to)
			}
		}
	}
	for _, n := range s.again {
		s.valueOf(n)
	}
	slices.Sort(s.again)
	return s.again
}
