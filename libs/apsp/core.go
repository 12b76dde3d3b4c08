package apsp

// core is the dense matrix between the nodes that are left.
type core[W Weight] struct {
	*Graph[W]
	nodes []int32 // by index
	cells []W
}

// pivots is the number of nodes that paths are led through in one pass over the matrix.
const pivots = 32

func newCore[W Weight](e *elimination[W]) *core[W] {
	c := &core[W]{Graph: e.Graph, nodes: make([]int32, 0, e.left), cells: make([]W, e.left*e.left)}
	index := make([]int32, e.nodes)
	out := make([]bool, e.nodes)
	for _, n := range e.order {
		out[n] = true
	}
	for n := range int32(e.nodes) {
		if !out[n] && !e.noTransit[n] {
			index[n] = int32(len(c.nodes))
			c.nodes = append(c.nodes, n)
		}
	}
	for i := range c.cells {
		c.cells[i] = Unreachable[W]()
	}
	for i, n := range c.nodes {
		row := c.row(i)
		row[i] = 0
		for _, e := range e.lists[n] {
			row[index[e.to]] = e.out
		}
	}
	return c
}

func (c *core[W]) row(i int) []W { return c.cells[i*len(c.nodes):][:len(c.nodes)] }

// solve is Floyd and Warshall's algorithm, some pivots at a time: first the paths from
// those through each other, then, row by row, from all others through them.
func (c *core[W]) solve() {
	n := len(c.nodes)
	for first := 0; first < n; first += pivots {
		last := min(first+pivots, n)
		for k := first; k < last; k++ {
			for i := first; i < last; i++ {
				if d := c.row(i)[k]; i != k && d != Unreachable[W]() {
					c.reach(c.row(i), []term[W]{{uint64(d), c.row(k)}}, holds)
				}
			}
		}
		c.each(n, func(i int) {
			if i < first || i >= last {
				c.through(first, last, i)
			}
		})
	}
}

// through relaxes a row by the paths through pivots, the rows of which are closed.
func (c *core[W]) through(first, last, i int) {
	var room [pivots]term[W]
	terms, row := room[:0], c.row(i)
	for k := first; k < last; k++ {
		if row[k] != Unreachable[W]() {
			terms = append(terms, term[W]{uint64(row[k]), c.row(k)})
		}
	}
	c.reach(row, terms, holds)
}
