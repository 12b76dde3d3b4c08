package apsp

// AllPairs puts the lengths of the shortest paths between all visible nodes into a matrix.
// Work is shared by as many goroutines as there are processors (GOMAXPROCS).
func (g *Graph[W]) AllPairs(into *Matrix[W]) {
	e := g.eliminate()
	c := newCore(e)
	c.solve()
	u := newUnfolding(e, into)
	g.each((len(c.nodes)+lanes-1)/lanes, func(i int) { u.coreRows(c, i*lanes) })
	g.each(len(u.trees), func(i int) { u.tree(u.trees[i]) })
	g.each(len(u.nodes)-int(u.below), func(i int) { u.endRow(u.below + int32(i)) })
}

// AllBottlenecks does the same with the greatest weight of a path in the place of its length:
// where a wider link has the lower weight, it finds the widest paths.
func (g *Graph[W]) AllBottlenecks(into *Matrix[W]) {
	of := *g
	of.bottlenecks = true
	of.AllPairs(into)
}

// unfolding gives eliminated nodes their rows and columns.
//
// They are numbered anew. The node's neighbours at its elimination are above it, and the first
// of them to be eliminated is its parent; all others are further up on the way to the root, for
// shortcuts made each a neighbour of the next. A node comes before all that are below it,
// and those follow it at once.
type unfolding[W Weight] struct {
	*elimination[W]
	matrix  *Matrix[W]
	columns []int32 // by node: its row and column in the matrix, or noColumn

	nodes []int32 // in the new order, those without transit behind all others
	below int32   // where these begin
	size  []int32 // in the new order: of a node and all below it
	trees []int32 // in the new order: nodes with none but the core above them
	start []int32 // in the new order: the first in upper, and one more
	upper []edge[W]
}

// noColumn is the column of a node that nobody asks for.
const noColumn = -1

func newUnfolding[W Weight](e *elimination[W], into *Matrix[W]) *unfolding[W] {
	u := &unfolding[W]{elimination: e, matrix: into}
	into.reset(e.visible, u.giveColumns())
	u.number()
	u.below = int32(len(u.nodes))
	for _, n := range e.ends {
		if u.columns[n] != noColumn {
			u.nodes = append(u.nodes, n)
		}
	}
	u.start = make([]int32, 1, len(u.nodes)+1)
	edges := 0
	for _, n := range u.nodes {
		edges += len(e.lists[n])
	}
	u.upper = make([]edge[W], 0, edges)
	for _, n := range u.nodes {
		for _, above := range e.lists[n] {
			above.to = u.columns[above.to]
			u.upper = append(u.upper, above)
		}
		u.start = append(u.start, int32(len(u.upper)))
	}
	return u
}

// giveColumns gives a column to visible nodes and to those above one that has one, and
// returns how many there are.
func (u *unfolding[W]) giveColumns() int {
	u.columns = make([]int32, len(u.lists))
	for n := range u.columns {
		u.columns[n] = noColumn
		if n < u.visible {
			u.columns[n] = int32(n)
		}
	}
	columns := int32(u.visible)
	for _, nodes := range [][]int32{u.ends, u.order} {
		for _, n := range nodes {
			for _, above := range u.lists[n] {
				if u.columns[n] != noColumn && u.columns[above.to] == noColumn {
					u.columns[above.to] = columns
					columns++
				}
			}
		}
	}
	return int(columns)
}

// number puts the eliminated nodes into the new order.
func (u *unfolding[W]) number() {
	root := int32(len(u.order))
	rank := make([]int32, len(u.lists))
	for n := range rank {
		rank[n] = root
	}
	for i, n := range u.order {
		rank[n] = int32(i)
	}
	parent, size := make([]int32, root), make([]int32, root+1)
	for i, n := range u.order {
		parent[i] = root
		for _, above := range u.lists[n] {
			parent[i] = min(parent[i], rank[above.to])
		}
		if u.columns[n] != noColumn {
			size[i]++
		}
		size[parent[i]] += size[i]
	}
	u.nodes, u.size = make([]int32, size[root]), make([]int32, size[root])
	next := make([]int32, root+1)
	for i := root - 1; i >= 0; i-- {
		if n := u.order[i]; u.columns[n] != noColumn {
			at := next[parent[i]]
			next[i], next[parent[i]] = at+1, at+size[i]
			u.nodes[at], u.size[at] = n, size[i]
			if parent[i] == root {
				u.trees = append(u.trees, at)
			}
		}
	}
}

// sweep extends a row to nodes in the new order: the last node on the way that is above
// one is among its neighbours.
func (u *unfolding[W]) sweep(row []W, first, last int32) {
	if u.bottlenecks {
		u.sweepBottlenecks(row, first, last)
		return
	}
	for i := first; i < last; i++ {
		least := uint64(Unreachable[W]())
		for _, above := range u.upper[u.start[i]:u.start[i+1]] {
			least = min(least, uint64(row[above.to])+uint64(above.in))
		}
		row[u.columns[u.nodes[i]]] = W(least)
	}
}

// sweepBottlenecks is sweep with the greater one in the place of a sum.
func (u *unfolding[W]) sweepBottlenecks(row []W, first, last int32) {
	for i := first; i < last; i++ {
		least := Unreachable[W]()
		for _, above := range u.upper[u.start[i]:u.start[i+1]] {
			least = min(least, max(row[above.to], above.in))
		}
		row[u.columns[u.nodes[i]]] = least
	}
}

// tree gives a root and all below it their rows. The first node on the way that is above one
// is among its neighbours, but on the way to one that is below it: there may be none.
func (u *unfolding[W]) tree(root int32) {
	for i := root; i < root+u.size[root]; i++ {
		row := u.throughUpper(i)
		u.sweep(row, i+1, i+u.size[i])
		u.sweep(row, u.below, int32(len(u.nodes)))
	}
}

// endRow gives a node without transit its row: to others of that kind an arc can lead.
func (u *unfolding[W]) endRow(i int32) {
	row := u.throughUpper(i)
	for _, e := range u.edgesOf(u.nodes[i]) {
		if to := u.columns[e.to]; u.noTransit[e.to] && to != noColumn {
			row[to] = min(row[to], e.out)
		}
	}
}

// throughUpper gives a node the row of paths through its neighbours, which have theirs.
func (u *unfolding[W]) throughUpper(i int32) []W {
	var room [8]term[W]
	terms := room[:0]
	for _, above := range u.upper[u.start[i]:u.start[i+1]] {
		if above.out != Unreachable[W]() {
			terms = append(terms, term[W]{uint64(above.out), u.matrix.row(above.to)})
		}
	}
	own := u.columns[u.nodes[i]]
	row := u.matrix.row(own)
	mode := fills
	if u.matrix.streams && i < u.below && u.size[i] == 1 {
		mode = streams
	}
	u.reach(row, terms, mode)
	row[own] = 0
	return row
}
