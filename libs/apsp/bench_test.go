package apsp

import (
	"runtime"
	"testing"
	"time"
)

// BenchmarkAllPairs measures all pairs, and in the same run what they are told in multiples
// of: one thread that stores a length in each of as many cells, one that clears them, and one
// that runs Dijkstra's algorithm from each node, of which each iteration does one.
func BenchmarkAllPairs(b *testing.B) {
	for _, family := range families {
		for _, nodes := range []int{100, 1000, 2000, 5000, 10000, 20000} {
			n := family.make(nodes)
			b.Run(n.String(), func(b *testing.B) { benchmark(b, n) })
		}
	}
	for _, n := range realNetworks(b) {
		b.Run("real/"+n.String(), func(b *testing.B) { benchmark(b, n) })
	}
}

func benchmark(b *testing.B, n *network) {
	var m Matrix[uint32]
	var all float64 // ns
	b.Run("apsp", func(b *testing.B) {
		n.graph().AllPairs(&m)
		runtime.GC()
		for b.Loop() {
			n.graph().AllPairs(&m)
		}
		all = perOp(b.Elapsed(), b.N)
		b.ReportMetric(float64(len(m.cells)*4+n.core()*n.core()*4)/float64(n.nodes*n.nodes*4), "matrices")
	})
	b.Run("write", func(b *testing.B) {
		for length := uint32(0); b.Loop(); length++ {
			for i := range m.cells {
				m.cells[i] = length
			}
		}
		b.ReportMetric(all/perOp(b.Elapsed(), b.N), "apsp/write")
	})
	b.Run("clear", func(b *testing.B) {
		for b.Loop() {
			clear(m.cells)
		}
		b.ReportMetric(all/perOp(b.Elapsed(), b.N), "apsp/clear")
	})
	b.Run("dijkstra", func(b *testing.B) {
		d := newDijkstra(n)
		source := 0
		for b.Loop() {
			d.run(source)
			source = (source + 1) % n.nodes
		}
		b.ReportMetric(perOp(b.Elapsed(), b.N)*float64(n.nodes)/all, "dijkstra/apsp")
	})
}

func perOp(d time.Duration, n int) float64 { return float64(d.Nanoseconds()) / float64(n) }

// core is the number of nodes that are not eliminated.
func (n *network) core() int { return n.graph().eliminate().left }
