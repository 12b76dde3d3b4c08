package apsp

import "unsafe"

// Matrix holds the lengths of paths between all pairs of visible nodes. The zero value is
// empty; AllPairs makes it as large as need be, and uses its memory again.
type Matrix[W Weight] struct {
	visible int
	stride  int // of a row: nodes that are not visible can have one too, behind the others
	cells   []W
	streams bool // it is larger than a cache
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

// alignment is that of rows, in cells: 32 bytes or more. Short ones lie side by side.
const alignment = 8

// cacheBytes is more than what stays near of what was written.
const cacheBytes = 32 << 20

// reset makes room for rows of which the first are visible. What is in it stays undefined.
func (m *Matrix[W]) reset(visible, rows int) {
	m.visible, m.stride = visible, rows
	m.streams = uintptr(rows*rows)*unsafe.Sizeof(W(0)) > cacheBytes
	if m.streams {
		m.stride = (rows + alignment - 1) / alignment * alignment
	}
	if cells := rows * m.stride; cap(m.cells) < cells {
		m.cells = nil // for the collector, before there are two
		m.cells = make([]W, cells)
	} else {
		m.cells = m.cells[:cells]
	}
}
