package igp

import "github.com/altostream/altostream/libs/apsp"

// inside is the lengths of the best paths between the routers of an area.
type inside struct {
	index     []int  // by node: of a router in rows, of a pseudonode behind all of them
	routers   []int  // by index in rows
	noTransit []bool // by index in rows, and behind: no paths lead through
	rows      [][]Distance
	room      *apsp.Matrix[Distance] // that they are in
	graph     *apsp.Graph[Distance]  // that they are of
	changed   [][]int32              // by row: the columns that changed when they were updated last
}

// at returns the distance between two nodes of the area. To and from a pseudonode there is none.
func (in *inside) at(from, to int) Distance {
	i, j := in.index[from], in.index[to]
	if routers := len(in.routers); i >= routers || j >= routers {
		return Unreachable
	}
	return in.rows[i][j]
}

// newInside numbers the nodes of an area.
func newInside(a *Area) *inside {
	in := &inside{index: make([]int, len(a.Nodes)), noTransit: make([]bool, len(a.Nodes))}
	for n, node := range a.Nodes {
		if node.Router != Pseudonode {
			in.index[n] = len(in.routers)
			in.noTransit[len(in.routers)] = node.NoTransit
			in.routers = append(in.routers, node.Router)
		}
	}
	next := len(in.routers)
	for n, node := range a.Nodes {
		if node.Router == Pseudonode { // its flags say nothing (RFC 3787 §4)
			in.index[n] = next
			next++
		}
	}
	return in
}

func (a *Area) shortestPaths(w Weight) *inside {
	in := a.graph(w)
	in.take(in.graph.AllPairs)
	return in
}

// graph returns the graph of an area without the rows.
func (a *Area) graph(w Weight) *inside {
	in := newInside(a)
	arcs := make([]apsp.Arc[Distance], 0, len(a.Links))
	for _, l := range a.Links {
		if weight, ok := a.weight(l, w); ok {
			arcs = append(arcs, apsp.Arc[Distance]{From: in.index[l.From], To: in.index[l.To], Weight: weight})
		}
	}
	in.graph = apsp.New(in.noTransit, len(in.routers), arcs)
	return in
}

// update makes the distances those of an area with other links. It reports false if that is not to be done.
func (in *inside) update(a *Area, w Weight) (ok bool) {
	now := a.graph(w)
	in.changed, ok = now.graph.Update(in.room, in.graph, in.changed)
	in.graph = now.graph
	return ok
}

// take takes the rows that a computation of all pairs gives.
func (in *inside) take(compute func(into *apsp.Matrix[Distance])) {
	in.room, _ = rooms.Get().(*apsp.Matrix[Distance])
	if in.room == nil {
		in.room = &apsp.Matrix[Distance]{}
	}
	compute(in.room)
	in.rows = make([][]Distance, len(in.routers))
	for i := range in.rows {
		in.rows[i] = in.room.Row(i)
	}
}

// weight is a link's share in the length of a path; ok is false if it lacks the metric.
func (a *Area) weight(l Link, w Weight) (weight Distance, ok bool) {
	var links uint64 = 1
	if a.Nodes[l.From].Router == Pseudonode {
		links = 0
	}
	switch w {
	case ByTE:
		return distance(uint64(l.TE.Value), links), l.TE.OK
	case ByLinks:
		return distance(links, links), true
	default:
		return distance(uint64(l.IGP.Value), links), l.IGP.OK
	}
}
