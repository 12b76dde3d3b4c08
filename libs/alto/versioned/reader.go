package versioned

import (
	"maps"

	"github.com/altostream/altostream/schemas"
)

// Reader makes whole maps of the records of a topic, or of some of its partitions. The records
// of a partition must come in their order, from the beginning.
type Reader[V, M any] struct {
	newRows func() readable[V, M]
	tables  map[string]*readTable[V, M]
}

type readTable[V, M any] struct {
	*table[V]
	readable readable[V, M]
}

// readable are rows that readers have as a map M.
type readable[V, M any] interface {
	rows[V]
	// whole returns the rows as a map with the meta of a head; it does not change any more.
	whole(head *V) M
	// inline returns a map that is one record.
	inline(record *V) M
}

// NewCostReader returns a reader of cost_maps.
func NewCostReader() *Reader[CostRecord, *CostMap] {
	return &Reader[CostRecord, *CostMap]{
		newRows: func() readable[CostRecord, *CostMap] { return newCosts() },
		tables:  map[string]*readTable[CostRecord, *CostMap]{},
	}
}

// NewNetworkReader returns a reader of network_maps. A map that it returns has its meta and
// all its PIDs, as a map that is one record has, and must not be changed.
func NewNetworkReader() *Reader[schemas.NetworkMap, *schemas.NetworkMap] {
	return &Reader[schemas.NetworkMap, *schemas.NetworkMap]{
		newRows: func() readable[schemas.NetworkMap, *schemas.NetworkMap] { return newGroups() },
		tables:  map[string]*readTable[schemas.NetworkMap, *schemas.NetworkMap]{},
	}
}

// State is what a record says of a map.
type State int

const (
	// Unchanged says that what was to be shown is still to be shown.
	Unchanged State = iota
	// Shown says that the map is to be shown.
	Shown
	// Gone says that there is no such map any more.
	Gone
)

// Take takes a record; a nil value means that the key is gone, and so does one that cannot be
// read (new(V)). It returns the resource id of the map that the record is about, what is to
// become of what is shown of it, and if that is Shown, the map.
func (r *Reader[V, M]) Take(key string, v *V) (id string, s State, m M) {
	id, rest := ResourceOf(key)
	t := r.tables[id]
	if t == nil {
		own := r.newRows()
		t = &readTable[V, M]{newTable[V](own), own}
		r.tables[id] = t
	}
	t.take(rest, v)
	switch {
	case rest != "":
		s = Unchanged
	case t.head == nil || t.head.bad:
		s = Gone
	case t.head.inline:
		s, m = Shown, t.readable.inline(v)
	case t.whole():
		s, m = Shown, t.readable.whole(v)
	}
	if t.head == nil && len(t.parts) == 0 && len(t.slots) == 0 {
		delete(r.tables, id)
	}
	return id, s, m
}

func (g *groups) whole(head *schemas.NetworkMap) *schemas.NetworkMap {
	m := make(map[string]schemas.EndpointAddressGroup, len(g.rows))
	for pid, row := range g.rows {
		m[pid] = row.EndpointAddressGroup
	}
	return &schemas.NetworkMap{Meta: head.Meta, NetworkMap: m}
}

func (g *groups) inline(record *schemas.NetworkMap) *schemas.NetworkMap {
	return &schemas.NetworkMap{Meta: record.Meta, NetworkMap: maps.Clone(record.NetworkMap)}
}
