package bgpls

import "encoding/binary"

// SID is a segment identifier (RFC 9085 §2.1.1): a label of 20 bits in three
// octets, or an index of 32 bits in four.
type SID struct {
	Value uint32
	Label bool
}

// AdjacencySID is TLV 1099 (RFC 9085 §2.2.1).
type AdjacencySID struct {
	Flags  uint8 // of the IGP
	Weight uint8
	SID    SID
}

// LANAdjacencySID is TLV 1100 (RFC 9085 §2.2.2).
type LANAdjacencySID struct {
	Flags    uint8 // of the IGP
	Weight   uint8
	Neighbor []byte // OSPF: router id, 4 octets; IS-IS: system id, 6 octets
	SID      SID
}

// PrefixSID is TLV 1158 (RFC 9085 §2.3.1).
type PrefixSID struct {
	Flags     uint8 // of the IGP
	Algorithm uint8
	SID       SID
}

// PrefixRange is TLV 1159: a run of prefixes, from that of the NLRI on, and the SIDs
// of the first one (RFC 9085 §2.3.5).
type PrefixRange struct {
	Flags      uint8 // of the IGP
	Size       uint16
	PrefixSIDs []PrefixSID // TLV 1158
	Unknown    []TLV       // further TLVs, ascending
}

// EgressPeer holds the BGP peering segments of a link (RFC 9086 §5).
type EgressPeer struct {
	NodeSIDs      []PeerSID // TLV 1101
	AdjacencySIDs []PeerSID // TLV 1102
	SetSIDs       []PeerSID // TLV 1103
}

// PeerSID is TLV 1101, 1102 or 1103 (RFC 9086 §5).
type PeerSID struct {
	Flags  uint8 // 0x80 value, 0x40 local, 0x20 backup, 0x10 persistent
	Weight uint8
	SID    SID
}

func (p *EgressPeer) decode(m *memory, typ uint16, v []byte) error {
	switch typ {
	case TLVPeerNodeSID:
		return repeated(m, &m.peerSIDs, &p.NodeSIDs, v, readPeerSID)
	case TLVPeerAdjacencySID:
		return repeated(m, &m.peerSIDs, &p.AdjacencySIDs, v, readPeerSID)
	case TLVPeerSetSID:
		return repeated(m, &m.peerSIDs, &p.SetSIDs, v, readPeerSID)
	}
	return errNoRoom
}

func (p *EgressPeer) encode(e *encoder) {
	putRepeated(e, TLVPeerNodeSID, p.NodeSIDs, appendPeerSID)
	putRepeated(e, TLVPeerAdjacencySID, p.AdjacencySIDs, appendPeerSID)
	putRepeated(e, TLVPeerSetSID, p.SetSIDs, appendPeerSID)
}

func (s *SID) read(v []byte) error {
	switch len(v) {
	case 3:
		*s = SID{Value: uint24(v) & 0xfffff, Label: true}
		return nil
	case 4:
		*s = SID{Value: binary.BigEndian.Uint32(v)}
		return nil
	}
	return errLength(len(v), "3 or 4")
}

func appendSID(b []byte, s *SID) []byte {
	if s.Label {
		return appendUint24(b, s.Value)
	}
	return binary.BigEndian.AppendUint32(b, s.Value)
}

// weightedSID reads what adjacency, peer and prefix SIDs have in common: flags, an
// octet of their own, two reserved octets and the SID.
func weightedSID(v []byte, flags, octet *uint8, s *SID) error {
	if len(v) != 7 && len(v) != 8 {
		return errLength(len(v), "7 or 8")
	}
	*flags, *octet = v[0], v[1]
	return s.read(v[4:])
}

func readAdjacencySID(_ *memory, s *AdjacencySID, v []byte) error {
	return weightedSID(v, &s.Flags, &s.Weight, &s.SID)
}

func appendAdjacencySID(b []byte, s *AdjacencySID) []byte {
	return appendSID(append(b, s.Flags, s.Weight, 0, 0), &s.SID)
}

func readPeerSID(_ *memory, s *PeerSID, v []byte) error {
	return weightedSID(v, &s.Flags, &s.Weight, &s.SID)
}

func appendPeerSID(b []byte, s *PeerSID) []byte {
	return appendSID(append(b, s.Flags, s.Weight, 0, 0), &s.SID)
}

func readPrefixSID(_ *memory, s *PrefixSID, v []byte) error {
	return weightedSID(v, &s.Flags, &s.Algorithm, &s.SID)
}

func appendPrefixSID(b []byte, s *PrefixSID) []byte {
	return appendSID(append(b, s.Flags, s.Algorithm, 0, 0), &s.SID)
}

// readLANAdjacencySID reads flags, weight, two reserved octets, the neighbor and the
// SID; the length tells OSPF and IS-IS neighbors apart.
func readLANAdjacencySID(m *memory, s *LANAdjacencySID, v []byte) error {
	var neighbor int
	switch len(v) {
	case 4 + 4 + 3, 4 + 4 + 4:
		neighbor = 4
	case 4 + 6 + 3, 4 + 6 + 4:
		neighbor = 6
	default:
		return errLength(len(v), "11 to 14")
	}
	s.Flags, s.Weight = v[0], v[1]
	s.Neighbor = m.clone(v[4 : 4+neighbor])
	return s.SID.read(v[4+neighbor:])
}

func appendLANAdjacencySID(b []byte, s *LANAdjacencySID) []byte {
	b = append(b, s.Flags, s.Weight, 0, 0)
	return appendSID(append(b, s.Neighbor...), &s.SID)
}

// readPrefixRange reads flags, a reserved octet, two octets of size, and TLVs.
func readPrefixRange(m *memory, r *PrefixRange, v []byte) (err error) {
	const fixed = 4
	if err := atLeast(v, fixed); err != nil {
		return err
	}
	r.Flags, r.Size = v[0], binary.BigEndian.Uint16(v[2:])
	r.Unknown, err = m.fill(r, v[fixed:])
	return err
}

func (r *PrefixRange) decode(m *memory, typ uint16, v []byte) error {
	if typ == TLVPrefixSID {
		return repeated(m, &m.prefixSIDs, &r.PrefixSIDs, v, readPrefixSID)
	}
	return errNoRoom
}

func appendPrefixRange(b []byte, r *PrefixRange) []byte {
	e := encoder{binary.BigEndian.AppendUint16(append(b, r.Flags, 0), r.Size), r.Unknown}
	putRepeated(&e, TLVPrefixSID, r.PrefixSIDs, appendPrefixSID)
	return e.done()
}
