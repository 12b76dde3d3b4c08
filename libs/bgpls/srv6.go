package bgpls

import (
	"encoding/binary"
	"net/netip"
)

// SRv6 holds what is said of segment routing over IPv6 (RFC 9514).
type SRv6 struct {
	Capabilities     *uint16               // TLV 1038, nodes: 0x4000 O-flag (RFC 9259)
	EndXSIDs         []SRv6EndXSID         // TLV 1106, links
	ISISLANEndXSIDs  []SRv6LANEndXSID      // TLV 1107, links
	OSPFLANEndXSIDs  []SRv6LANEndXSID      // TLV 1108, links
	Locators         []SRv6Locator         // TLV 1162, prefixes
	EndpointBehavior *SRv6EndpointBehavior // TLV 1250, SIDs
	PeerNode         *SRv6PeerNode         // TLV 1251, SIDs
	SIDStructure     *SRv6SIDStructure     // TLV 1252, SIDs
}

// SRv6EndXSID is TLV 1106 (RFC 9514 §4.1).
type SRv6EndXSID struct {
	EndpointBehavior uint16 // code point of RFC 8986 §10.2
	Flags            uint8  // IS-IS, OSPFv3: 0x80 backup, 0x40 set, 0x20 persistent
	Algorithm        uint8
	Weight           uint8
	SID              netip.Addr
	Structure        *SRv6SIDStructure // TLV 1252
	Unknown          []TLV             // further TLVs, ascending
}

// SRv6LANEndXSID is TLV 1107 or 1108 (RFC 9514 §4.2).
type SRv6LANEndXSID struct {
	Neighbor []byte // 1107: IS-IS system id, 6 octets; 1108: OSPFv3 router id, 4 octets
	SRv6EndXSID
}

// SRv6Locator is TLV 1162 (RFC 9514 §5.1).
type SRv6Locator struct {
	Flags     uint8 // IS-IS: 0x80 down
	Algorithm uint8
	Metric    uint32
	Unknown   []TLV // TLVs inside, ascending; none is defined
}

// SRv6EndpointBehavior is TLV 1250 (RFC 9514 §7.1).
type SRv6EndpointBehavior struct {
	Behavior  uint16 // code point of RFC 8986 §10.2
	Flags     uint8
	Algorithm uint8
}

// SRv6PeerNode is TLV 1251 (RFC 9514 §7.2).
type SRv6PeerNode struct {
	Flags    uint8 // 0x80 backup, 0x40 set, 0x20 persistent
	Weight   uint8
	ASN      uint32
	RouterID netip.Addr // BGP identifier, IPv4
}

// SRv6SIDStructure is TLV 1252: lengths in bits (RFC 9514 §8).
type SRv6SIDStructure struct {
	LocatorBlockBits uint8
	LocatorNodeBits  uint8
	FunctionBits     uint8
	ArgumentBits     uint8
}

func (s *SRv6) decode(m *memory, typ uint16, v []byte) error {
	switch typ {
	case TLVSRv6Capabilities:
		return optional(m, &m.uint16s, &s.Capabilities, v, readSRv6Capabilities)
	case TLVSRv6EndXSID:
		return repeated(m, &m.endXSIDs, &s.EndXSIDs, v, readEndXSID)
	case TLVSRv6LANEndXSIDISIS:
		return repeated(m, &m.lanEndXSIDs, &s.ISISLANEndXSIDs, v, readISISLANEndXSID)
	case TLVSRv6LANEndXSIDOSPFv3:
		return repeated(m, &m.lanEndXSIDs, &s.OSPFLANEndXSIDs, v, readOSPFLANEndXSID)
	case TLVSRv6Locator:
		return repeated(m, &m.locators, &s.Locators, v, readSRv6Locator)
	case TLVSRv6EndpointBehavior:
		return optional(m, &m.behaviors, &s.EndpointBehavior, v, readEndpointBehavior)
	case TLVSRv6PeerNode:
		return optional(m, &m.peerNodes, &s.PeerNode, v, readSRv6PeerNode)
	case TLVSRv6SIDStructure:
		return optional(m, &m.sidStructures, &s.SIDStructure, v, readSIDStructure)
	}
	return errNoRoom
}

// readSRv6Capabilities reads flags and two reserved octets.
func readSRv6Capabilities(_ *memory, x *uint16, v []byte) error {
	if err := sized(v, 4); err != nil {
		return err
	}
	*x = binary.BigEndian.Uint16(v)
	return nil
}

func appendSRv6Capabilities(b []byte, x *uint16) []byte {
	return append(binary.BigEndian.AppendUint16(b, *x), 0, 0)
}

