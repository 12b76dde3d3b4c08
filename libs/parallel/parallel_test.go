package parallel

import (
	"sync/atomic"
	"testing"
)

// TestEach does each task once, whatever their number is to that of a goroutine's share.
func TestEach(t *testing.T) {
	for _, several := range []int{1, 7, 16} {
		for tasks := range 70 {
			done := make([]atomic.Int32, tasks)
			Each(tasks, several, func() func(int) { return func(task int) { done[task].Add(1) } })
			for task := range done {
				if n := done[task].Load(); n != 1 {
					t.Fatalf("task %d of %d, %d at a time, is done %d times", task, tasks, several, n)
				}
			}
		}
	}
}

// TestBoth does two things of which each waits for the other.
func TestBoth(t *testing.T) {
	one, other := make(chan bool), make(chan bool)
	Both(func() { one <- true; <-other }, func() { <-one; other <- true })
}
