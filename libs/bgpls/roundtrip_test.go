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
		MultiTopologyIDs:       []uint16{0, 2, 0x0fff},
		NodeFlags:              new(uint8(0x80)),
		NodeName:               new("Zürich"),
		ISISAreaIDs:            [][]byte{unhex("490001"), unhex("490002")},
		LocalIPv4RouterIDs:     []netip.Addr{addr("1.1.1.1"), addr("2.2.2.2")},
		LocalIPv6RouterIDs:     []netip.Addr{addr("fd00::1")},
		RemoteIPv4RouterIDs:    []netip.Addr{addr("3.3.3.3")},
		RemoteIPv6RouterIDs:    []netip.Addr{addr("::ffff:1.2.3.4"), addr("fd00::3")},
		SRCapabilities:         &SRCapabilities{0xc0, []SIDRange{{SID{16000, true}, 8000}, {SID{1 << 20, false}, 1<<24 - 1}}},
		SRAlgorithms:           []uint8{0, 128},
		AdminGroup:             new(uint32(1<<32 - 1)),
		MaxLinkBandwidth:       speed(1250e6),
		MaxReservableBandwidth: speed(0),
		UnreservedBandwidth:    &[8]float64{1, 2, 3, 4, 5, 6, 7, 8},
		TEMetric:               new(uint32(20)),
		IGPMetric:              &IGPMetric{1<<24 - 1, 3},
		SRLGs:                  []uint32{1, 1<<32 - 1},
		LinkName:               new("zrh1-gva1"),
		AdjacencySIDs:          []AdjacencySID{{0x30, 1, SID{24000, true}}, {0x40, 2, SID{7, false}}},
		Delay:                  &Delay{1200, true},
		MinMaxDelay:            &MinMaxDelay{1000, 1<<24 - 1, true},
		DelayVariationMicros:   new(uint32(15)),
		Loss:                   &Loss{(1<<24 - 1) * lossStep, true},
		ResidualBandwidth:      speed(1e6),
		AvailableBandwidth:     speed(2e6),
		UtilizedBandwidth:      speed(3e6),
		IGPFlags:               new(uint8(0x80)),
		RouteTags:              []uint32{65000, 1},
		ExtendedRouteTags:      []uint64{1<<64 - 1, 0},
		PrefixMetric:           new(uint32(1<<32 - 1)),
		OSPFForwardingAddress:  addr("192.0.2.1"),
		PrefixSIDs:             []PrefixSID{{0x40, 0, SID{2, false}}, {0x70, 128, SID{1<<20 - 1, true}}},
		PrefixAttributeFlags:   []byte{0x20, 0},
		SourceRouterID:         addr("fd00::9"),
		Unknown:                []TLV{{1, []byte{}}, {264, unhex("01")}, {1025, unhex("01")}, {1025, unhex("00")}, {65535, unhex("ff")}},
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
		{Type: 6, Raw: unhex("02")},
	}
}

// Each field alone, and all together, come back as they went.
func TestAttributesRoundTrip(t *testing.T) {
	all := everything()
	samples := []*Attributes{{}, &all}
	for i := range reflect.TypeFor[Attributes]().NumField() {
		one := new(Attributes)
		reflect.ValueOf(one).Elem().Field(i).Set(reflect.ValueOf(&all).Elem().Field(i))
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
		MultiTopologyIDs: []uint16{}, SRAlgorithms: []uint8{}, SRLGs: []uint32{}, RouteTags: []uint32{},
		ExtendedRouteTags: []uint64{}, PrefixAttributeFlags: []byte{}, NodeName: new(""),
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
		{TLVSRCapabilities, "80ff 001f40 0489 0003 f03e80", "8000 001f40 0489 0003 003e80"},
	} {
		got, errs := DecodeUpdate(bodyOf(attribute(29, part(test.typ, bin(test.value)))))
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
		"0a": {10, 1}, "64": {100, 1}, "ff": {255, 1}, "0064": {100, 2}, "ffff": {65535, 2}, "00000a": {10, 3}, "fffffe": {1<<24 - 2, 3},
	} {
		body := bodyOf(attribute(29, part(TLVIGPMetric, bin(value))))
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

// A delay that does not fit 24 bits is sent as the largest one (RFC 8570 §4.1).
func TestLargestDelay(t *testing.T) {
	a := Attributes{Delay: &Delay{Micros: 1 << 24}}
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
		{"reach", reach, nil, attributes, addr("10.0.0.1"), bodyOf(mpReach(node), base, attribute(29, part(1026, "vm")))},
		{"reach without attribute", reach, nil, nil, addr("10.0.0.1"), bodyOf(mpReach(node), base)},
		{"reach by IPv6", reach, nil, nil, addr("fd00::1"),
			bodyOf(attribute(14, family, "\x10", bin("fd000000000000000000000000000001"), "\x00", node), base)},
		{"unreach", nil, reach, attributes, addr("10.0.0.1"), bodyOf(mpUnreach(node))},
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
	_, errs := DecodeUpdate(bodyOf(mpReach(part(1, bin("02")))))
	want := "cannot decode nlri 1 at octet 17: truncated: length 9, 1 octets left"
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), want) {
		t.Errorf("errors %v, want %q", errs, want)
	}
}
