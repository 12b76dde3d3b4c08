package bgpingest

import (
	"bytes"
	"fmt"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/schemas"
)

// recordEncoder encodes records, those of objects in two parts, so that what an UPDATE
// says of all its objects is encoded once. The fields of a record follow each other
// without any frame (Avro 1.11 §Records): first those that say which object it is, then,
// from `attributes` on, those that say what was told of it.
type recordEncoder struct {
	serde  *avro.Serde[schemas.RawTopology]
	start  int // where the second part begins in a record of nothing
	length int // of the second part if nothing was told; 0 = not measured yet

	room   []byte              // of the last record
	record schemas.RawTopology // of the last object
}

// encode encodes a record, into memory that is used again. The schema was made for it.
func (e *recordEncoder) encode(r *schemas.RawTopology) []byte {
	b, err := e.serde.Append(e.room[:0], r)
	if err != nil {
		panic(fmt.Sprintf("a record of %s does not fit its schema: %v", schemas.RawTopologyTopic, err))
	}
	e.room = b
	return b
}

// whole encodes a record.
func (e *recordEncoder) whole(r *schemas.RawTopology) avro.Encoded { return bytes.Clone(e.encode(r)) }

// measure finds where the second part begins: one octet before attributes_lost, since no
// attributes are one octet.
func (e *recordEncoder) measure() {
	nothing, lost := e.whole(&schemas.RawTopology{}), e.whole(&schemas.RawTopology{AttributesLost: true})
	for i := range nothing {
		if nothing[i] != lost[i] {
			e.start, e.length = i-1, len(nothing)-(i-1)
			return
		}
	}
}

// told encodes what an UPDATE says of its objects.
func (e *recordEncoder) told(a *bgpls.Attributes, lost bool) []byte {
	if e.length == 0 {
		e.measure()
	}
	e.record = schemas.RawTopology{}
	e.tell(a, lost)
	return bytes.Clone(e.encode(&e.record)[e.start:])
}

// tell adds to the record what was told of the object.
func (e *recordEncoder) tell(a *bgpls.Attributes, lost bool) {
	e.record.Attributes, e.record.AttributesLost = attributes(a), lost
	if a != nil {
		e.record.UnknownTLVs = tlvs(a.Unknown)
	}
}

// object encodes the record of an object, of which told is what was told.
func (e *recordEncoder) object(topology, source string, n *bgpls.NLRI, told []byte) avro.Encoded {
	e.record = record(topology, source, n)
	b := e.encode(&e.record)
	b = b[:len(b)-e.length]
	whole := make(avro.Encoded, 0, len(b)+len(told))
	return append(append(whole, b...), told...)
}

// only encodes the record of the only object of an UPDATE.
func (e *recordEncoder) only(topology, source string, n *bgpls.NLRI, a *bgpls.Attributes, lost bool) avro.Encoded {
	e.record = record(topology, source, n)
	e.tell(a, lost)
	return e.whole(&e.record)
}
