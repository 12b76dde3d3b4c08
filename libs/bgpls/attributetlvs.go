package bgpls

func (a *Attributes) decode(m *memory, typ uint16, v []byte) error {
	switch typ {
	case TLVMultiTopologyID:
		return list(m, &m.uint16s, &a.MultiTopologyIDs, v, 2, readMultiTopology)
	case TLVNodeMSD, TLVLinkMSD:
		return group(m, &m.maxSIDDepths, &a.MaxSIDDepths, typ, v)
	case TLVLinkIdentifiers, TLVLinkProtection, TLVMPLSProtocols, TLVRTMCapability, TLVGracefulShutdown:
		return group(m, &m.linkProperties, &a.Link, typ, v)
	case TLVNodeFlags:
		return optional(m, &m.uint8s, &a.NodeFlags, v, readUint8)
	case TLVNodeName:
		return optional(m, &m.texts, &a.NodeName, v, readText)
	case TLVISISAreaID:
		return repeated(m, &m.lists, &a.ISISAreaIDs, v, readOctets)
	case TLVLocalIPv4:
		return repeated(m, &m.addresses, &a.LocalIPv4RouterIDs, v, readIPv4)
	case TLVLocalIPv6:
		return repeated(m, &m.addresses, &a.LocalIPv6RouterIDs, v, readIPv6)
	case TLVRemoteIPv4:
		return repeated(m, &m.addresses, &a.RemoteIPv4RouterIDs, v, readIPv4)
	case TLVRemoteIPv6:
		return repeated(m, &m.addresses, &a.RemoteIPv6RouterIDs, v, readIPv6)
	case TLVSBFDDiscriminators:
		return list(m, &m.uint32s, &a.SBFDDiscriminators, v, 4, readUint32)
	case TLVSRCapabilities:
		return optional(m, &m.srCapabilities, &a.SRCapabilities, v, readSRCapabilities)
	case TLVSRAlgorithm:
		return list(m, &m.uint8s, &a.SRAlgorithms, v, 1, readUint8)
	case TLVFlexAlgorithm, TLVFlexAlgorithmMetric:
		return group(m, &m.flexAlgorithms, &a.FlexAlgorithms, typ, v)
	case TLVMaxLinkBandwidth:
		return optional(m, &m.bandwidths, &a.MaxLinkBandwidth, v, readBandwidth)
	case TLVMaxReservableBandwidth:
		return optional(m, &m.bandwidths, &a.MaxReservableBandwidth, v, readBandwidth)
	case TLVUnreservedBandwidth:
		return optional(m, &m.unreserved, &a.UnreservedBandwidth, v, readUnreserved)
	case TLVIGPMetric:
		return optional(m, &m.igpMetrics, &a.IGPMetric, v, readIGPMetric)
	case TLVLinkName:
		return optional(m, &m.texts, &a.LinkName, v, readText)
	case TLVAdjacencySID:
		return repeated(m, &m.adjacencySIDs, &a.AdjacencySIDs, v, readAdjacencySID)
	case TLVPeerNodeSID, TLVPeerAdjacencySID, TLVPeerSetSID:
		return group(m, &m.egressPeers, &a.EgressPeer, typ, v)
	case TLVSRv6Capabilities, TLVSRv6EndXSID, TLVSRv6LANEndXSIDISIS, TLVSRv6LANEndXSIDOSPFv3, TLVSRv6Locator, TLVSRv6EndpointBehavior, TLVSRv6PeerNode, TLVSRv6SIDStructure:
		return group(m, &m.srv6, &a.SRv6, typ, v)
	case TLVApplicationLink:
		return repeated(m, &m.applications, &a.Applications, v, readApplicationLink)
	case TLVIGPFlags:
		return optional(m, &m.uint8s, &a.IGPFlags, v, readUint8)
	case TLVRouteTag:
		return list(m, &m.uint32s, &a.RouteTags, v, 4, readUint32)
	case TLVExtendedRouteTag:
		return list(m, &m.uint64s, &a.ExtendedRouteTags, v, 8, readUint64)
	case TLVPrefixMetric:
		return optional(m, &m.uint32s, &a.PrefixMetric, v, readUint32)
	case TLVOSPFForwardingAddress:
		return anyAddress(&a.OSPFForwardingAddress, v)
	case TLVOpaqueNode, TLVOpaqueLink, TLVOpaquePrefix:
		return group(m, &m.opaques, &a.Opaque, typ, v)
	case TLVPrefixSID:
		return repeated(m, &m.prefixSIDs, &a.PrefixSIDs, v, readPrefixSID)
	case TLVSRLocalBlock, TLVSRMSPreference, TLVLANAdjacencySID, TLVPrefixRange, TLVL2BundleMember, TLVSourceOSPFRouterID:
		return group(m, &m.segmentRouting, &a.SegmentRouting, typ, v)
	case TLVPrefixAttributeFlags:
		return octets(m, &a.PrefixAttributeFlags, v)
	case TLVSourceRouterID:
		return anyAddress(&a.SourceRouterID, v)
	case TLVSRPolicyState, TLVSRPolicyPathName, TLVSRPolicyName:
		return group(m, &m.srPolicies, &a.SRPolicy, typ, v)
	}
	return a.LinkMetrics.decode(m, typ, v)
}

