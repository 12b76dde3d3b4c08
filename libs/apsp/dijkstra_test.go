package apsp

// dijkstra finds the paths from one node after another (Dijkstra 1959, with a binary heap):
// the usual way to all pairs, to compare with and to measure against.
type dijkstra struct {
	start    []int32 // by node
	arcs     []Arc[uint32]
	distance []uint32 // by node: from the source of the last run
	queue    queue
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
	d.queue.push(entry{0, int32(source)})
	for len(d.queue) > 0 {
		nearest := d.queue.pop()
		if nearest.distance > d.distance[nearest.node] {
			continue // a shorter way was found after it was put in
		}
		for _, a := range d.arcs[d.start[nearest.node]:d.start[nearest.node+1]] {
			if sum := nearest.distance + a.Weight; sum < d.distance[a.To] {
				d.distance[a.To] = sum
				d.queue.push(entry{sum, int32(a.To)})
			}
		}
	}
}

// queue is a binary heap, the least distance first.
type queue []entry

type entry struct {
	distance uint32
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
