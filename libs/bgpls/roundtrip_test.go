package bgpls

import (
	"bytes"
	"net/netip"
	"reflect"
	"strings"
	"testing"
)

// everything says all that there is to say; one field of it may be taken alone.
func everything() Attributes {
	return Attributes{
		MultiTopologyIDs:    []uint16{0, 2, 0x0fff},
		NodeFlags:           new(uint8(0x80)),
		NodeName:            new("Zürich"),
		ISISAreaIDs:         [][]byte{unhex("490001"), unhex("490002")},
		LocalIPv4RouterIDs:  []netip.Addr{addr("1.1.1.1"), addr("2.2.2.2")},
		LocalIPv6RouterIDs:  []netip.Addr{addr("fd00::1")},
		RemoteIPv4RouterIDs: []netip.Addr{addr("3.3.3.3")},
		RemoteIPv6RouterIDs: []netip.Addr{addr("::ffff:1.2.3.4"), addr("fd00::3")},
		SRCapabilities:      &SRCapabilities{0xc0, []SIDRange{{SID{16000, true}, 8000}, {SID{1 << 20, false}, 1<<24 - 1}}},
		SRAlgorithms:        []uint8{0, 128},
		LinkMetrics: LinkMetrics{
			AdminGroup:           new(uint32(1<<32 - 1)),
			TEMetric:             new(uint32(20)),
			SRLGs:                []uint32{1, 1<<32 - 1},
			Delay:                &Delay{1200, true},
			MinMaxDelay:          &MinMaxDelay{1000, 1<<24 - 1, true},
			DelayVariationMicros: new(uint32(15)),
			Loss:                 &Loss{(1<<24 - 1) * lossStep, true},
			ResidualBandwidth:    speed(1e6),
			AvailableBandwidth:   speed(2e6),
			UtilizedBandwidth:    speed(3e6),
			ExtendedAdminGroup:   []uint32{1, 0, 1 << 31},
		},
		MaxLinkBandwidth:       speed(1250e6),
		MaxReservableBandwidth: speed(0),
		UnreservedBandwidth:    &[8]float64{1, 2, 3, 4, 5, 6, 7, 8},
		IGPMetric:              &IGPMetric{1<<24 - 1, 3},
		LinkName:               new("zrh1-gva1"),
		AdjacencySIDs:          []AdjacencySID{{0x30, 1, SID{24000, true}}, {0x40, 2, SID{7, false}}},
		IGPFlags:               new(uint8(0x80)),
		RouteTags:              []uint32{65000, 1},
		ExtendedRouteTags:      []uint64{1<<64 - 1, 0},
		PrefixMetric:           new(uint32(1<<32 - 1)),
		OSPFForwardingAddress:  addr("192.0.2.1"),
		PrefixSIDs:             []PrefixSID{{0x40, 0, SID{2, false}}, {0x70, 128, SID{1<<20 - 1, true}}},
		PrefixAttributeFlags:   []byte{0x20, 0},
		SourceRouterID:         addr("fd00::9"),
		Link: &LinkProperties{
			Identifiers: &LinkIdentifiers{370, 443}, Protection: new(uint8(0x10)), MPLSProtocols: new(uint8(0xc0)),
		},
		SBFDDiscriminators: []uint32{1, 1<<32 - 1},
		MaxSIDDepths:       &MaxSIDDepths{Node: []MSD{{1, 10}, {2, 9}}, Link: []MSD{{41, 8}}},
		SegmentRouting: &SegmentRouting{
			LocalBlock:     &SRLocalBlock{0, []SIDRange{{SID{15000, true}, 1000}}},
			SRMSPreference: new(uint8(128)),
			LANAdjacencySIDs: []LANAdjacencySID{
				{0x30, 1, unhex("000000000003"), SID{24001, true}}, {0x60, 0, unhex("03030303"), SID{7, false}},
			},
			PrefixRanges: []PrefixRange{
				{0x80, 256, []PrefixSID{{0, 0, SID{100, false}}, {0, 128, SID{200, false}}}, []TLV{{1, unhex("00")}, {1200, unhex("01")}}},
				{},
			},
			SourceOSPFRouterID: addr("9.9.9.9"),
			L2BundleMembers: []L2BundleMember{{
				ID: 1, LinkMetrics: linkMetrics(),
				MaxLinkBandwidth: speed(1e6), MaxReservableBandwidth: speed(2e6), UnreservedBandwidth: &[8]float64{8, 7, 6, 5, 4, 3, 2, 1},
				LANAdjacencySIDs: []LANAdjacencySID{{0x30, 1, unhex("03030303"), SID{24001, true}}},
				EndXSIDs:         []SRv6EndXSID{endX(0, 0, "fc00::5")}, LinkMSDs: []MSD{{1, 5}},
				Applications: []ApplicationLink{{Standard: unhex("40000000"), UserDefined: []byte{}, LinkMetrics: LinkMetrics{TEMetric: new(uint32(5))}}},
				Unknown:      []TLV{{1, []byte{}}, {1098, unhex("00")}, {1172, unhex("00000002")}},
			}, {ID: 2}},
		},
		SRv6: &SRv6{
			Capabilities:     new(uint16(0x4000)),
			EndXSIDs:         []SRv6EndXSID{endX(0x80, 128, "fc00::1"), {SID: addr("fc00::2"), Structure: &SRv6SIDStructure{}, Unknown: []TLV{{1, unhex("00")}, {1252, unhex("01")}}}},
			ISISLANEndXSIDs:  []SRv6LANEndXSID{lanEndX(0, 0, "fc00::3")},
			OSPFLANEndXSIDs:  []SRv6LANEndXSID{{unhex("03030303"), endX(0, 0, "fc00::4")}},
			Locators:         []SRv6Locator{{0x80, 128, 10, nil}, {0, 0, 20, []TLV{{1, unhex("00")}}}},
			EndpointBehavior: &SRv6EndpointBehavior{1, 0, 128},
			PeerNode:         &SRv6PeerNode{0x80, 1, 65000, addr("2.2.2.2")},
			SIDStructure:     &SRv6SIDStructure{40, 24, 16, 0},
		},
		FlexAlgorithms: &FlexAlgorithms{
			Definitions: []FlexAlgorithm{{
				Algorithm: 128, MetricType: 1, CalculationType: 0, Priority: 200,
				ExcludeAny: []uint32{1}, IncludeAny: []uint32{2, 0}, IncludeAll: []uint32{4}, Flags: []byte{0x80}, ExcludeSRLGs: []uint32{7},
				Unsupported: []FlexAlgorithmUnsupported{{ISISLevel2, []byte{6, 7}}, {OSPFv2, []byte{0, 6}}},
				Unknown:     []TLV{{1044, unhex("00")}, {1047, unhex("01")}},
			}, {Algorithm: 129}},
			PrefixMetrics: []FlexAlgorithmMetric{{128, 0x80, 20}, {129, 0, 30}},
		},
		EgressPeer: &EgressPeer{
			NodeSIDs:      []PeerSID{{0xc0, 1, SID{24010, true}}},
			AdjacencySIDs: []PeerSID{{0xc0, 0, SID{24011, true}}, {0, 0, SID{1, false}}},
			SetSIDs:       []PeerSID{{0xc0, 0, SID{24012, true}}},
		},
		Applications: []ApplicationLink{
			{Standard: unhex("10000000"), UserDefined: []byte{}, LinkMetrics: linkMetrics()},
			{Standard: []byte{}, UserDefined: unhex("0000000000000001"), Unknown: []TLV{{1089, unhex("00")}, {1122, unhex("00")}}},
		},
		SRPolicy: &SRPolicy{State: &SRPolicyState{100, 0x4800, 200}, PathName: new("path"), Name: new("policy")},
		Opaque:   &Opaque{Node: [][]byte{unhex("01"), {}}, Link: [][]byte{unhex("02")}, Prefix: [][]byte{unhex("03"), unhex("04")}},
		Unknown:  []TLV{{1, []byte{}}, {264, unhex("01")}, {1033, unhex("01")}, {1033, unhex("00")}, {65535, unhex("ff")}},
	}
}

