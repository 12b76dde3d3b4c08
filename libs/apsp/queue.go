package apsp

// degreeQueue holds nodes by degree, and those of the same degree in the order in which they
// came: a node that a neighbour's elimination touched comes after those that were left
// alone, so that a chain of nodes is halved again and again, and not peeled from its end.
type degreeQueue struct {
	links []link // by node, and behind them by degree the ends of a ring
	nodes int32
	least int // no degree below it has nodes
}

type link struct{ before, after int32 }

func newDegreeQueue(nodes int) *degreeQueue {
	q := &degreeQueue{links: make([]link, 2*nodes), nodes: int32(nodes)}
	for i := range int32(len(q.links)) {
		q.links[i] = link{i, i}
	}
	return q
}

// put makes a node the last of a degree, below the number of nodes.
func (q *degreeQueue) put(node int32, degree int) {
	q.remove(node)
	ring := q.nodes + int32(degree)
	last := q.links[ring].before
	q.links[node] = link{last, ring}
	q.links[last].after, q.links[ring].before = node, node
	q.least = min(q.least, degree)
}

func (q *degreeQueue) remove(node int32) {
	l := q.links[node]
	q.links[l.before].after, q.links[l.after].before = l.after, l.before
	q.links[node] = link{node, node}
}

// first returns the first node of the least degree. The queue must not be empty.
func (q *degreeQueue) first() int32 {
	for {
		ring := q.nodes + int32(q.least)
		if first := q.links[ring].after; first != ring {
			return first
		}
		q.least++
	}
}
