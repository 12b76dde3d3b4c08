package bgpls

import (
	"encoding/hex"
	"fmt"
	"math"
	"testing"
)

// Every part of the identity makes a key of its own.
func TestKey(t *testing.T) {
	r := func() *NodeDescriptor { return &NodeDescriptor{IGPRouterID: unhex("01010101")} }
	s := func() *NodeDescriptor { return &NodeDescriptor{IGPRouterID: unhex("02020202")} }
	link := func(d LinkDescriptor) NLRI {
		return NLRI{Type: LinkNLRI, Protocol: OSPFv2, Local: r(), Remote: s(), Link: &d}
	}
	prefix := func(typ NLRIType, d PrefixDescriptor) NLRI {
		return NLRI{Type: typ, Protocol: OSPFv2, Local: r(), Prefix: &d}
	}
	node := func(d NodeDescriptor) NLRI { return NLRI{Type: NodeNLRI, Protocol: OSPFv2, Local: &d} }
	seen := make(map[string]string)
	for _, test := range []struct {
		name string
		nlri NLRI
		want string
	}{
		{"IS-IS level 1", NLRI{Type: NodeNLRI, Protocol: ISISLevel1, Local: r()}, "node|1|0|router=01010101"},
		{"IS-IS level 2", NLRI{Type: NodeNLRI, Protocol: ISISLevel2, Local: r()}, "node|2|0|router=01010101"},
		{"another instance", NLRI{Type: NodeNLRI, Protocol: ISISLevel2, Identifier: 1, Local: r()}, "node|2|1|router=01010101"},
		{"the last instance", NLRI{Type: NodeNLRI, Protocol: ISISLevel2, Identifier: math.MaxUint64, Local: r()},
			"node|2|18446744073709551615|router=01010101"},
		{"nothing said", node(NodeDescriptor{}), "node|3|0|"},
		{"asn absent", node(*r()), "node|3|0|router=01010101"},
		{"asn 0", node(NodeDescriptor{ASN: new(uint32), IGPRouterID: unhex("01010101")}), "node|3|0|asn=0,router=01010101"},
		{"lsid 0", node(NodeDescriptor{BGPLSID: new(uint32), IGPRouterID: unhex("01010101")}), "node|3|0|lsid=0,router=01010101"},
		{"area 0", node(NodeDescriptor{OSPFAreaID: addr("0.0.0.0"), IGPRouterID: unhex("01010101")}), "node|3|0|area=0.0.0.0,router=01010101"},
		{"area 1", node(NodeDescriptor{OSPFAreaID: addr("0.0.0.1"), IGPRouterID: unhex("01010101")}), "node|3|0|area=0.0.0.1,router=01010101"},
		{"pseudonode", node(NodeDescriptor{IGPRouterID: unhex("01010101 0a000001")}), "node|3|0|router=010101010a000001"},
		{"empty router id", node(NodeDescriptor{IGPRouterID: []byte{}}), "node|3|0|router="},
		{"bgp router id", node(NodeDescriptor{BGPRouterID: addr("1.1.1.1")}), "node|3|0|bgprouter=1.1.1.1"},
		{"member asn", node(NodeDescriptor{MemberASN: new(uint32(7))}), "node|3|0|member=7"},
		{"all", node(NodeDescriptor{
			ASN: new(uint32(100)), BGPLSID: new(uint32(0)), OSPFAreaID: addr("0.0.0.1"), IGPRouterID: unhex("01010101"),
			BGPRouterID: addr("1.1.1.1"), MemberASN: new(uint32(7)), Unknown: []TLV{{1, nil}, {600, unhex("ab01")}},
		}), "node|3|0|asn=100,lsid=0,area=0.0.0.1,router=01010101,bgprouter=1.1.1.1,member=7,1=,600=ab01"},
		{"TLV of the descriptors", node(NodeDescriptor{Unknown: []TLV{{600, unhex("ab")}}}), "node|3|0|600=ab"},
		{"TLV of the node", NLRI{Type: NodeNLRI, Protocol: OSPFv2, Local: new(NodeDescriptor), Unknown: []TLV{{600, unhex("ab")}}}, "node|3|0||600=ab"},

		{"link", link(LinkDescriptor{}), "link|3|0|router=01010101|router=02020202|"},
		{"link back", NLRI{Type: LinkNLRI, Protocol: OSPFv2, Local: s(), Remote: r(), Link: &LinkDescriptor{}}, "link|3|0|router=02020202|router=01010101|"},
		{"parallel by id", link(LinkDescriptor{Identifiers: &LinkIdentifiers{39, 53}}), "link|3|0|router=01010101|router=02020202|local=39,remote=53"},
		{"parallel by other id", link(LinkDescriptor{Identifiers: &LinkIdentifiers{40, 53}}), "link|3|0|router=01010101|router=02020202|local=40,remote=53"},
		{"remote id not known", link(LinkDescriptor{Identifiers: &LinkIdentifiers{39, 0}}), "link|3|0|router=01010101|router=02020202|local=39,remote=0"},
		{"parallel by address", link(LinkDescriptor{IPv4Interface: addr("192.168.12.1"), IPv4Neighbor: addr("192.168.12.2")}),
			"link|3|0|router=01010101|router=02020202|if4=192.168.12.1,nbr4=192.168.12.2"},
		{"parallel by IPv6 address", link(LinkDescriptor{IPv6Interface: addr("fd00::1"), IPv6Neighbor: addr("::ffff:1.2.3.4")}),
			"link|3|0|router=01010101|router=02020202|if6=fd00::1,nbr6=::ffff:1.2.3.4"},
		{"interface only", link(LinkDescriptor{IPv4Interface: addr("192.168.12.1")}), "link|3|0|router=01010101|router=02020202|if4=192.168.12.1"},
		{"neighbor only", link(LinkDescriptor{IPv4Neighbor: addr("192.168.12.1")}), "link|3|0|router=01010101|router=02020202|nbr4=192.168.12.1"},
		{"link mt 0", link(LinkDescriptor{MultiTopologyID: new(uint16)}), "link|3|0|router=01010101|router=02020202|mt=0"},
		{"link mt 2", link(LinkDescriptor{MultiTopologyID: new(uint16(2))}), "link|3|0|router=01010101|router=02020202|mt=2"},
		{"second address", link(LinkDescriptor{Unknown: []TLV{{259, unhex("c0a80d01")}}}), "link|3|0|router=01010101|router=02020202|259=c0a80d01"},

		{"prefix", prefix(IPv4PrefixNLRI, PrefixDescriptor{Prefix: prefixOf("192.168.12.0/24")}), "prefix4|3|0|router=01010101|192.168.12.0/24"},
		{"shorter prefix", prefix(IPv4PrefixNLRI, PrefixDescriptor{Prefix: prefixOf("192.168.12.0/23")}), "prefix4|3|0|router=01010101|192.168.12.0/23"},
		{"route type", prefix(IPv4PrefixNLRI, PrefixDescriptor{Prefix: prefixOf("192.168.12.0/24"), OSPFRouteType: new(uint8(1)), MultiTopologyID: new(uint16(2))}),
			"prefix4|3|0|router=01010101|192.168.12.0/24,ospf=1,mt=2"},
		{"prefix mt 0", prefix(IPv4PrefixNLRI, PrefixDescriptor{Prefix: prefixOf("192.168.12.0/24"), MultiTopologyID: new(uint16)}),
			"prefix4|3|0|router=01010101|192.168.12.0/24,mt=0"},
		{"default", prefix(IPv4PrefixNLRI, PrefixDescriptor{Prefix: prefixOf("0.0.0.0/0")}), "prefix4|3|0|router=01010101|0.0.0.0/0"},
		{"IPv6 default", prefix(IPv6PrefixNLRI, PrefixDescriptor{Prefix: prefixOf("::/0"), Unknown: []TLV{{266, unhex("00")}}}),
			"prefix6|3|0|router=01010101|::/0,266=00"},

		{"SRv6 SID", NLRI{Type: SRv6SIDNLRI, Protocol: ISISLevel2, Local: r(), SID: &SRv6SIDDescriptor{SID: addr("fc00::1")}},
			"srv6sid|2|0|router=01010101|fc00::1"},
		{"SRv6 SID mt 2", NLRI{Type: SRv6SIDNLRI, Protocol: ISISLevel2, Local: r(), SID: &SRv6SIDDescriptor{SID: addr("fc00::1"), MultiTopologyID: new(uint16(2)), Unknown: []TLV{{600, nil}}}},
			"srv6sid|2|0|router=01010101|fc00::1,mt=2,600="},
		{"candidate path", NLRI{Type: SRPolicyNLRI, Protocol: SR, Local: r(), Policy: &SRPolicyDescriptor{
			ProtocolOrigin: 2, Endpoint: addr("2.2.2.2"), Color: 100, OriginatorASN: 65000, Originator: addr("1.1.1.1"), Discriminator: 1}},
			"srpolicy|9|0|router=01010101|origin=2,endpoint=2.2.2.2,color=100,asn=65000,originator=1.1.1.1,discriminator=1"},
		{"candidate path with a flag", NLRI{Type: SRPolicyNLRI, Protocol: SR, Local: r(), Policy: &SRPolicyDescriptor{
			Flags: 1, Endpoint: addr("::"), Originator: addr("0.0.0.0"), Unknown: []TLV{{600, unhex("ab")}}}},
			"srpolicy|9|0|router=01010101|origin=0,flags=1,endpoint=::,color=0,asn=0,originator=0.0.0.0,discriminator=0,600=ab"},
		{"node of a VPN", NLRI{Type: NodeNLRI, VPN: true, Raw: unhex("0000fde800000001 0200ff")}, "nlrivpn1|0000fde800000001|0200ff"},
		{"node of another VPN", NLRI{Type: NodeNLRI, VPN: true, Raw: unhex("0000fde800000002 0200ff")}, "nlrivpn1|0000fde800000002|0200ff"},
		{"link of a VPN", NLRI{Type: LinkNLRI, VPN: true, Raw: unhex("0000fde800000001 0200ff")}, "nlrivpn2|0000fde800000001|0200ff"},

		{"incomplete link", NLRI{Type: LinkNLRI, Raw: unhex("0200ff")}, "nlri2|0200ff"},
		{"unknown type", NLRI{Type: 8, Raw: unhex("0200ff")}, "nlri8|0200ff"},
		{"other unknown type", NLRI{Type: 7, Raw: unhex("0200ff")}, "nlri7|0200ff"},
		{"empty unknown type", NLRI{Type: 0}, "nlri0|"},
	} {
		got := test.nlri.Key()
		if got != test.want {
			t.Errorf("%s: key %s, want %s", test.name, got, test.want)
		}
		if other, ok := seen[got]; ok {
			t.Errorf("%s and %s have one key %s", test.name, other, got)
		}
		seen[got] = test.name
		octets := fmt.Sprintf("%v %x", test.nlri.VPN, test.nlri.Append(nil))
		if other, ok := seen[octets]; ok {
			t.Errorf("%s and %s are the same octets", test.name, other)
		}
		seen[octets] = test.name
		if got := string(test.nlri.AppendKey([]byte("default|"))); got != "default|"+test.want {
			t.Errorf("%s: appended key %s", test.name, got)
		}
	}
}

func TestRouter(t *testing.T) {
	for _, test := range []struct {
		id, router string
		pseudonode bool
	}{
		{"01010101", "01010101", false},
		{"010101010a000001", "01010101", true},
		{"0101010100000000", "01010101", true},
		{"00000000000a", "00000000000a", false},
		{"00000000000a00", "00000000000a", false},
		{"00000000000a01", "00000000000a", true},
		{"", "", false},
		{"010101", "", false},
		{"20010db8000000000000000000000001", "", false},
	} {
		d := NodeDescriptor{IGPRouterID: unhex(test.id)}
		id, pseudonode := d.Router()
		if got := hex.EncodeToString(id); got != test.router || pseudonode != test.pseudonode {
			t.Errorf("%s: router %s, pseudonode %v, want %s, %v", test.id, got, pseudonode, test.router, test.pseudonode)
		}
	}
}
