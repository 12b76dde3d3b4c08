package apsp

// Matrix holds the lengths of paths between all pairs of visible nodes. The zero value is
// empty; AllPairs makes it as large as need be, and uses its memory again.
type Matrix[W Weight] struct {
	visible int
	stride  int // of a row: nodes that are not visible can have one too, behind the others
	cells   []W
}

// Nodes is the number of visible nodes.
func (m *Matrix[W]) Nodes() int { return m.visible }

// At returns the length of the shortest path from one visible node to another.
func (m *Matrix[W]) At(from, to int) W { return m.cells[from*m.stride+to] }

// Row returns the lengths of the shortest paths from one node to each.
func (m *Matrix[W]) Row(from int) []W { return m.cells[from*m.stride:][:m.visible:m.visible] }

// row returns a row with all of its columns.
func (m *Matrix[W]) row(from int32) []W {
	return m.cells[int(from)*m.stride:][:m.stride:m.stride]
}

// reset makes room for rows of which the first are visible. What is in it stays undefined.
func (m *Matrix[W]) reset(visible, rows int) {
	m.visible, m.stride = visible, rows
	if cells := rows * rows; cap(m.cells) < cells {
		m.cells = nil // for the collector, before there are two
		m.cells = make([]W, cells)
	} else {
		m.cells = m.cells[:cells]
	}
}
