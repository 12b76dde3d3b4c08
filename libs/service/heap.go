package service

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// spareHeap is how much garbage there may be in any case, in octets.
	spareHeap = 64 << 20
	// standardGC is Go's standard: as much garbage as there is in use, in percent.
	standardGC = 100
	// leastHeap is the heap that Go lets grow in any case, times the percentage.
	leastHeap = 4 << 20
)

// RaiseHeap lets garbage be until there are spareHeap of it, also where less is in use: a program that fills its
// tables would else collect garbage dozens of times while they are small. It takes that much more memory at most.
// GOGC and GOMEMLIMIT in the environment are left as they are.
func RaiseHeap() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		adjustGC(nil)
	}
}

// adjustGC sets the percentage by what is in use, now and after each collection.
func adjustGC(*cycle) {
	debug.SetGCPercent(percentOf(inUse()))
	runtime.SetFinalizer(&cycle{}, adjustGC)
}

// cycle is garbage at once: its finalizer is called after the next collection.
type cycle struct{ _ *cycle }

func percentOf(used uint64) int {
	return int(max(standardGC, standardGC*spareHeap/max(used, leastHeap)))
}

// inUse is what the last collection left, in octets.
func inUse() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
