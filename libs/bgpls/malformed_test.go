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

// An NLRI that is malformed costs itself and not its neighbors; one that only lacks a
// descriptor is kept as octets (RFC 9552 §8.2.2).
func TestMalformedNLRI(t *testing.T) {
	local, remote := tlvOf(256, tlvOf(515, bin(r1))), tlvOf(257, tlvOf(515, bin(r2)))
	for _, test := range []struct {
		name string
		nlri string
		err  string
		is   error
	}{
		{"node without head", tlvOf(1, bin("02 00000000")), "truncated: length 9, 5 octets left", ErrTruncated},
		{"node without descriptors", tlvOf(1, isis), "missing: local node descriptors", ErrMissing},
		{"node with cut TLV header", tlvOf(1, isis, bin("0100 00")), "truncated: length 4, 3 octets left", ErrTruncated},
		{"node with long TLV", tlvOf(1, isis, bin("0100 0009 0203")), "truncated: length 9, 2 octets left", ErrTruncated},
		{"node with long inner TLV", tlvOf(1, isis, tlvOf(256, bin("0203 0007 000000000001"))),
			"tlv 256: truncated: length 7, 6 octets left", ErrTruncated},
		{"asn of 3 octets", tlvOf(1, isis, tlvOf(256, tlvOf(512, bin("000001")))), "tlv 256: tlv 512: wrong length: 3 octets, want 4", ErrLength},
		{"area of 5 octets", tlvOf(1, isis, tlvOf(256, tlvOf(514, bin("0000000001")))), "tlv 256: tlv 514: wrong length: 5 octets, want 4", ErrLength},
		{"link without remote", tlvOf(2, isis, local), "missing: remote node descriptors", ErrMissing},
		{"link without local", tlvOf(2, isis, remote), "missing: local node descriptors", ErrMissing},
		{"link identifiers of 4 octets", tlvOf(2, isis, local, remote, tlvOf(258, bin("00000001"))), "tlv 258: wrong length: 4 octets, want 8", ErrLength},
		{"link with IPv6 as IPv4", tlvOf(2, isis, local, remote, tlvOf(259, strings.Repeat("\x20", 16))), "tlv 259: wrong length: 16 octets, want 4", ErrLength},
		{"multi-topology of 3 octets", tlvOf(2, isis, local, remote, tlvOf(263, bin("000002"))), "tlv 263: wrong length: 3 octets, want 2", ErrLength},
		{"five topologies", tlvOf(2, isis, local, remote, tlvOf(263, bin("0000 0001 0002 0003 0004"))), "tlv 263: ambiguous: 5 topologies", ErrAmbiguous},
		{"prefix without prefix", tlvOf(3, isis, local), "missing: prefix", ErrMissing},
		{"empty prefix", tlvOf(3, isis, local, tlvOf(265)), "tlv 265: wrong length: 0 octets, want a prefix length", ErrLength},
		{"IPv4 prefix of 33 bits", tlvOf(3, isis, local, tlvOf(265, bin("21 c0a80c0000"))), "tlv 265: wrong value: prefix of 33 bits", ErrValue},
		{"IPv4 prefix too short", tlvOf(3, isis, local, tlvOf(265, bin("18 c0a8"))), "tlv 265: wrong length: 2 octets, want 3 for a prefix of 24 bits", ErrLength},
		{"IPv4 prefix of 5 octets", tlvOf(3, isis, local, tlvOf(265, bin("18 c0a80c0000"))), "tlv 265: wrong length: 5 octets, want 3 for a prefix of 24 bits", ErrLength},
		{"IPv6 prefix of 129 bits", tlvOf(4, isis, local, tlvOf(265, "\x81"+strings.Repeat("\x20", 17))), "tlv 265: wrong value: prefix of 129 bits", ErrValue},
		{"IPv6 prefix too short", tlvOf(4, isis, local, tlvOf(265, bin("40 2001"))), "tlv 265: wrong length: 2 octets, want 8 for a prefix of 64 bits", ErrLength},
		{"SRv6 SID without SID", tlvOf(6, isis, local), "missing: SRv6 SID", ErrMissing},
		{"SRv6 SID without local", tlvOf(6, isis, tlvOf(518, strings.Repeat("\x20", 16))), "missing: local node descriptors", ErrMissing},
		{"SRv6 SID of 4 octets", tlvOf(6, isis, local, tlvOf(518, bin("fc000000"))), "tlv 518: wrong length: 4 octets, want 16", ErrLength},
		{"candidate path without descriptor", tlvOf(5, isis, local), "missing: candidate path descriptor", ErrMissing},
		{"candidate path of 4 octets", tlvOf(5, isis, local, tlvOf(554, bin("02000000"))), "tlv 554: truncated: length 16, 4 octets left", ErrTruncated},
		{"candidate path to IPv6 with the octets of IPv4", tlvOf(5, isis, local, tlvOf(554, bin("02800000 02020202 00000064 0000fde8 01010101 00000001"))),
			"tlv 554: wrong length: 24 octets, want 24, 36 or 48, by the flags", ErrLength},
		{"route type of 2 octets", tlvOf(3, isis, local, tlvOf(264, bin("0001")), tlvOf(265, bin("00"))), "tlv 264: wrong length: 2 octets, want 1", ErrLength},
	} {
		t.Run(test.name, func(t *testing.T) {
			body := bodyOf(mpReach(nodeBytes(r1), test.nlri, nodeBytes(r2)), mpUnreach(test.nlri, nodeBytes(r1)))
			got, errs := DecodeUpdate(body)
			want := Update{Reach: []NLRI{nodeValue(r1), nodeValue(r2)}, Unreach: []NLRI{nodeValue(r1)}}
			if test.is == ErrMissing || test.is == ErrAmbiguous {
				kept := NLRI{Type: NLRIType(test.nlri[1]), Raw: []byte(test.nlri[4:])}
				want = Update{Reach: []NLRI{nodeValue(r1), kept, nodeValue(r2)}, Unreach: []NLRI{kept, nodeValue(r1)}}
				same(t, "octets", string(kept.Append(nil)), test.nlri)
			}
			same(t, "update", got, want)
			if len(errs) != 2 {
				t.Fatalf("%d errors, want 2: %v", len(errs), errs)
			}
			e := errs[0].(*DecodeError)
			at := strings.Index(string(body), test.nlri)
			same(t, "error", DecodeError{e.What, e.Offset, e.Type, e.Raw, nil, 0},
				DecodeError{PartNLRI, at, int(test.nlri[1]), []byte(test.nlri[4:]), nil, 0})
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
		{TLVTEMetric, "0014", "wrong length: 2 octets, want 4"},
		{TLVTEMetric, "0000000014", "wrong length: 5 octets, want 4"},
		{TLVIGPMetric, "", "wrong length: 0 octets, want 1 to 4"},
		{TLVIGPMetric, "000000000a", "wrong length: 5 octets, want 1 to 4"},
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
		{TLVNodeMSD, "010a02", "wrong length: 3 octets, want a multiple of 2"},
		{TLVLinkMSD, "01", "wrong length: 1 octets, want a multiple of 2"},
		{TLVLinkIdentifiers, "00000172", "wrong length: 4 octets, want 8"},
		{TLVSBFDDiscriminators, "0000000102", "wrong length: 5 octets, want a multiple of 4"},
		{TLVSRLocalBlock, "0000", "wrong length: 2 octets, want a range at least"},
		{TLVSRLocalBlock, "0000 0003e8 0489 0004 003a98", "truncated: length 4, 3 octets left"},
		{TLVSRMSPreference, "", "wrong length: 0 octets, want 1"},
		{TLVSRv6Capabilities, "4000", "wrong length: 2 octets, want 4"},
		{TLVFlexAlgorithm, "800000", "truncated: length 4, 3 octets left"},
		{TLVFlexAlgorithm, "80000080 0410 0003 000001", "tlv 1040: wrong length: 3 octets, want a multiple of 4"},
		{TLVFlexAlgorithm, "80000080 0416 0000", "tlv 1046: truncated: length 1, 0 octets left"},
		{TLVFlexAlgorithm, "80000080 0410 0004 0001", "truncated: length 4, 2 octets left"},
		{TLVFlexAlgorithmMetric, "80000000 0000", "wrong length: 6 octets, want 8"},
		{TLVLinkProtection, "01", "wrong length: 1 octets, want 2"},
		{TLVMPLSProtocols, "c000", "wrong length: 2 octets, want 1"},
		{TLVLANAdjacencySID, "3000 0000 0000 049310", "wrong length: 9 octets, want 11 to 14"},
		{TLVLANAdjacencySID, "3000 0000 000000000001 0000049310", "wrong length: 15 octets, want 11 to 14"},
		{TLVPeerNodeSID, "c000 0000 04", "wrong length: 5 octets, want 7 or 8"},
		{TLVPeerAdjacencySID, "", "wrong length: 0 octets, want 7 or 8"},
		{TLVPeerSetSID, "c000 0000 0000049310", "wrong length: 9 octets, want 7 or 8"},
		{TLVSRv6EndXSID, "0039 80 00 00 00 fc00", "truncated: length 22, 8 octets left"},
		{TLVSRv6EndXSID, "0039 80 00 00 00 fc000000000000000000000000000001 04e4 0003 201010", "tlv 1252: wrong length: 3 octets, want 4"},
		{TLVSRv6EndXSID, "0039 80 00 00 00 fc000000000000000000000000000001 04", "truncated: length 4, 1 octets left"},
		{TLVSRv6LANEndXSIDISIS, "0039 80 00 00 00 fc000000000000000000000000000001", "truncated: length 28, 22 octets left"},
		{TLVSRv6LANEndXSIDOSPFv3, "0039 80 00 00 00 fc000000000000000000000000000001", "truncated: length 26, 22 octets left"},
		{TLVGracefulShutdown, "00", "wrong length: 1 octets, want 0"},
		{TLVApplicationLink, "0400", "truncated: length 4, 2 octets left"},
		{TLVApplicationLink, "03000000 100000", "wrong value: bit mask of 3 octets"},
		{TLVApplicationLink, "04080000 10000000 0000", "truncated: length 12, 6 octets left"},
		{TLVApplicationLink, "04000000 10000000 0444 0002 000a", "tlv 1092: wrong length: 2 octets, want 4"},
		{TLVL2BundleMember, "0000", "truncated: length 4, 2 octets left"},
		{TLVL2BundleMember, "00000001 0462 0005 04000000 10", "tlv 1122: truncated: length 4, 1 octets left"},
		{TLVExtendedAdminGroup, "000001", "wrong length: 3 octets, want a multiple of 4"},
		{TLVPrefixRange, "0000", "truncated: length 4, 2 octets left"},
		{TLVPrefixRange, "00000010 0486 0002 0000", "tlv 1158: wrong length: 2 octets, want 7 or 8"},
		{TLVSRv6Locator, "00 80 0000 0000", "truncated: length 8, 6 octets left"},
		{TLVSRv6Locator, "00 80 0000 0000000a 04", "truncated: length 4, 1 octets left"},
		{TLVSourceOSPFRouterID, "fd000000000000000000000000000001", "wrong length: 16 octets, want 4"},
		{TLVSRPolicyState, "64004000", "wrong length: 4 octets, want 8"},
		{TLVSRPolicyPathName, "ff", "wrong value: text is not UTF-8"},
		{TLVSRPolicyName, "c0", "wrong value: text is not UTF-8"},
		{TLVSRv6EndpointBehavior, "0001", "wrong length: 2 octets, want 4"},
		{TLVSRv6PeerNode, "80000000 0000fde8", "wrong length: 8 octets, want 12"},
		{TLVSRv6SIDStructure, "2010", "wrong length: 2 octets, want 4"},
	} {
		bad := tlvOf(test.typ, bin(test.value))
		body := bodyOf(mpReach(nodeBytes(r1)), attribute(29, bad, tlvOf(1098, "core"), tlvOf(1500, bin("01"))))
		got, errs := DecodeUpdate(body)
		got.Oddities.Unordered = 0 // the malformed TLV comes first, whatever its type
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
		same(t, "error", DecodeError{e.What, e.Offset, e.Type, e.Raw, nil, 0},
			DecodeError{PartTLV, strings.Index(string(body), bad), int(test.typ), unhex(test.value), nil, 0})
		if e.Err.Error() != test.err {
			t.Errorf("tlv %d: cause %q, want %q", test.typ, e.Err, test.err)
		}
	}
}

// A TLV that has no second place is kept as bytes, without an error.
func TestRepeatedTLV(t *testing.T) {
	node := tlvOf(1, isis,
		tlvOf(256, tlvOf(512, bin("00000001")), tlvOf(512, bin("00000002")), tlvOf(515, bin(r1))),
		tlvOf(256, bin("0203")), tlvOf(263, bin("0002")))
	body := bodyOf(mpReach(node), attribute(29,
		tlvOf(1500, bin("02")), tlvOf(1500, bin("01")), tlvOf(1095, bin("0a")), tlvOf(1095, bin("0b")), tlvOf(1028, bin("01010101")), tlvOf(1028, bin("02020202"))))
	got, errs := DecodeUpdate(body)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	same(t, "update", got, Update{
		Oddities: Oddities{Unordered: 1},
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

// Broken framing keeps what came before it, but nothing of the NLRIs beside it.
func TestMalformedUpdate(t *testing.T) {
	node := nodeBytes(r1)
	reached := []NLRI{nodeValue(r1)}
	metric := attribute(29, tlvOf(1155, bin("0000000a")))
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
		{"long NLRI", string(bodyOf(mpReach(node, bin("0001 0100 02")), metric)), Update{Attributes: ten},
			"cannot decode attribute 14 at octet 4: NLRI at octet 44: truncated: length 256, 1 octets left"},
		{"cut NLRI header", string(bodyOf(mpUnreach(node, bin("0001")))), Update{},
			"cannot decode attribute 15 at octet 4: NLRI at octet 38: truncated: length 4, 2 octets left"},
		{"NLRI with a wrong length, in whose octets others seem to be", string(bodyOf(mpReach(
			tlvOf(3, isis, tlvOf(256, tlvOf(515, bin(r1)))) + tlvOf(265, bin("18 0a0000")) + tlvOf(0) + tlvOf(7, bin("02")) + bin("0000")))), Update{},
			"cannot decode attribute 14 at octet 4: NLRI at octet 61: truncated: length 4, 2 octets left"},
		{"long TLV in the attribute", string(bodyOf(mpReach(node), attribute(29, tlvOf(1155, bin("0000000a")), bin("0447 0004 0a")))),
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
		{"BGP-LS VPN", bodyOf(attribute(14, bin("400448 00 00"), tlvOf(1, bin("0000fde800000001"), isis)), mpUnreach()), Update{
			Reach: []NLRI{{Type: NodeNLRI, VPN: true, Raw: unhex("0000fde800000001 02 0000000000000000")}},
		}},
		{"End-of-RIB of the VPN", bodyOf(attribute(15, bin("400448"))), Update{EndOfRIBVPN: true}},
		{"two MP_REACH", bodyOf(mpReach(node), mpReach(node)), Update{Reach: []NLRI{nodeValue(r1), nodeValue(r1)}}},
		{"no next hop", bodyOf(attribute(14, family, bin("00 00"), node)), Update{Reach: reached}},
		{"next hop of 32 octets", bodyOf(attribute(14, family, "\x20", strings.Repeat("\xfe", 32), "\x00", node)), Update{Reach: reached}},
		{"empty attribute", bodyOf(mpReach(node), attribute(29)), Update{Reach: reached, Attributes: &Attributes{}}},
		{"other flags", bodyOf("\x50"+mpReach(node)[1:], "\xe0"+bin("0f 03 400447"), bin("c0 1d 00")), Update{
			Reach: reached, Attributes: &Attributes{}, Oddities: Oddities{Flags: 3},
		}},
		{"unused flags", bodyOf("\x9f" + mpReach(node)[1:]), Update{Reach: reached}},
		{"unknown NLRI types", bodyOf(mpReach(tlvOf(7, bin("0102")), node, tlvOf(65535), tlvOf(0))), Update{Reach: []NLRI{
			{Type: 7, Raw: unhex("0102")}, nodeValue(r1), {Type: 65535, Raw: []byte{}}, {Type: 0, Raw: []byte{}},
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
	local := tlvOf(256, tlvOf(515, bin(r1)))
	for _, test := range []struct {
		typ    uint16
		octets string
		want   string
		odd    int
	}{
		{3, "00", "0.0.0.0/0", 0},
		{3, "08 0a", "10.0.0.0/8", 0},
		{3, "14 c0a8ff", "192.168.240.0/20", 1},
		{3, "18 c0a80c00", "192.168.12.0/24", 1},
		{3, "18 c0a80c07", "192.168.12.0/24", 1},
		{3, "00 00000000", "0.0.0.0/0", 1},
		{3, "20 c0a80c02", "192.168.12.2/32", 0},
		{4, "00", "::/0", 0},
		{4, "00 00000000000000000000000000000000", "::/0", 1},
		{4, "03 ff", "e000::/3", 1},
		{4, "0a fe80", "fe80::/10", 0},
		{4, "40 fd00000000240000", "fd00:0:24::/64", 0},
		{4, "80 fd000000000000000000000000000002", "fd00::2/128", 0},
	} {
		body := bodyOf(mpReach(tlvOf(test.typ, isis, local, tlvOf(265, bin(test.octets)))))
		got, errs := DecodeUpdate(body)
		if len(errs) > 0 {
			t.Fatalf("%s: %v", test.want, errs)
		}
		if p := got.Reach[0].Prefix.Prefix; p != prefixOf(test.want) {
			t.Errorf("%s: prefix %s, want %s", test.octets, p, test.want)
		}
		if got.Oddities.Prefixes != test.odd {
			t.Errorf("%s: %d odd prefixes, want %d", test.octets, got.Oddities.Prefixes, test.odd)
		}
	}
}

// An UPDATE has so many errors of each kind, and counts the others.
func TestManyErrors(t *testing.T) {
	attributes := strings.Repeat(tlvOf(TLVNodeFlags), 100) + strings.Repeat(tlvOf(TLVIGPMetric), 3)
	_, errs := DecodeUpdate(bodyOf(mpReach(strings.Repeat(tlvOf(3), 20)), attribute(29, attributes)))
	counts := map[string]int{}
	for _, err := range errs {
		e := err.(*DecodeError)
		counts[e.What] += 1 + e.More
	}
	same(t, "errors", len(errs), 2*maxErrors)
	same(t, "counts", counts, map[string]int{PartNLRI: 20, PartTLV: 103})
}

// Values that are repeated more often than any router does are kept as octets.
func TestManyRepeats(t *testing.T) {
	member := tlvOf(TLVL2BundleMember, bin("00000001"))
	body := bodyOf(mpReach(nodeBytes(r1)), attribute(29, strings.Repeat(member, maxRepeats+2)))
	u, errs := DecodeUpdate(body)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	same(t, "members", len(u.Attributes.SegmentRouting.L2BundleMembers), maxRepeats)
	same(t, "unknown", u.Attributes.Unknown, []TLV{{TLVL2BundleMember, unhex("00000001")}, {TLVL2BundleMember, unhex("00000001")}})
	same(t, "octets", string(u.Attributes.Append(nil)), strings.Repeat(member, maxRepeats+2))
}
