package bgpingest

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"reflect"
	"testing"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/stream/streamtest"
	"github.com/altostream/altostream/schemas"
)

var (
	router1 = &bgpls.NodeDescriptor{OSPFAreaID: netip.MustParseAddr("0.0.0.1"), IGPRouterID: []byte{1, 1, 1, 1}}
	router2 = &bgpls.NodeDescriptor{
		ASN: new(uint32(100)), BGPLSID: new(uint32(0)), IGPRouterID: []byte{0, 0, 0, 0, 0, 0x0a, 3},
		BGPRouterID: netip.MustParseAddr("2.2.2.2"), MemberASN: new(uint32(7)), Unknown: []bgpls.TLV{{Type: 600, Value: []byte{0xab}}},
	}
)

var recordTests = []struct {
	name       string
	nlri       bgpls.NLRI
	attributes *bgpls.Attributes
	lost       bool
	key        string
	want       schemas.RawTopology
}{
	{
		name: "node",
		nlri: bgpls.NLRI{
			Type: bgpls.NodeNLRI, Protocol: bgpls.OSPFv2, Identifier: 1<<64 - 1, Local: router1,
			Unknown: []bgpls.TLV{{Type: 263, Value: []byte{0, 2}}},
		},
		attributes: &bgpls.Attributes{
			MultiTopologyIDs:   []uint16{0, 2},
			NodeFlags:          new(uint8(0x80)),
			NodeName:           new("vm"),
			ISISAreaIDs:        [][]byte{{0x49, 0, 1}, {0x49, 0, 0xab}},
			LocalIPv4RouterIDs: []netip.Addr{netip.MustParseAddr("1.1.1.1")},
			LocalIPv6RouterIDs: []netip.Addr{netip.MustParseAddr("fd00::1")},
			SRCapabilities: &bgpls.SRCapabilities{Flags: 0xc0, Ranges: []bgpls.SIDRange{
				{First: bgpls.SID{Value: 16000, Label: true}, Size: 8000},
			}},
			SRAlgorithms: []uint8{0, 1},
			Unknown:      []bgpls.TLV{{Type: 1033, Value: []byte{1, 10}}},
		},
		key: "default|bgp:10.99.2.2|node|3|18446744073709551615|area=0.0.0.1,router=01010101|263=0002",
		want: schemas.RawTopology{
			Kind: "node", NLRIType: new(uint16(1)), ProtocolID: new(uint8(3)), Identifier: new(uint64(1<<64 - 1)),
			LocalNode: &schemas.NodeDescriptor{
				OSPFAreaID: new("0.0.0.1"), IGPRouterID: new("01010101"), UnknownTLVs: []schemas.TLV{{Type: 263, Value: []byte{0, 2}}},
			},
			Attributes: &schemas.Attributes{
				MultiTopologyIDs:   []uint16{0, 2},
				NodeFlags:          new(uint8(0x80)),
				NodeName:           new("vm"),
				ISISAreaIDs:        []string{"490001", "4900ab"},
				LocalIPv4RouterIDs: []string{"1.1.1.1"},
				LocalIPv6RouterIDs: []string{"fd00::1"},
				SRCapabilities:     &schemas.SRCapabilities{Flags: 0xc0, Ranges: []schemas.SIDRange{{First: 16000, Size: 8000, Label: new(true)}}},
				SRAlgorithms:       []uint8{0, 1},
			},
			UnknownTLVs: []schemas.TLV{{Type: 1033, Value: []byte{1, 10}}},
		},
	},
	{
		name: "link",
		nlri: bgpls.NLRI{
			Type: bgpls.LinkNLRI, Protocol: bgpls.ISISLevel2, Local: router1, Remote: router2,
			Link: &bgpls.LinkDescriptor{
				Identifiers:   &bgpls.LinkIdentifiers{Local: 39},
				IPv4Interface: netip.MustParseAddr("192.168.12.1"), IPv4Neighbor: netip.MustParseAddr("192.168.12.2"),
				IPv6Interface: netip.MustParseAddr("fd00::1"), IPv6Neighbor: netip.MustParseAddr("fd00::2"),
				MultiTopologyID: new(uint16(2)), Unknown: []bgpls.TLV{{Type: 259, Value: []byte{10, 0, 0, 1}}},
			},
		},
		attributes: &bgpls.Attributes{
			RemoteIPv4RouterIDs: []netip.Addr{netip.MustParseAddr("2.2.2.2")},
			RemoteIPv6RouterIDs: []netip.Addr{netip.MustParseAddr("fd00::2")},
			LinkMetrics: bgpls.LinkMetrics{
				AdminGroup:           new(uint32(0)),
				TEMetric:             new(uint32(20)),
				SRLGs:                []uint32{},
				Delay:                &bgpls.Delay{Micros: 1200},
				MinMaxDelay:          &bgpls.MinMaxDelay{MinMicros: 1000, MaxMicros: 1300, Anomalous: true},
				DelayVariationMicros: new(uint32(15)),
				Loss:                 &bgpls.Loss{Percent: 0.3, Anomalous: true},
				ResidualBandwidth:    new(3.0),
				AvailableBandwidth:   new(2.0),
				UtilizedBandwidth:    new(1.0),
			},
			MaxLinkBandwidth:       new(125e6),
			MaxReservableBandwidth: new(124e6),
			UnreservedBandwidth:    &[8]float64{1, 2, 3, 4, 5, 6, 7, 8},
			IGPMetric:              &bgpls.IGPMetric{Value: 10, Octets: 3},
			LinkName:               new("zrh1-gva1"),
			AdjacencySIDs:          []bgpls.AdjacencySID{{Flags: 0x30, Weight: 1, SID: bgpls.SID{Value: 24000, Label: true}}},
		},
		lost: true,
		key: "default|bgp:10.99.2.2|link|2|0|area=0.0.0.1,router=01010101" +
			"|asn=100,lsid=0,router=00000000000a03,bgprouter=2.2.2.2,member=7,600=ab" +
			"|local=39,remote=0,if4=192.168.12.1,nbr4=192.168.12.2,if6=fd00::1,nbr6=fd00::2,mt=2,259=0a000001",
		want: schemas.RawTopology{
			Kind: "link", NLRIType: new(uint16(2)), ProtocolID: new(uint8(2)), Identifier: new(uint64), AttributesLost: true,
			LocalNode: &schemas.NodeDescriptor{OSPFAreaID: new("0.0.0.1"), IGPRouterID: new("01010101")},
			RemoteNode: &schemas.NodeDescriptor{
				ASN: new(uint32(100)), BGPLSID: new(uint32(0)), IGPRouterID: new("00000000000a03"),
				BGPRouterID: new("2.2.2.2"), MemberASN: new(uint32(7)), UnknownTLVs: []schemas.TLV{{Type: 600, Value: []byte{0xab}}},
			},
			Link: &schemas.LinkDescriptor{
				LocalID: new(uint32(39)), RemoteID: new(uint32(0)),
				IPv4Interface: new("192.168.12.1"), IPv4Neighbor: new("192.168.12.2"),
				IPv6Interface: new("fd00::1"), IPv6Neighbor: new("fd00::2"),
				MultiTopologyID: new(uint16(2)), UnknownTLVs: []schemas.TLV{{Type: 259, Value: []byte{10, 0, 0, 1}}},
			},
			Attributes: &schemas.Attributes{
				RemoteIPv4RouterIDs:    []string{"2.2.2.2"},
				RemoteIPv6RouterIDs:    []string{"fd00::2"},
				AdminGroup:             new(uint32(0)),
				MaxLinkBandwidth:       new(125e6),
				MaxReservableBandwidth: new(124e6),
				UnreservedBandwidth:    []float64{1, 2, 3, 4, 5, 6, 7, 8},
				TEMetric:               new(uint32(20)),
				IGPMetric:              new(uint32(10)),
				SRLGs:                  []uint32{},
				LinkName:               new("zrh1-gva1"),
				AdjacencySIDs:          []schemas.AdjacencySID{{Flags: 0x30, Weight: 1, SID: 24000, Label: new(true)}},
				DelayMicros:            new(uint32(1200)),
				DelayAnomalous:         new(false),
				DelayMinMicros:         new(uint32(1000)),
				DelayMaxMicros:         new(uint32(1300)),
				DelayMinMaxAnomalous:   new(true),
				DelayVariationMicros:   new(uint32(15)),
				LossPercent:            new(0.3),
				LossAnomalous:          new(true),
				ResidualBandwidth:      new(3.0),
				AvailableBandwidth:     new(2.0),
				UtilizedBandwidth:      new(1.0),
			},
		},
	},
	{
		name: "IPv4 prefix",
		nlri: bgpls.NLRI{
			Type: bgpls.IPv4PrefixNLRI, Protocol: bgpls.OSPFv2, Local: router1,
			Prefix: &bgpls.PrefixDescriptor{Prefix: netip.MustParsePrefix("0.0.0.0/0"), OSPFRouteType: new(uint8(3))},
		},
		attributes: &bgpls.Attributes{
			IGPFlags:              new(uint8(0x40)),
			RouteTags:             []uint32{65000},
			ExtendedRouteTags:     []uint64{0xab},
			PrefixMetric:          new(uint32(10)),
			OSPFForwardingAddress: netip.MustParseAddr("192.0.2.1"),
			PrefixSIDs:            []bgpls.PrefixSID{{Flags: 0x40, Algorithm: 128, SID: bgpls.SID{Value: 2}}},
			PrefixAttributeFlags:  []byte{0x20},
			SourceRouterID:        netip.MustParseAddr("1.1.1.1"),
		},
		key: "default|bgp:10.99.2.2|prefix4|3|0|area=0.0.0.1,router=01010101|0.0.0.0/0,ospf=3",
		want: schemas.RawTopology{
			Kind: "prefix4", NLRIType: new(uint16(3)), ProtocolID: new(uint8(3)), Identifier: new(uint64),
			LocalNode: &schemas.NodeDescriptor{OSPFAreaID: new("0.0.0.1"), IGPRouterID: new("01010101")},
			Prefix:    &schemas.PrefixDescriptor{Prefix: "0.0.0.0/0", OSPFRouteType: new(uint8(3))},
			Attributes: &schemas.Attributes{
				IGPFlags:              new(uint8(0x40)),
				RouteTags:             []uint32{65000},
				ExtendedRouteTags:     []string{"00000000000000ab"},
				PrefixMetric:          new(uint32(10)),
				OSPFForwardingAddress: new("192.0.2.1"),
				PrefixSIDs:            []schemas.PrefixSID{{Flags: 0x40, Algorithm: 128, SID: 2, Label: new(false)}},
				PrefixAttributeFlags:  []byte{0x20},
				SourceRouterID:        new("1.1.1.1"),
			},
		},
	},
	{
		name: "IPv6 prefix without attribute",
		nlri: bgpls.NLRI{
			Type: bgpls.IPv6PrefixNLRI, Protocol: bgpls.OSPFv3, Local: router1,
			Prefix: &bgpls.PrefixDescriptor{
				Prefix: netip.MustParsePrefix("2001:db8::/32"), MultiTopologyID: new(uint16(2)),
				Unknown: []bgpls.TLV{{Type: 266, Value: []byte{}}},
			},
		},
		key: "default|bgp:10.99.2.2|prefix6|6|0|area=0.0.0.1,router=01010101|2001:db8::/32,mt=2,266=",
		want: schemas.RawTopology{
			Kind: "prefix6", NLRIType: new(uint16(4)), ProtocolID: new(uint8(6)), Identifier: new(uint64),
			LocalNode: &schemas.NodeDescriptor{OSPFAreaID: new("0.0.0.1"), IGPRouterID: new("01010101")},
			Prefix: &schemas.PrefixDescriptor{
				Prefix: "2001:db8::/32", MultiTopologyID: new(uint16(2)), UnknownTLVs: []schemas.TLV{{Type: 266, Value: []byte{}}},
			},
		},
	},
	{
		name:       "type that is not decoded",
		nlri:       bgpls.NLRI{Type: 7, Raw: []byte{2, 0, 0xff}},
		attributes: &bgpls.Attributes{Unknown: []bgpls.TLV{{Type: 1204, Value: []byte{0, 57}}}},
		key:        "default|bgp:10.99.2.2|nlri7|0200ff",
		want: schemas.RawTopology{
			Kind: "nlri", NLRIType: new(uint16(7)), NLRI: []byte{2, 0, 0xff},
			Attributes: &schemas.Attributes{}, UnknownTLVs: []schemas.TLV{{Type: 1204, Value: []byte{0, 57}}},
		},
	},
	{
		name:       "link without its remote node",
		nlri:       bgpls.NLRI{Type: bgpls.LinkNLRI, Raw: []byte{2, 0, 0xff}},
		attributes: &bgpls.Attributes{LinkMetrics: bgpls.LinkMetrics{TEMetric: new(uint32(7))}},
		key:        "default|bgp:10.99.2.2|nlri2|0200ff",
		want: schemas.RawTopology{
			Kind: "nlri", NLRIType: new(uint16(2)), NLRI: []byte{2, 0, 0xff}, Attributes: &schemas.Attributes{TEMetric: new(uint32(7))},
		},
	},
	{
		name: "object of a VPN",
		nlri: bgpls.NLRI{Type: bgpls.NodeNLRI, VPN: true, Raw: []byte{0, 0, 0xfd, 0xe8, 0, 0, 0, 1, 2, 0, 0xff}},
		key:  "default|bgp:10.99.2.2|nlrivpn1|0000fde800000001|0200ff",
		want: schemas.RawTopology{
			Kind: "nlri", NLRIType: new(uint16(1)), NLRI: []byte{2, 0, 0xff}, RouteDistinguisher: new("0000fde800000001"),
		},
	},
	{
		name: "SRv6 SID",
		nlri: bgpls.NLRI{
			Type: bgpls.SRv6SIDNLRI, Protocol: bgpls.ISISLevel2, Local: router1,
			SID: &bgpls.SRv6SIDDescriptor{SID: netip.MustParseAddr("fc00::1"), MultiTopologyID: new(uint16(2)), Unknown: []bgpls.TLV{{Type: 600, Value: []byte{}}}},
		},
		attributes: &bgpls.Attributes{SRv6: &bgpls.SRv6{
			EndpointBehavior: &bgpls.SRv6EndpointBehavior{Behavior: 57, Flags: 1, Algorithm: 128},
			PeerNode:         &bgpls.SRv6PeerNode{Flags: 0x80, Weight: 1, ASN: 65000, RouterID: netip.MustParseAddr("2.2.2.2")},
			SIDStructure:     &bgpls.SRv6SIDStructure{LocatorBlockBits: 32, LocatorNodeBits: 16, FunctionBits: 16, ArgumentBits: 64},
		}},
		key: "default|bgp:10.99.2.2|srv6sid|2|0|area=0.0.0.1,router=01010101|fc00::1,mt=2,600=",
		want: schemas.RawTopology{
			Kind: "srv6_sid", NLRIType: new(uint16(6)), ProtocolID: new(uint8(2)), Identifier: new(uint64),
			LocalNode: &schemas.NodeDescriptor{OSPFAreaID: new("0.0.0.1"), IGPRouterID: new("01010101")},
			SRv6SID:   &schemas.SRv6SIDDescriptor{SID: "fc00::1", MultiTopologyID: new(uint16(2)), UnknownTLVs: []schemas.TLV{{Type: 600, Value: []byte{}}}},
			Attributes: &schemas.Attributes{SRv6: &schemas.SRv6{
				EndpointBehavior: &schemas.SRv6EndpointBehavior{Behavior: 57, Flags: 1, Algorithm: 128},
				PeerNode:         &schemas.SRv6PeerNode{Flags: 0x80, Weight: 1, ASN: 65000, RouterID: "2.2.2.2"},
				SIDStructure:     &schemas.SRv6SIDStructure{LocatorBlockBits: 32, LocatorNodeBits: 16, FunctionBits: 16, ArgumentBits: 64},
			}},
		},
	},
	{
		name: "SR Policy candidate path",
		nlri: bgpls.NLRI{
			Type: bgpls.SRPolicyNLRI, Protocol: bgpls.SR, Local: router1,
			Policy: &bgpls.SRPolicyDescriptor{
				ProtocolOrigin: 2, Flags: 1, Endpoint: netip.MustParseAddr("2.2.2.2"), Color: 100,
				OriginatorASN: 65000, Originator: netip.MustParseAddr("fd00::1"), Discriminator: 7,
			},
		},
		attributes: &bgpls.Attributes{SRPolicy: &bgpls.SRPolicy{
			State: &bgpls.SRPolicyState{Priority: 100, Flags: 0x4800, Preference: 200}, PathName: new("path"), Name: new("policy"),
		}},
		key: "default|bgp:10.99.2.2|srpolicy|9|0|area=0.0.0.1,router=01010101" +
			"|origin=2,flags=1,endpoint=2.2.2.2,color=100,asn=65000,originator=fd00::1,discriminator=7",
		want: schemas.RawTopology{
			Kind: "sr_policy", NLRIType: new(uint16(5)), ProtocolID: new(uint8(9)), Identifier: new(uint64),
			LocalNode: &schemas.NodeDescriptor{OSPFAreaID: new("0.0.0.1"), IGPRouterID: new("01010101")},
			SRPolicy: &schemas.SRPolicyDescriptor{
				ProtocolOrigin: 2, Flags: 1, Endpoint: "2.2.2.2", Color: 100,
				OriginatorASN: 65000, Originator: "fd00::1", Discriminator: 7,
			},
			Attributes: &schemas.Attributes{SRPolicy: &schemas.SRPolicy{
				State: &schemas.SRPolicyState{Priority: 100, Flags: 0x4800, Preference: 200}, PathName: new("path"), PolicyName: new("policy"),
			}},
		},
	},
	{
		name:       "rare attributes",
		nlri:       bgpls.NLRI{Type: bgpls.NodeNLRI, Protocol: bgpls.OSPFv2, Local: router1},
		attributes: rareAttributes,
		key:        "default|bgp:10.99.2.2|node|3|0|area=0.0.0.1,router=01010101",
		want: schemas.RawTopology{
			Kind: "node", NLRIType: new(uint16(1)), ProtocolID: new(uint8(3)), Identifier: new(uint64),
			LocalNode:  &schemas.NodeDescriptor{OSPFAreaID: new("0.0.0.1"), IGPRouterID: new("01010101")},
			Attributes: rareRecord,
		},
	},
}

