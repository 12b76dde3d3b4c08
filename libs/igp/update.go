package igp

// Update returns the distances between all routers, as Distances does. It takes the memory of the matrix that it
// returned before for this weight, or Distances, and if no more than a few links and prefixes of a network of one IGP are
// others than then, the distances that they change nothing of: then it is the same matrix.
func (n *Network) Update(before *Matrix, w Weight) *Matrix {
	if !before.update(n, w) {
		before.Recycle()
		return n.Distances(w)
	}
	return before
}

func (m *Matrix) update(n *Network, w Weight) bool {
	if n.Routers != len(m.rows) || !n.isUpdated() {
		return false
	}
	m.version++
	d := n.Domains[0]
	w = d.weight(w)
	switch {
	case m.routing != nil:
		return m.reroute(d, func(in *inside, a *Area) bool { return in.update(a, w) })
	case m.graph != nil && len(d.Areas) == 1:
		return m.updateArea(d.Areas[0], w)
	}
	return false
}

func (m *Matrix) updateArea(a *Area, w Weight) (ok bool) {
	in := a.graph(w)
	if !in.isWhole(len(m.rows)) {
		return false
	}
	m.changed, ok = in.graph.Update(m.room, m.graph, m.changed)
	m.graph = in.graph
	return ok
}

// isUpdated tells whether what distances are updated with is worth keeping.
func (n *Network) isUpdated() bool { return len(n.Domains) == 1 && !n.Join && !n.followsDefaultsLast() }

// Version is how often Update returned the matrix.
func (m *Matrix) Version() int { return m.version }

// Changed returns by row the columns of the distances that were others at the version before, sorted; some may be as they
// were. They must not be changed.
func (m *Matrix) Changed() [][]int32 { return m.changed }
