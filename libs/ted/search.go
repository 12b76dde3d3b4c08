package ted

import "math"

const unreached = math.MaxUint64

// search finds the least distances from one source after another (Dijkstra 1959)
// over one metric of a graph.
type search struct {
	nodes    []adjacency // by node, and one more that ends the last
	arcs     []arc       // by the node they leave
	distance []uint64    // by node: from the source of the last run
	queue    queue
}

type adjacency struct {
	first     int32 // of the node's arcs
	noTransit bool
}

type arc struct {
	to     int32
	weight uint64
}

func newSearch(g *Graph, m Metric) *search {
	s := &search{
		nodes:    make([]adjacency, g.nodes+1),
		arcs:     make([]arc, len(g.edges)),
		distance: make([]uint64, g.nodes),
	}
	for n, overload := range g.overload {
		s.nodes[n].noTransit = overload
	}
	for _, e := range g.edges {
		if _, ok := g.weight(e, m); ok {
			s.nodes[e.from+1].first++
		}
	}
	for n := 1; n <= g.nodes; n++ {
		s.nodes[n].first += s.nodes[n-1].first
	}
	next := make([]int32, g.nodes)
	for n := range next {
		next[n] = s.nodes[n].first
	}
	for _, e := range g.edges {
		if weight, ok := g.weight(e, m); ok {
			s.arcs[next[e.from]] = arc{e.to, weight}
			next[e.from]++
		}
	}
	return s
}

func (s *search) run(source int32) {
	for n := range s.distance {
		s.distance[n] = unreached
	}
	s.distance[source] = 0
	s.queue.push(entry{0, source})
	for len(s.queue) > 0 {
		nearest := s.queue.pop()
		if nearest.distance > s.distance[nearest.node] {
			continue // a shorter way was found after it was put in
		}
		if nearest.node != source && s.nodes[nearest.node].noTransit {
			continue
		}
		s.relax(nearest)
	}
}

// relax enters what is nearer through a node than was known.
func (s *search) relax(via entry) {
	for _, a := range s.arcs[s.nodes[via.node].first:s.nodes[via.node+1].first] {
		if distance := via.distance + a.weight; distance < s.distance[a.to] {
			s.distance[a.to] = distance
			s.queue.push(entry{distance, a.to})
		}
	}
}

// queue is a binary heap, the least distance first.
type queue []entry

type entry struct {
	distance uint64
	node     int32
}

func (q *queue) push(e entry) {
	h := append(*q, e)
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if h[parent].distance <= e.distance {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = e
	*q = h
}

func (q *queue) pop() entry {
	h := *q
	least, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	*q = h
	i := 0
	for {
		child := 2*i + 1
		if child >= len(h) {
			break
		}
		if child+1 < len(h) && h[child+1].distance < h[child].distance {
			child++
		}
		if last.distance <= h[child].distance {
			break
		}
		h[i] = h[child]
		i = child
	}
	if len(h) > 0 {
		h[i] = last
	}
	return least
}
