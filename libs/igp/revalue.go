package igp

import (
	"math"
	"slices"

	"github.com/altostream/altostream/libs/parallel"
)

// noVersion is before all versions of distances.
const noVersion = -1

// revalue finds the values between areas anew on the routes that were all asked for since a version of the distances, and on those
// that lead to where something moved. It returns by destination from where they are others.
func (v *Values) revalue(paths *Matrix, moved movedRouters, since int) (changed [][]int) {
	r := *paths.routing
	r.values, r.legs = v, make([][]leg, r.routers)
	changed = make([][]int, r.routers)
	parallel.Each(r.routers, several, func() func(int) {
		own := r.another()
		own.tracer = nil // what is asked for is in the trace
		return func(to int) { changed[to] = own.revalue(to, paths, moved, since) }
	})
	return changed
}

func (r *routing) revalue(to int, paths *Matrix, moved movedRouters, since int) (changed []int) {
	if len(r.places[to]) == 0 {
		return nil
	}
	t := &r.traces[to]
	sources := r.movedSources(t, moved)
	all := t.begun > since || t.circular && r.countsForOthers(t, sources)
	if !all && len(sources) > 0 {
		r.kept = paths
		changed = r.takeValues(to, sources)
		all = r.countsForOthers(t, changed)
	}
	clear(r.again)
	if all {
		r.kept = nil
		changed = append(changed, r.takeValues(to, r.members)...)
		slices.Sort(changed)
		changed = slices.Compact(changed)
	}
	return changed
}

// takeValues takes the values from routers to a destination, and returns which ones are others.
func (r *routing) takeValues(to int, sources []int) (changed []int) {
	r.begin(to)
	before := make([]uint64, len(sources))
	for i, from := range sources {
		before[i] = math.Float64bits(r.values.At(from, to))
		r.route(from)
	}
	for i, from := range sources {
		if math.Float64bits(r.value(from)) != before[i] {
			changed = append(changed, from)
		}
	}
	return changed
}
