package apsp

import (
	"fmt"
	"math"
	"sync"
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
	edges     []edge[W] // by node

	// betweenVisible returns visibleArcs, which are found once.
	betweenVisible func() ([]Arc[W], bool)

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
	g.start = make([]int32, g.nodes+1)
	for _, a := range arcs {
		if a.From < 0 || a.From >= g.nodes || a.To < 0 || a.To >= g.nodes {
			panic(fmt.Sprintf("apsp: arc from %d to %d of %d nodes", a.From, a.To, g.nodes))
		}
		g.start[a.From]++
		g.start[a.To]++
	}
	g.join(arcs)
	g.betweenVisible = sync.OnceValues(g.visibleArcs)
	return g
}

// join makes one edge of the arcs between the same two nodes. The number of arcs at each is in start.
func (g *Graph[W]) join(arcs []Arc[W]) {
	none := Unreachable[W]()
	last := int32(0)
	for n, count := range g.start {
		last += count
		g.start[n] = last
	}
	edges := make([]edge[W], last)
	for _, a := range arcs {
		from, to, weight := int32(a.From), int32(a.To), min(a.Weight, none)
		g.start[from]--
		edges[g.start[from]] = edge[W]{to, weight, none}
		g.start[to]--
		edges[g.start[to]] = edge[W]{from, none, weight}
	}
	places := make(places[W], g.nodes)
	g.edges = edges[:0]
	for n := range int32(g.nodes) {
		first, end := g.start[n], g.start[n+1]
		g.start[n] = int32(len(g.edges))
		own := g.edges[len(g.edges):]
		for _, e := range edges[first:end] {
			if e.to != n && (e.out != none || e.in != none) {
				own = places.add(own, e)
			}
		}
		g.edges = g.edges[:len(g.edges)+len(own)]
	}
	g.start[g.nodes] = int32(len(g.edges))
}

// places says where in a list of edges the one to a neighbour is, by the neighbour. It need not be
// cleared for another list: a place holds if the edge that is there leads to the neighbour.
type places[W Weight] []int32

// of takes the places of a list.
func (p places[W]) of(list []edge[W]) {
	for i := range list {
		p[list[i].to] = int32(i)
	}
}

// add adds an edge to the list whose places these are, or makes the one to the same neighbour
// the shorter of both.
func (p places[W]) add(list []edge[W], e edge[W]) []edge[W] {
	if i := int(p[e.to]); i < len(list) && list[i].to == e.to {
		known := &list[i]
		known.out, known.in = min(known.out, e.out), min(known.in, e.in)
		return list
	}
	p[e.to] = int32(len(list))
	return append(list, e)
}

// edgesOf returns what joins a node to its neighbours.
func (g *Graph[W]) edgesOf(n int32) []edge[W] { return g.edges[g.start[n]:g.start[n+1]] }