// linkMetrics says all that may be said of a link a second time.
func linkMetrics() LinkMetrics {
	return LinkMetrics{
		AdminGroup: new(uint32(7)), TEMetric: new(uint32(20)), SRLGs: []uint32{1, 2},
		Delay: &Delay{Micros: 10}, MinMaxDelay: &MinMaxDelay{9, 11, true}, DelayVariationMicros: new(uint32(1)), Loss: &Loss{lossStep, false},
		ResidualBandwidth: speed(1e6), AvailableBandwidth: speed(2e6), UtilizedBandwidth: speed(3e6), ExtendedAdminGroup: []uint32{1, 2},
	}
}

func nlriSamples() []NLRI {
	full := &NodeDescriptor{
		ASN: new(uint32(100)), BGPLSID: new(uint32(0)), OSPFAreaID: addr("0.0.0.1"), IGPRouterID: unhex("01010101"),
		BGPRouterID: addr("1.1.1.1"), MemberASN: new(uint32(7)), Unknown: []TLV{{1, []byte{}}, {512, unhex("00")}, {600, unhex("ab01")}},
	}
	return []NLRI{
		{Type: NodeNLRI, Protocol: BGP, Identifier: 1<<64 - 1, Local: full, Unknown: []TLV{{255, unhex("01")}, {263, unhex("0002")}}},
		{Type: NodeNLRI, Local: &NodeDescriptor{}},
		{Type: LinkNLRI, Protocol: Direct, Identifier: 1, Local: full, Remote: &NodeDescriptor{IGPRouterID: []byte{}}, Link: &LinkDescriptor{
			Identifiers: &LinkIdentifiers{39, 53}, IPv4Interface: addr("192.168.12.1"), IPv4Neighbor: addr("192.168.12.2"),
			IPv6Interface: addr("fd00::1"), IPv6Neighbor: addr("fd00::2"), MultiTopologyID: new(uint16(0xfff)),
			Unknown: []TLV{{259, unhex("c0a80d01")}, {300, []byte{}}},
		}},
		{Type: IPv4PrefixNLRI, Protocol: Static, Local: full, Prefix: &PrefixDescriptor{
			MultiTopologyID: new(uint16), OSPFRouteType: new(uint8(6)), Prefix: prefixOf("10.128.0.0/9"), Unknown: []TLV{{266, unhex("00")}},
		}},
		{Type: IPv6PrefixNLRI, Protocol: OSPFv3, Local: full, Prefix: &PrefixDescriptor{Prefix: prefixOf("::/0")}},
		{Type: SRv6SIDNLRI, Protocol: ISISLevel2, Local: full, SID: &SRv6SIDDescriptor{
			MultiTopologyID: new(uint16(2)), SID: addr("fc00::1"), Unknown: []TLV{{300, unhex("01")}, {518, []byte{}}},
		}},
		{Type: SRv6SIDNLRI, Protocol: BGP, Local: full, SID: &SRv6SIDDescriptor{SID: addr("::ffff:1.2.3.4")}},
		{Type: SRPolicyNLRI, Protocol: SR, Local: full, Policy: &SRPolicyDescriptor{
			ProtocolOrigin: 2, Flags: 0x01, Endpoint: addr("2.2.2.2"), Color: 100, OriginatorASN: 65000, Originator: addr("::"),
			Discriminator: 1, Unknown: []TLV{{554, []byte{}}},
		}},
		{Type: SRPolicyNLRI, Protocol: SR, Local: full, Policy: &SRPolicyDescriptor{Endpoint: addr("::ffff:2.2.2.2"), Originator: addr("1.1.1.1")}},
		{Type: 7, Raw: unhex("02")},
		{Type: NodeNLRI, VPN: true, Raw: unhex("0000fde800000001 02")},
	}
}

