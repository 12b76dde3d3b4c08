package bgpls

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// TLV is a type-length-value (RFC 9552 §5.1) that is kept as it came.
type TLV struct {
	Type  uint16
	Value []byte
}

// tlv is a part of an UPDATE body: a path attribute, an NLRI or a TLV.
type tlv struct {
	typ    uint16
	value  []byte
	offset int // of the header in the UPDATE body
	header int // octets of the header
}

func (t tlv) keep() TLV { return TLV{Type: t.typ, Value: bytes.Clone(t.value)} }

// cursor reads the parts of an UPDATE body one after the other.
type cursor struct {
	rest   []byte
	offset int // of rest in the UPDATE body
}

func (c *cursor) more() bool { return len(c.rest) > 0 }

// next reads a part with two octets of type and two of length: a TLV or an NLRI.
func (c *cursor) next() (tlv, error) {
	if len(c.rest) < 4 {
		return tlv{}, errTruncated(4, len(c.rest))
	}
	return c.take(binary.BigEndian.Uint16(c.rest), 4, int(binary.BigEndian.Uint16(c.rest[2:])))
}

// take reads a part whose header is read already.
func (c *cursor) take(typ uint16, header, length int) (tlv, error) {
	if left := len(c.rest) - header; length > left {
		return tlv{}, errTruncated(length, left)
	}
	t := tlv{typ: typ, value: c.rest[header : header+length], offset: c.offset, header: header}
	c.rest = c.rest[header+length:]
	c.offset += header + length
	return t, nil
}

// within is a cursor over the value of a part, after skip octets of it.
func (t tlv) within(skip int) cursor {
	return cursor{rest: t.value[skip:], offset: t.offset + t.header + skip}
}

// ascending brings TLVs into the order of RFC 9552 §5.1; equal types keep theirs.
func ascending(unknown []TLV) []TLV {
	slices.SortStableFunc(unknown, func(a, b TLV) int { return cmp.Compare(a.Type, b.Type) })
	return unknown
}

// appendTLV appends a TLV whose value is written by put.
func appendTLV[T any](b []byte, typ uint16, x T, put func([]byte, T) []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, typ)
	start := len(b)
	b = put(append(b, 0, 0), x)
	binary.BigEndian.PutUint16(b[start:], uint16(len(b)-start-2))
	return b
}

func appendOctets(b, octets []byte) []byte { return append(b, octets...) }
