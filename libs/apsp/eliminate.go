package apsp

// elimination takes nodes out of a graph, and keeps the lengths of paths between the others.
type elimination[W Weight] struct {
	*Graph[W]
	lists  [][]edge[W] // by node: to those that are left; of one taken out to those that were left then
	order  []int32     // nodes taken out, and
	ends   []int32     // those without transit, which need no shortcuts
	left   int
	queue  *degreeQueue
	places places[W]
}

// leastCore is the number of nodes from which on taking out more is not worth it.
const leastCore = 8

func (g *Graph[W]) eliminate() *elimination[W] {
	e := &elimination[W]{
		Graph: g, lists: make([][]edge[W], g.nodes), order: make([]int32, 0, g.nodes),
		queue: newDegreeQueue(g.nodes), places: make(places[W], g.nodes),
	}
	room := make([]edge[W], 0, len(g.edges))
	for n := range int32(g.nodes) {
		first := len(room)
		for _, edge := range g.edgesOf(n) {
			if !g.noTransit[edge.to] {
				room = append(room, edge)
			}
		}
		e.lists[n] = room[first:len(room):len(room)]
		if g.noTransit[n] {
			e.ends = append(e.ends, n)
			continue
		}
		e.left++
		e.put(n)
	}
	for e.left > leastCore {
		n := e.queue.first()
		if e.toCore(len(e.lists[n])) {
			break
		}
		e.takeOut(n)
	}
	return e
}

// put queues a node. A node that is not visible goes first while the links between
// its neighbours are no more than those to it, so that it need not have a row.
func (e *elimination[W]) put(n int32) {
	degree := len(e.lists[n])
	if int(n) >= e.visible && degree <= 3 {
		degree = 0
	}
	e.queue.put(n, degree)
}

// toCore tells whether what is left costs less as part of the core: some 3·left² steps for
// one node more, against a row of as many sums as its degree, as many steps in each row
// of the core, and shortcuts between all neighbours; these are no vectors, and count more (measured).
func (e *elimination[W]) toCore(degree int) bool {
	return degree*(e.nodes+8*e.left+32*degree) > 3*e.left*(e.left+leastCore)
}

// takeOut eliminates a node: shortcuts between its neighbours stand for the paths through it.
func (e *elimination[W]) takeOut(n int32) {
	e.queue.remove(n)
	e.order = append(e.order, n)
	e.left--
	for _, through := range e.lists[n] {
		e.shortcut(n, through)
		e.put(through.to)
	}
}

// shortcut gives a neighbour of n the shortcuts to all of n's others, and takes n from it.
// One that leads in no direction is a shortcut too: unfolding counts on it.
func (e *elimination[W]) shortcut(n int32, through edge[W]) {
	own := e.lists[through.to]
	e.places.of(own)
	last, gone := own[len(own)-1], e.places[n]
	own[gone], e.places[last.to] = last, gone
	own = own[:len(own)-1]
	for _, o := range e.lists[n] {
		if o.to != through.to {
			own = e.places.add(own, edge[W]{o.to, e.sum(through.in, o.out), e.sum(o.in, through.out)})
		}
	}
	e.lists[through.to] = own
}
