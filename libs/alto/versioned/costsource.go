package versioned

import (
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/schemas"
)

const (
	recordOctets = 256 // of a record beside its body, with the client's and the brokers' framing
	costOctets   = 8
	branchOctets = 1 // that says whether there is a cost
)

// nameOctets is what a name takes in a record.
func nameOctets(name string) int {
	if len(name) < 64 {
		return len(name) + 1
	}
	return len(name) + 2
}

func rowOctets(pids []string) int {
	octets := recordOctets
	for _, pid := range pids {
		octets += nameOctets(pid) + costOctets
	}
	return octets
}

func (c *costs) octets(m alto.Costs, limit int) int {
	pids := m.PIDs()
	r, octets := newRowReader(m), recordOctets
	for from, pid := range pids {
		octets += nameOctets(pid) + 2
		r.read(from)
		for to := range pids {
			if !math.IsNaN(r.at(to)) {
				octets += nameOctets(pids[to]) + costOctets
			}
		}
		if octets > limit {
			break
		}
	}
	return octets
}

func (c *costs) digestIn(m alto.Costs) (d digest, cells int) {
	pids := m.PIDs()
	hashes, costs := make([]uint64, len(pids)), make([]float64, len(pids))
	for i, pid := range pids {
		hashes[i] = alto.HashName(pid)
	}
	var sum uint64
	for from := range pids {
		sum += alto.HashRow(hashes[from])
		m.Row(from, costs)
		for to, cost := range costs {
			if !math.IsNaN(cost) {
				sum += alto.HashCost(hashes[from], hashes[to], cost)
				cells++
			}
		}
	}
	return digest{alto.DigestText(sum), len(pids)}, cells
}

// align gives PIDs the first numbers, in their order.
func (c *costs) align(pids []string) {
	if c.wide = rowOctets(pids); len(c.room) != len(pids) {
		c.room = make([]float64, len(pids))
	}
	if len(c.names.names) >= len(pids) && slices.Equal(c.names.names[:len(pids)], pids) {
		c.rows = append(c.rows, make([]*costRow, max(0, len(c.names.names)-len(c.rows)))...)
		return
	}
	names := newNames(pids)
	for number, name := range c.names.names {
		if c.holds(int32(number)) {
			names.number(name, -1)
		}
	}
	to := make([]int32, len(c.names.names)) // new number by old, -1 = none needs it
	for number, name := range c.names.names {
		to[number] = -1
		if at, ok := names.numbers[name]; ok {
			to[number] = at
		}
	}
	rows := make([]*costRow, len(names.names))
	for number, row := range c.rows {
		if row != nil {
			rows[to[number]] = row.moved(to, len(names.names))
		}
	}
	c.names, c.rows, c.order, c.others = names, rows, nil, nil
}

// holds tells whether a PID has a row, or a cost in one.
func (c *costs) holds(number int32) bool {
	return slices.ContainsFunc(c.rows, func(r *costRow) bool { return r != nil && !math.IsNaN(r.at(number)) }) ||
		int(number) < len(c.rows) && c.rows[number] != nil
}

func (c *costs) rowsIn(m alto.Costs) int { return len(m.PIDs()) }

// has counts on compare, which gave the PIDs the first numbers.
func (c *costs) has(m alto.Costs, row string) (octets int, ok bool) {
	number, known := c.names.numbers[row]
	return c.wide, known && int(number) < len(m.PIDs())
}

// rowOf returns a row of a map as a record has it.
func rowOf(m alto.Costs, from int, costs []float64) Row {
	pids := m.PIDs()
	m.Row(from, costs)
	row := make(Row, 0, len(pids))
	for to, cost := range costs {
		if !math.IsNaN(cost) {
			row = append(row, avro.Entry[float64]{Key: pids[to], Value: cost})
		}
	}
	return row
}

func (c *costs) fill(v *CostRecord, m alto.Costs) {
	pids := m.PIDs()
	costs := make([]float64, len(pids))
	v.CostMap = make([]avro.Entry[Row], len(pids))
	for from, pid := range pids {
		v.CostMap[from] = avro.Entry[Row]{Key: pid, Value: rowOf(m, from, costs)}
	}
}

func (c *costs) part(m alto.Costs, row string, version int64) *CostRecord {
	from, _ := slices.BinarySearch(m.PIDs(), row)
	body := []avro.Entry[Row]{{Key: row, Value: rowOf(m, from, c.room)}}
	return &CostRecord{CostMap: body, Version: &version}
}

// delta takes what compare found last.
func (c *costs) delta(m alto.Costs, rows []string, version int64) *CostRecord {
	v := &CostRecord{Delta: make([]avro.Entry[Cells], len(rows)), Version: &version}
	for i, row := range rows {
		from, _ := slices.BinarySearch(m.PIDs(), row)
		changed := c.changedCells(m, from)
		cells := make(Cells, len(changed))
		for j := range changed {
			cells[j].Key = c.names.names[changed[j].column]
			if cost := &changed[j].cost; !math.IsNaN(*cost) {
				cells[j].Value = cost
			}
		}
		v.Delta[i] = avro.Entry[Cells]{Key: row, Value: cells}
	}
	return v
}

func (c *costs) head(v *CostRecord, version int64, parts *schemas.Parts) {
	v.Version, v.Parts = &version, parts
}

func (c *costs) same(a, b *CostRecord) bool {
	return reflect.DeepEqual(a.Meta.CostType, b.Meta.CostType) && slices.Equal(a.Meta.DependentVTags, b.Meta.DependentVTags) &&
		sameFreshness(a.Meta.Sources, b.Meta.Sources, a.Meta.StaleSince, b.Meta.StaleSince)
}

// CheckRow reports that the costs from one PID to all may not fit a record.
func CheckRow(pids []string, l Limits) error {
	if octets := rowOctets(pids); octets > l.Record {
		return fmt.Errorf("too-large: a row of %d PIDs takes up to %d bytes, limit %d", len(pids), octets, l.Record)
	}
	return nil
}