// TestRecord also shows that a record in two parts is the record as a whole.
func TestRecord(t *testing.T) {
	serde := streamtest.Serde[schemas.RawTopology](t, schemas.RawTopologyTopic)
	encoder := recordEncoder{serde: serde}
	for _, test := range recordTests {
		t.Run(test.name, func(t *testing.T) {
			want := test.want
			want.Topology, want.Source = "default", "bgp:10.99.2.2"
			got := encoder.object("default", "bgp:10.99.2.2", &test.nlri, encoder.told(test.attributes, test.lost))
			whole, err := serde.Encode(&want)
			if err != nil {
				t.Fatal(err)
			}
			if only := encoder.only("default", "bgp:10.99.2.2", &test.nlri, test.attributes, test.lost); !bytes.Equal(only, whole) {
				t.Errorf("alone in an UPDATE: %x, want %x", only, whole)
			}
			if !bytes.Equal(got, whole) {
				read, err := serde.Decode(got)
				g, _ := json.MarshalIndent(read, "", " ")
				w, _ := json.MarshalIndent(want, "", " ")
				t.Errorf("record\ngot  %s, %v\nwant %s", g, err, w)
			}
		})
	}
}

func TestKey(t *testing.T) {
	for _, test := range recordTests {
		if got := key("default", "bgp:10.99.2.2", &test.nlri); got != test.key {
			t.Errorf("%s: key\n%s, want\n%s", test.name, got, test.key)
		}
	}
}

