package bgpls

import (
	"cmp"
	"slices"
)

// TLV is a type-length-value (RFC 9552 §5.1) that is kept as it came.
type TLV struct {
	Type  uint16
	Value []byte
}

// part is a part of an UPDATE body: a path attribute, or what an error is about.
type part struct {
	value  []byte
	offset int // of the header in the UPDATE body
	typ    uint16
	header uint8 // octets of the header
	flags  uint8 // of a path attribute
}

// tlvHeader is the octets of type and length (RFC 9552 §5.1).
const tlvHeader = 4

// ascending brings TLVs into the order of RFC 9552 §5.1; equal types keep theirs.
func ascending(unknown []TLV) []TLV {
	if len(unknown) < 2 {
		return unknown
	}
	slices.SortStableFunc(unknown, func(a, b TLV) int { return cmp.Compare(a.Type, b.Type) })
	return unknown
}