// Each field alone, and all together, come back as they went.
func TestAttributesRoundTrip(t *testing.T) {
	all := everything()
	samples := []*Attributes{{}, &all}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Attributes]()) {
		one := new(Attributes)
		reflect.ValueOf(one).Elem().FieldByIndex(field.Index).Set(reflect.ValueOf(&all).Elem().FieldByIndex(field.Index))
		samples = append(samples, one)
	}
	for _, want := range samples {
		got, errs := DecodeUpdate(EncodeUpdate(nlriSamples(), nil, want, addr("10.0.0.1")))
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		same(t, "attributes", got.Attributes, want)
	}
}

// A list that is said to be empty is not one that was not said.
func TestEmptyLists(t *testing.T) {
	want := &Attributes{
		LinkMetrics:      LinkMetrics{SRLGs: []uint32{}, ExtendedAdminGroup: []uint32{}},
		MultiTopologyIDs: []uint16{}, SRAlgorithms: []uint8{}, RouteTags: []uint32{},
		ExtendedRouteTags: []uint64{}, PrefixAttributeFlags: []byte{}, NodeName: new(""),
		SBFDDiscriminators: []uint32{}, Link: &LinkProperties{RTMCapability: []byte{}},
		MaxSIDDepths: &MaxSIDDepths{Node: []MSD{}, Link: []MSD{}},
	}
	got, errs := DecodeUpdate(EncodeUpdate(nlriSamples()[:1], nil, want, addr("10.0.0.1")))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	same(t, "attributes", got.Attributes, want)
}

