package bgpingest

import (
	"net/netip"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/schemas"
)

var (
	unknownTLVs  = []bgpls.TLV{{Type: 1200, Value: []byte{1}}}
	unknownInner = []schemas.TLV{{Type: 1200, Value: []byte{1}}}

	linkSID   = bgpls.LANAdjacencySID{Flags: 0x30, Weight: 1, Neighbor: []byte{3, 3, 3, 3}, SID: bgpls.SID{Value: 24001, Label: true}}
	memberSID = schemas.LANAdjacencySID{Flags: 0x30, Weight: 1, Neighbor: "03030303", SID: 24001, Label: true}

	endXSIDs = []bgpls.SRv6EndXSID{{
		EndpointBehavior: 57, Flags: 0x80, Algorithm: 128, Weight: 1, SID: netip.MustParseAddr("fc00::2"),
		Structure: &bgpls.SRv6SIDStructure{LocatorBlockBits: 32}, Unknown: unknownTLVs,
	}}
	application = bgpls.ApplicationLink{
		Standard: []byte{0x10, 0, 0, 0}, UserDefined: []byte{0, 0, 0, 1}, Unknown: unknownTLVs,
		LinkMetrics: bgpls.LinkMetrics{
			AdminGroup: new(uint32(7)), TEMetric: new(uint32(20)), SRLGs: []uint32{1},
			Delay: &bgpls.Delay{Micros: 10, Anomalous: true}, MinMaxDelay: &bgpls.MinMaxDelay{MinMicros: 9, MaxMicros: 11, Anomalous: true},
			DelayVariationMicros: new(uint32(1)), Loss: &bgpls.Loss{Percent: 0.3, Anomalous: true},
			ResidualBandwidth: new(3.0), AvailableBandwidth: new(2.0), UtilizedBandwidth: new(1.0), ExtendedAdminGroup: []uint32{1, 2},
		},
	}
)

