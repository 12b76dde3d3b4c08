package versioned

import (
	"fmt"
	"maps"
	"slices"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

// Limits are what a writer keeps to.
type Limits struct {
	Inline int   // octets of a map that is one record, and of a delta
	Record int   // octets of any record, as the brokers take them; a map that needs more is withdrawn
	Flush  int   // octets that are put out at once, about
	Slots  int64 // keys of deltas, at least 2
}

// Writer says what a topic must hold of one map. What it has put out counts as being there: after
// a failure a new one is told what is (Restore).
type Writer[V, M any] struct {
	id     string
	limits Limits
	*table[V]
	source   source[V, M]
	restored bool  // there is nothing more to restore
	ages     ages  // of parts, since then
	repair   int64 // parts of lower versions are written anew
	settled  bool  // the topic is as the map that was published last wants it
	out      []Record[V]
	behind   int // parts that were put out since the head
	problem  string
	size     size
	inline   inlined[V]
}

// inlined is a record that is a whole map, and its digest.
type inlined[V any] struct {
	record *V
	digest digest
}

// size is that of the map that the topic was made to hold last.
type size struct{ rows, cells int }

// source are rows that are made what a map M says.
type source[V, M any] interface {
	rows[V]
	// octets is how much the map takes as one record, or anything above limit if it is more.
	octets(m M, limit int) int
	// digestIn is the digest of the map, and how many costs or prefixes it has.
	digestIn(m M) (d digest, cells int)
	// digestOf is the digest of a record that is a whole map.
	digestOf(whole *V) digest
	// compare returns the rows of the map that are other ones, in their order.
	compare(m M) []difference
	// settle says that the rows are those of the map that was compared last, but for others.
	settle(m M, others []string)
	// rowsIn is how many rows the map has.
	rowsIn(m M) int
	// has tells whether a row is in the map that was compared last, and how much its part takes at most.
	has(m M, row string) (octets int, ok bool)
	// The bodies of records.
	fill(v *V, m M)
	part(m M, row string, version int64) *V
	delta(m M, rows []string, version int64) *V
	head(v *V, version int64, parts *schemas.Parts)
	// same tells whether two records have the same meta.
	same(a, b *V) bool
}

// NewCostWriter returns the writer of a cost map.
func NewCostWriter(id string, l Limits) *Writer[CostRecord, alto.Costs] {
	s := newCosts()
	return &Writer[CostRecord, alto.Costs]{id: id, limits: l, table: newTable[CostRecord](s), source: s}
}

// NewNetworkWriter returns the writer of a network map in its canonical form.
func NewNetworkWriter(id string, l Limits) *Writer[schemas.NetworkMap, alto.NetworkMap] {
	s := newGroups()
	return &Writer[schemas.NetworkMap, alto.NetworkMap]{id: id, limits: l, table: newTable[schemas.NetworkMap](s), source: s}
}

// Restore tells a record that the topic holds by the rest of its key (ResourceOf), in the order
// of the topic. nil = gone; new(V) = it cannot be read.
func (w *Writer[V, M]) Restore(rest string, v *V) { w.take(rest, v) }

// Holds reports whether the topic holds anything of the map.
func (w *Writer[V, M]) Holds() bool {
	return w.table.head != nil || len(w.parts) > 0 || len(w.slots) > 0
}

// Problem says why the map that was to be published last cannot be, or has not been for long; "" if there is no reason.
func (w *Writer[V, M]) Problem() string { return w.problem }

// Size returns how many PIDs, and costs or prefixes, the map has that was put out last.
func (w *Writer[V, M]) Size() (rows, cells int) { return w.size.rows, w.size.cells }

// Publish returns what the topic is to hold so that readers have the map; head makes the record
// of its meta, of which tag is the digest. If there is more, what is returned is the beginning,
// which readers do not show yet, and Publish is to be called again, with this map or another.
func (w *Writer[V, M]) Publish(m M, head func(tag string) *V) (out []Record[V], more bool) {
	w.begin()
	limit := w.limits.Inline
	if w.table.head != nil && !w.table.head.inline {
		limit -= limit / 4 // so that a map near the limit does not change its form all the time
	}
	if w.source.octets(m, limit) <= limit {
		w.publishWhole(m, head)
	} else {
		more = w.publishParts(m, head)
	}
	w.settled = !more
	return w.flush(), more
}

// Published reports whether the topic holds the map that was to be published last, with this meta.
func (w *Writer[V, M]) Published(head func(tag string) *V) bool {
	held := w.table.head
	if !w.settled || held == nil {
		return false
	}
	d := held.digest
	if held.inline {
		d = w.digestOf(held.record)
	}
	return w.source.same(head(d.sum), held.record)
}

// Withdraw returns what the topic is to hold so that there is no such map.
func (w *Writer[V, M]) Withdraw(reason string) []Record[V] {
	w.begin()
	w.withdraw(reason)
	return w.flush()
}

func (w *Writer[V, M]) begin() {
	w.problem = ""
	if w.restored {
		return
	}
	w.restored, w.ages = true, newAges(w.parts)
	h := w.table.head
	lost := h != nil && !h.inline && h.version == w.version && !w.whole()
	foreign := func(slot string) bool { return w.slots[slot] > 0 && slot != slotKey(w.slots[slot], w.limits.Slots) }
	if w.damaged || lost || slices.ContainsFunc(slices.Collect(maps.Keys(w.slots)), foreign) {
		w.repair = w.version + 1
	}
}

// put puts a record out.
func (w *Writer[V, M]) put(rest string, v *V, reason string) {
	w.out = append(w.out, Record[V]{w.id + rest, v, reason})
	w.take(rest, v)
}

// putPart puts out a row; nil = it is gone.
func (w *Writer[V, M]) putPart(row string, v *V) {
	w.ages.replaced(w.parts[row])
	w.put("|"+row, v, "")
}

// putDelta puts out the changes of rows.
func (w *Writer[V, M]) putDelta(rows []string, version int64, v *V) {
	w.put("|"+slotKey(version, w.limits.Slots), v, "")
	for _, row := range rows {
		if p := w.parts[row]; p.since == version {
			w.ages.add(row, p)
		}
	}
}

func (w *Writer[V, M]) flush() []Record[V] {
	out := w.out
	w.out = nil
	return out
}

func (w *Writer[V, M]) publishWhole(m M, head func(string) *V) {
	d, cells := w.source.digestIn(m)
	w.size = size{d.rows, cells}
	v, held := head(d.sum), w.table.head
	if held == nil || !held.inline || w.digestOf(held.record) != d || !w.source.same(v, held.record) {
		w.source.fill(v, m)
		w.put("", v, "")
		w.inline = inlined[V]{v, d}
	}
	w.clear()
}

// digestOf is the digest of a record that is a whole map.
func (w *Writer[V, M]) digestOf(record *V) digest {
	if w.inline.record != record {
		w.inline = inlined[V]{record, w.source.digestOf(record)}
	}
	return w.inline.digest
}

func (w *Writer[V, M]) withdraw(reason string) {
	if w.table.head != nil {
		w.put("", nil, reason)
	}
	w.clear()
}

// clear takes parts and deltas away.
func (w *Writer[V, M]) clear() {
	for _, row := range slices.Sorted(maps.Keys(w.parts)) {
		w.putPart(row, nil)
	}
	for _, slot := range slices.Sorted(maps.Keys(w.slots)) {
		w.put("|"+slot, nil, "")
	}
	w.repair = 0
}

func (w *Writer[V, M]) publishParts(m M, head func(string) *V) (more bool) {
	differences := w.source.compare(m)
	for _, d := range differences {
		if d.part > w.limits.Record {
			w.problem = fmt.Sprintf("too-large: the record of %s takes %d bytes, limit %d", d.row, d.part, w.limits.Record)
			w.withdraw(w.problem)
			return false
		}
	}
	p := w.plan(m, differences)
	version := w.version + 1
	for n, octets := 0, 0; n < len(p.parts); n++ {
		if octets > w.limits.Flush {
			w.source.settle(m, slices.Concat(append(p.deltas, p.parts[n:])...))
			if w.behind += n; w.behind > 2*w.source.rowsIn(m) {
				w.problem = fmt.Sprintf("it changes faster than it is published: since the last head each of %d PIDs was written twice", w.source.rowsIn(m))
			}
			return true
		}
		size, _ := w.source.has(m, p.parts[n])
		octets += size
		w.putPart(p.parts[n], w.source.part(m, p.parts[n], version))
	}
	for _, row := range w.gone(m) {
		w.putPart(row, nil)
	}
	for i, rows := range p.deltas {
		at := version + int64(i)
		w.putDelta(rows, at, w.source.delta(m, rows, at))
	}
	w.repaired()
	w.putHead(head)
	w.behind = 0
	w.source.settle(m, nil)
	return false
}

// gone returns the rows that have a part and are not in the map, sorted.
func (w *Writer[V, M]) gone(m M) (rows []string) {
	if len(w.parts) == w.source.rowsIn(m) {
		return nil // each row of the map has one by now
	}
	for row := range w.parts {
		if _, ok := w.source.has(m, row); !ok {
			rows = append(rows, row)
		}
	}
	slices.Sort(rows)
	return rows
}

// repaired takes deltas away that no row needs any more, now that all are written anew.
func (w *Writer[V, M]) repaired() {
	if w.repair == 0 {
		return
	}
	for _, slot := range slices.Sorted(maps.Keys(w.slots)) {
		if w.slots[slot] < w.repair {
			w.put("|"+slot, nil, "")
		}
	}
	w.repair = 0
}

func (w *Writer[V, M]) putHead(head func(string) *V) {
	d := w.source.digest()
	w.size = size{d.rows, w.source.cells()}
	v, held := head(d.sum), w.table.head
	if len(w.out) == 0 && held != nil && !held.inline && held.digest == d && w.source.same(v, held.record) {
		return
	}
	w.source.head(v, w.version, &schemas.Parts{Count: int32(d.rows), Digest: d.sum})
	w.put("", v, "")
}
