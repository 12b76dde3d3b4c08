package bgpls

import (
	"encoding/binary"
	"net/netip"
)

// encoder writes TLVs in ascending order, the unknown ones between the others.
type encoder struct {
	b       []byte
	unknown []TLV // those not written yet, ascending
}

// done writes the unknown TLVs that are left.
func (e *encoder) done() []byte {
	for i := range e.unknown {
		e.b = e.unknown[i].append(e.b)
	}
	return e.b
}

func (t *TLV) append(b []byte) []byte {
	b = append(b, byte(t.Type>>8), byte(t.Type), byte(len(t.Value)>>8), byte(len(t.Value)))
	return append(b, t.Value...)
}

// open writes the header of a TLV, and before it the unknown TLVs of lower types.
func (e *encoder) open(typ uint16) (start int) {
	for len(e.unknown) > 0 && e.unknown[0].Type < typ {
		e.b = e.unknown[0].append(e.b)
		e.unknown = e.unknown[1:]
	}
	e.b = append(e.b, byte(typ>>8), byte(typ), 0, 0)
	return len(e.b)
}

// end sets the length of the TLV whose value starts at start.
func (e *encoder) end(start int) {
	binary.BigEndian.PutUint16(e.b[start-2:], uint16(len(e.b)-start))
}

// put appends a value as octets.
type put[T any] func(b []byte, x *T) []byte

func putOptional[T any](e *encoder, typ uint16, x *T, put put[T]) {
	if x == nil {
		return
	}
	start := e.open(typ)
	e.b = put(e.b, x)
	e.end(start)
}

func putRepeated[T any](e *encoder, typ uint16, xs []T, put put[T]) {
	for i := range xs {
		putOptional(e, typ, &xs[i], put)
	}
}

func putList[T any](e *encoder, typ uint16, xs []T, put put[T]) {
	if xs == nil {
		return
	}
	start := e.open(typ)
	for i := range xs {
		e.b = put(e.b, &xs[i])
	}
	e.end(start)
}

func putAddress(e *encoder, typ uint16, a *netip.Addr) {
	if a.IsValid() {
		putOptional(e, typ, a, appendIP)
	}
}

func putOctets(e *encoder, typ uint16, v []byte) {
	if v != nil {
		start := e.open(typ)
		e.b = append(e.b, v...)
		e.end(start)
	}
}

func putPresence(e *encoder, typ uint16, said bool) {
	if said {
		e.open(typ)
	}
}
