package bgpls

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

const (
	r1 = "000000000001"
	r2 = "000000000002"
)

var isis = bin("02 0000000000000000")

// An NLRI that is malformed costs itself and not its neighbors.
func TestMalformedNLRI(t *testing.T) {
	local, remote := part(256, part(515, bin(r1))), part(257, part(515, bin(r2)))
	for _, test := range []struct {
		name string
		nlri string
		err  string
		is   error
	}{
		{"node without head", part(1, bin("02 00000000")), "truncated: length 9, 5 octets left", ErrTruncated},
		{"node without descriptors", part(1, isis), "missing: local node descriptors", ErrMissing},
		{"node with cut TLV header", part(1, isis, bin("0100 00")), "truncated: length 4, 3 octets left", ErrTruncated},
		{"node with long TLV", part(1, isis, bin("0100 0009 0203")), "truncated: length 9, 2 octets left", ErrTruncated},
		{"node with long inner TLV", part(1, isis, part(256, bin("0203 0007 000000000001"))),
			"tlv 256: truncated: length 7, 6 octets left", ErrTruncated},
		{"asn of 3 octets", part(1, isis, part(256, part(512, bin("000001")))), "tlv 256: tlv 512: wrong length: 3 octets, want 4", ErrLength},
		{"area of 5 octets", part(1, isis, part(256, part(514, bin("0000000001")))), "tlv 256: tlv 514: wrong length: 5 octets, want 4", ErrLength},
		{"link without remote", part(2, isis, local), "missing: remote node descriptors", ErrMissing},
		{"link without local", part(2, isis, remote), "missing: local node descriptors", ErrMissing},
		{"link identifiers of 4 octets", part(2, isis, local, remote, part(258, bin("00000001"))), "tlv 258: wrong length: 4 octets, want 8", ErrLength},
		{"link with IPv6 as IPv4", part(2, isis, local, remote, part(259, strings.Repeat("\x20", 16))), "tlv 259: wrong length: 16 octets, want 4", ErrLength},
		{"two multi-topologies", part(2, isis, local, remote, part(263, bin("0000 0002"))), "tlv 263: wrong length: 4 octets, want 2", ErrLength},
		{"prefix without prefix", part(3, isis, local), "missing: prefix", ErrMissing},
		{"empty prefix", part(3, isis, local, part(265)), "tlv 265: wrong length: 0 octets, want a prefix length", ErrLength},
		{"IPv4 prefix of 33 bits", part(3, isis, local, part(265, bin("21 c0a80c0000"))), "tlv 265: wrong value: prefix of 33 bits", ErrValue},
		{"IPv4 prefix too short", part(3, isis, local, part(265, bin("18 c0a8"))), "tlv 265: wrong length: 2 octets, want 3 for a prefix of 24 bits", ErrLength},
		{"IPv4 prefix too long", part(3, isis, local, part(265, bin("18 c0a80c00"))), "tlv 265: wrong length: 4 octets, want 3 for a prefix of 24 bits", ErrLength},
		{"default route with an octet", part(3, isis, local, part(265, bin("00 00"))), "tlv 265: wrong length: 1 octets, want 0 for a prefix of 0 bits", ErrLength},
		{"IPv6 prefix of 129 bits", part(4, isis, local, part(265, "\x81"+strings.Repeat("\x20", 17))), "tlv 265: wrong value: prefix of 129 bits", ErrValue},
		{"IPv6 prefix too short", part(4, isis, local, part(265, bin("40 2001"))), "tlv 265: wrong length: 2 octets, want 8 for a prefix of 64 bits", ErrLength},
		{"route type of 2 octets", part(3, isis, local, part(264, bin("0001")), part(265, bin("00"))), "tlv 264: wrong length: 2 octets, want 1", ErrLength},
	} {
		t.Run(test.name, func(t *testing.T) {
			body := bodyOf(mpReach(nodeBytes(r1), test.nlri, nodeBytes(r2)), mpUnreach(test.nlri, nodeBytes(r1)))
			got, errs := DecodeUpdate(body)
			same(t, "update", got, Update{
				Reach:   []NLRI{nodeValue(r1), nodeValue(r2)},
				Unreach: []NLRI{nodeValue(r1)},
			})
			if len(errs) != 2 {
				t.Fatalf("%d errors, want 2: %v", len(errs), errs)
			}
			e := errs[0].(*DecodeError)
			at := strings.Index(string(body), test.nlri)
			same(t, "error", DecodeError{e.What, e.Offset, e.Type, e.Raw, nil},
				DecodeError{PartNLRI, at, int(test.nlri[1]), []byte(test.nlri[4:]), nil})
			if e.Err.Error() != test.err || !errors.Is(e, test.is) {
				t.Errorf("cause %q, want %q", e.Err, test.err)
			}
		})
	}
}

