package versioned

import (
	"math"
	"sync"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/parallel"
)

// difference is a row that is another one, or new.
type difference struct {
	row   string
	isNew bool
	cells int // that changed; at least so many if it is much
	delta int // octets of these
	part  int // octets of the row, at most
}

// isMuch reports whether so much changed that the row is written as a part.
func (d *difference) isMuch() bool { return 2*d.delta > d.part }

// cell is a cost by its column, NaN = there is none any more.
type cell struct {
	column int
	cost   float64
}

// keptCells is how many changed cells a goroutine keeps for delta: what is more is found again.
const keptCells = 1 << 18

// found is how a row differs, and the costs that do, as far as they were kept.
type found struct {
	difference
	kept []cell
}

func (c *costs) compare(m alto.Costs) []difference {
	c.align(m.PIDs())
	c.found = make([]found, len(m.PIDs()))
	c.compareRows(m, c.compareChanged(m))
	c.agrees = nil
	var differences []difference
	for _, f := range c.found {
		if f.cells > 0 {
			differences = append(differences, f.difference)
		}
	}
	return differences
}

func (c *costs) settle(m alto.Costs, others []string) {
	c.others = map[int]found{}
	for _, pid := range others {
		from := int(c.names.numbers[pid])
		c.others[from] = c.found[from]
	}
	if traced, is := m.(alto.TracedCosts); is {
		c.agrees = traced.State()
	}
}

// compareChanged compares the costs that may have changed since rows agreed with them, and returns the rows
// of which it is not known. What was found of a row and is not written yet is found again at once, if the row
// did not change since, or is to be written as a part anyway.
func (c *costs) compareChanged(m alto.Costs) (left []int) {
	var changed [][]int32
	traced, known := m.(alto.TracedCosts)
	if known = known && c.agrees != nil; known {
		changed, known = traced.ChangedSince(c.agrees)
	}
	var some []int
	for from, row := range c.rows[:len(c.found)] {
		may := !known || changed != nil && len(changed[from]) > 0
		switch other, is := c.others[from]; {
		case is && row != nil && (!may || other.isMuch()):
			c.found[from] = other
		case row == nil || is || !known:
			left = append(left, from)
		case may:
			some = append(some, from)
		}
	}
	const several = 64
	parallel.Each(len(some), several, func() func(int) {
		var kept []cell
		return func(i int) {
			from, first := some[i], len(kept)
			d, row := difference{row: c.names.names[from], part: c.wide}, c.rows[from]
			for _, to := range changed[from] {
				if cost := traced.Cost(from, int(to)); !same(row.at(to), cost) {
					kept = append(kept, c.changes(&d, int(to), cost))
				}
				if d.isMuch() {
					break
				}
			}
			c.found[from], kept = c.differs(d, kept, first)
		}
	})
	return left
}

// compareRows compares rows as a whole: those of whole numbers, or that are new, on all processors, and the others then.
func (c *costs) compareRows(m alto.Costs, rows []int) {
	const several = 16
	var mu sync.Mutex
	var left []int
	parallel.Each(len(rows), several, func() func(int) {
		r, kept := newRowReader(m), []cell(nil)
		return func(i int) {
			from := rows[i]
			if c.rows[from] == nil || r.readWhole(from) {
				c.found[from], kept = c.difference(from, r, kept)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			left = append(left, from)
		}
	})
	r := newRowReader(m)
	for _, from := range left {
		r.read(from)
		c.found[from], _ = c.difference(from, r, nil)
	}
}

// difference is what is to be changed so that a row is that of a reader. The cells are appended to
// those that are kept, unless these are too many.
func (c *costs) difference(from int, r *rowReader, kept []cell) (found, []cell) {
	pid := c.names.names[from]
	row := c.rows[from]
	if row == nil {
		return found{difference: difference{row: pid, isNew: true, cells: len(r.small), part: c.wide}}, kept
	}
	d, first := difference{row: pid, part: c.wide}, len(kept)
	r.differ(row, func(to int, cost float64) bool {
		if changed := c.changes(&d, to, cost); first < keptCells {
			kept = append(kept, changed)
		}
		return !d.isMuch()
	})
	return c.differs(d, kept, first)
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

// differs ends the difference of a row, which may be none, and whose cells are those that are kept from the first
// on. Those of a row that is written as a part are not.
func (c *costs) differs(d difference, kept []cell, first int) (found, []cell) {
	if d.isMuch() {
		kept = kept[:first]
	}
	if d.cells > 0 {
		d.delta += nameOctets(d.row) + 4
	}
	return found{d, kept[first:len(kept):len(kept)]}, kept
}

// changedCells returns the cells of a row that are others in m, as compare found them.
func (c *costs) changedCells(m alto.Costs, from int) []cell {
	if kept := c.found[from].kept; len(kept) > 0 {
		return kept
	}
	r := newRowReader(m)
	r.read(from)
	var cells []cell
	r.differ(c.rows[from], func(to int, cost float64) bool {
		cells = append(cells, cell{to, cost})
		return true
	})
	return cells
}
