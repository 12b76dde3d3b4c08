package apsp

import (
	"fmt"
	"math"
)

// Weight is the type of the weights of arcs and the lengths of paths.
type Weight interface{ ~uint32 | ~uint64 }

// Unreachable is longer than every path: 2³²−1 of 32 bits, 2⁶³−1 of 64. A path of that
// length or more is none, and an arc of that weight or more is none.
func Unreachable[W Weight]() W { return W(min(uint64(^W(0)), math.MaxInt64)) }

// plus does not overflow: both are at most Unreachable.
func plus[W Weight](a, b W) W { return W(min(uint64(a)+uint64(b), uint64(Unreachable[W]()))) }

// sum is the length of a path and one that goes on from its end.
func (g *Graph[W]) sum(a, b W) W {
	if g.bottlenecks {
		return max(a, b)
	}
	return plus(a, b)
}

// Arc is a link in one direction.
type Arc[W Weight] struct {
	From, To int
	Weight   W
}

// Graph is a directed graph. It may be used by several goroutines.
type Graph[W Weight] struct {
	nodes     int
	visible   int
	noTransit []bool
	start     []int32   // by node: its first of edges, and one more that ends the last
	edges     []edge[W] // by node, then by neighbour

	// bottlenecks says that the length of a path is its longest arc, and not the sum.
	bottlenecks bool
}

// edge is what joins a node to a neighbour, Unreachable in a direction without an arc.
type edge[W Weight] struct {
	to      int32
	out, in W // to the neighbour, and from it
}

// New returns the graph of nodes 0 to len(noTransit)-1 and the arcs between them; of
// parallel arcs the least counts. Paths may begin and end at a node without transit and
// not lead through. The first visible nodes are those that distances are asked for; the others
// are only on the way, as a LAN's pseudonode is. It panics if an arc leads to a node that is none.
func New[W Weight](noTransit []bool, visible int, arcs []Arc[W]) *Graph[W] {
	g := &Graph[W]{nodes: len(noTransit), visible: visible, noTransit: noTransit}
	g.join(halves(g.nodes, arcs))
	return g
}

// half is an arc as one of its ends sees it.
type half[W Weight] struct {
	of int32
	edge[W]
}

// halves returns both halves of each arc in the order of their neighbours.
func halves[W Weight](nodes int, arcs []Arc[W]) []half[W] {
	none := Unreachable[W]()
	next := make([]int32, nodes+1)
	for _, a := range arcs {
		if a.From < 0 || a.From >= nodes || a.To < 0 || a.To >= nodes {
			panic(fmt.Sprintf("apsp: arc from %d to %d of %d nodes", a.From, a.To, nodes))
		}
		next[a.From+1]++
		next[a.To+1]++
	}
	for n := range nodes {
		next[n+1] += next[n]
	}
	sorted := make([]half[W], 2*len(arcs))
	for _, a := range arcs {
		from, to, weight := int32(a.From), int32(a.To), min(a.Weight, none)
		sorted[next[from]] = half[W]{to, edge[W]{from, none, weight}}
		next[from]++
		sorted[next[to]] = half[W]{from, edge[W]{to, weight, none}}
		next[to]++
	}
	return sorted
}

// join sorts halves, which come in the order of neighbours, by node too, and makes one edge
// of those between the same two nodes.
func (g *Graph[W]) join(halves []half[W]) {
	next := make([]int32, g.nodes+1)
	for _, h := range halves {
		next[h.of+1]++
	}
	for n := range g.nodes {
		next[n+1] += next[n]
	}
	sorted := make([]edge[W], len(halves))
	for _, h := range halves {
		sorted[next[h.of]] = h.edge
		next[h.of]++
	}
	g.start = make([]int32, 1, g.nodes+1)
	g.edges = sorted[:0]
	first := int32(0)
	for n, end := range next[:g.nodes] {
		for _, e := range sorted[first:end] {
			g.add(int32(n), e)
		}
		first = end
		g.start = append(g.start, int32(len(g.edges)))
	}
}

// add puts an edge after those of the same node that lead to neighbours before it.
func (g *Graph[W]) add(of int32, e edge[W]) {
	none := Unreachable[W]()
	if e.to == of || e.out == none && e.in == none {
		return
	}
	if last := len(g.edges) - 1; last >= int(g.start[of]) && g.edges[last].to == e.to {
		e.out, e.in = min(e.out, g.edges[last].out), min(e.in, g.edges[last].in)
		g.edges[last] = e
		return
	}
	g.edges = append(g.edges, e)
}

// edgesOf returns what joins a node to its neighbours, in their order.
func (g *Graph[W]) edgesOf(n int32) []edge[W] { return g.edges[g.start[n]:g.start[n+1]] }