// A TLV of the attribute that is malformed is kept as bytes, and the rest survives.
func TestMalformedAttributeTLV(t *testing.T) {
	for _, test := range []struct {
		typ   uint16
		value string
		err   string
	}{
		{TLVMultiTopologyID, "000002", "wrong length: 3 octets, want a multiple of 2"},
		{TLVNodeFlags, "", "wrong length: 0 octets, want 1"},
		{TLVNodeFlags, "8000", "wrong length: 2 octets, want 1"},
		{TLVNodeName, "ff", "wrong value: text is not UTF-8"},
		{TLVLocalIPv4, "0a0000", "wrong length: 3 octets, want 4"},
		{TLVLocalIPv6, "0a000001", "wrong length: 4 octets, want 16"},
		{TLVSRCapabilities, "8000", "wrong length: 2 octets, want a range at least"},
		{TLVSRCapabilities, "8000 000001 0489 0003 003e", "truncated: length 3, 2 octets left"},
		{TLVSRCapabilities, "8000 000001 0489 0005 0000003e80", "wrong length: 5 octets, want 3 or 4"},
		{TLVSRCapabilities, "8000 000001 0488 0003 003e80", "wrong value: tlv 1160 in a range, want 1161"},
		{TLVSRCapabilities, "8000 000001 0489 0003 003e80 00", "truncated: length 3, 1 octets left"},
		{TLVAdminGroup, "00", "wrong length: 1 octets, want 4"},
		{TLVMaxLinkBandwidth, "7fc00000", "wrong value: bandwidth of NaN bytes/s"},
		{TLVMaxReservableBandwidth, "7f800000", "wrong value: bandwidth of +Inf bytes/s"},
		{TLVResidualBandwidth, "ccee6b28", "wrong value: bandwidth of -1.25e+08 bytes/s"},
		{TLVUtilizedBandwidth, "80000000", "wrong value: bandwidth of -0 bytes/s"},
		{TLVUnreservedBandwidth, "4cee6b28", "wrong length: 4 octets, want 32"},
		{TLVUnreservedBandwidth, strings.Repeat("4cee6b28", 7) + "ff800000", "priority 7: wrong value: bandwidth of -Inf bytes/s"},
		{TLVTEMetric, "000014", "wrong length: 3 octets, want 4"},
		{TLVIGPMetric, "", "wrong length: 0 octets, want 1 to 3"},
		{TLVIGPMetric, "0000000a", "wrong length: 4 octets, want 1 to 3"},
		{TLVSRLG, "0000000a0b", "wrong length: 5 octets, want a multiple of 4"},
		{TLVAdjacencySID, "3000 0000 0493", "wrong length: 6 octets, want 7 or 8"},
		{TLVDelay, "00000a", "wrong length: 3 octets, want 4"},
		{TLVMinMaxDelay, "0000000a", "wrong length: 4 octets, want 8"},
		{TLVDelayVariation, "00", "wrong length: 1 octets, want 4"},
		{TLVLoss, "0000000000", "wrong length: 5 octets, want 4"},
		{TLVIGPFlags, "", "wrong length: 0 octets, want 1"},
		{TLVRouteTag, "01", "wrong length: 1 octets, want a multiple of 4"},
		{TLVExtendedRouteTag, "00000001", "wrong length: 4 octets, want a multiple of 8"},
		{TLVPrefixMetric, "0a", "wrong length: 1 octets, want 4"},
		{TLVOSPFForwardingAddress, "0a", "wrong length: 1 octets, want 4 or 16"},
		{TLVPrefixSID, "4000 0000 0000000002", "wrong length: 9 octets, want 7 or 8"},
		{TLVSourceRouterID, "", "wrong length: 0 octets, want 4 or 16"},
	} {
		bad := part(test.typ, bin(test.value))
		body := bodyOf(mpReach(nodeBytes(r1)), attribute(29, bad, part(1098, "core"), part(1500, bin("01"))))
		got, errs := DecodeUpdate(body)
		same(t, bin(test.value), got, Update{
			Reach: []NLRI{nodeValue(r1)},
			Attributes: &Attributes{
				LinkName: new("core"),
				Unknown:  []TLV{{test.typ, unhex(test.value)}, {1500, unhex("01")}},
			},
		})
		if len(errs) != 1 {
			t.Fatalf("tlv %d: %d errors, want 1: %v", test.typ, len(errs), errs)
		}
		e := errs[0].(*DecodeError)
		same(t, "error", DecodeError{e.What, e.Offset, e.Type, e.Raw, nil},
			DecodeError{PartTLV, strings.Index(string(body), bad), int(test.typ), unhex(test.value), nil})
		if e.Err.Error() != test.err {
			t.Errorf("tlv %d: cause %q, want %q", test.typ, e.Err, test.err)
		}
	}
}

