package service

import (
	"runtime"
	"runtime/debug"
	"testing"
)

// TestRaiseHeap makes garbage beside little and beside much that is in use.
func TestRaiseHeap(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	before := debug.SetGCPercent(standardGC)
	RaiseHeap()
	t.Cleanup(func() { debug.SetGCPercent(before) })
	runtime.GC()
	if n := collections(func() { garbage(spareHeap / 2) }); n > 0 {
		t.Errorf("%d collections for half of the spare heap", n)
	}
	if n := collections(func() { garbage(3 * spareHeap) }); n == 0 {
		t.Error("no collection for thrice the spare heap")
	}
	for used, want := range map[uint64]int{0: 1600, 16 << 20: 400, spareHeap: 100, 1 << 30: 100} {
		if got := percentOf(used); got != want {
			t.Errorf("%d MiB in use: %d %%, not %d", used>>20, got, want)
		}
	}
}

func collections(f func()) uint32 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.NumGC - before.NumGC
}

var sink []byte

func garbage(octets int) {
	for ; octets > 0; octets -= 4096 {
		sink = make([]byte, 4096)
	}
}
