package apsp

// dijkstra finds the paths from one node after another (Dijkstra 1959, with a binary heap):
// the usual way to all pairs, to compare with and to measure against.
type dijkstra struct {
	start    []int32 // by node
	arcs     []Arc[uint32]
	distance []uint32 // by node: from the source of the last run
	front    frontier[uint32]
}

func newDijkstra(n *network) *dijkstra {
	d := &dijkstra{
		start: make([]int32, n.nodes+1), arcs: make([]Arc[uint32], len(n.arcs)), distance: make([]uint32, n.nodes),
	}
	for _, a := range n.arcs {
		d.start[a.From+1]++
	}
	for i := range n.nodes {
		d.start[i+1] += d.start[i]
	}
	next := append([]int32(nil), d.start...)
	for _, a := range n.arcs {
		d.arcs[next[a.From]] = a
		next[a.From]++
	}
	return d
}

func (d *dijkstra) run(source int) {
	for i := range d.distance {
		d.distance[i] = Unreachable[uint32]()
	}
	d.distance[source] = 0
	d.front.push(ahead[uint32]{int32(source), 0})
	for len(d.front) > 0 {
		nearest := d.front.pop()
		if nearest.distance > d.distance[nearest.to] {
			continue // a shorter way was found after it was put in
		}
		for _, a := range d.arcs[d.start[nearest.to]:d.start[nearest.to+1]] {
			if sum := nearest.distance + a.Weight; sum < d.distance[a.To] {
				d.distance[a.To] = sum
				d.front.push(ahead[uint32]{int32(a.To), sum})
			}
		}
	}
}
