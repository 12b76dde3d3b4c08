package igp

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// several is how many destinations are done by one goroutine before it looks for more.
const several = 16

// each returns the distances that the rule gives from one router to each destination, and default
// routes where it gives none. Destinations are shared by as many goroutines as there are processors.
func (r *routing) each() *Matrix {
	m := newMatrix(r.routers)
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), r.routers/several+1) {
		group.Go(func() {
			own := r.another()
			for first := int(next.Add(several)) - several; first < r.routers; first = int(next.Add(several)) - several {
				for to := first; to < min(first+several, r.routers); to++ {
					own.destination(to, m)
				}
			}
		})
	}
	group.Wait()
	return m
}

// another returns what can be used beside r: it shares all but what is of the destination at hand.
func (r *routing) another() *routing {
	other := *r
	other.known, other.asked = make([]Distance, r.routers), make([]bool, r.routers)
	other.covering, other.own = nil, nil
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
	for from := range r.routers {
		if len(r.places[from]) > 0 {
			m.set(from, to, r.route(from))
		}
	}
	if r.values != nil {
		for from := range r.routers {
			r.value(from)
		}
	}
}
