package bgpls

import (
	"bytes"
	"testing"
)

// The octets of each TLV, laid out by hand from the figures of its RFC, mean what the
// RFC says; a round trip alone would not show a field in the wrong place. Octets marked
// gobmp are from real routers, by way of the tests of gobmp (Apache-2.0); more TLVs of
// real routers are in the table of wire messages.
func TestAttributeTLV(t *testing.T) {
	for _, test := range []struct {
		name string
		typ  uint16
		hex  string
		want Attributes
	}{
		{"link identifiers", TLVLinkIdentifiers, "00000172 000001bb", Attributes{Link: &LinkProperties{Identifiers: &LinkIdentifiers{370, 443}}}},
		{"node MSD", TLVNodeMSD, "01 0a 02 09", Attributes{MaxSIDDepths: &MaxSIDDepths{Node: []MSD{{1, 10}, {2, 9}}}}},
		{"link MSD", TLVLinkMSD, "29 08", Attributes{MaxSIDDepths: &MaxSIDDepths{Link: []MSD{{41, 8}}}}},
		{"opaque node", TLVOpaqueNode, "8904 72 6f 75 74", Attributes{Opaque: &Opaque{Node: [][]byte{unhex("8904726f7574")}}}},
		{"S-BFD discriminators", TLVSBFDDiscriminators, "00000001 0a000001", Attributes{SBFDDiscriminators: []uint32{1, 0x0a000001}}},
		{"SR local block", TLVSRLocalBlock, "00 00 0003e8 0489 0003 003a98 000064 0489 0004 00000001",
			Attributes{SegmentRouting: &SegmentRouting{LocalBlock: &SRLocalBlock{0, []SIDRange{{SID{15000, true}, 1000}, {SID{1, false}, 100}}}}}},
		{"SRMS preference", TLVSRMSPreference, "80", Attributes{SegmentRouting: &SegmentRouting{SRMSPreference: new(uint8(128))}}},
		{"SRv6 capabilities", TLVSRv6Capabilities, "4000 0000", Attributes{SRv6: &SRv6{Capabilities: new(uint16(0x4000))}}},
		{"flexible algorithm definition", TLVFlexAlgorithm,
			"80 01 00 c8 0410 0004 00000001 0411 0008 00000002 00000000 0412 0004 00000004 0413 0001 80 0415 0004 00000007 0416 0002 02 06",
			Attributes{FlexAlgorithms: &FlexAlgorithms{Definitions: []FlexAlgorithm{{
				Algorithm: 128, MetricType: 1, Priority: 200, ExcludeAny: []uint32{1}, IncludeAny: []uint32{2, 0}, IncludeAll: []uint32{4},
				Flags: []byte{0x80}, ExcludeSRLGs: []uint32{7}, Unsupported: []FlexAlgorithmUnsupported{{ISISLevel2, []byte{6}}},
			}}}}},
		{"flexible algorithm definition (gobmp)", TLVFlexAlgorithm,
			"80 00 00 80 0410 0020 00000000 00000000 00000000 00000000 00000000 00000000 00000000 80000000",
			Attributes{FlexAlgorithms: &FlexAlgorithms{Definitions: []FlexAlgorithm{{
				Algorithm: 128, Priority: 128, ExcludeAny: []uint32{0, 0, 0, 0, 0, 0, 0, 0x80000000},
			}}}}},
		{"flexible algorithm prefix metric", TLVFlexAlgorithmMetric, "80 80 0000 00000014",
			Attributes{FlexAlgorithms: &FlexAlgorithms{PrefixMetrics: []FlexAlgorithmMetric{{128, 0x80, 20}}}}},
		{"link protection", TLVLinkProtection, "08 00", Attributes{Link: &LinkProperties{Protection: new(uint8(8))}}},
		{"MPLS protocol mask", TLVMPLSProtocols, "c0", Attributes{Link: &LinkProperties{MPLSProtocols: new(uint8(0xc0))}}},
		{"opaque link", TLVOpaqueLink, "fd 02 0102", Attributes{Opaque: &Opaque{Link: [][]byte{unhex("fd020102")}}}},
		{"LAN adjacency SID of IS-IS", TLVLANAdjacencySID, "30 01 0000 000000000003 005dc1",
			Attributes{SegmentRouting: &SegmentRouting{LANAdjacencySIDs: []LANAdjacencySID{{0x30, 1, unhex("000000000003"), SID{24001, true}}}}}},
		{"LAN adjacency SID of OSPF", TLVLANAdjacencySID, "60 00 0000 03030303 005dc1",
			Attributes{SegmentRouting: &SegmentRouting{LANAdjacencySIDs: []LANAdjacencySID{{0x60, 0, unhex("03030303"), SID{24001, true}}}}}},
		{"LAN adjacency index of OSPF", TLVLANAdjacencySID, "00 00 0000 03030303 00000007",
			Attributes{SegmentRouting: &SegmentRouting{LANAdjacencySIDs: []LANAdjacencySID{{0, 0, unhex("03030303"), SID{7, false}}}}}},
		{"LAN adjacency index of IS-IS", TLVLANAdjacencySID, "00 00 0000 000000000003 00000007",
			Attributes{SegmentRouting: &SegmentRouting{LANAdjacencySIDs: []LANAdjacencySID{{0, 0, unhex("000000000003"), SID{7, false}}}}}},
		{"PeerNode SID", TLVPeerNodeSID, "c0 01 0000 005dca", Attributes{EgressPeer: &EgressPeer{NodeSIDs: []PeerSID{{0xc0, 1, SID{24010, true}}}}}},
		{"PeerAdj SID", TLVPeerAdjacencySID, "00 00 0000 00000001", Attributes{EgressPeer: &EgressPeer{AdjacencySIDs: []PeerSID{{0, 0, SID{1, false}}}}}},
		{"PeerSet SID", TLVPeerSetSID, "d0 00 0000 005dcc", Attributes{EgressPeer: &EgressPeer{SetSIDs: []PeerSID{{0xd0, 0, SID{24012, true}}}}}},
		{"RTM capability", TLVRTMCapability, "40 00", Attributes{Link: &LinkProperties{RTMCapability: unhex("4000")}}},
		{"End.X SID (gobmp)", TLVSRv6EndXSID, "0006 00 80 00 00 20010420ffff10770040000000000000 04e4 0004 28181000",
			Attributes{SRv6: &SRv6{EndXSIDs: []SRv6EndXSID{{
				EndpointBehavior: 6, Algorithm: 128, SID: addr("2001:420:ffff:1077:40::"), Structure: &SRv6SIDStructure{40, 24, 16, 0},
			}}}}},
		{"LAN End.X SID of OSPFv3", TLVSRv6LANEndXSIDOSPFv3, "0005 80 00 01 00 03030303 fc000000000000000000000000000001",
			Attributes{SRv6: &SRv6{OSPFLANEndXSIDs: []SRv6LANEndXSID{{unhex("03030303"), SRv6EndXSID{
				EndpointBehavior: 5, Flags: 0x80, Weight: 1, SID: addr("fc00::1"),
			}}}}}},
		{"graceful shutdown", TLVGracefulShutdown, "", Attributes{Link: &LinkProperties{GracefulShutdown: true}}},
		{"application-specific attributes", TLVApplicationLink, "04 00 0000 50000000 0440 0004 00000007 045a 0004 0000000a 0495 0004 00000001",
			Attributes{Applications: []ApplicationLink{{
				Standard: unhex("50000000"), UserDefined: []byte{},
				LinkMetrics: LinkMetrics{AdminGroup: new(uint32(7)), Delay: &Delay{Micros: 10}, ExtendedAdminGroup: []uint32{1}},
			}}}},
		{"attributes of all applications", TLVApplicationLink, "00 00 0000 0444 0004 00000014",
			Attributes{Applications: []ApplicationLink{{Standard: []byte{}, UserDefined: []byte{}, LinkMetrics: LinkMetrics{TEMetric: new(uint32(20))}}}}},
		{"opaque prefix", TLVOpaquePrefix, "0102", Attributes{Opaque: &Opaque{Prefix: [][]byte{unhex("0102")}}}},
		{"range", TLVPrefixRange, "80 00 0100 0486 0008 00 00 0000 00000064",
			Attributes{SegmentRouting: &SegmentRouting{PrefixRanges: []PrefixRange{{Flags: 0x80, Size: 256, PrefixSIDs: []PrefixSID{{SID: SID{100, false}}}}}}}},
		{"SRv6 locator", TLVSRv6Locator, "80 81 0000 0000000a", Attributes{SRv6: &SRv6{Locators: []SRv6Locator{{0x80, 129, 10, nil}}}}},
		{"L2 bundle member", TLVL2BundleMember, "00000005 0441 0004 4cee6b28 044b 0007 30 01 0000 005dc0 045a 0004 0000000a",
			Attributes{SegmentRouting: &SegmentRouting{L2BundleMembers: []L2BundleMember{{
				ID: 5, MaxLinkBandwidth: speed(125e6), AdjacencySIDs: []AdjacencySID{{0x30, 1, SID{24000, true}}},
				LinkMetrics: LinkMetrics{Delay: &Delay{Micros: 10}},
			}}}}},
		{"extended admin group", TLVExtendedAdminGroup, "00000001 80000000", Attributes{LinkMetrics: LinkMetrics{ExtendedAdminGroup: []uint32{1, 1 << 31}}}},
		{"source OSPF router id", TLVSourceOSPFRouterID, "09090909", Attributes{SegmentRouting: &SegmentRouting{SourceOSPFRouterID: addr("9.9.9.9")}}},
		{"candidate path state", TLVSRPolicyState, "64 00 5800 000000c8", Attributes{SRPolicy: &SRPolicy{State: &SRPolicyState{100, 0x5800, 200}}}},
		{"candidate path name", TLVSRPolicyPathName, "70617468", Attributes{SRPolicy: &SRPolicy{PathName: new("path")}}},
		{"policy name", TLVSRPolicyName, "706f6c", Attributes{SRPolicy: &SRPolicy{Name: new("pol")}}},
		{"endpoint behavior", TLVSRv6EndpointBehavior, "0039 00 80", Attributes{SRv6: &SRv6{EndpointBehavior: &SRv6EndpointBehavior{57, 0, 128}}}},
		{"BGP peer node SID", TLVSRv6PeerNode, "80 01 0000 0000fde8 02020202",
			Attributes{SRv6: &SRv6{PeerNode: &SRv6PeerNode{0x80, 1, 65000, addr("2.2.2.2")}}}},
		{"SID structure", TLVSRv6SIDStructure, "28 18 10 00", Attributes{SRv6: &SRv6{SIDStructure: &SRv6SIDStructure{40, 24, 16, 0}}}},
	} {
		octets := []byte(tlvOf(test.typ, bin(test.hex)))
		got, errs := DecodeAttributes(octets)
		if len(errs) > 0 {
			t.Errorf("%s: %v", test.name, errs)
		}
		same(t, test.name, got, &test.want)
		if again := got.Append(nil); !bytes.Equal(again, octets) {
			t.Errorf("%s: encoded %x, want %x", test.name, again, octets)
		}
	}
}

