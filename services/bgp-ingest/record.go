package bgpingest

import (
	"encoding/hex"
	"fmt"
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

// record is the value of an object as one speaker sees it. No attributes (nil) is
// an object that came without; lost says that those here are the last known ones.
func record(topology, source string, n *bgpls.NLRI, a *bgpls.Attributes, lost bool) *schemas.RawTopology {
	r := &schemas.RawTopology{
		Topology:       topology,
		Source:         source,
		Kind:           kind(n.Type),
		NLRIType:       new(uint16(n.Type)),
		NLRI:           n.Raw,
		Attributes:     attributes(a),
		AttributesLost: lost,
	}
	if a != nil {
		r.UnknownTLVs = tlvs(a.Unknown)
	}
	if r.Kind == schemas.KindNLRI {
		return r
	}
	r.ProtocolID = new(uint8(n.Protocol))
	r.Identifier = new(n.Identifier)
	r.LocalNode = node(n.Local)
	r.LocalNode.UnknownTLVs = append(r.LocalNode.UnknownTLVs, tlvs(n.Unknown)...)
	r.RemoteNode = node(n.Remote)
	r.Link = link(n.Link)
	r.Prefix = prefix(n.Prefix)
	return r
}

func kind(t bgpls.NLRIType) string {
	switch t {
	case bgpls.NodeNLRI:
		return schemas.KindNode
	case bgpls.LinkNLRI:
		return schemas.KindLink
	case bgpls.IPv4PrefixNLRI:
		return schemas.KindPrefix4
	case bgpls.IPv6PrefixNLRI:
		return schemas.KindPrefix6
	}
	return schemas.KindNLRI
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

func attributes(a *bgpls.Attributes) *schemas.Attributes {
	if a == nil {
		return nil
	}
	r := &schemas.Attributes{
		MultiTopologyIDs:       a.MultiTopologyIDs,
		NodeFlags:              a.NodeFlags,
		NodeName:               a.NodeName,
		ISISAreaIDs:            each(a.ISISAreaIDs, hex.EncodeToString),
		LocalIPv4RouterIDs:     each(a.LocalIPv4RouterIDs, netip.Addr.String),
		LocalIPv6RouterIDs:     each(a.LocalIPv6RouterIDs, netip.Addr.String),
		RemoteIPv4RouterIDs:    each(a.RemoteIPv4RouterIDs, netip.Addr.String),
		RemoteIPv6RouterIDs:    each(a.RemoteIPv6RouterIDs, netip.Addr.String),
		SRAlgorithms:           a.SRAlgorithms,
		AdminGroup:             a.AdminGroup,
		MaxLinkBandwidth:       a.MaxLinkBandwidth,
		MaxReservableBandwidth: a.MaxReservableBandwidth,
		TEMetric:               a.TEMetric,
		SRLGs:                  a.SRLGs,
		LinkName:               a.LinkName,
		DelayVariationMicros:   a.DelayVariationMicros,
		ResidualBandwidth:      a.ResidualBandwidth,
		AvailableBandwidth:     a.AvailableBandwidth,
		UtilizedBandwidth:      a.UtilizedBandwidth,
		IGPFlags:               a.IGPFlags,
		RouteTags:              a.RouteTags,
		ExtendedRouteTags:      each(a.ExtendedRouteTags, func(tag uint64) string { return fmt.Sprintf("%016x", tag) }),
		PrefixMetric:           a.PrefixMetric,
		OSPFForwardingAddress:  address(a.OSPFForwardingAddress),
		PrefixAttributeFlags:   a.PrefixAttributeFlags,
		SourceRouterID:         address(a.SourceRouterID),
	}
	setMetrics(r, a)
	setSIDs(r, a)
	return r
}

// setMetrics takes apart the TLVs that hold more than one number.
func setMetrics(r *schemas.Attributes, a *bgpls.Attributes) {
	if m := a.IGPMetric; m != nil {
		r.IGPMetric = &m.Value
	}
	if b := a.UnreservedBandwidth; b != nil {
		r.UnreservedBandwidth = b[:]
	}
	if d := a.Delay; d != nil {
		r.DelayMicros, r.DelayAnomalous = &d.Micros, &d.Anomalous
	}
	if d := a.MinMaxDelay; d != nil {
		r.DelayMinMicros, r.DelayMaxMicros, r.DelayMinMaxAnomalous = &d.MinMicros, &d.MaxMicros, &d.Anomalous
	}
	if l := a.Loss; l != nil {
		r.LossPercent, r.LossAnomalous = &l.Percent, &l.Anomalous
	}
}

// setSIDs takes the labels and indexes of segment routing as numbers.
func setSIDs(r *schemas.Attributes, a *bgpls.Attributes) {
	if c := a.SRCapabilities; c != nil {
		r.SRCapabilities = &schemas.SRCapabilities{
			Flags: c.Flags,
			Ranges: each(c.Ranges, func(s bgpls.SIDRange) schemas.SIDRange {
				return schemas.SIDRange{First: s.First.Value, Size: s.Size}
			}),
		}
	}
	r.AdjacencySIDs = each(a.AdjacencySIDs, func(s bgpls.AdjacencySID) schemas.AdjacencySID {
		return schemas.AdjacencySID{Flags: s.Flags, Weight: s.Weight, SID: s.SID.Value}
	})
	r.PrefixSIDs = each(a.PrefixSIDs, func(s bgpls.PrefixSID) schemas.PrefixSID {
		return schemas.PrefixSID{Flags: s.Flags, Algorithm: s.Algorithm, SID: s.SID.Value}
	})
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
