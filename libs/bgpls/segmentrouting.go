package bgpls

import (
	"fmt"
	"net/netip"
)

// SegmentRouting holds what is rarely said of segment routing (RFC 9085).
type SegmentRouting struct {
	LocalBlock         *SRLocalBlock     // TLV 1036, nodes
	SRMSPreference     *uint8            // TLV 1037, nodes
	LANAdjacencySIDs   []LANAdjacencySID // TLV 1100, links
	PrefixRanges       []PrefixRange     // TLV 1159, prefixes
	L2BundleMembers    []L2BundleMember  // TLV 1172, links
	SourceOSPFRouterID netip.Addr        // TLV 1174, prefixes: IPv4
}

func (s *SegmentRouting) decode(m *memory, typ uint16, v []byte) error {
	switch typ {
	case TLVSRLocalBlock:
		return optional(m, &m.srLocalBlocks, &s.LocalBlock, v, readSRLocalBlock)
	case TLVSRMSPreference:
		return optional(m, &m.uint8s, &s.SRMSPreference, v, readUint8)
	case TLVLANAdjacencySID:
		return repeated(m, &m.lanSIDs, &s.LANAdjacencySIDs, v, readLANAdjacencySID)
	case TLVPrefixRange:
		return repeated(m, &m.prefixRanges, &s.PrefixRanges, v, readPrefixRange)
	case TLVL2BundleMember:
		return repeated(m, &m.bundleMembers, &s.L2BundleMembers, v, readBundleMember)
	case TLVSourceOSPFRouterID:
		return address(&s.SourceOSPFRouterID, v, 4)
	}
	return errNoRoom
}

// SRCapabilities is TLV 1034, with the SR global block (RFC 9085 §2.1.2).
type SRCapabilities struct {
	Flags  uint8 // IS-IS: 0x80 MPLS IPv4, 0x40 MPLS IPv6
	Ranges []SIDRange
}

// SRLocalBlock is TLV 1036 (RFC 9085 §2.1.4).
type SRLocalBlock struct {
	Flags  uint8
	Ranges []SIDRange
}

// SIDRange is a range of an SR global or local block.
type SIDRange struct {
	First SID
	Size  uint32 // number of labels or SIDs, 24 bits
}

// readSRCapabilities reads flags, a reserved octet, and ranges: a size of three octets
// and the first SID as a TLV.
func readSRCapabilities(m *memory, c *SRCapabilities, v []byte) error {
	const rangeSize = 3
	if len(v) < 2+rangeSize {
		return errLength(len(v), "a range at least")
	}
	c.Flags = v[0]
	for rest := v[2:]; len(rest) > 0; {
		if err := atLeast(rest, rangeSize); err != nil {
			return err
		}
		inner := rest[rangeSize:]
		typ, end, err := frame(inner)
		if err != nil {
			return err
		}
		if typ != TLVSIDLabel {
			return fmt.Errorf("%w: tlv %d in a range, want %d", ErrValue, typ, TLVSIDLabel)
		}
		c.Ranges = m.sidRanges.extend(c.Ranges)
		r := &c.Ranges[len(c.Ranges)-1]
		r.Size = uint24(rest)
		if err := r.First.read(inner[tlvHeader:end]); err != nil {
			return err
		}
		rest = inner[end:]
	}
	return nil
}

func appendSRCapabilities(b []byte, c *SRCapabilities) []byte {
	e := encoder{b: append(b, c.Flags, 0)}
	for i := range c.Ranges {
		e.b = appendUint24(e.b, c.Ranges[i].Size)
		putOptional(&e, TLVSIDLabel, &c.Ranges[i].First, appendSID)
	}
	return e.b
}

func readSRLocalBlock(m *memory, l *SRLocalBlock, v []byte) error {
	return readSRCapabilities(m, (*SRCapabilities)(l), v)
}

func appendSRLocalBlock(b []byte, l *SRLocalBlock) []byte {
	return appendSRCapabilities(b, (*SRCapabilities)(l))
}
