package correlator

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// several is how many tasks are done by one goroutine before it looks for more.
const several = 256

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
