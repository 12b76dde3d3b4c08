package bgpls

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
)

// NLRI is the identity of one object (RFC 9552 §5.2).
type NLRI struct {
	Type       NLRIType
	Protocol   ProtocolID
	VPN        bool                // of SAFI 72: Raw holds the route distinguisher, 8 octets, and the value octets
	PathID     uint32              // path identifier (RFC 7911 §3), no part of the object's identity; 0 without one
	Identifier uint64              // BGP-LS instance identifier
	Local      *NodeDescriptor     // TLV 256; the node itself, the near end of a link, the originator of a prefix or SID, the headend of a policy
	Remote     *NodeDescriptor     // TLV 257; links only
	Link       *LinkDescriptor     // links only
	Prefix     *PrefixDescriptor   // prefixes only
	SID        *SRv6SIDDescriptor  // SRv6 SIDs only
	Policy     *SRPolicyDescriptor // SR Policy candidate paths only
	Unknown    []TLV               // nodes only: TLVs beside the node descriptors, ascending
	Raw        []byte              // of an NLRI that is kept as octets only: the value octets
}

// Decoded reports whether the NLRI is in the fields of its type; else, of a VPN, of
// another type or incomplete, it is in Raw as it came.
func (n *NLRI) Decoded() bool { return n.Local != nil }

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

// head is the Protocol-ID and the identifier, before the descriptors.
const head = 1 + 8

// distinguisher is the length of a route distinguisher (RFC 4364 §4.2).
const distinguisher = 8

// read fills n, which is zero.
func (n *NLRI) read(m *memory, typ NLRIType, v []byte, vpn bool) error {
	n.Type, n.VPN = typ, vpn
	if vpn {
		n.Raw = m.clone(v)
		return atLeast(v, distinguisher)
	}
	if n.Type < NodeNLRI || n.Type > SRv6SIDNLRI {
		n.Raw = m.clone(v)
		return nil
	}
	if err := atLeast(v, head); err != nil {
		return err
	}
	switch n.Type {
	case LinkNLRI:
		n.Link = m.links.one()
	case IPv4PrefixNLRI, IPv6PrefixNLRI:
		n.Prefix = m.prefixes.one()
	case SRPolicyNLRI:
		n.Policy = m.policies.one()
	case SRv6SIDNLRI:
		n.SID = m.sids.one()
	}
	n.Protocol = ProtocolID(v[0])
	n.Identifier = binary.BigEndian.Uint64(v[1:])
	unknown, err := m.fill(n, v[head:])
	if err != nil {
		return err
	}
	*n.unknown() = unknown
	return n.complete()
}

// decode reads one descriptor.
func (n *NLRI) decode(m *memory, typ uint16, v []byte) error {
	switch typ {
	case TLVLocalNode:
		return optional(m, &m.nodes, &n.Local, v, readNode)
	case TLVRemoteNode:
		if n.Link != nil {
			return optional(m, &m.nodes, &n.Remote, v, readNode)
		}
	case TLVSRPolicy:
		if n.Policy != nil {
			return n.Policy.read(v)
		}
	default:
		return n.decodeObject(m, typ, v)
	}
	return errNoRoom
}

// decodeObject reads a descriptor that is not of a node.
func (n *NLRI) decodeObject(m *memory, typ uint16, v []byte) error {
	switch n.Type {
	case LinkNLRI:
		return n.Link.decode(m, typ, v)
	case IPv4PrefixNLRI:
		return n.Prefix.decode(m, typ, v, 4)
	case IPv6PrefixNLRI:
		return n.Prefix.decode(m, typ, v, 16)
	case SRv6SIDNLRI:
		return n.SID.decode(m, typ, v)
	}
	return errNoRoom
}

// unknown is where the descriptors are kept that are not decoded; nil for a type that is
// not decoded as a whole.
func (n *NLRI) unknown() *[]TLV {
	switch n.Type {
	case NodeNLRI:
		return &n.Unknown
	case LinkNLRI:
		return &n.Link.Unknown
	case IPv4PrefixNLRI, IPv6PrefixNLRI:
		return &n.Prefix.Unknown
	case SRPolicyNLRI:
		return &n.Policy.Unknown
	case SRv6SIDNLRI:
		return &n.SID.Unknown
	}
	return nil
}

var (
	errNoLocal  = fmt.Errorf("%w: local node descriptors", ErrMissing)
	errNoRemote = fmt.Errorf("%w: remote node descriptors", ErrMissing)
	errNoPrefix = fmt.Errorf("%w: prefix", ErrMissing)
	errNoSID    = fmt.Errorf("%w: SRv6 SID", ErrMissing)
	errNoPolicy = fmt.Errorf("%w: candidate path descriptor", ErrMissing)
)

// complete checks that the mandatory descriptors are there.
func (n *NLRI) complete() error {
	switch {
	case n.Local == nil:
		return errNoLocal
	case n.Link != nil && n.Remote == nil:
		return errNoRemote
	case n.Prefix != nil && !n.Prefix.Prefix.IsValid():
		return errNoPrefix
	case n.SID != nil && !n.SID.SID.IsValid():
		return errNoSID
	case n.Policy != nil && !n.Policy.Endpoint.IsValid():
		return errNoPolicy
	}
	return nil
}

// Append appends the NLRI with its type and length.
func (n *NLRI) Append(b []byte) []byte {
	e := encoder{b: b}
	start := e.open(uint16(n.Type))
	if n.Decoded() {
		e.unknown = *n.unknown()
		e.b = append(e.b, byte(n.Protocol))
		e.b = binary.BigEndian.AppendUint64(e.b, n.Identifier)
		n.encode(&e)
		e.b = e.done()
	} else {
		e.b = append(e.b, n.Raw...)
	}
	e.end(start)
	return e.b
}

func (n *NLRI) encode(e *encoder) {
	putOptional(e, TLVLocalNode, n.Local, appendNode)
	switch n.Type {
	case LinkNLRI:
		putOptional(e, TLVRemoteNode, n.Remote, appendNode)
		n.Link.encode(e)
	case IPv4PrefixNLRI, IPv6PrefixNLRI:
		n.Prefix.encode(e)
	case SRPolicyNLRI:
		putOptional(e, TLVSRPolicy, n.Policy, appendSRPolicyDescriptor)
	case SRv6SIDNLRI:
		n.SID.encode(e)
	}
}

// DecodeNLRI decodes one NLRI with its type and length, what Append appends; vpn says
// that it is of SAFI 72.
func DecodeNLRI(b []byte, vpn bool) (NLRI, error) {
	m := memories.Get().(*memory)
	defer memories.Put(m)
	typ, end, err := frame(b)
	if err != nil {
		return NLRI{}, err
	}
	if end < len(b) {
		return NLRI{}, errLength(len(b), strconv.Itoa(end))
	}
	ns, err := m.appendNLRI(nil, NLRIType(typ), b[tlvHeader:end], vpn)
	switch {
	case len(ns) == 0:
		return NLRI{}, err
	case len(ns) > 1:
		return NLRI{}, fmt.Errorf("%w: %d topologies", ErrAmbiguous, len(ns))
	}
	return ns[0], nil
}
