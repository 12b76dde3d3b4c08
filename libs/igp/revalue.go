package igp

import (
	"math"

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
	t := &r.traces[to]
	sources := r.sources(t, t.begun <= since, paths, moved)
	if len(sources) == 0 {
		return nil
	}
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
	clear(r.again)
	return changed
}
