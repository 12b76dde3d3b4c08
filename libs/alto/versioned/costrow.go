package versioned

import (
	"math"
	"slices"

	"github.com/altostream/altostream/libs/alto"
)

// costRow is the costs from one PID. Where all are whole and small it holds them as such. What is
// beyond its end is not there.
type costRow struct {
	small    []uint32
	borrowed bool       // small is another row's, and must not change
	over     []overCell // instead of costs of a borrowed small, by column
	large    []float64  // instead of small; NaN = not there
	cells    int        // that are there
	sum      uint64     // of the hashes, with that of the row
	shared   bool       // with a map that readers have: it must not change
}

// overCell is a cost of a row that borrows.
type overCell struct {
	column int32
	cost   uint32
}

// absent is no cost of small.
const absent = math.MaxUint32

// clone returns a row of which so many costs may change while this one does not any more. It borrows until too much
// is another.
func (r *costRow) clone(changes int) *costRow {
	over := append(make([]overCell, 0, min(len(r.over)+changes, mostOver)), r.over...)
	return &costRow{small: r.small, borrowed: true, over: over, large: slices.Clone(r.large), cells: r.cells, sum: r.sum}
}

// own gives the row a copy of what it borrows.
func (r *costRow) own() {
	if r.borrowed {
		r.small = slices.Clone(r.small)
		for _, c := range r.over {
			r.small[c.column] = c.cost
		}
		r.borrowed, r.over = false, nil
	}
}

// mostOver is how many costs a row may have instead of borrowed ones; a search passes a few of them.
const mostOver = 64

// overAt is where in over a column is, or would be.
func (r *costRow) overAt(column int32) (at int, is bool) {
	return slices.BinarySearchFunc(r.over, column, func(c overCell, column int32) int { return int(c.column - column) })
}

// at returns a cost, NaN if it is not there.
func (r *costRow) at(number int32) float64 {
	if len(r.over) > 0 {
		if i, is := r.overAt(number); is {
			return costOf(r.over[i].cost)
		}
	}
	switch {
	case int(number) < len(r.small):
		return costOf(r.small[number])
	case int(number) < len(r.large):
		return r.large[number]
	}
	return math.NaN()
}

func costOf(small uint32) float64 {
	if small == absent {
		return math.NaN()
	}
	return float64(small)
}

// put makes a cost another one, NaN = not there, and keeps the sum.
func (r *costRow) put(number int32, row, column uint64, cost float64) {
	if int(number) == len(r.small) && r.large == nil && !r.borrowed && !math.IsNaN(cost) && isSmall(cost) {
		r.small = append(r.small, uint32(cost))
		r.sum += alto.HashCost(row, column, cost)
		r.cells++
		return
	}
	if old := r.at(number); !math.IsNaN(old) {
		r.sum -= alto.HashCost(row, column, old)
		r.cells--
	}
	if !math.IsNaN(cost) {
		r.sum += alto.HashCost(row, column, cost)
		r.cells++
	}
	switch {
	case r.large != nil || !isSmall(cost):
		r.widen()
		for len(r.large) <= int(number) {
			r.large = append(r.large, math.NaN())
		}
		r.large[number] = cost
	case math.IsNaN(cost):
		r.putSmall(number, absent)
	default:
		r.putSmall(number, uint32(cost))
	}
}

func (r *costRow) putSmall(number int32, cost uint32) {
	if r.borrowed && int(number) < len(r.small) {
		i, is := r.overAt(number)
		switch {
		case is:
			r.over[i].cost = cost
			return
		case len(r.over) < mostOver:
			r.over = slices.Insert(r.over, i, overCell{number, cost})
			return
		}
	}
	r.own()
	for len(r.small) <= int(number) {
		r.small = append(r.small, absent)
	}
	r.small[number] = cost
}

// isSmall tells whether small can hold a cost. -0 is none that it can.
func isSmall(cost float64) bool {
	if math.IsNaN(cost) {
		return true
	}
	return cost >= 0 && cost < absent && cost == math.Trunc(cost) && !(cost == 0 && math.Signbit(cost))
}

// widen makes the row one that holds any costs.
func (r *costRow) widen() {
	if r.large != nil {
		return
	}
	large := make([]float64, len(r.small), len(r.small)+1)
	for i := range large {
		large[i] = r.at(int32(i))
	}
	r.small, r.borrowed, r.over, r.large = nil, false, nil, large
}

// moved returns the row with its costs in other columns.
func (r *costRow) moved(to []int32, columns int) *costRow {
	m := &costRow{sum: r.sum, cells: r.cells}
	if r.large == nil {
		m.small = slices.Repeat([]uint32{absent}, columns)
	} else {
		m.large = slices.Repeat([]float64{math.NaN()}, columns)
	}
	for column := range max(len(r.small), len(r.large)) {
		switch cost := r.at(int32(column)); {
		case math.IsNaN(cost):
		case m.large != nil:
			m.large[to[column]] = cost
		default:
			m.small[to[column]] = uint32(cost)
		}
	}
	return m
}
