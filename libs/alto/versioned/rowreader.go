package versioned

import (
	"math"

	"github.com/altostream/altostream/libs/alto"
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
	}
	return costOf(r.small[to])
}

// differ yields each cost that a row of the same columns, and perhaps more, does not have; NaN where there
// is none.
func (r *rowReader) differ(row *costRow, yield func(column int, cost float64) bool) {
	first := 0
	if r.isWhole && row.large == nil && len(row.over) == 0 {
		var more bool
		if first, more = differSmall(row.small, r.small, yield); !more {
			return
		}
	}
	for i := first; i < max(len(row.small), len(row.large), len(r.small)); i++ {
		if cost := r.at(i); !same(row.at(int32(i)), cost) && !yield(i, cost) {
			return
		}
	}
}

// differSmall yields the costs that differ as far as both rows go, and returns how far that is.
func differSmall(old, small []uint32, yield func(column int, cost float64) bool) (end int, more bool) {
	end = min(len(old), len(small))
	for first := 0; first < end; first += len(block{}) {
		last := min(first+len(block{}), end)
		if last-first == len(block{}) && *(*block)(old[first:]) == *(*block)(small[first:]) {
			continue
		}
		for i := first; i < last; i++ {
			if old[i] != small[i] && !yield(i, costOf(small[i])) {
				return i, false
			}
		}
	}
	return end, true
}

// same tells whether costs are the same bit by bit, or both are not there.
func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b)
}

// block is some costs, which are compared at once.
type block [32]uint32
