package ted

import (
	"fmt"
	"testing"
)

// ringOfStubs is a network of n routers: a quarter of them (at least three) is a
// ring, the others hang on it.
func ringOfStubs(n int) *Database {
	ring := max(3, n/4)
	id := func(i int) string { return fmt.Sprintf("%012x", i+1) }
	d := New(Options{})
	connect := func(a, b int, metric uint32) {
		for _, r := range level2.pair(id(a), id(b), metric) {
			d.Put(keyOf("bgp:192.0.2.1", r), r)
		}
	}
	for i := range ring {
		connect(i, (i+1)%ring, 10)
	}
	for i := ring; i < n; i++ {
		connect(i, i%ring, 100)
	}
	for i := range n {
		for j := range 3 {
			r := level2.prefix(id(i), fmt.Sprintf("10.%d.%d.%d/30", i/256, i%256, 4*j))
			d.Put(keyOf("bgp:192.0.2.1", r), r)
		}
	}
	return d
}

func BenchmarkCosts(b *testing.B) {
	for _, n := range []int{5, 100, 1000} {
		g := ringOfStubs(n).Graph()
		b.Run(fmt.Sprintf("%d routers", n), func(b *testing.B) {
			for b.Loop() {
				g.Costs(RoutingIGP)
			}
		})
	}
}

func BenchmarkMaps(b *testing.B) {
	for _, n := range []int{5, 100, 1000} {
		d := ringOfStubs(n)
		b.Run(fmt.Sprintf("%d routers/merge and graph", n), func(b *testing.B) {
			for b.Loop() {
				d.pathsChanged()
				d.Graph()
			}
		})
		b.Run(fmt.Sprintf("%d routers/network map", n), func(b *testing.B) {
			for b.Loop() {
				d.NetworkMap(Unique)
			}
		})
	}
}
