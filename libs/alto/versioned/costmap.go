package versioned

import (
	"iter"
	"math"
	"slices"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

// CostMap is a whole cost map as readers have it. It does not change.
type CostMap struct {
	Meta *schemas.CostMapMeta

	pids    []string
	columns []int32 // of PIDs in the rows
	rows    []*costRow
	cells   int
}

// PIDs returns the sources, sorted; they must not be changed.
func (m *CostMap) PIDs() []string { return m.pids }

// Len returns how many costs there are.
func (m *CostMap) Len() int { return m.cells }

// Row fills costs, as many as there are PIDs, with the costs from one; NaN = no such cost.
func (m *CostMap) Row(from int, costs []float64) {
	for to, column := range m.columns {
		costs[to] = m.rows[from].at(column)
	}
}

// Cost returns the cost from one PID to another; ok is false if there is none, or no such PID.
func (m *CostMap) Cost(from, to string) (cost float64, ok bool) {
	i, known := slices.BinarySearch(m.pids, from)
	j, also := slices.BinarySearch(m.pids, to)
	if !known || !also {
		return 0, false
	}
	cost = m.rows[i].at(m.columns[j])
	return cost, !math.IsNaN(cost)
}

// Record returns the map as a record that holds all of it.
func (m *CostMap) Record() *schemas.CostMap {
	return &schemas.CostMap{Meta: m.Meta, CostMap: alto.CostMapOf(m)}
}

// Change is a cost that is another one; NaN = there is none.
type Change struct {
	From, To string
	Old, New float64
}

// Changes returns the costs that differ from those of an earlier map, nil for none, by PIDs. Rows that
// were not touched in between are not looked at.
func (m *CostMap) Changes(earlier *CostMap) iter.Seq[Change] {
	if earlier == nil {
		earlier = &CostMap{}
	}
	pids := both(earlier.pids, m.pids)
	sameColumns := slices.Equal(earlier.pids, m.pids) && slices.Equal(earlier.columns, m.columns)
	return func(yield func(Change) bool) {
		for _, from := range pids {
			var old, current *costRow
			if from.a >= 0 {
				old = earlier.rows[from.a]
			}
			if from.b >= 0 {
				current = m.rows[from.b]
			}
			if old == current && sameColumns {
				continue
			}
			for _, to := range pids {
				c := Change{from.name, to.name, earlier.in(old, to.a), m.in(current, to.b)}
				if c.Old != c.New && !(math.IsNaN(c.Old) && math.IsNaN(c.New)) && !yield(c) {
					return
				}
			}
		}
	}
}

// in returns the cost to a PID in a row, NaN if one of them is not there.
func (m *CostMap) in(row *costRow, to int) float64 {
	if row == nil || to < 0 {
		return math.NaN()
	}
	return row.at(m.columns[to])
}

// places is where a name is in two slices, -1 = it is not there.
type places struct {
	name string
	a, b int
}

// both returns the names that are in one of two sorted slices, or both.
func both(a, b []string) []places {
	all := make([]places, 0, max(len(a), len(b)))
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i == len(a) || j < len(b) && b[j] < a[i]:
			all = append(all, places{b[j], -1, j})
			j++
		case j == len(b) || a[i] < b[j]:
			all = append(all, places{a[i], i, -1})
			i++
		default:
			all = append(all, places{a[i], i, j})
			i, j = i+1, j+1
		}
	}
	return all
}

// whole returns the rows as a map; they are shared with it from now on.
func (c *costs) whole(record *CostRecord) *CostMap {
	if len(c.names.names) > 2*c.count+spareNames {
		c.align(c.sorted())
	}
	if c.order == nil {
		for _, pid := range c.sorted() {
			c.order = append(c.order, c.names.numbers[pid])
		}
	}
	m := &CostMap{Meta: record.Meta, columns: c.order, pids: make([]string, c.count), rows: make([]*costRow, c.count), cells: c.costs}
	for i, number := range c.order {
		m.pids[i], m.rows[i] = c.names.names[number], c.rows[number]
		m.rows[i].shared = true
	}
	return m
}

// spareNames is how many PIDs may be remembered that are gone.
const spareNames = 64

// sorted returns the names of the rows.
func (c *costs) sorted() []string {
	var pids []string
	for number, row := range c.rows {
		if row != nil {
			pids = append(pids, c.names.names[number])
		}
	}
	slices.Sort(pids)
	return pids
}

func (c *costs) inline(record *CostRecord) *CostMap {
	own := newCosts()
	for _, row := range record.CostMap {
		own.setRow(row.Key, row.Value)
	}
	return own.whole(record)
}
