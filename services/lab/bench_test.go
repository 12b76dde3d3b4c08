package lab

import (
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/alto/versioned"
)

// BenchmarkMetric changes the metric of a link of a provider's network, told over a BGP session, and
// waits for the routing costs at a consumer: the whole chain in one process, with the embedded
// broker. The heap is that of all of them. The time is from the UPDATE at bgp-ingest until the consumer has the whole map.
func BenchmarkMetric(b *testing.B) {
	for _, routers := range []int{10, 100, 1000, 1700, 5000} {
		b.Run(fmt.Sprint("routers=", routers), func(b *testing.B) { benchmarkMetric(b, routers) })
	}
}

func benchmarkMetric(b *testing.B, routers int) {
	begin := time.Now()
	l := startLabOn(b, Config{Routers: fmt.Sprint(routersISP, routers)}, io.Discard)
	live := follow(b, l, "costmap-default-routingcost")
	last := live.until(b, func(m *versioned.CostMap) bool { return len(m.PIDs()) == routers+1 })
	b.ReportMetric(time.Since(begin).Seconds(), "start-s")
	random := rand.New(rand.NewPCG(1, 2))
	core := min(max(routers/25, 4), 40)
	var latencies []time.Duration
	cells, octets := 0, 0
	for b.Loop() {
		from := random.IntN(core)
		a, z := fmt.Sprint("R", from+1), fmt.Sprint("R", (from+1)%core+1)
		if err := l.routers.network.SetMetric(a, z, uint16(1+random.IntN(40))); err != nil {
			b.Fatal(err)
		}
		select {
		case m := <-live.shown:
			latencies = append(latencies, live.latency)
			octets += live.octets
			for range m.Changes(last) {
				cells++
			}
			last = m
		case <-time.After(300 * time.Millisecond): // costs are as before
		}
		time.Sleep(20 * time.Millisecond)
	}
	if len(latencies) == 0 {
		return
	}
	slices.Sort(latencies)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(latencies[len(latencies)/2]), "p50-ms")
	b.ReportMetric(ms(latencies[len(latencies)*9/10]), "p90-ms")
	b.ReportMetric(float64(cells)/float64(len(latencies)), "cells/change")
	b.ReportMetric(float64(octets)/float64(max(cells, 1)), "B/cell")
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.ReportMetric(float64(memory.HeapAlloc)/(1<<20), "heap-MiB")
}
