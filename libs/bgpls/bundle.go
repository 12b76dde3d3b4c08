package bgpls

import "encoding/binary"

// L2BundleMember is TLV 1172: a layer 2 link that is part of a link (RFC 9085
// §2.2.3). Its TLVs hold no further member, so nothing nests deeper than a member's
// application.
type L2BundleMember struct {
	ID uint32 // link local identifier of the member
	LinkMetrics
	MaxLinkBandwidth       *float64          // TLV 1089, bytes/s
	MaxReservableBandwidth *float64          // TLV 1090, bytes/s
	UnreservedBandwidth    *[8]float64       // TLV 1091, bytes/s, priority 0 to 7
	LinkProtection         *uint8            // TLV 1093
	AdjacencySIDs          []AdjacencySID    // TLV 1099
	LANAdjacencySIDs       []LANAdjacencySID // TLV 1100
	EndXSIDs               []SRv6EndXSID     // TLV 1106
	LinkMSDs               []MSD             // TLV 267
	Applications           []ApplicationLink // TLV 1122
	Unknown                []TLV             // further TLVs, ascending
}

// readBundleMember reads the identifier and TLVs.
func readBundleMember(m *memory, l *L2BundleMember, v []byte) (err error) {
	const fixed = 4
	if err := atLeast(v, fixed); err != nil {
		return err
	}
	l.ID = binary.BigEndian.Uint32(v)
	l.Unknown, err = m.fill(l, v[fixed:])
	return err
}

func (l *L2BundleMember) decode(m *memory, typ uint16, v []byte) error {
	switch typ {
	case TLVLinkMSD:
		return list(m, &m.msds, &l.LinkMSDs, v, 2, readMSD)
	case TLVMaxLinkBandwidth:
		return optional(m, &m.bandwidths, &l.MaxLinkBandwidth, v, readBandwidth)
	case TLVMaxReservableBandwidth:
		return optional(m, &m.bandwidths, &l.MaxReservableBandwidth, v, readBandwidth)
	case TLVUnreservedBandwidth:
		return optional(m, &m.unreserved, &l.UnreservedBandwidth, v, readUnreserved)
	case TLVLinkProtection:
		return optional(m, &m.uint8s, &l.LinkProtection, v, readLinkProtection)
	case TLVAdjacencySID:
		return repeated(m, &m.adjacencySIDs, &l.AdjacencySIDs, v, readAdjacencySID)
	case TLVLANAdjacencySID:
		return repeated(m, &m.lanSIDs, &l.LANAdjacencySIDs, v, readLANAdjacencySID)
	case TLVSRv6EndXSID:
		return repeated(m, &m.endXSIDs, &l.EndXSIDs, v, readEndXSID)
	case TLVApplicationLink:
		return repeated(m, &m.applications, &l.Applications, v, readApplicationLink)
	}
	return l.LinkMetrics.decode(m, typ, v)
}

func appendBundleMember(b []byte, l *L2BundleMember) []byte {
	e := encoder{binary.BigEndian.AppendUint32(b, l.ID), l.Unknown}
	putList(&e, TLVLinkMSD, l.LinkMSDs, appendMSD)
	putOptional(&e, TLVAdminGroup, l.AdminGroup, appendUint32)
	putOptional(&e, TLVMaxLinkBandwidth, l.MaxLinkBandwidth, appendBandwidth)
	putOptional(&e, TLVMaxReservableBandwidth, l.MaxReservableBandwidth, appendBandwidth)
	putOptional(&e, TLVUnreservedBandwidth, l.UnreservedBandwidth, appendUnreserved)
	putOptional(&e, TLVTEMetric, l.TEMetric, appendUint32)
	putOptional(&e, TLVLinkProtection, l.LinkProtection, appendLinkProtection)
	putList(&e, TLVSRLG, l.SRLGs, appendUint32)
	putRepeated(&e, TLVAdjacencySID, l.AdjacencySIDs, appendAdjacencySID)
	putRepeated(&e, TLVLANAdjacencySID, l.LANAdjacencySIDs, appendLANAdjacencySID)
	putRepeated(&e, TLVSRv6EndXSID, l.EndXSIDs, appendEndXSID)
	l.encodePerformance(&e)
	putRepeated(&e, TLVApplicationLink, l.Applications, appendApplicationLink)
	putList(&e, TLVExtendedAdminGroup, l.ExtendedAdminGroup, appendUint32)
	return e.done()
}