// A TLV that has no second place is kept as bytes, without an error.
func TestRepeatedTLV(t *testing.T) {
	node := part(1, isis,
		part(256, part(512, bin("00000001")), part(512, bin("00000002")), part(515, bin(r1))),
		part(256, bin("0203")), part(263, bin("0002")))
	body := bodyOf(mpReach(node), attribute(29,
		part(1500, bin("02")), part(1500, bin("01")), part(1095, bin("0a")), part(1095, bin("0b")), part(1028, bin("01010101")), part(1028, bin("02020202"))))
	got, errs := DecodeUpdate(body)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	same(t, "update", got, Update{
		Reach: []NLRI{{
			Type: NodeNLRI, Protocol: ISISLevel2,
			Local: &NodeDescriptor{
				ASN: new(uint32(1)), IGPRouterID: unhex(r1), Unknown: []TLV{{512, unhex("00000002")}},
			},
			Unknown: []TLV{{256, unhex("0203")}, {263, unhex("0002")}},
		}},
		Attributes: &Attributes{
			LocalIPv4RouterIDs: []netip.Addr{addr("1.1.1.1"), addr("2.2.2.2")},
			IGPMetric:          &IGPMetric{Value: 10, Octets: 1},
			Unknown:            []TLV{{1095, unhex("0b")}, {1500, unhex("02")}, {1500, unhex("01")}},
		},
	})
	if key, want := got.Reach[0].Key(), "node|2|0|asn=1,router=000000000001,512=00000002|256=0203,263=0002"; key != want {
		t.Errorf("key %s, want %s", key, want)
	}
}

// Broken framing keeps what came before it.
func TestMalformedUpdate(t *testing.T) {
	node := nodeBytes(r1)
	reached := []NLRI{nodeValue(r1)}
	metric := attribute(29, part(1155, bin("0000000a")))
	ten := &Attributes{PrefixMetric: new(uint32(10))}
	for _, test := range []struct {
		name string
		body string
		want Update
		err  string
	}{
		{"nothing", "", Update{AttributesLost: true},
			"cannot decode update at octet 0: truncated: length 2, 0 octets left"},
		{"withdrawn routes too long", bin("0005 00"), Update{AttributesLost: true},
			"cannot decode update at octet 0: truncated: length 5, 1 octets left"},
		{"no path attributes length", bin("0000 00"), Update{AttributesLost: true},
			"cannot decode update at octet 2: truncated: length 2, 1 octets left"},
		{"path attributes too long", bin("0000 00ff") + mpReach(node) + metric,
			Update{Reach: reached, Attributes: ten},
			"cannot decode update at octet 56: truncated: length 255, 52 octets left"},
		{"path attribute without length", string(bodyOf(mpReach(node), bin("80 1d"))), Update{Reach: reached, AttributesLost: true},
			"cannot decode update at octet 44: truncated: length 3, 2 octets left"},
		{"path attribute without extended length", string(bodyOf(mpReach(node), bin("90 1d 00"))), Update{Reach: reached, AttributesLost: true},
			"cannot decode update at octet 44: truncated: length 4, 3 octets left"},
		{"path attribute too long", string(bodyOf(metric, bin("90 0e 0100 40"))), Update{Attributes: ten},
			"cannot decode update at octet 16: truncated: length 256, 1 octets left"},
		{"empty MP_UNREACH, then too long", string(bodyOf(mpUnreach(), bin("90 0e 0100 40"))), Update{AttributesLost: true},
			"cannot decode update at octet 11: truncated: length 256, 1 octets left"},
		{"MP_REACH without next hop", string(bodyOf(attribute(14, family))), Update{},
			"cannot decode attribute 14 at octet 4: truncated: length 5, 3 octets left"},
		{"MP_REACH with long next hop", string(bodyOf(attribute(14, family, bin("10 0a000001 00")))), Update{},
			"cannot decode attribute 14 at octet 4: truncated: length 21, 9 octets left"},
		{"MP_UNREACH without family", string(bodyOf(attribute(15, bin("4004")))), Update{},
			"cannot decode attribute 15 at octet 4: truncated: length 3, 2 octets left"},
		{"long NLRI", string(bodyOf(mpReach(node, bin("0001 0100 02")), metric)), Update{Reach: reached, Attributes: ten},
			"cannot decode attribute 14 at octet 44: truncated: length 256, 1 octets left"},
		{"cut NLRI header", string(bodyOf(mpUnreach(node, bin("0001")))), Update{Unreach: reached},
			"cannot decode attribute 15 at octet 38: truncated: length 4, 2 octets left"},
		{"long TLV in the attribute", string(bodyOf(mpReach(node), attribute(29, part(1155, bin("0000000a")), bin("0447 0004 0a")))),
			Update{Reach: reached, AttributesLost: true},
			"cannot decode attribute 29 at octet 44: truncated: length 4, 1 octets left"},
		{"second attribute", string(bodyOf(mpReach(node), metric, attribute(29))), Update{Reach: reached, Attributes: ten},
			"cannot decode attribute 29 at octet 56: repeated"},
		{"second attribute after a lost one", string(bodyOf(attribute(29, "\x04"), metric)), Update{AttributesLost: true},
			"cannot decode attribute 29 at octet 4: truncated: length 4, 1 octets left"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, errs := DecodeUpdate([]byte(test.body))
			same(t, "update", got, test.want)
			if len(errs) == 0 || errs[0].Error() != test.err {
				t.Errorf("errors %v, want %q", errs, test.err)
			}
		})
	}
}

