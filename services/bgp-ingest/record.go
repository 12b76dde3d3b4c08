package bgpingest

import (
	"encoding/hex"
	"net/netip"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/schemas"
)

// key is the key of an object as one speaker sees it: <topology>|<source>|<object>.
func key(topology, source string, n *bgpls.NLRI) string {
	b := make([]byte, 0, 256)
	b = append(append(b, topology...), '|')
	b = append(append(b, source...), '|')
	return string(n.AppendKey(b))
}

// record is the value of an object as one speaker sees it, without what was told of it:
// attributes, if they were lost, and unknown TLVs of them. It shares memory with n.
func record(topology, source string, n *bgpls.NLRI) schemas.RawTopology {
	r := schemas.RawTopology{
		Topology: topology,
		Source:   source,
		Kind:     kind(n),
		NLRIType: (*uint16)(&n.Type),
		NLRI:     n.Raw,
	}
	if n.VPN {
		r.RouteDistinguisher, r.NLRI = distinguished(n.Raw)
	}
	if r.Kind == schemas.KindNLRI {
		return r
	}
	r.ProtocolID = (*uint8)(&n.Protocol)
	r.Identifier = &n.Identifier
	r.LocalNode = node(n.Local)
	r.LocalNode.UnknownTLVs = append(r.LocalNode.UnknownTLVs, tlvs(n.Unknown)...)
	r.RemoteNode = node(n.Remote)
	r.Link = link(n.Link)
	r.Prefix = prefix(n.Prefix)
	r.SRv6SID = sid(n.SID)
	r.SRPolicy = policy(n.Policy)
	return r
}

// distinguished takes apart the route distinguisher of 8 octets (RFC 4364 §4.2) and
// what follows.
func distinguished(raw []byte) (distinguisher *string, rest []byte) {
	length := min(8, len(raw))
	return octets(raw[:length]), raw[length:]
}

func kind(n *bgpls.NLRI) string {
	if !n.Decoded() {
		return schemas.KindNLRI
	}
	switch n.Type {
	case bgpls.NodeNLRI:
		return schemas.KindNode
	case bgpls.LinkNLRI:
		return schemas.KindLink
	case bgpls.IPv4PrefixNLRI:
		return schemas.KindPrefix4
	case bgpls.IPv6PrefixNLRI:
		return schemas.KindPrefix6
	case bgpls.SRv6SIDNLRI:
		return schemas.KindSRv6SID
	}
	return schemas.KindSRPolicy
}

func node(d *bgpls.NodeDescriptor) *schemas.NodeDescriptor {
	if d == nil {
		return nil
	}
	return &schemas.NodeDescriptor{
		ASN:         d.ASN,
		BGPLSID:     d.BGPLSID,
		OSPFAreaID:  address(d.OSPFAreaID),
		IGPRouterID: octets(d.IGPRouterID),
		BGPRouterID: address(d.BGPRouterID),
		MemberASN:   d.MemberASN,
		UnknownTLVs: tlvs(d.Unknown),
	}
}

func link(d *bgpls.LinkDescriptor) *schemas.LinkDescriptor {
	if d == nil {
		return nil
	}
	l := &schemas.LinkDescriptor{
		IPv4Interface:   address(d.IPv4Interface),
		IPv4Neighbor:    address(d.IPv4Neighbor),
		IPv6Interface:   address(d.IPv6Interface),
		IPv6Neighbor:    address(d.IPv6Neighbor),
		MultiTopologyID: d.MultiTopologyID,
		UnknownTLVs:     tlvs(d.Unknown),
	}
	if id := d.Identifiers; id != nil {
		l.LocalID, l.RemoteID = &id.Local, &id.Remote
	}
	return l
}

func prefix(d *bgpls.PrefixDescriptor) *schemas.PrefixDescriptor {
	if d == nil {
		return nil
	}
	return &schemas.PrefixDescriptor{
		Prefix:          d.Prefix.String(),
		OSPFRouteType:   d.OSPFRouteType,
		MultiTopologyID: d.MultiTopologyID,
		UnknownTLVs:     tlvs(d.Unknown),
	}
}

func sid(d *bgpls.SRv6SIDDescriptor) *schemas.SRv6SIDDescriptor {
	if d == nil {
		return nil
	}
	return &schemas.SRv6SIDDescriptor{SID: d.SID.String(), MultiTopologyID: d.MultiTopologyID, UnknownTLVs: tlvs(d.Unknown)}
}

func policy(d *bgpls.SRPolicyDescriptor) *schemas.SRPolicyDescriptor {
	if d == nil {
		return nil
	}
	return &schemas.SRPolicyDescriptor{
		ProtocolOrigin: d.ProtocolOrigin, Flags: d.Flags, Endpoint: d.Endpoint.String(), Color: d.Color,
		OriginatorASN: d.OriginatorASN, Originator: d.Originator.String(), Discriminator: d.Discriminator,
		UnknownTLVs: tlvs(d.Unknown),
	}
}

func tlvs(unknown []bgpls.TLV) []schemas.TLV {
	return each(unknown, func(t bgpls.TLV) schemas.TLV { return schemas.TLV(t) })
}

// each converts a list; nil stays nil.
func each[A, B any](as []A, convert func(A) B) []B {
	if as == nil {
		return nil
	}
	bs := make([]B, len(as))
	for i, a := range as {
		bs[i] = convert(a)
	}
	return bs
}

func address(a netip.Addr) *string {
	if !a.IsValid() {
		return nil
	}
	return new(a.String())
}

func octets(b []byte) *string {
	if b == nil {
		return nil
	}
	return new(hex.EncodeToString(b))
}
