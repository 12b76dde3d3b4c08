package versioned

import (
	"math"

	"github.com/altostream/altostream/libs/alto"
)

// costs are the rows of a cost map: each is dense, by the numbers of its columns.
type costs struct {
	names names
	rows  []*costRow // by number; nil = there is no such row
	count int
	costs int // in all rows
	sum   uint64
	order []int32   // the numbers of the rows by name; nil: not known
	wide  int       // octets of a part that has a cost to each of the PIDs that align took last
	room  []float64 // of a row

	found  []found       // by row: what compare found last
	agrees any           // the state of the traced costs that the rows are, but for others; nil = any row may be another
	others map[int]found // what was found of rows that are not as in that state
}

// names numbers PIDs.
type names struct {
	numbers map[string]int32
	names   []string
	hashes  []uint64
}

func newNames(all []string) names {
	n := names{numbers: make(map[string]int32, len(all))}
	for _, name := range all {
		n.number(name, -1)
	}
	return n
}

// number returns the number of a PID, a new one if it has none. The one after last is tried first:
// names most often come in their order.
func (n *names) number(name string, last int32) int32 {
	if next := int(last) + 1; next < len(n.names) && n.names[next] == name {
		return int32(next)
	}
	if number, ok := n.numbers[name]; ok {
		return number
	}
	number := int32(len(n.names))
	n.numbers[name] = number
	n.names = append(n.names, name)
	n.hashes = append(n.hashes, alto.HashName(name))
	return number
}

func newCosts() *costs { return &costs{names: newNames(nil)} }

func (c *costs) frame(v *CostRecord) frame {
	return frame{meta: v.Meta != nil, body: v.CostMap != nil, delta: v.Delta != nil, version: v.Version, parts: v.Parts}
}

func (c *costs) digest() digest { return digest{alto.DigestText(c.sum), c.count} }

func (c *costs) set(row string, v *CostRecord) bool {
	for _, e := range v.CostMap {
		if e.Key == row {
			c.setRow(row, e.Value)
			return true
		}
	}
	return false
}

func (c *costs) setRow(row string, cells Row) {
	at := c.names.number(row, -1)
	c.remove(at)
	r := &costRow{small: make([]uint32, 0, max(len(c.names.names), len(cells)))}
	hash := c.names.hashes[at]
	r.sum = alto.HashRow(hash)
	number := int32(-1)
	for _, e := range cells {
		number = c.names.number(e.Key, number)
		r.put(number, hash, c.names.hashes[number], e.Value)
	}
	for len(c.rows) < len(c.names.names) {
		c.rows = append(c.rows, nil)
	}
	c.rows[at] = r
	c.count++
	c.costs += r.cells
	c.sum += r.sum
	c.order = nil
}

func (c *costs) drop(row string) {
	if at, ok := c.names.numbers[row]; ok {
		c.remove(at)
	}
}

func (c *costs) remove(at int32) {
	if int(at) >= len(c.rows) || c.rows[at] == nil {
		return
	}
	c.agrees = nil
	c.sum -= c.rows[at].sum
	c.costs -= c.rows[at].cells
	c.rows[at] = nil
	c.count--
	c.order = nil
}

func (c *costs) change(delta *CostRecord, applies func(string) bool) {
	at := int32(-1)
	for _, e := range delta.Delta {
		if !applies(e.Key) {
			continue
		}
		at = c.names.number(e.Key, at)
		if c.rows[at].shared {
			c.rows[at] = c.rows[at].clone(len(e.Value))
		}
		r, hash, number := c.rows[at], c.names.hashes[at], int32(-1)
		c.sum -= r.sum
		c.costs -= r.cells
		for _, cell := range e.Value {
			number = c.names.number(cell.Key, number)
			cost := math.NaN()
			if cell.Value != nil {
				cost = *cell.Value
			}
			r.put(number, hash, c.names.hashes[number], cost)
		}
		c.sum += r.sum
		c.costs += r.cells
	}
}

func (c *costs) cells() int { return c.costs }

func (c *costs) digestOf(whole *CostRecord) digest {
	own := newCosts()
	for _, row := range whole.CostMap {
		own.setRow(row.Key, row.Value)
	}
	return own.digest()
}
