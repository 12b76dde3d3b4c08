package versioned

import "slices"

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
		if d.isNew || d.isMuch() || d.delta > w.deltaLimit() {
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
	add := func(row string) {
		if _, ok := w.source.has(m, row); ok {
			parts[row] = true
		}
	}
	for row, since := range w.ages.oldest {
		if since > overwritten {
			break
		}
		add(row)
	}
	if w.repair == 0 {
		return
	}
	for row, p := range w.parts {
		if p.version < w.repair {
			add(row)
		}
	}
}

// refresh adds the rows whose oldest delta is the oldest, as many as must go with each version lest they
// be due all at once; and, if there are octets to spare, twice as many.
func (w *Writer[V, M]) refresh(m M, parts map[string]bool, spare int) {
	written := map[int64]int{} // rows that are written anyway, as counts
	for row := range parts {
		if p := w.parts[row]; p != nil && p.since > 0 {
			written[p.since]++
		}
	}
	pace, count := 0.0, 0
	for left := int64(1); left < w.limits.Slots; left++ { // versions until it is due
		since := w.version + 1 + left - w.limits.Slots
		count += w.ages.counts[since] - written[since]
		pace = max(pace, float64(count)/float64(left))
	}
	count = 0
	for row := range w.ages.oldest {
		octets, ok := w.source.has(m, row)
		if !ok || parts[row] {
			continue
		}
		count++
		spare -= octets
		if float64(count) > pace && (spare < 0 || float64(count) > 2*pace) {
			break
		}
		parts[row] = true
	}
}