// rareAttributes says all that is rarely said, at once; no router would.
var rareAttributes = &bgpls.Attributes{
	Link: &bgpls.LinkProperties{
		Identifiers: &bgpls.LinkIdentifiers{Local: 39, Remote: 53}, Protection: new(uint8(1)), MPLSProtocols: new(uint8(0xc0)),
		RTMCapability: []byte{0x40}, GracefulShutdown: true,
	},
	SBFDDiscriminators: []uint32{1},
	LinkMetrics:        bgpls.LinkMetrics{ExtendedAdminGroup: []uint32{1, 2}},
	MaxSIDDepths:       &bgpls.MaxSIDDepths{Node: []bgpls.MSD{{Type: 1, Value: 10}}, Link: []bgpls.MSD{{Type: 2, Value: 9}}},
	SegmentRouting: &bgpls.SegmentRouting{
		LocalBlock:       &bgpls.SRLocalBlock{Flags: 1, Ranges: []bgpls.SIDRange{{First: bgpls.SID{Value: 15000, Label: true}, Size: 1000}}},
		SRMSPreference:   new(uint8(128)),
		LANAdjacencySIDs: []bgpls.LANAdjacencySID{linkSID},
		PrefixRanges: []bgpls.PrefixRange{{
			Flags: 0x80, Size: 256, PrefixSIDs: []bgpls.PrefixSID{{SID: bgpls.SID{Value: 100}}}, Unknown: unknownTLVs,
		}},
		L2BundleMembers: []bgpls.L2BundleMember{{
			ID: 5, LinkMetrics: application.LinkMetrics, MaxLinkBandwidth: new(1e6), MaxReservableBandwidth: new(2e6),
			UnreservedBandwidth: &[8]float64{8, 7, 6, 5, 4, 3, 2, 1}, LinkProtection: new(uint8(2)),
			AdjacencySIDs:    []bgpls.AdjacencySID{{Flags: 0x30, Weight: 1, SID: bgpls.SID{Value: 24000, Label: true}}},
			LANAdjacencySIDs: []bgpls.LANAdjacencySID{linkSID}, EndXSIDs: endXSIDs, LinkMSDs: []bgpls.MSD{{Type: 1, Value: 5}},
			Applications: []bgpls.ApplicationLink{application}, Unknown: unknownTLVs,
		}},
		SourceOSPFRouterID: netip.MustParseAddr("9.9.9.9"),
	},
	SRv6: &bgpls.SRv6{
		Capabilities: new(uint16(0x4000)), EndXSIDs: endXSIDs,
		ISISLANEndXSIDs: []bgpls.SRv6LANEndXSID{{Neighbor: []byte{0, 0, 0, 0, 0, 3}, SRv6EndXSID: endXSIDs[0]}},
		OSPFLANEndXSIDs: []bgpls.SRv6LANEndXSID{{Neighbor: []byte{3, 3, 3, 3}, SRv6EndXSID: endXSIDs[0]}},
		Locators:        []bgpls.SRv6Locator{{Flags: 0x80, Algorithm: 128, Metric: 10, Unknown: unknownTLVs}},
	},
	FlexAlgorithms: &bgpls.FlexAlgorithms{
		Definitions: []bgpls.FlexAlgorithm{{
			Algorithm: 128, MetricType: 1, CalculationType: 2, Priority: 200, ExcludeAny: []uint32{1}, IncludeAny: []uint32{2},
			IncludeAll: []uint32{4}, Flags: []byte{0x80}, ExcludeSRLGs: []uint32{7},
			Unsupported: []bgpls.FlexAlgorithmUnsupported{{Protocol: bgpls.ISISLevel2, Types: []byte{6}}}, Unknown: unknownTLVs,
		}},
		PrefixMetrics: []bgpls.FlexAlgorithmMetric{{Algorithm: 128, Flags: 0x80, Metric: 20}},
	},
	EgressPeer: &bgpls.EgressPeer{
		NodeSIDs:      []bgpls.PeerSID{{Flags: 0xc0, Weight: 1, SID: bgpls.SID{Value: 24010, Label: true}}},
		AdjacencySIDs: []bgpls.PeerSID{{SID: bgpls.SID{Value: 1}}},
		SetSIDs:       []bgpls.PeerSID{{SID: bgpls.SID{Value: 2}}},
	},
	Applications: []bgpls.ApplicationLink{application},
	Opaque:       &bgpls.Opaque{Node: [][]byte{{1}}, Link: [][]byte{{2}}, Prefix: [][]byte{{3}}},
}

var (
	endXRecord = schemas.SRv6EndXSID{
		EndpointBehavior: 57, Flags: 0x80, Algorithm: 128, Weight: 1, SID: "fc00::2",
		Structure: &schemas.SRv6SIDStructure{LocatorBlockBits: 32}, UnknownTLVs: unknownInner,
	}
	applicationRecord = schemas.ApplicationLink{
		Standard: "10000000", UserDefined: "00000001", UnknownTLVs: unknownInner,
		Metrics: schemas.LinkMetrics{
			AdminGroup: new(uint32(7)), TEMetric: new(uint32(20)), SRLGs: []uint32{1},
			DelayMicros: new(uint32(10)), DelayAnomalous: new(true),
			DelayMinMicros: new(uint32(9)), DelayMaxMicros: new(uint32(11)), DelayMinMaxAnomalous: new(true),
			DelayVariationMicros: new(uint32(1)), LossPercent: new(0.3), LossAnomalous: new(true),
			ResidualBandwidth: new(3.0), AvailableBandwidth: new(2.0), UtilizedBandwidth: new(1.0), ExtendedAdminGroup: []uint32{1, 2},
		},
	}
)

func onLAN(neighbor string) schemas.SRv6EndXSID {
	r := endXRecord
	r.Neighbor = &neighbor
	return r
}