func (a *Attributes) encode(e *encoder) {
	a.encodeNode(e)
	a.encodeLink(e)
	a.encodePrefix(e)
}

func (a *Attributes) encodeNode(e *encoder) {
	if x := a.Link; x != nil {
		putOptional(e, TLVLinkIdentifiers, x.Identifiers, appendLinkIdentifiers)
	}
	putList(e, TLVMultiTopologyID, a.MultiTopologyIDs, appendUint16)
	if x := a.MaxSIDDepths; x != nil {
		putList(e, TLVNodeMSD, x.Node, appendMSD)
		putList(e, TLVLinkMSD, x.Link, appendMSD)
	}
	putOptional(e, TLVNodeFlags, a.NodeFlags, appendUint8)
	if x := a.Opaque; x != nil {
		putRepeated(e, TLVOpaqueNode, x.Node, appendOctets)
	}
	putOptional(e, TLVNodeName, a.NodeName, appendText)
	putRepeated(e, TLVISISAreaID, a.ISISAreaIDs, appendOctets)
	putRepeated(e, TLVLocalIPv4, a.LocalIPv4RouterIDs, appendIP)
	putRepeated(e, TLVLocalIPv6, a.LocalIPv6RouterIDs, appendIP)
	putRepeated(e, TLVRemoteIPv4, a.RemoteIPv4RouterIDs, appendIP)
	putRepeated(e, TLVRemoteIPv6, a.RemoteIPv6RouterIDs, appendIP)
	putList(e, TLVSBFDDiscriminators, a.SBFDDiscriminators, appendUint32)
	putOptional(e, TLVSRCapabilities, a.SRCapabilities, appendSRCapabilities)
	putList(e, TLVSRAlgorithm, a.SRAlgorithms, appendUint8)
	if x := a.SegmentRouting; x != nil {
		putOptional(e, TLVSRLocalBlock, x.LocalBlock, appendSRLocalBlock)
		putOptional(e, TLVSRMSPreference, x.SRMSPreference, appendUint8)
	}
	if x := a.SRv6; x != nil {
		putOptional(e, TLVSRv6Capabilities, x.Capabilities, appendSRv6Capabilities)
	}
	if x := a.FlexAlgorithms; x != nil {
		putRepeated(e, TLVFlexAlgorithm, x.Definitions, appendFlexAlgorithm)
		putRepeated(e, TLVFlexAlgorithmMetric, x.PrefixMetrics, appendFlexMetric)
	}
}

