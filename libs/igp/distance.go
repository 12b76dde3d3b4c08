package igp

import (
	"math"
	"slices"
	"sync"

	"github.com/altostream/altostream/libs/apsp"
)

// Distance is the length of a path: the sum of the metric asked for, and of the paths
// that are as short the least number of links. Distances add up and compare as numbers.
type Distance uint64

// linkBits is the room for the number of links, below the metric: enough for paths of a
// million links, and 24-bit metrics of a million links fit above.
const linkBits = 20

// Unreachable is longer than every path; package apsp has the same.
const Unreachable Distance = math.MaxInt64

// linksUnknown is the number of links of a path part of which is known by its metric alone.
const linksUnknown = 1<<linkBits - 1

func distance(metric uint64, links uint64) Distance {
	return Distance(metric<<linkBits | min(links, linksUnknown))
}

// Metric is the sum of the metric along the path.
func (d Distance) Metric() uint64 { return uint64(d >> linkBits) }

// Links is the number of links of the path; a pseudonode counts none. ok is false if it
// is not known.
func (d Distance) Links() (links uint64, ok bool) {
	links = uint64(d) & linksUnknown
	return links, links != linksUnknown
}

// plus returns the length of a path and one that goes on from its end.
func (d Distance) plus(next Distance) Distance {
	if d == Unreachable || next == Unreachable {
		return Unreachable
	}
	a, okA := d.Links()
	b, okB := next.Links()
	if !okA || !okB {
		a, b = linksUnknown, 0
	}
	return distance(d.Metric()+next.Metric(), a+b)
}

// sum is the length of a path and one that goes on from its end.
func (w Weight) sum(a, b Distance) Distance {
	if w == byWidth {
		return max(a, b)
	}
	return a.plus(b)
}

// Matrix holds the distance from every router to every router.
type Matrix struct {
	rows [][]Distance
	room *apsp.Matrix[Distance] // that the rows are in, if it can be recycled

	// To be updated:
	graph   *apsp.Graph[Distance] // of one area, or
	routing *routing              // between areas
	version int                   // how often it was
	changed [][]int32             // by row: the columns that changed last
}

// rooms are of matrices that were recycled.
var rooms sync.Pool

// Recycle lets other matrices have the memory of this one, which is not to be used any more.
func (m *Matrix) Recycle() {
	if m.room != nil {
		rooms.Put(m.room)
	}
	if m.routing != nil {
		m.routing.recycle()
	}
	*m = Matrix{}
}

// newMatrix returns the matrix of n routers that reach themselves alone.
func newMatrix(n int) *Matrix {
	m := &Matrix{rows: newRows(n, n, Unreachable)}
	for i := range n {
		m.rows[i][i] = 0
	}
	return m
}

// newRows returns rows, each cell of which has the same value.
func newRows[T any](rows, columns int, value T) [][]T {
	cells := make([]T, rows*columns)
	for i := range cells {
		cells[i] = value
	}
	out := make([][]T, rows)
	for i := range out {
		out[i] = cells[i*columns:][:columns:columns]
	}
	return out
}

func cloneRows[T any](rows [][]T) [][]T {
	out := make([][]T, len(rows))
	for i, row := range rows {
		out[i] = slices.Clone(row)
	}
	return out
}

// Routers is how many there are.
func (m *Matrix) Routers() int { return len(m.rows) }

// At returns the distance from one router to another.
func (m *Matrix) At(from, to int) Distance { return m.rows[from][to] }

// Row returns the distances from one router to each; they must not be changed.
func (m *Matrix) Row(from int) []Distance { return m.rows[from] }

func (m *Matrix) set(from, to int, d Distance) { m.rows[from][to] = d }
