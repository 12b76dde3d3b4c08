package versioned

import (
	"strconv"

	"github.com/altostream/altostream/schemas"
)

// rows are the rows of a map of one kind, with records V.
type rows[V any] interface {
	// frame returns what records of both kinds have.
	frame(v *V) frame
	// set makes a row what a part says; it reports false, and does nothing, if that does not
	// say anything of the row.
	set(row string, part *V) bool
	drop(row string)
	// change changes the rows of a delta that applies allows.
	change(delta *V, applies func(row string) bool)
	// digest is the digest of the rows, and their number.
	digest() digest
	// cells is how many costs, or prefixes, the rows have.
	cells() int
}

// frame is what records of both kinds have.
type frame struct {
	meta, body, delta bool
	version           *int64
	parts             *schemas.Parts
}

// digest is what must be reached.
type digest struct {
	sum  string
	rows int
}

// table is what a topic holds of one map, as told record by record in the order of the
// topic.
type table[V any] struct {
	rows    rows[V]
	parts   map[string]*part // the rows that have a part
	slots   map[string]int64 // key of a delta (~<slot>) → its version
	version int64            // the highest so far
	head    *head[V]         // nil = there is none
	damaged bool             // a record could not be read, or makes no sense
}

// part is the version at which a row was written whole, 0 = that cannot be read, and the version
// of the first delta after it that has the row, 0 = none has.
type part struct{ version, since int64 }

// head is the record under the resource id.
type head[V any] struct {
	record  *V
	inline  bool // it is the whole map; then it has neither version nor digest
	bad     bool // it is neither that nor a head
	version int64
	digest  digest
}

func newTable[V any](r rows[V]) *table[V] {
	return &table[V]{rows: r, parts: map[string]*part{}, slots: map[string]int64{}}
}

// slotMark begins the rest of a delta's key; no PID has it in its name (RFC 7285 §10.1).
const slotMark = '~'

func slotKey(version, slots int64) string {
	return string(slotMark) + strconv.FormatInt(version%slots, 10)
}

// take takes a record by the rest of its key, after the resource id; nil = gone.
func (t *table[V]) take(rest string, v *V) {
	if v != nil {
		if f := t.rows.frame(v); f.version != nil {
			t.version = max(t.version, *f.version)
		}
	}
	switch {
	case rest == "":
		t.takeHead(v)
	case rest[1] == slotMark:
		t.takeDelta(rest[1:], v)
	default:
		t.takePart(rest[1:], v)
	}
}

func (t *table[V]) takeHead(v *V) {
	t.head = nil
	if v == nil {
		return
	}
	f := t.rows.frame(v)
	switch {
	case f.meta && f.body:
		t.head = &head[V]{record: v, inline: true}
	case f.meta && f.parts != nil && f.version != nil:
		t.head = &head[V]{record: v, version: *f.version, digest: digest{f.parts.Digest, int(f.parts.Count)}}
	default:
		t.head, t.damaged = &head[V]{record: v, bad: true}, true
	}
}

func (t *table[V]) takePart(row string, v *V) {
	if v == nil {
		delete(t.parts, row)
		t.rows.drop(row)
		return
	}
	if f := t.rows.frame(v); f.version != nil && t.rows.set(row, v) {
		t.parts[row] = &part{version: *f.version}
		return
	}
	t.parts[row], t.damaged = &part{}, true
	t.rows.drop(row)
}

func (t *table[V]) takeDelta(slot string, v *V) {
	if v == nil {
		delete(t.slots, slot)
		return
	}
	f := t.rows.frame(v)
	if f.version == nil || !f.delta {
		t.damaged, t.slots[slot] = true, 0
		return
	}
	t.slots[slot] = *f.version
	t.rows.change(v, func(row string) bool {
		p := t.parts[row]
		if p == nil || p.version == 0 || p.version >= *f.version {
			return false
		}
		if p.since == 0 {
			p.since = *f.version
		}
		return true
	})
}

// whole reports whether the rows are those of the head.
func (t *table[V]) whole() bool {
	return t.head != nil && !t.head.inline && !t.head.bad && t.head.digest == t.rows.digest()
}