// rareRecord is rareAttributes as it is in a record.
var rareRecord = &schemas.Attributes{
	LinkProperties: &schemas.LinkProperties{
		LocalID: new(uint32(39)), RemoteID: new(uint32(53)), Protection: new(uint8(1)), MPLSProtocols: new(uint8(0xc0)),
		RTMCapability: []byte{0x40}, GracefulShutdown: true,
	},
	SBFDDiscriminators: []uint32{1},
	ExtendedAdminGroup: []uint32{1, 2},
	MSD:                &schemas.MaxSIDDepths{Node: []schemas.MSD{{Type: 1, Value: 10}}, Link: []schemas.MSD{{Type: 2, Value: 9}}},
	SegmentRouting: &schemas.SegmentRouting{
		LocalBlock:       &schemas.SRLocalBlock{Flags: 1, Ranges: []schemas.SIDRange{{First: 15000, Size: 1000, Label: new(true)}}},
		SRMSPreference:   new(uint8(128)),
		LANAdjacencySIDs: []schemas.LANAdjacencySID{memberSID},
		PrefixRanges: []schemas.PrefixRange{{
			Flags: 0x80, Size: 256, PrefixSIDs: []schemas.PrefixSID{{SID: 100, Label: new(false)}}, UnknownTLVs: unknownInner,
		}},
		L2BundleMembers: []schemas.L2BundleMember{{
			ID: 5, Metrics: applicationRecord.Metrics, MaxLinkBandwidth: new(1e6), MaxReservableBandwidth: new(2e6),
			UnreservedBandwidth: []float64{8, 7, 6, 5, 4, 3, 2, 1}, LinkProtection: new(uint8(2)),
			AdjacencySIDs:    []schemas.AdjacencySID{{Flags: 0x30, Weight: 1, SID: 24000, Label: new(true)}},
			LANAdjacencySIDs: []schemas.LANAdjacencySID{memberSID}, EndXSIDs: []schemas.SRv6EndXSID{endXRecord},
			MSDs: []schemas.MSD{{Type: 1, Value: 5}}, ApplicationSpecific: []schemas.ApplicationLink{applicationRecord}, UnknownTLVs: unknownInner,
		}},
		SourceOSPFRouterID: new("9.9.9.9"),
	},
	SRv6: &schemas.SRv6{
		Capabilities: new(uint16(0x4000)), EndXSIDs: []schemas.SRv6EndXSID{endXRecord},
		ISISLANEndXSIDs: []schemas.SRv6EndXSID{onLAN("000000000003")}, OSPFLANEndXSIDs: []schemas.SRv6EndXSID{onLAN("03030303")},
		Locators: []schemas.SRv6Locator{{Flags: 0x80, Algorithm: 128, Metric: 10, UnknownTLVs: unknownInner}},
	},
	FlexAlgorithms: &schemas.FlexAlgorithms{
		Definitions: []schemas.FlexAlgorithm{{
			Algorithm: 128, MetricType: 1, CalculationType: 2, Priority: 200, ExcludeAny: []uint32{1}, IncludeAny: []uint32{2},
			IncludeAll: []uint32{4}, Flags: []byte{0x80}, ExcludeSRLGs: []uint32{7},
			Unsupported: []schemas.FlexAlgorithmUnsupported{{ProtocolID: 2, Types: []byte{6}}}, UnknownTLVs: unknownInner,
		}},
		PrefixMetrics: []schemas.FlexAlgorithmMetric{{Algorithm: 128, Flags: 0x80, Metric: 20}},
	},
	BGPEPE: &schemas.BGPEPE{
		PeerNodeSIDs:      []schemas.PeerSID{{Flags: 0xc0, Weight: 1, SID: 24010, Label: true}},
		PeerAdjacencySIDs: []schemas.PeerSID{{SID: 1}},
		PeerSetSIDs:       []schemas.PeerSID{{SID: 2}},
	},
	ApplicationSpecific: []schemas.ApplicationLink{applicationRecord},
	Opaque:              &schemas.Opaque{Node: [][]byte{{1}}, Link: [][]byte{{2}}, Prefix: [][]byte{{3}}},
}
