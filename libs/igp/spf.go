package igp

// search finds the least distances from one node of an area after another (Dijkstra
// 1959).
type search struct {
	nodes    []adjacency // by node, and one more that ends the last
	arcs     []arc       // by the node they leave
	distance []Distance  // by node: from the source of the last run
	queue    queue
}

type adjacency struct {
	first     int32 // of the node's arcs
	noTransit bool
}

type arc struct {
	to     int32
	weight Distance
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

func newSearch(a *Area, w Weight) *search {
	s := &search{
		nodes:    make([]adjacency, len(a.Nodes)+1),
		arcs:     make([]arc, len(a.Links)),
		distance: make([]Distance, len(a.Nodes)),
	}
	for _, l := range a.Links {
		if _, ok := a.weight(l, w); ok {
			s.nodes[l.From+1].first++
		}
	}
	for n, node := range a.Nodes {
		s.nodes[n].noTransit = node.NoTransit && node.Router != Pseudonode // RFC 3787 §4
		s.nodes[n+1].first += s.nodes[n].first
	}
	next := make([]int32, len(a.Nodes))
	for n := range next {
		next[n] = s.nodes[n].first
	}
	for _, l := range a.Links {
		if weight, ok := a.weight(l, w); ok {
			s.arcs[next[l.From]] = arc{int32(l.To), weight}
			next[l.From]++
		}
	}
	return s
}

func (s *search) run(source int) {
	for n := range s.distance {
		s.distance[n] = Unreachable
	}
	s.distance[source] = 0
	s.queue.push(entry{0, int32(source)})
	for len(s.queue) > 0 {
		nearest := s.queue.pop()
		if nearest.distance > s.distance[nearest.node] {
			continue // a shorter way was found after it was put in
		}
		if int(nearest.node) != source && s.nodes[nearest.node].noTransit {
			continue
		}
		s.relax(nearest)
	}
}

// relax enters what is nearer through a node than was known.
func (s *search) relax(via entry) {
	for _, a := range s.arcs[s.nodes[via.node].first:s.nodes[via.node+1].first] {
		if d := via.distance + a.weight; d < s.distance[a.to] {
			s.distance[a.to] = d
			s.queue.push(entry{d, a.to})
		}
	}
}

// queue is a binary heap, the least distance first.
type queue []entry

type entry struct {
	distance Distance
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