// The octets of NLRIs, laid out by hand from the figures of their RFCs.
func TestNLRI(t *testing.T) {
	headend := tlvOf(256, tlvOf(512, bin("0000fde8")), tlvOf(516, bin("01010101")))
	peer := func(asn uint32, router string) *NodeDescriptor {
		return &NodeDescriptor{ASN: &asn, BGPRouterID: addr(router)}
	}
	for _, test := range []struct {
		name   string
		octets string
		want   NLRI
		key    string
	}{
		{
			"BGP peering link (RFC 9086 §4.2)",
			tlvOf(2, bin("07 0000000000000000"), headend, tlvOf(257, tlvOf(512, bin("0000fdea")), tlvOf(516, bin("02020202")), tlvOf(517, bin("0000fdeb"))),
				tlvOf(259, bin("0a000001")), tlvOf(260, bin("0a000002"))),
			NLRI{
				Type: LinkNLRI, Protocol: BGP, Local: peer(65000, "1.1.1.1"),
				Remote: &NodeDescriptor{ASN: new(uint32(65002)), BGPRouterID: addr("2.2.2.2"), MemberASN: new(uint32(65003))},
				Link:   &LinkDescriptor{IPv4Interface: addr("10.0.0.1"), IPv4Neighbor: addr("10.0.0.2")},
			},
			"link|7|0|asn=65000,bgprouter=1.1.1.1|asn=65002,bgprouter=2.2.2.2,member=65003|if4=10.0.0.1,nbr4=10.0.0.2",
		},
		{
			"SRv6 SID (RFC 9514 §6)",
			tlvOf(6, isis, tlvOf(256, tlvOf(515, bin(r1))), tlvOf(263, bin("0002")), tlvOf(518, bin("fc000000000000000000000000000001"))),
			NLRI{
				Type: SRv6SIDNLRI, Protocol: ISISLevel2, Local: &NodeDescriptor{IGPRouterID: unhex(r1)},
				SID: &SRv6SIDDescriptor{MultiTopologyID: new(uint16(2)), SID: addr("fc00::1")},
			},
			"srv6sid|2|0|router=000000000001|fc00::1,mt=2",
		},
		{
			"SR Policy candidate path to IPv4 (RFC 9857 §4)",
			tlvOf(5, bin("09 0000000000000001"), headend, tlvOf(554, bin("02 00 0000 02020202 00000064 0000fde8 01010101 00000007"))),
			NLRI{
				Type: SRPolicyNLRI, Protocol: SR, Identifier: 1, Local: peer(65000, "1.1.1.1"),
				Policy: &SRPolicyDescriptor{
					ProtocolOrigin: 2, Endpoint: addr("2.2.2.2"), Color: 100, OriginatorASN: 65000, Originator: addr("1.1.1.1"), Discriminator: 7,
				},
			},
			"srpolicy|9|1|asn=65000,bgprouter=1.1.1.1|origin=2,endpoint=2.2.2.2,color=100,asn=65000,originator=1.1.1.1,discriminator=7",
		},
		{
			"SR Policy candidate path to IPv6 (RFC 9857 §4)",
			tlvOf(5, bin("09 0000000000000000"), headend,
				tlvOf(554, bin("03 c0 0000 fc000000000000000000000000000002 00000064 00000000 fc000000000000000000000000000001 00000001"))),
			NLRI{
				Type: SRPolicyNLRI, Protocol: SR, Local: peer(65000, "1.1.1.1"),
				Policy: &SRPolicyDescriptor{ProtocolOrigin: 3, Endpoint: addr("fc00::2"), Color: 100, Originator: addr("fc00::1"), Discriminator: 1},
			},
			"srpolicy|9|0|asn=65000,bgprouter=1.1.1.1|origin=3,endpoint=fc00::2,color=100,asn=0,originator=fc00::1,discriminator=1",
		},
	} {
		u, errs := DecodeUpdate(bodyOf(mpReach(test.octets)))
		if len(errs) > 0 {
			t.Fatalf("%s: %v", test.name, errs)
		}
		same(t, test.name, u.Reach, []NLRI{test.want})
		if key := u.Reach[0].Key(); key != test.key {
			t.Errorf("%s: key\n%s, want\n%s", test.name, key, test.key)
		}
		if again := u.Reach[0].Append(nil); string(again) != test.octets {
			t.Errorf("%s: encoded %x, want %x", test.name, again, test.octets)
		}
	}
}

// Next hops of every length that routers use are passed over.
func TestNextHops(t *testing.T) {
	for _, length := range []int{0, 4, 12, 16, 24, 32, 48} {
		hop := string(append([]byte{byte(length)}, bytes.Repeat([]byte{0xfe}, length)...))
		u, errs := DecodeUpdate(bodyOf(attribute(14, family, hop, "\x00", nodeBytes(r1))))
		if len(errs) > 0 || len(u.Reach) != 1 {
			t.Errorf("next hop of %d octets: %d objects, %v", length, len(u.Reach), errs)
		}
	}
}
