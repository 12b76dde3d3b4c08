package igp

// Update returns the distances between all routers, as Distances does. It takes the memory of the matrix that it
// returned before for this weight, or Distances, and if no more than a few links of a network of one area are others
// than then, the distances that they change nothing of: then it is the same matrix.
func (n *Network) Update(before *Matrix, w Weight) *Matrix {
	if !before.update(n, w) {
		before.Recycle()
		return n.Distances(w)
	}
	return before
}

func (m *Matrix) update(n *Network, w Weight) bool {
	if m.graph == nil || n.Routers != len(m.rows) || len(n.Domains) != 1 || len(n.Domains[0].Areas) != 1 {
		return false
	}
	d := n.Domains[0]
	in := d.Areas[0].graph(d.weight(w))
	if !in.isWhole(n.Routers) {
		return false
	}
	changed, ok := in.graph.Update(m.room, m.graph, m.changed)
	m.graph, m.changed = in.graph, changed
	m.version++
	return ok
}

// Version is how often Update returned the matrix.
func (m *Matrix) Version() int { return m.version }

// Changed returns by row the columns of the distances that were others at the version before, sorted; some may be as they
// were. They must not be changed.
func (m *Matrix) Changed() [][]int32 { return m.changed }