func TestAppendAscends(t *testing.T) {
	all := everything()
	var last string
	for _, tlv := range cut(all.Append(nil)) {
		if typ := string(tlv[:2]); typ < last {
			t.Errorf("tlv %x after %x", typ, last)
		} else {
			last = typ
		}
	}
}

// Reserved bits do not count, and are sent as 0.
func TestReservedBits(t *testing.T) {
	for _, test := range []struct {
		typ         uint16
		value, want string
	}{
		{TLVMultiTopologyID, "f002", "0002"},
		{TLVDelay, "ff00000a", "8000000a"},
		{TLVMinMaxDelay, "7f00000a ff00000b", "0000000a 0000000b"},
		{TLVDelayVariation, "ff00000a", "0000000a"},
		{TLVLoss, "7f00000a", "0000000a"},
		{TLVAdjacencySID, "30 01 ffff f49310", "30 01 0000 049310"},
		{TLVSRLocalBlock, "80ff 001f40 0489 0003 f03e80", "8000 001f40 0489 0003 003e80"},
		{TLVLANAdjacencySID, "30 01 ffff 03030303 f49310", "30 01 0000 03030303 049310"},
		{TLVPeerNodeSID, "30 01 ffff f49310", "30 01 0000 049310"},
		{TLVLinkProtection, "10ff", "1000"},
		{TLVSRv6Capabilities, "4000ffff", "40000000"},
		{TLVFlexAlgorithmMetric, "80 00 ffff 0000000a", "80 00 0000 0000000a"},
		{TLVSRv6EndXSID, "0039 80 00 01 ff fc000000000000000000000000000001", "0039 80 00 01 00 fc000000000000000000000000000001"},
		{TLVSRv6Locator, "80 00 ffff 0000000a", "80 00 0000 0000000a"},
		{TLVSRv6PeerNode, "80 01 ffff 0000fde8 02020202", "80 01 0000 0000fde8 02020202"},
		{TLVApplicationLink, "0400ffff 10000000", "04000000 10000000"},
		{TLVPrefixRange, "80ff 0010", "8000 0010"},
		{TLVSRPolicyState, "64ff 4000 000000c8", "6400 4000 000000c8"},
		{TLVSRCapabilities, "80ff 001f40 0489 0003 f03e80", "8000 001f40 0489 0003 003e80"},
	} {
		got, errs := DecodeUpdate(bodyOf(attribute(29, tlvOf(test.typ, bin(test.value)))))
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		if b := got.Attributes.Append(nil); !bytes.Equal(b[4:], unhex(test.want)) {
			t.Errorf("tlv %d: %x becomes %x, want %s", test.typ, unhex(test.value), b[4:], test.want)
		}
	}
}

