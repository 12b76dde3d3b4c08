package router

import (
	"fmt"
	"net/netip"
)

// Sizes of ISP.
const (
	MinISP = 10
	MaxISP = 5000
)

// ISP is a network of n routers like a provider's, always the same for the same n, in one
// area, of which R1 is the speaker: a core, which is a ring with chords; rings of five
// that leave it at two neighbors; and a few routers on one link each. Every router has a
// loopback, 10.255.0.1 for R1, and every link a /31.
func ISP(n int) *Topology {
	b := &builder{}
	core := min(max(n/25, 4), 40)
	for i := range n {
		b.routers = append(b.routers, ispRouter(i))
		b.stubs = append(b.stubs, stub{ispRouter(i), backbone, netip.PrefixFrom(ispRouter(i).id, 32), 0})
	}
	for i := range core {
		b.join(i, (i+1)%core, 10)
		if i < core/2 && i%2 == 0 {
			b.join(i, i+core/2, 30)
		}
	}
	const ring, leaves = 5, 3
	for block, first := 0, core; first < n; block, first = block+1, first+ring+leaves {
		last := min(first+ring, n) - 1
		b.join(block%core, first, 20)
		for i := first; i < last; i++ {
			b.join(i, i+1, 20)
		}
		b.join(last, (block+1)%core, 20)
		for leaf := first + ring; leaf < min(first+ring+leaves, n); leaf++ {
			b.join(first+(leaf-first)%ring, leaf, 100)
		}
	}
	return newTopology(b.routers, b.links, b.stubs, b.routers[0])
}

// ispRouter is the router with index i: R1 is the first.
func ispRouter(i int) router {
	return router{fmt.Sprintf("R%d", i+1), netip.AddrFrom4([4]byte{10, 255, byte((i + 1) >> 8), byte(i + 1)})}
}

type builder struct {
	routers []router
	links   []*link
	stubs   []stub
}

// join adds a link between two routers by their indexes.
func (b *builder) join(i, j int, metric uint16) {
	n := 2 * len(b.links)
	address := func(n int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}) }
	b.links = append(b.links, &link{area: backbone, subnet: netip.PrefixFrom(address(n), 31), ends: [2]end{
		{b.routers[i], address(n), metric}, {b.routers[j], address(n + 1), metric},
	}})
}
