package versioned

import (
	"cmp"
	"slices"
	"strings"
)

// plan is which rows are written as parts, and which as deltas: each of these is a record.
type plan struct {
	parts  []string
	deltas [][]string
}

// Readers are promised that a publication takes octetsPerCell for each cell that changed and
// octetsBeside, or the parts that are due.
const (
	octetsPerCell = 40
	octetsBeside  = 4 << 10
	octetsOfHead  = 512
)

// plan returns how the differences are written. A row that changed much is written as a part, and
// so is one whose oldest delta is about to be overwritten; some go before that, so that never
// many must go at once.
func (w *Writer[V, M]) plan(m M, differences []difference) plan {
	parts := map[string]bool{}
	var deltas []difference
	cells, octets := 0, octetsOfHead
	for _, d := range differences {
		cells += d.cells
		if d.isNew || 2*d.delta > d.part || d.delta > w.deltaLimit() {
			parts[d.row] = true
			octets += d.part
			continue
		}
		deltas = append(deltas, d)
		octets += d.delta
	}
	if n := len(w.pack(deltas)); int64(n) > w.limits.Slots/2 || n*w.deltaLimit() > w.limits.Flush {
		for _, d := range deltas {
			parts[d.row] = true
		}
		deltas = nil
	}
	w.due(m, parts, int64(len(w.pack(deltas))))
	if len(differences) > 0 {
		w.refresh(m, parts, octetsPerCell*cells+octetsBeside-octets)
	}
	deltas = slices.DeleteFunc(deltas, func(d difference) bool { return parts[d.row] })
	p := plan{deltas: w.pack(deltas)}
	for row := range parts {
		p.parts = append(p.parts, row)
	}
	slices.Sort(p.parts)
	return p
}

func (w *Writer[V, M]) deltaLimit() int { return min(w.limits.Inline, w.limits.Record) }

// pack shares rows out among deltas, in their order.
func (w *Writer[V, M]) pack(rows []difference) [][]string {
	var deltas [][]string
	room := 0
	for _, d := range rows {
		if len(deltas) == 0 || room < d.delta {
			deltas, room = append(deltas, nil), w.deltaLimit()-recordOctets
		}
		deltas[len(deltas)-1] = append(deltas[len(deltas)-1], d.row)
		room -= d.delta
	}
	return deltas
}

// due adds the rows that need a delta that will be overwritten, and those to be repaired.
func (w *Writer[V, M]) due(m M, parts map[string]bool, deltas int64) {
	var overwritten int64
	for version := w.version + 1; version <= w.version+deltas; version++ {
		overwritten = max(overwritten, w.slots[slotKey(version, w.limits.Slots)])
	}
	for row, p := range w.parts {
		if p.since > 0 && p.since <= overwritten || p.version < w.repair {
			if _, ok := w.source.has(m, row); ok {
				parts[row] = true
			}
		}
	}
}

// refresh adds the rows whose oldest delta is the oldest, as many as must go with each version lest they
// be due all at once; and, if there are octets to spare, twice as many.
func (w *Writer[V, M]) refresh(m M, parts map[string]bool, spare int) {
	left := func(p *part) int64 { return max(p.since+w.limits.Slots-w.version-1, 1) } // versions until it is due
	counts := make([]int, w.limits.Slots)                                             // of rows, by that
	for name, p := range w.parts {
		if p.since > 0 && !parts[name] {
			counts[left(p)]++
		}
	}
	pace, rows := 0.0, 0
	for versions, count := range counts[1:] {
		rows += count
		pace = max(pace, float64(rows)/float64(versions+1))
	}
	last, rows := int64(0), 0 // so many rows are enough, and all of them are due by then
	for float64(rows) <= 2*pace && last < w.limits.Slots-1 {
		last++
		rows += counts[last]
	}
	var first []string
	for name, p := range w.parts {
		if _, ok := w.source.has(m, name); ok && p.since > 0 && !parts[name] && left(p) <= last {
			first = append(first, name)
		}
	}
	slices.SortFunc(first, func(a, b string) int {
		return cmp.Or(cmp.Compare(left(w.parts[a]), left(w.parts[b])), strings.Compare(a, b))
	})
	for i, name := range first {
		octets, _ := w.source.has(m, name)
		spare -= octets
		if float64(i+1) > pace && (spare < 0 || float64(i+1) > 2*pace) {
			break
		}
		parts[name] = true
	}
}
