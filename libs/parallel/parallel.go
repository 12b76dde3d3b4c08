// Package parallel shares work out among the processors.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Processors is how many there are for the program, as Go finds them when it starts: GOMAXPROCS may be raised later, for
// threads that wait.
var Processors = runtime.GOMAXPROCS(0)

// Each does tasks below a number on as many goroutines as there are processors, each of
// which begins by making what it does them with, and takes several at a time. It returns when all are done.
func Each(tasks, several int, begin func() (do func(task int))) {
	var next atomic.Int64
	work := func() {
		do, size := begin(), int64(several)
		for first := int(next.Add(size) - size); first < tasks; first = int(next.Add(size) - size) {
			for task := first; task < min(first+several, tasks); task++ {
				do(task)
			}
		}
	}
	var group sync.WaitGroup
	for range min(Processors, (tasks+several-1)/several) - 1 {
		group.Go(work)
	}
	if tasks > 0 {
		work()
	}
	group.Wait()
}

// Both does two things side by side, and returns when both are done.
func Both(one, other func()) {
	var group sync.WaitGroup
	group.Go(one)
	other()
	group.Wait()
}