func (a *Attributes) encodeLink(e *encoder) {
	putOptional(e, TLVAdminGroup, a.AdminGroup, appendUint32)
	putOptional(e, TLVMaxLinkBandwidth, a.MaxLinkBandwidth, appendBandwidth)
	putOptional(e, TLVMaxReservableBandwidth, a.MaxReservableBandwidth, appendBandwidth)
	putOptional(e, TLVUnreservedBandwidth, a.UnreservedBandwidth, appendUnreserved)
	putOptional(e, TLVTEMetric, a.TEMetric, appendUint32)
	if x := a.Link; x != nil {
		putOptional(e, TLVLinkProtection, x.Protection, appendLinkProtection)
		putOptional(e, TLVMPLSProtocols, x.MPLSProtocols, appendUint8)
	}
	putOptional(e, TLVIGPMetric, a.IGPMetric, appendIGPMetric)
	putList(e, TLVSRLG, a.SRLGs, appendUint32)
	if x := a.Opaque; x != nil {
		putRepeated(e, TLVOpaqueLink, x.Link, appendOctets)
	}
	putOptional(e, TLVLinkName, a.LinkName, appendText)
	putRepeated(e, TLVAdjacencySID, a.AdjacencySIDs, appendAdjacencySID)
	if x := a.SegmentRouting; x != nil {
		putRepeated(e, TLVLANAdjacencySID, x.LANAdjacencySIDs, appendLANAdjacencySID)
	}
	if x := a.EgressPeer; x != nil {
		x.encode(e)
	}
	if x := a.Link; x != nil {
		putOctets(e, TLVRTMCapability, x.RTMCapability)
	}
	if x := a.SRv6; x != nil {
		putRepeated(e, TLVSRv6EndXSID, x.EndXSIDs, appendEndXSID)
		putRepeated(e, TLVSRv6LANEndXSIDISIS, x.ISISLANEndXSIDs, appendLANEndXSID)
		putRepeated(e, TLVSRv6LANEndXSIDOSPFv3, x.OSPFLANEndXSIDs, appendLANEndXSID)
	}
	a.encodePerformance(e)
	if x := a.Link; x != nil {
		putPresence(e, TLVGracefulShutdown, x.GracefulShutdown)
	}
	putRepeated(e, TLVApplicationLink, a.Applications, appendApplicationLink)
}

// encodePrefix writes the TLVs of prefixes and of what came to BGP-LS after them.
func (a *Attributes) encodePrefix(e *encoder) {
	putOptional(e, TLVIGPFlags, a.IGPFlags, appendUint8)
	putList(e, TLVRouteTag, a.RouteTags, appendUint32)
	putList(e, TLVExtendedRouteTag, a.ExtendedRouteTags, appendUint64)
	putOptional(e, TLVPrefixMetric, a.PrefixMetric, appendUint32)
	putAddress(e, TLVOSPFForwardingAddress, &a.OSPFForwardingAddress)
	if x := a.Opaque; x != nil {
		putRepeated(e, TLVOpaquePrefix, x.Prefix, appendOctets)
	}
	putRepeated(e, TLVPrefixSID, a.PrefixSIDs, appendPrefixSID)
	if x := a.SegmentRouting; x != nil {
		putRepeated(e, TLVPrefixRange, x.PrefixRanges, appendPrefixRange)
	}
	if x := a.SRv6; x != nil {
		putRepeated(e, TLVSRv6Locator, x.Locators, appendSRv6Locator)
	}
	putOctets(e, TLVPrefixAttributeFlags, a.PrefixAttributeFlags)
	putAddress(e, TLVSourceRouterID, &a.SourceRouterID)
	if x := a.SegmentRouting; x != nil {
		putRepeated(e, TLVL2BundleMember, x.L2BundleMembers, appendBundleMember)
	}
	putList(e, TLVExtendedAdminGroup, a.ExtendedAdminGroup, appendUint32)
	if x := a.SegmentRouting; x != nil {
		putAddress(e, TLVSourceOSPFRouterID, &x.SourceOSPFRouterID)
	}
	if x := a.SRPolicy; x != nil {
		x.encode(e)
	}
	if x := a.SRv6; x != nil {
		putOptional(e, TLVSRv6EndpointBehavior, x.EndpointBehavior, appendEndpointBehavior)
		putOptional(e, TLVSRv6PeerNode, x.PeerNode, appendSRv6PeerNode)
		putOptional(e, TLVSRv6SIDStructure, x.SIDStructure, appendSIDStructure)
	}
}
