package bgpls

import (
	"encoding/binary"
	"net/netip"
)

// NodeDescriptor holds the node descriptors (RFC 9552 §5.2.1.4).
type NodeDescriptor struct {
	ASN         *uint32    // TLV 512
	BGPLSID     *uint32    // TLV 513
	OSPFAreaID  netip.Addr // TLV 514, as IPv4 address
	IGPRouterID []byte     // TLV 515: 4 octets OSPF router, 6 IS-IS system, 7 IS-IS pseudonode, 8 OSPF pseudonode
	BGPRouterID netip.Addr // TLV 516, IPv4
	MemberASN   *uint32    // TLV 517
	Unknown     []TLV      // further TLVs, ascending
}

// Router returns the part of the IGP router id that is the router's, by its length
// (RFC 9552 §5.2.1.4): 4 octets are an OSPF router, 8 an OSPF pseudonode (router id and
// interface of the designated router), 6 an IS-IS system, 7 an IS-IS pseudonode, or the
// system itself if the last octet is 0. It is nil for an id of any other length.
func (d *NodeDescriptor) Router() (id []byte, pseudonode bool) {
	switch v := d.IGPRouterID; len(v) {
	case 4, 6:
		return v, false
	case 7:
		return v[:6], v[6] != 0
	case 8:
		return v[:4], true
	}
	return nil, false
}

// LinkDescriptor holds the link descriptors (RFC 9552 §5.2.2).
type LinkDescriptor struct {
	Identifiers     *LinkIdentifiers // TLV 258
	IPv4Interface   netip.Addr       // TLV 259
	IPv4Neighbor    netip.Addr       // TLV 260
	IPv6Interface   netip.Addr       // TLV 261
	IPv6Neighbor    netip.Addr       // TLV 262
	MultiTopologyID *uint16          // TLV 263, 12 bits
	Unknown         []TLV            // further TLVs, ascending
}

// LinkIdentifiers are the link local/remote identifiers (TLV 258); a remote
// identifier of 0 is one that the router does not know.
type LinkIdentifiers struct{ Local, Remote uint32 }

// PrefixDescriptor holds the prefix descriptors (RFC 9552 §5.2.3).
type PrefixDescriptor struct {
	MultiTopologyID *uint16      // TLV 263, 12 bits
	OSPFRouteType   *uint8       // TLV 264
	Prefix          netip.Prefix // TLV 265, masked
	Unknown         []TLV        // further TLVs, ascending
}

// SRv6SIDDescriptor holds the SRv6 SID descriptors (RFC 9514 §6.1).
type SRv6SIDDescriptor struct {
	MultiTopologyID *uint16    // TLV 263, 12 bits
	SID             netip.Addr // TLV 518
	Unknown         []TLV      // further TLVs, ascending
}

// readNode reads node descriptors: TLVs inside of a TLV.
func readNode(m *memory, d *NodeDescriptor, v []byte) (err error) {
	d.Unknown, err = m.fill(d, v)
	return err
}

func (d *NodeDescriptor) decode(m *memory, typ uint16, v []byte) error {
	switch typ {
	case TLVAutonomousSystem:
		return optional(m, &m.uint32s, &d.ASN, v, readUint32)
	case TLVBGPLSIdentifier:
		return optional(m, &m.uint32s, &d.BGPLSID, v, readUint32)
	case TLVOSPFAreaID:
		return address(&d.OSPFAreaID, v, 4)
	case TLVIGPRouterID:
		return octets(m, &d.IGPRouterID, v)
	case TLVBGPRouterID:
		return address(&d.BGPRouterID, v, 4)
	case TLVMemberASN:
		return optional(m, &m.uint32s, &d.MemberASN, v, readUint32)
	}
	return errNoRoom
}

func appendNode(b []byte, d *NodeDescriptor) []byte {
	e := encoder{b, d.Unknown}
	putOptional(&e, TLVAutonomousSystem, d.ASN, appendUint32)
	putOptional(&e, TLVBGPLSIdentifier, d.BGPLSID, appendUint32)
	putAddress(&e, TLVOSPFAreaID, &d.OSPFAreaID)
	putOctets(&e, TLVIGPRouterID, d.IGPRouterID)
	putAddress(&e, TLVBGPRouterID, &d.BGPRouterID)
	putOptional(&e, TLVMemberASN, d.MemberASN, appendUint32)
	return e.done()
}

func (d *LinkDescriptor) decode(m *memory, typ uint16, v []byte) error {
	switch typ {
	case TLVLinkIdentifiers:
		return optional(m, &m.identifiers, &d.Identifiers, v, readLinkIdentifiers)
	case TLVIPv4Interface:
		return address(&d.IPv4Interface, v, 4)
	case TLVIPv4Neighbor:
		return address(&d.IPv4Neighbor, v, 4)
	case TLVIPv6Interface:
		return address(&d.IPv6Interface, v, 16)
	case TLVIPv6Neighbor:
		return address(&d.IPv6Neighbor, v, 16)
	case TLVMultiTopologyID:
		return topology(m, &d.MultiTopologyID, v)
	}
	return errNoRoom
}

func (d *LinkDescriptor) encode(e *encoder) {
	putOptional(e, TLVLinkIdentifiers, d.Identifiers, appendLinkIdentifiers)
	putAddress(e, TLVIPv4Interface, &d.IPv4Interface)
	putAddress(e, TLVIPv4Neighbor, &d.IPv4Neighbor)
	putAddress(e, TLVIPv6Interface, &d.IPv6Interface)
	putAddress(e, TLVIPv6Neighbor, &d.IPv6Neighbor)
	putOptional(e, TLVMultiTopologyID, d.MultiTopologyID, appendUint16)
}

func readLinkIdentifiers(_ *memory, x *LinkIdentifiers, v []byte) error {
	if err := sized(v, 8); err != nil {
		return err
	}
	*x = LinkIdentifiers{binary.BigEndian.Uint32(v), binary.BigEndian.Uint32(v[4:])}
	return nil
}

func appendLinkIdentifiers(b []byte, x *LinkIdentifiers) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, x.Local), x.Remote)
}

// decode reads the descriptors of a prefix of an address of size octets.
func (d *PrefixDescriptor) decode(m *memory, typ uint16, v []byte, size int) error {
	switch typ {
	case TLVMultiTopologyID:
		return topology(m, &d.MultiTopologyID, v)
	case TLVOSPFRouteType:
		return optional(m, &m.uint8s, &d.OSPFRouteType, v, readUint8)
	case TLVIPReachability:
		return readPrefix(m, &d.Prefix, v, size)
	}
	return errNoRoom
}

func (d *PrefixDescriptor) encode(e *encoder) {
	putOptional(e, TLVMultiTopologyID, d.MultiTopologyID, appendUint16)
	putOptional(e, TLVOSPFRouteType, d.OSPFRouteType, appendUint8)
	putOptional(e, TLVIPReachability, &d.Prefix, appendPrefix)
}

func (d *SRv6SIDDescriptor) decode(m *memory, typ uint16, v []byte) error {
	switch typ {
	case TLVMultiTopologyID:
		return topology(m, &d.MultiTopologyID, v)
	case TLVSRv6SID:
		return address(&d.SID, v, 16)
	}
	return errNoRoom
}

func (d *SRv6SIDDescriptor) encode(e *encoder) {
	putOptional(e, TLVMultiTopologyID, d.MultiTopologyID, appendUint16)
	putAddress(e, TLVSRv6SID, &d.SID)
}
