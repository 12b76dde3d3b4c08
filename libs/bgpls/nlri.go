package bgpls

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
)

// NLRI is the identity of one object (RFC 9552 §5.2).
type NLRI struct {
	Type       NLRIType
	Protocol   ProtocolID
	Identifier uint64            // BGP-LS instance identifier
	Local      *NodeDescriptor   // TLV 256; the node itself, the near end of a link, the originator of a prefix
	Remote     *NodeDescriptor   // TLV 257; links only
	Link       *LinkDescriptor   // links only
	Prefix     *PrefixDescriptor // prefixes only
	Unknown    []TLV             // nodes only: TLVs beside the node descriptors, ascending
	Raw        []byte            // NLRI types that are not decoded only: the value octets
}

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

var nodeDescriptors = table[NodeDescriptor]{
	optional(TLVAutonomousSystem, uint32Form, func(d *NodeDescriptor) **uint32 { return &d.ASN }),
	optional(TLVBGPLSIdentifier, uint32Form, func(d *NodeDescriptor) **uint32 { return &d.BGPLSID }),
	address(TLVOSPFAreaID, ipv4Form, func(d *NodeDescriptor) *netip.Addr { return &d.OSPFAreaID }),
	octets(TLVIGPRouterID, func(d *NodeDescriptor) *[]byte { return &d.IGPRouterID }),
	address(TLVBGPRouterID, ipv4Form, func(d *NodeDescriptor) *netip.Addr { return &d.BGPRouterID }),
	optional(TLVMemberASN, uint32Form, func(d *NodeDescriptor) **uint32 { return &d.MemberASN }),
}

var (
	localNode  = node(TLVLocalNode, func(n *NLRI) **NodeDescriptor { return &n.Local })
	remoteNode = node(TLVRemoteNode, func(n *NLRI) **NodeDescriptor { return &n.Remote })

	nodeNLRI = table[NLRI]{localNode}
	linkNLRI = table[NLRI]{
		localNode,
		remoteNode,
		optional(TLVLinkIdentifiers, linkIdentifiers, func(n *NLRI) **LinkIdentifiers { return &n.Link.Identifiers }),
		address(TLVIPv4Interface, ipv4Form, func(n *NLRI) *netip.Addr { return &n.Link.IPv4Interface }),
		address(TLVIPv4Neighbor, ipv4Form, func(n *NLRI) *netip.Addr { return &n.Link.IPv4Neighbor }),
		address(TLVIPv6Interface, ipv6Form, func(n *NLRI) *netip.Addr { return &n.Link.IPv6Interface }),
		address(TLVIPv6Neighbor, ipv6Form, func(n *NLRI) *netip.Addr { return &n.Link.IPv6Neighbor }),
		optional(TLVMultiTopologyID, multiTopologyForm, func(n *NLRI) **uint16 { return &n.Link.MultiTopologyID }),
	}
	ipv4PrefixNLRI = prefixNLRI(ipv4Prefix)
	ipv6PrefixNLRI = prefixNLRI(ipv6Prefix)
)

func node(typ uint16, field func(*NLRI) **NodeDescriptor) codec[NLRI] {
	descriptors := form[*NodeDescriptor]{
		get: func(v []byte) (*NodeDescriptor, error) {
			d := new(NodeDescriptor)
			var err error
			d.Unknown, err = nodeDescriptors.decodeAll(d, cursor{rest: v})
			return d, err
		},
		put: func(b []byte, d *NodeDescriptor) []byte { return nodeDescriptors.append(b, d, d.Unknown) },
	}
	return once(typ, descriptors, isNil[NodeDescriptor], field)
}

func prefixNLRI(f form[netip.Prefix]) table[NLRI] {
	return table[NLRI]{
		localNode,
		optional(TLVMultiTopologyID, multiTopologyForm, func(n *NLRI) **uint16 { return &n.Prefix.MultiTopologyID }),
		optional(TLVOSPFRouteType, uint8Form, func(n *NLRI) **uint8 { return &n.Prefix.OSPFRouteType }),
		once(TLVIPReachability, f, func(p netip.Prefix) bool { return !p.IsValid() },
			func(n *NLRI) *netip.Prefix { return &n.Prefix.Prefix }),
	}
}

var linkIdentifiers = form[LinkIdentifiers]{
	size: 8,
	get: func(v []byte) (LinkIdentifiers, error) {
		return LinkIdentifiers{binary.BigEndian.Uint32(v), binary.BigEndian.Uint32(v[4:])}, nil
	},
	put: func(b []byte, x LinkIdentifiers) []byte {
		return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, x.Local), x.Remote)
	},
}

// head is the Protocol-ID and the identifier, before the descriptors.
const head = 1 + 8

// decode fills n, which is zero.
func (n *NLRI) decode(part tlv) error {
	n.Type = NLRIType(part.typ)
	switch n.Type {
	case NodeNLRI:
	case LinkNLRI:
		n.Link = new(LinkDescriptor)
	case IPv4PrefixNLRI, IPv6PrefixNLRI:
		n.Prefix = new(PrefixDescriptor)
	default:
		n.Raw = bytes.Clone(part.value)
		return nil
	}
	if len(part.value) < head {
		return errTruncated(head, len(part.value))
	}
	n.Protocol = ProtocolID(part.value[0])
	n.Identifier = binary.BigEndian.Uint64(part.value[1:])
	descriptors, unknown := n.descriptors()
	var err error
	if *unknown, err = descriptors.decodeAll(n, part.within(head)); err != nil {
		return err
	}
	return n.complete()
}

// descriptors says how the descriptors are coded and where the unknown ones are;
// nil for an NLRI type that is not decoded.
func (n *NLRI) descriptors() (known table[NLRI], unknown *[]TLV) {
	switch n.Type {
	case NodeNLRI:
		return nodeNLRI, &n.Unknown
	case LinkNLRI:
		return linkNLRI, &n.Link.Unknown
	case IPv4PrefixNLRI:
		return ipv4PrefixNLRI, &n.Prefix.Unknown
	case IPv6PrefixNLRI:
		return ipv6PrefixNLRI, &n.Prefix.Unknown
	}
	return nil, nil
}

// complete checks that the mandatory descriptors are there.
func (n *NLRI) complete() error {
	switch {
	case n.Local == nil:
		return fmt.Errorf("%w: local node descriptors", ErrMissing)
	case n.Link != nil && n.Remote == nil:
		return fmt.Errorf("%w: remote node descriptors", ErrMissing)
	case n.Prefix != nil && !n.Prefix.Prefix.IsValid():
		return fmt.Errorf("%w: prefix", ErrMissing)
	}
	return nil
}

// Append appends the NLRI with its type and length.
func (n *NLRI) Append(b []byte) []byte {
	return appendTLV(b, uint16(n.Type), n, appendNLRI)
}

func appendNLRI(b []byte, n *NLRI) []byte {
	known, unknown := n.descriptors()
	if known == nil {
		return append(b, n.Raw...)
	}
	b = append(b, byte(n.Protocol))
	b = binary.BigEndian.AppendUint64(b, n.Identifier)
	return known.append(b, n, *unknown)
}

// DecodeNLRI decodes one NLRI with its type and length, what Append appends.
func DecodeNLRI(b []byte) (NLRI, error) {
	var n NLRI
	c := cursor{rest: b}
	part, err := c.next()
	if err != nil {
		return n, err
	}
	if c.more() {
		return n, errLength(len(b), fmt.Sprint(len(b)-len(c.rest)))
	}
	return n, n.decode(part)
}