// Every field of the decoded attribute is in the records of the table: none is
// forgotten on the way to the topic.
func TestRecordSaysEverything(t *testing.T) {
	decoded, written := map[string]bool{}, map[string]bool{}
	for _, test := range recordTests {
		if test.attributes != nil {
			said(decoded, reflect.ValueOf(*test.attributes))
			said(written, reflect.ValueOf(*test.want.Attributes))
		}
	}
	all(t, decoded, reflect.TypeFor[bgpls.Attributes]())
	all(t, written, reflect.TypeFor[schemas.Attributes]())
}

// said collects the fields that say something, of the value and of what it holds.
func said(names map[string]bool, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			said(names, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			said(names, v.Index(i))
		}
	case reflect.Struct:
		if v.Type().PkgPath() == "net/netip" {
			return
		}
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				names[v.Type().Name()+"."+v.Type().Field(i).Name] = true
				said(names, v.Field(i))
			}
		}
	}
}

// all checks that every field is said, of the type and of the types that it holds.
func all(t *testing.T, names map[string]bool, typ reflect.Type) {
	t.Helper()
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice:
		all(t, names, typ.Elem())
	case reflect.Struct:
		if typ.PkgPath() == "net/netip" {
			return
		}
		for f := range typ.Fields() {
			if name := typ.Name() + "." + f.Name; !names[name] {
				t.Errorf("%s is in no record of the table", name)
			}
			all(t, names, f.Type)
		}
	}
}
