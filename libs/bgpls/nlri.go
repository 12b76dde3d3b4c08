package bgpls

import (
	"encoding/binary"
	"fmt"
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
