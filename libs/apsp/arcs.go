package apsp

import (
	"cmp"
	"slices"
)

// mostOver is how many arcs visibleArcs returns at most, in multiples of edges and nodes.
const mostOver = 8

// visibleArcs returns the arcs between visible nodes, with those that stand for the ways over one that is not: one
// between two nodes, in their order. It returns ok false if there would be too many, or if invisible nodes are joined.
func (g *Graph[W]) visibleArcs() (arcs []Arc[W], ok bool) {
	arcs = make([]Arc[W], 0, len(g.edges))
	for n := range int32(g.visible) {
		first := len(arcs)
		for _, e := range g.edgesOf(n) {
			switch {
			case e.out == Unreachable[W]():
			case int(e.to) < g.visible:
				arcs = append(arcs, Arc[W]{int(n), int(e.to), e.out})
			case !g.noTransit[e.to]:
				for _, on := range g.edgesOf(e.to) {
					if int(on.to) >= g.visible {
						return nil, false
					}
					if weight := plus(e.out, on.out); on.to != n && weight != Unreachable[W]() {
						arcs = append(arcs, Arc[W]{int(n), int(on.to), weight})
					}
				}
			}
		}
		if len(arcs) > mostOver*(len(g.edges)+g.visible) {
			return nil, false
		}
		own := arcs[first:]
		slices.SortFunc(own, func(a, b Arc[W]) int { return cmp.Or(cmp.Compare(a.To, b.To), cmp.Compare(a.Weight, b.Weight)) })
		own = slices.CompactFunc(own, func(a, b Arc[W]) bool { return a.To == b.To })
		arcs = arcs[:first+len(own)]
	}
	return arcs, true
}

// arcsOfBoth are the arcs that one of two graphs has, or both, in the order of visibleArcs.
type arcsOfBoth[W Weight] struct {
	arcs     []Arc[W] // with the weights of the first; Unreachable if it has no such arc
	moved    []moved[W]
	outStart []int32 // by node: its first of arcs, and one more that ends the last
	in       []int32 // numbers of arcs, by the node to which they lead
	inStart  []int32
}

// moved is an arc, by its number, that has another weight in the second graph.
type moved[W Weight] struct {
	arc    int
	weight W
}

func bothArcs[W Weight](nodes int, before, now []Arc[W]) *arcsOfBoth[W] {
	b := &arcsOfBoth[W]{arcs: make([]Arc[W], 0, len(now)+8), outStart: make([]int32, nodes+1), inStart: make([]int32, nodes+1)}
	for len(before) > 0 || len(now) > 0 {
		first := -1 // which of the next two arcs comes first; 0: they are the same
		if len(before) == 0 {
			first = 1
		} else if len(now) > 0 {
			first = cmp.Or(cmp.Compare(before[0].From, now[0].From), cmp.Compare(before[0].To, now[0].To))
		}
		old, weight := Unreachable[W](), Unreachable[W]()
		var a Arc[W]
		if first <= 0 {
			a, old, before = before[0], before[0].Weight, before[1:]
		}
		if first >= 0 {
			a, weight, now = now[0], now[0].Weight, now[1:]
		}
		if old != weight {
			b.moved = append(b.moved, moved[W]{len(b.arcs), weight})
		}
		b.arcs = append(b.arcs, Arc[W]{a.From, a.To, old})
	}
	b.join()
	return b
}

// join notes which arcs are at each node.
func (b *arcsOfBoth[W]) join() {
	for _, a := range b.arcs {
		b.outStart[a.From+1]++
		b.inStart[a.To]++
	}
	last := int32(0)
	for n := range b.inStart {
		last += b.inStart[n]
		b.inStart[n] = last
		if n > 0 {
			b.outStart[n] += b.outStart[n-1]
		}
	}
	b.in = make([]int32, len(b.arcs))
	for i := len(b.arcs) - 1; i >= 0; i-- {
		to := b.arcs[i].To
		b.inStart[to]--
		b.in[b.inStart[to]] = int32(i)
	}
}

// out returns the arcs that lead from a node.
func (b *arcsOfBoth[W]) out(n int32) []Arc[W] { return b.arcs[b.outStart[n]:b.outStart[n+1]] }

// into returns the numbers of the arcs that lead to a node.
func (b *arcsOfBoth[W]) into(n int32) []int32 { return b.in[b.inStart[n]:b.inStart[n+1]] }
