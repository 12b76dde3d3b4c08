package bgpls

import (
	"encoding/binary"
	"fmt"
)

// SID is a segment identifier (RFC 9085 §2.1.1): a label of 20 bits in three
// octets, or an index of 32 bits in four.
type SID struct {
	Value uint32
	Label bool
}

// SRCapabilities is TLV 1034 (RFC 9085 §2.1.2).
type SRCapabilities struct {
	Flags  uint8 // IS-IS: 0x80 MPLS IPv4, 0x40 MPLS IPv6
	Ranges []SIDRange
}

// SIDRange is a range of the SR global block.
type SIDRange struct {
	First SID
	Size  uint32 // number of labels or SIDs, 24 bits
}

// AdjacencySID is TLV 1099 (RFC 9085 §2.2.1).
type AdjacencySID struct {
	Flags  uint8 // of the IGP
	Weight uint8
	SID    SID
}

// PrefixSID is TLV 1158 (RFC 9085 §2.3.1).
type PrefixSID struct {
	Flags     uint8 // of the IGP
	Algorithm uint8
	SID       SID
}

var (
	srCapabilitiesForm = form[SRCapabilities]{get: srCapabilities, put: appendSRCapabilities}

	adjacencySIDForm = form[AdjacencySID]{
		get: func(v []byte) (AdjacencySID, error) {
			flags, weight, sid, err := igpSID(v)
			return AdjacencySID{flags, weight, sid}, err
		},
		put: func(b []byte, s AdjacencySID) []byte { return appendSID(append(b, s.Flags, s.Weight, 0, 0), s.SID) },
	}
	prefixSIDForm = form[PrefixSID]{
		get: func(v []byte) (PrefixSID, error) {
			flags, algorithm, sid, err := igpSID(v)
			return PrefixSID{flags, algorithm, sid}, err
		},
		put: func(b []byte, s PrefixSID) []byte { return appendSID(append(b, s.Flags, s.Algorithm, 0, 0), s.SID) },
	}
)

func sid(v []byte) (SID, error) {
	switch len(v) {
	case 3:
		return SID{Value: uint24(v) & 0xfffff, Label: true}, nil
	case 4:
		return SID{Value: binary.BigEndian.Uint32(v)}, nil
	}
	return SID{}, errLength(len(v), "3 or 4")
}

func appendSID(b []byte, s SID) []byte {
	if s.Label {
		return appendUint24(b, s.Value)
	}
	return binary.BigEndian.AppendUint32(b, s.Value)
}

// igpSID reads what adjacency and prefix SIDs have in common: flags, an octet of
// their own, two reserved octets and the SID.
func igpSID(v []byte) (flags, octet uint8, s SID, err error) {
	if len(v) != 7 && len(v) != 8 {
		return 0, 0, SID{}, errLength(len(v), "7 or 8")
	}
	s, err = sid(v[4:])
	return v[0], v[1], s, err
}

// srCapabilities reads flags, a reserved octet, and ranges: a size of three octets
// and the first SID as a TLV.
func srCapabilities(v []byte) (c SRCapabilities, err error) {
	const rangeSize = 3
	if len(v) < 2+rangeSize {
		return c, errLength(len(v), "a range at least")
	}
	c.Flags = v[0]
	for rest := v[2:]; len(rest) > 0; {
		if len(rest) < rangeSize {
			return c, errTruncated(rangeSize, len(rest))
		}
		inner := cursor{rest: rest[rangeSize:]}
		first, err := inner.next()
		if err != nil {
			return c, err
		}
		if first.typ != TLVSIDLabel {
			return c, fmt.Errorf("%w: tlv %d in a range, want %d", ErrValue, first.typ, TLVSIDLabel)
		}
		s, err := sid(first.value)
		if err != nil {
			return c, err
		}
		c.Ranges = append(c.Ranges, SIDRange{First: s, Size: uint24(rest)})
		rest = inner.rest
	}
	return c, nil
}

func appendSRCapabilities(b []byte, c SRCapabilities) []byte {
	b = append(b, c.Flags, 0)
	for _, r := range c.Ranges {
		b = appendTLV(appendUint24(b, r.Size), TLVSIDLabel, r.First, appendSID)
	}
	return b
}