func TestDecodeUpdate(t *testing.T) {
	node := nodeBytes(r1)
	reached := []NLRI{nodeValue(r1)}
	for _, test := range []struct {
		name string
		body []byte
		want Update
	}{
		{"IPv4 End-of-RIB", unhex("0000 0000"), Update{}},
		{"IPv4 routes", unhex("0004 18 0a0000 0000 18 0a0001"), Update{}},
		{"End-of-RIB", bodyOf(mpUnreach()), Update{EndOfRIB: true}},
		{"End-of-RIB with a short length", bodyOf(bin("80 0f 03 400447")), Update{EndOfRIB: true}},
		{"End-of-RIB of IPv6", bodyOf(attribute(15, bin("000201"))), Update{}},
		{"empty MP_UNREACH with MP_REACH", bodyOf(mpUnreach(), mpReach(node)), Update{Reach: reached}},
		{"empty MP_UNREACH with MP_REACH of IPv6", bodyOf(mpUnreach(), attribute(14, bin("000201"))), Update{}},
		{"BGP-LS VPN", bodyOf(attribute(14, bin("400448 00 00 ffff"))), Update{}},
		{"two MP_REACH", bodyOf(mpReach(node), mpReach(node)), Update{Reach: []NLRI{nodeValue(r1), nodeValue(r1)}}},
		{"no next hop", bodyOf(attribute(14, family, bin("00 00"), node)), Update{Reach: reached}},
		{"next hop of 32 octets", bodyOf(attribute(14, family, "\x20", strings.Repeat("\xfe", 32), "\x00", node)), Update{Reach: reached}},
		{"empty attribute", bodyOf(mpReach(node), attribute(29)), Update{Reach: reached, Attributes: &Attributes{}}},
		{"odd flags", bodyOf("\x50" + mpReach(node)[1:]), Update{Reach: reached}},
		{"unknown NLRI types", bodyOf(mpReach(part(6, bin("0102")), node, part(65535), part(0))), Update{Reach: []NLRI{
			{Type: 6, Raw: unhex("0102")}, nodeValue(r1), {Type: 65535, Raw: []byte{}}, {Type: 0, Raw: []byte{}},
		}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, errs := DecodeUpdate(test.body)
			same(t, "update", got, test.want)
			if len(errs) > 0 {
				t.Error(errs)
			}
		})
	}
}

func TestPrefix(t *testing.T) {
	local := part(256, part(515, bin(r1)))
	for _, test := range []struct {
		typ    uint16
		octets string
		want   string
	}{
		{3, "00", "0.0.0.0/0"},
		{3, "08 0a", "10.0.0.0/8"},
		{3, "14 c0a8ff", "192.168.240.0/20"},
		{3, "20 c0a80c02", "192.168.12.2/32"},
		{4, "00", "::/0"},
		{4, "03 ff", "e000::/3"},
		{4, "40 fd00000000240000", "fd00:0:24::/64"},
		{4, "80 fd000000000000000000000000000002", "fd00::2/128"},
	} {
		body := bodyOf(mpReach(part(test.typ, isis, local, part(265, bin(test.octets)))))
		got, errs := DecodeUpdate(body)
		if len(errs) > 0 {
			t.Fatalf("%s: %v", test.want, errs)
		}
		if p := got.Reach[0].Prefix.Prefix; p != prefixOf(test.want) {
			t.Errorf("%s: prefix %s, want %s", test.octets, p, test.want)
		}
	}
}
