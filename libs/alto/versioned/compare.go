package versioned

import (
	"math"
	"sync"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/parallel"
)

// rowReader reads rows of costs, as whole numbers where they are.
type rowReader struct {
	costs   alto.Costs
	whole   alto.WholeCosts // the same; nil if they are none
	isWhole bool            // the row at hand is
	small   []uint32        // the row, or
	large   []float64
}

func newRowReader(m alto.Costs) *rowReader {
	n := len(m.PIDs())
	r := &rowReader{costs: m, small: make([]uint32, n), large: make([]float64, n)}
	r.whole, _ = m.(alto.WholeCosts)
	return r
}

// read reads a row.
func (r *rowReader) read(from int) {
	if !r.readWhole(from) {
		r.costs.Row(from, r.large)
	}
}

// readWhole reads a row if it is one of whole numbers.
func (r *rowReader) readWhole(from int) bool {
	r.isWhole = r.whole != nil && r.whole.Whole(from, r.small)
	return r.isWhole
}

// at returns a cost of the row at hand, NaN if it is not there.
func (r *rowReader) at(to int) float64 {
	switch {
	case to >= len(r.small):
		return math.NaN()
	case !r.isWhole:
		return r.large[to]
	case r.small[to] == alto.Absent:
		return math.NaN()
	}
	return float64(r.small[to])
}

// differ calls other with each cost that a row of the same columns, and perhaps more, does not have; NaN
// where there is none.
func (r *rowReader) differ(row *costRow, other func(column int, cost float64)) {
	differs := func(first, last int) {
		for i := first; i < last; i++ {
			cost := r.at(i)
			if !same(row.at(int32(i)), cost) {
				other(i, cost)
			}
		}
	}
	first := 0
	if r.isWhole && row.large == nil {
		for n := min(len(row.small), len(r.small)); first+len(block{}) <= n; first += len(block{}) {
			if *(*block)(row.small[first:]) != *(*block)(r.small[first:]) {
				differs(first, first+len(block{}))
			}
		}
	}
	differs(first, max(len(row.small), len(row.large), len(r.small)))
}

// same tells whether costs are the same bit by bit, or both are not there.
func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b)
}

// block is some costs, which are compared at once.
type block [32]uint32

// cell is a cost by its column, NaN = there is none any more.
type cell struct {
	column int
	cost   float64
}

// keptCells is how many changed cells a goroutine keeps for delta: what is more is found again.
const keptCells = 1 << 18

func (c *costs) compare(m alto.Costs) []difference {
	agreed := c.agrees
	c.agrees = nil
	c.align(m.PIDs())
	all := make([]difference, len(m.PIDs()))
	c.changed = make([][]cell, len(all))
	if !c.compareChanged(m, agreed, all) {
		left := c.compareWhole(m, all)
		r := newRowReader(m)
		for _, from := range left {
			r.read(from)
			all[from], _ = c.difference(from, r, nil)
		}
	}
	differences := all[:0]
	for _, d := range all {
		if d.cells > 0 {
			differences = append(differences, d)
		}
	}
	return differences
}

func (c *costs) settle(m alto.Costs) {
	if traced, is := m.(alto.TracedCosts); is {
		c.agrees = traced.State()
	}
}

// compareChanged compares the costs that may have changed since the rows agreed with them. It reports false if it
// is not known which.
func (c *costs) compareChanged(m alto.Costs, agreed any, into []difference) bool {
	traced, is := m.(alto.TracedCosts)
	if !is || agreed == nil {
		return false
	}
	changed, known := traced.ChangedSince(agreed)
	if !known {
		return false
	}
	var kept []cell
	for from, columns := range changed {
		row, first := c.rows[from], len(kept)
		d := difference{row: c.names.names[from], part: c.wide}
		for _, to := range columns {
			if cost := traced.Cost(from, int(to)); !same(row.at(to), cost) {
				kept = append(kept, c.changes(&d, int(to), cost))
			}
		}
		c.differs(from, &d, kept[first:])
		into[from] = d
	}
	return true
}

// compareWhole compares the rows that are whole numbers, on all processors, and returns the others.
func (c *costs) compareWhole(m alto.Costs, into []difference) (left []int) {
	const rows = 16 // at a time
	var mu sync.Mutex
	parallel.Each(len(into), rows, func() func(int) {
		r, kept := newRowReader(m), []cell(nil)
		return func(from int) {
			if r.readWhole(from) {
				into[from], kept = c.difference(from, r, kept)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			left = append(left, from)
		}
	})
	return left
}

// difference is what is to be changed so that a row is that of a reader. The cells are appended to
// those that are kept, unless these are too many.
func (c *costs) difference(from int, r *rowReader, kept []cell) (difference, []cell) {
	pid := c.names.names[from]
	row := c.rows[from]
	if row == nil {
		return difference{row: pid, isNew: true, cells: len(r.small), part: c.wide}, kept
	}
	d, first := difference{row: pid, part: c.wide}, len(kept)
	r.differ(row, func(to int, cost float64) {
		if changed := c.changes(&d, to, cost); first < keptCells {
			kept = append(kept, changed)
		}
	})
	c.differs(from, &d, kept[first:])
	return d, kept
}

// changes counts a cost in that changes.
func (c *costs) changes(d *difference, to int, cost float64) cell {
	d.cells++
	d.delta += nameOctets(c.names.names[to]) + branchOctets
	if !math.IsNaN(cost) {
		d.delta += costOctets
	}
	return cell{to, cost}
}

// differs ends the difference of a row, which may be none.
func (c *costs) differs(from int, d *difference, changed []cell) {
	if d.cells > 0 {
		d.delta += nameOctets(d.row) + 4
		c.changed[from] = changed
	}
}

// changedCells returns the cells of a row that are others in m, as compare found them.
func (c *costs) changedCells(m alto.Costs, from int) []cell {
	if cells := c.changed[from]; len(cells) > 0 {
		return cells
	}
	r := newRowReader(m)
	r.read(from)
	var cells []cell
	r.differ(c.rows[from], func(to int, cost float64) { cells = append(cells, cell{to, cost}) })
	return cells
}
