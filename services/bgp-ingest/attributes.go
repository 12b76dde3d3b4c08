package bgpingest

import (
	"encoding/hex"
	"fmt"
	"net/netip"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/schemas"
)

// attributes is the BGP-LS attribute as it is in a record.
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
		ExtendedAdminGroup:     a.ExtendedAdminGroup,
		SBFDDiscriminators:     a.SBFDDiscriminators,
		LinkProperties:         linkProperties(a.Link),
		ApplicationSpecific:    each(a.Applications, applicationLink),
		SegmentRouting:         segmentRouting(a.SegmentRouting),
		SRv6:                   srv6(a.SRv6),
		FlexAlgorithms:         flexAlgorithms(a.FlexAlgorithms),
		BGPEPE:                 egressPeer(a.EgressPeer),
	}
	setMetrics(r, a)
	setSIDs(r, a)
	setRare(r, a)
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
		r.SRCapabilities = &schemas.SRCapabilities{Flags: c.Flags, Ranges: each(c.Ranges, sidRange)}
	}
	r.AdjacencySIDs = each(a.AdjacencySIDs, adjacencySID)
	r.PrefixSIDs = each(a.PrefixSIDs, prefixSID)
}

// setRare takes over the parts that have few fields.
func setRare(r *schemas.Attributes, a *bgpls.Attributes) {
	if d := a.MaxSIDDepths; d != nil {
		r.MSD = &schemas.MaxSIDDepths{Node: each(d.Node, msd), Link: each(d.Link, msd)}
	}
	if p := a.SRPolicy; p != nil {
		r.SRPolicy = &schemas.SRPolicy{PathName: p.PathName, PolicyName: p.Name}
		if s := p.State; s != nil {
			r.SRPolicy.State = new(schemas.SRPolicyState(*s))
		}
	}
	if o := a.Opaque; o != nil {
		r.Opaque = &schemas.Opaque{Node: o.Node, Link: o.Link, Prefix: o.Prefix}
	}
}

func linkProperties(l *bgpls.LinkProperties) *schemas.LinkProperties {
	if l == nil {
		return nil
	}
	r := &schemas.LinkProperties{
		Protection: l.Protection, MPLSProtocols: l.MPLSProtocols, RTMCapability: l.RTMCapability, GracefulShutdown: l.GracefulShutdown,
	}
	if id := l.Identifiers; id != nil {
		r.LocalID, r.RemoteID = &id.Local, &id.Remote
	}
	return r
}

func sidRange(s bgpls.SIDRange) schemas.SIDRange {
	return schemas.SIDRange{First: s.First.Value, Size: s.Size, Label: &s.First.Label}
}

func adjacencySID(s bgpls.AdjacencySID) schemas.AdjacencySID {
	return schemas.AdjacencySID{Flags: s.Flags, Weight: s.Weight, SID: s.SID.Value, Label: &s.SID.Label}
}

func prefixSID(s bgpls.PrefixSID) schemas.PrefixSID {
	return schemas.PrefixSID{Flags: s.Flags, Algorithm: s.Algorithm, SID: s.SID.Value, Label: &s.SID.Label}
}

func peerSID(s bgpls.PeerSID) schemas.PeerSID {
	return schemas.PeerSID{Flags: s.Flags, Weight: s.Weight, SID: s.SID.Value, Label: s.SID.Label}
}

func lanAdjacencySID(s bgpls.LANAdjacencySID) schemas.LANAdjacencySID {
	return schemas.LANAdjacencySID{
		Flags: s.Flags, Weight: s.Weight, Neighbor: hex.EncodeToString(s.Neighbor), SID: s.SID.Value, Label: s.SID.Label,
	}
}

func msd(m bgpls.MSD) schemas.MSD { return schemas.MSD(m) }

func egressPeer(p *bgpls.EgressPeer) *schemas.BGPEPE {
	if p == nil {
		return nil
	}
	return &schemas.BGPEPE{
		PeerNodeSIDs:      each(p.NodeSIDs, peerSID),
		PeerAdjacencySIDs: each(p.AdjacencySIDs, peerSID),
		PeerSetSIDs:       each(p.SetSIDs, peerSID),
	}
}

func segmentRouting(s *bgpls.SegmentRouting) *schemas.SegmentRouting {
	if s == nil {
		return nil
	}
	r := &schemas.SegmentRouting{
		SRMSPreference:     s.SRMSPreference,
		LANAdjacencySIDs:   each(s.LANAdjacencySIDs, lanAdjacencySID),
		PrefixRanges:       each(s.PrefixRanges, prefixRange),
		L2BundleMembers:    each(s.L2BundleMembers, bundleMember),
		SourceOSPFRouterID: address(s.SourceOSPFRouterID),
	}
	if b := s.LocalBlock; b != nil {
		r.LocalBlock = &schemas.SRLocalBlock{Flags: b.Flags, Ranges: each(b.Ranges, sidRange)}
	}
	return r
}

func prefixRange(p bgpls.PrefixRange) schemas.PrefixRange {
	return schemas.PrefixRange{
		Flags: p.Flags, Size: p.Size, PrefixSIDs: each(p.PrefixSIDs, prefixSID), UnknownTLVs: tlvs(p.Unknown),
	}
}