func TestIGPMetric(t *testing.T) {
	for value, want := range map[string]IGPMetric{
		"0a": {10, 1}, "64": {100, 1}, "ff": {255, 1}, "0064": {100, 2}, "ffff": {65535, 2}, "00000a": {10, 3}, "fffffe": {1<<24 - 2, 3}, "01000000": {1 << 24, 4},
	} {
		body := bodyOf(attribute(29, tlvOf(TLVIGPMetric, bin(value))))
		got, errs := DecodeUpdate(body)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		same(t, value, got.Attributes, &Attributes{IGPMetric: &want})
		if b := got.Attributes.Append(nil); !bytes.Equal(b[4:], unhex(value)) {
			t.Errorf("%s becomes %x", value, b[4:])
		}
	}
}

// A TE metric of three octets, as IS-IS has it, is one of four.
func TestTEMetric(t *testing.T) {
	for value, odd := range map[string]int{"0000000a": 0, "00000a": 1} {
		body := bodyOf(attribute(29, tlvOf(TLVTEMetric, bin(value)), tlvOf(TLVApplicationLink, bin("00000000"), tlvOf(TLVTEMetric, bin(value)))))
		got, errs := DecodeUpdate(body)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		ten := new(uint32(10))
		application := ApplicationLink{Standard: []byte{}, UserDefined: []byte{}, LinkMetrics: LinkMetrics{TEMetric: ten}}
		same(t, value, got.Attributes, &Attributes{LinkMetrics: LinkMetrics{TEMetric: ten}, Applications: []ApplicationLink{application}})
		same(t, "oddities", got.Oddities, Oddities{TEMetrics: 2 * odd})
	}
}

// A delay that does not fit 24 bits is sent as the largest one (RFC 8570 §4.1).
func TestLargestDelay(t *testing.T) {
	a := Attributes{LinkMetrics: LinkMetrics{Delay: &Delay{Micros: 1 << 24}}}
	if b := a.Append(nil); !bytes.Equal(b, unhex("045a 0004 00ffffff")) {
		t.Errorf("delay %x", b)
	}
}

func TestEncodeUpdate(t *testing.T) {
	node := nodeBytes(r1)
	attributes := &Attributes{NodeName: new("vm")}
	reach := []NLRI{nodeValue(r1)}
	base := bin("40010100 400200 40050400000064")
	for _, test := range []struct {
		name           string
		reach, unreach []NLRI
		attributes     *Attributes
		nextHop        netip.Addr
		want           []byte
	}{
		{"End-of-RIB", nil, nil, nil, netip.Addr{}, unhex("0000 0007 900f0003 400447")},
		{"reach", reach, nil, attributes, addr("10.0.0.1"), bodyOf(mpReach(node), base, attribute(29, tlvOf(1026, "vm")))},
		{"reach without attribute", reach, nil, nil, addr("10.0.0.1"), bodyOf(mpReach(node), base)},
		{"reach by IPv6", reach, nil, nil, addr("fd00::1"),
			bodyOf(attribute(14, family, "\x10", bin("fd000000000000000000000000000001"), "\x00", node), base)},
		{"unreach", nil, reach, attributes, addr("10.0.0.1"), bodyOf(mpUnreach(node))},
		{"VPN", []NLRI{{Type: 1, VPN: true, Raw: unhex("0000fde800000001 02")}}, nil, nil, addr("10.0.0.1"),
			bodyOf(attribute(14, bin("400448 0c 0000000000000000 0a000001 00"), tlvOf(1, bin("0000fde800000001 02"))), base)},
		{"both", reach, reach, nil, addr("10.0.0.1"), bodyOf(mpReach(node), mpUnreach(node), base)},
	} {
		got := EncodeUpdate(test.reach, test.unreach, test.attributes, test.nextHop)
		if !bytes.Equal(got, test.want) {
			t.Errorf("%s: %x, want %x", test.name, got, test.want)
		}
	}
}

func TestNLRIRoundTrip(t *testing.T) {
	want := nlriSamples()
	got, errs := DecodeUpdate(EncodeUpdate(want, want, nil, addr("10.0.0.1")))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	same(t, "update", got, Update{Reach: want, Unreach: want})
}

func TestDecodeError(t *testing.T) {
	_, errs := DecodeUpdate(bodyOf(mpReach(tlvOf(1, bin("02")))))
	want := "cannot decode nlri 1 at octet 17: truncated: length 9, 1 octets left"
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), want) {
		t.Errorf("errors %v, want %q", errs, want)
	}
}
