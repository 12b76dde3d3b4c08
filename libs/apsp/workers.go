package apsp

import (
	"sync"
	"sync/atomic"
)

// workers is how many goroutines share work.
type workers int

// each does n tasks, in their order where one worker does them all.
func (w workers) each(n int, do func(i int)) {
	if w = min(w, workers(n)); w <= 1 {
		for i := range n {
			do(i)
		}
		return
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range w {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	group.Wait()
}