func bundleMember(l bgpls.L2BundleMember) schemas.L2BundleMember {
	r := schemas.L2BundleMember{
		ID:                     l.ID,
		Metrics:                linkMetrics(l.LinkMetrics),
		MaxLinkBandwidth:       l.MaxLinkBandwidth,
		MaxReservableBandwidth: l.MaxReservableBandwidth,
		LinkProtection:         l.LinkProtection,
		AdjacencySIDs:          each(l.AdjacencySIDs, adjacencySID),
		LANAdjacencySIDs:       each(l.LANAdjacencySIDs, lanAdjacencySID),
		EndXSIDs:               each(l.EndXSIDs, endXSID),
		MSDs:                   each(l.LinkMSDs, msd),
		ApplicationSpecific:    each(l.Applications, applicationLink),
		UnknownTLVs:            tlvs(l.Unknown),
	}
	if b := l.UnreservedBandwidth; b != nil {
		r.UnreservedBandwidth = b[:]
	}
	return r
}

func applicationLink(a bgpls.ApplicationLink) schemas.ApplicationLink {
	return schemas.ApplicationLink{
		Standard: hex.EncodeToString(a.Standard), UserDefined: hex.EncodeToString(a.UserDefined),
		Metrics: linkMetrics(a.LinkMetrics), UnknownTLVs: tlvs(a.Unknown),
	}
}

func linkMetrics(l bgpls.LinkMetrics) schemas.LinkMetrics {
	r := schemas.LinkMetrics{
		AdminGroup: l.AdminGroup, TEMetric: l.TEMetric, SRLGs: l.SRLGs,
		DelayVariationMicros: l.DelayVariationMicros,
		ResidualBandwidth:    l.ResidualBandwidth, AvailableBandwidth: l.AvailableBandwidth, UtilizedBandwidth: l.UtilizedBandwidth,
		ExtendedAdminGroup: l.ExtendedAdminGroup,
	}
	if d := l.Delay; d != nil {
		r.DelayMicros, r.DelayAnomalous = &d.Micros, &d.Anomalous
	}
	if d := l.MinMaxDelay; d != nil {
		r.DelayMinMicros, r.DelayMaxMicros, r.DelayMinMaxAnomalous = &d.MinMicros, &d.MaxMicros, &d.Anomalous
	}
	if d := l.Loss; d != nil {
		r.LossPercent, r.LossAnomalous = &d.Percent, &d.Anomalous
	}
	return r
}

func srv6(s *bgpls.SRv6) *schemas.SRv6 {
	if s == nil {
		return nil
	}
	r := &schemas.SRv6{
		Capabilities:    s.Capabilities,
		EndXSIDs:        each(s.EndXSIDs, endXSID),
		ISISLANEndXSIDs: each(s.ISISLANEndXSIDs, lanEndXSID),
		OSPFLANEndXSIDs: each(s.OSPFLANEndXSIDs, lanEndXSID),
		Locators:        each(s.Locators, locator),
		SIDStructure:    sidStructure(s.SIDStructure),
	}
	if e := s.EndpointBehavior; e != nil {
		r.EndpointBehavior = new(schemas.SRv6EndpointBehavior(*e))
	}
	if p := s.PeerNode; p != nil {
		r.PeerNode = &schemas.SRv6PeerNode{Flags: p.Flags, Weight: p.Weight, ASN: p.ASN, RouterID: p.RouterID.String()}
	}
	return r
}

func endXSID(s bgpls.SRv6EndXSID) schemas.SRv6EndXSID {
	return schemas.SRv6EndXSID{
		EndpointBehavior: s.EndpointBehavior, Flags: s.Flags, Algorithm: s.Algorithm, Weight: s.Weight,
		SID: s.SID.String(), Structure: sidStructure(s.Structure), UnknownTLVs: tlvs(s.Unknown),
	}
}

func lanEndXSID(s bgpls.SRv6LANEndXSID) schemas.SRv6EndXSID {
	r := endXSID(s.SRv6EndXSID)
	r.Neighbor = octets(s.Neighbor)
	return r
}

func sidStructure(s *bgpls.SRv6SIDStructure) *schemas.SRv6SIDStructure {
	if s == nil {
		return nil
	}
	return new(schemas.SRv6SIDStructure(*s))
}

func locator(l bgpls.SRv6Locator) schemas.SRv6Locator {
	return schemas.SRv6Locator{Flags: l.Flags, Algorithm: l.Algorithm, Metric: l.Metric, UnknownTLVs: tlvs(l.Unknown)}
}

func flexAlgorithms(f *bgpls.FlexAlgorithms) *schemas.FlexAlgorithms {
	if f == nil {
		return nil
	}
	return &schemas.FlexAlgorithms{
		Definitions: each(f.Definitions, flexAlgorithm),
		PrefixMetrics: each(f.PrefixMetrics, func(m bgpls.FlexAlgorithmMetric) schemas.FlexAlgorithmMetric {
			return schemas.FlexAlgorithmMetric(m)
		}),
	}
}

func flexAlgorithm(f bgpls.FlexAlgorithm) schemas.FlexAlgorithm {
	return schemas.FlexAlgorithm{
		Algorithm: f.Algorithm, MetricType: f.MetricType, CalculationType: f.CalculationType, Priority: f.Priority,
		ExcludeAny: f.ExcludeAny, IncludeAny: f.IncludeAny, IncludeAll: f.IncludeAll, Flags: f.Flags, ExcludeSRLGs: f.ExcludeSRLGs,
		Unsupported: each(f.Unsupported, func(u bgpls.FlexAlgorithmUnsupported) schemas.FlexAlgorithmUnsupported {
			return schemas.FlexAlgorithmUnsupported{ProtocolID: uint8(u.Protocol), Types: u.Types}
		}),
		UnknownTLVs: tlvs(f.Unknown),
	}
}