func readEndXSID(m *memory, s *SRv6EndXSID, v []byte) error { return s.read(m, v, nil, 0) }

func appendEndXSID(b []byte, s *SRv6EndXSID) []byte { return s.append(b, nil) }

func readISISLANEndXSID(m *memory, s *SRv6LANEndXSID, v []byte) error {
	return s.read(m, v, &s.Neighbor, 6)
}

func readOSPFLANEndXSID(m *memory, s *SRv6LANEndXSID, v []byte) error {
	return s.read(m, v, &s.Neighbor, 4)
}

func appendLANEndXSID(b []byte, s *SRv6LANEndXSID) []byte { return s.append(b, s.Neighbor) }

// read reads the endpoint behavior, flags, algorithm, weight, a reserved octet, on a
// LAN the neighbor of some octets, the SID, and TLVs.
func (s *SRv6EndXSID) read(m *memory, v []byte, neighbor *[]byte, size int) (err error) {
	const before = 6
	fixed := before + size + 16
	if err := atLeast(v, fixed); err != nil {
		return err
	}
	s.EndpointBehavior = binary.BigEndian.Uint16(v)
	s.Flags, s.Algorithm, s.Weight = v[2], v[3], v[4]
	if size > 0 {
		*neighbor = m.clone(v[before : before+size])
	}
	s.SID = netip.AddrFrom16([16]byte(v[before+size:]))
	s.Unknown, err = m.fill(s, v[fixed:])
	return err
}

func (s *SRv6EndXSID) decode(m *memory, typ uint16, v []byte) error {
	if typ == TLVSRv6SIDStructure {
		return optional(m, &m.sidStructures, &s.Structure, v, readSIDStructure)
	}
	return errNoRoom
}

func (s *SRv6EndXSID) append(b, neighbor []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, s.EndpointBehavior)
	b = append(b, s.Flags, s.Algorithm, s.Weight, 0)
	e := encoder{appendIP(append(b, neighbor...), &s.SID), s.Unknown}
	putOptional(&e, TLVSRv6SIDStructure, s.Structure, appendSIDStructure)
	return e.done()
}

// readSRv6Locator reads flags, algorithm, two reserved octets, the metric, and TLVs.
func readSRv6Locator(m *memory, l *SRv6Locator, v []byte) (err error) {
	const fixed = 8
	if err := atLeast(v, fixed); err != nil {
		return err
	}
	l.Flags, l.Algorithm, l.Metric = v[0], v[1], binary.BigEndian.Uint32(v[4:])
	l.Unknown, err = m.fill(l, v[fixed:])
	return err
}

func (l *SRv6Locator) decode(*memory, uint16, []byte) error { return errNoRoom }

func appendSRv6Locator(b []byte, l *SRv6Locator) []byte {
	b = binary.BigEndian.AppendUint32(append(b, l.Flags, l.Algorithm, 0, 0), l.Metric)
	e := encoder{b, l.Unknown}
	return e.done()
}

func readEndpointBehavior(_ *memory, x *SRv6EndpointBehavior, v []byte) error {
	if err := sized(v, 4); err != nil {
		return err
	}
	*x = SRv6EndpointBehavior{binary.BigEndian.Uint16(v), v[2], v[3]}
	return nil
}

func appendEndpointBehavior(b []byte, x *SRv6EndpointBehavior) []byte {
	return append(binary.BigEndian.AppendUint16(b, x.Behavior), x.Flags, x.Algorithm)
}

// readSRv6PeerNode reads flags, weight, two reserved octets, ASN and BGP identifier.
func readSRv6PeerNode(_ *memory, p *SRv6PeerNode, v []byte) error {
	if err := sized(v, 12); err != nil {
		return err
	}
	*p = SRv6PeerNode{v[0], v[1], binary.BigEndian.Uint32(v[4:]), netip.AddrFrom4([4]byte(v[8:]))}
	return nil
}

func appendSRv6PeerNode(b []byte, p *SRv6PeerNode) []byte {
	b = binary.BigEndian.AppendUint32(append(b, p.Flags, p.Weight, 0, 0), p.ASN)
	return appendIP(b, &p.RouterID)
}

func readSIDStructure(_ *memory, s *SRv6SIDStructure, v []byte) error {
	if err := sized(v, 4); err != nil {
		return err
	}
	*s = SRv6SIDStructure{v[0], v[1], v[2], v[3]}
	return nil
}

func appendSIDStructure(b []byte, s *SRv6SIDStructure) []byte {
	return append(b, s.LocatorBlockBits, s.LocatorNodeBits, s.FunctionBits, s.ArgumentBits)
}
