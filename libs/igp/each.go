package igp

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// several is how many tasks are done by one goroutine before it looks for more.
const several = 16

// shared does tasks below a number on as many goroutines as there are processors, each of which
// begins by making what it does them with.
func shared(tasks int, begin func() (do func(task int))) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), tasks/several+1) {
		group.Go(func() {
			do := begin()
			for first := int(next.Add(several)) - several; first < tasks; first = int(next.Add(several)) - several {
				for task := first; task < min(first+several, tasks); task++ {
					do(task)
				}
			}
		})
	}
	group.Wait()
}

// each returns the distances that the rule gives from one router to each destination, and default
// routes where it gives none.
func (r *routing) each() *Matrix {
	m, destinations := newMatrix(r.routers), r.destinations
	if destinations == nil {
		destinations = make([]int, r.routers)
		for to := range destinations {
			destinations[to] = to
		}
	}
	shared(len(destinations), func() func(int) {
		own := r.another()
		return func(i int) { own.destination(destinations[i], m) }
	})
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
