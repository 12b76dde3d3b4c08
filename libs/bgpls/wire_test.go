package bgpls

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// header is the length of a BGP message header (RFC 4271 §4.1).
const header = 19

// unhex reads hex digits; spaces between them do not count.
func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		panic(err)
	}
	return b
}

func readWire(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "wire", name))
	if err != nil {
		t.Fatal(err)
	}
	return unhex(string(text))[header:]
}

// same compares plain values and shows them as JSON if they differ.
func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if reflect.DeepEqual(got, want) {
		return
	}
	g, _ := json.MarshalIndent(got, "", " ")
	w, _ := json.MarshalIndent(want, "", " ")
	t.Errorf("%s\ngot  %s\nwant %s", what, g, w)
}

// raw cuts the NLRIs and the BGP-LS attribute out of a well-formed body.
func raw(body []byte) (nlris [][]byte, attribute []byte) {
	body = body[2+int(binary.BigEndian.Uint16(body)):]
	for body = body[2:]; len(body) > 0; {
		typ, start, length := body[1], 3, int(body[2])
		if body[0]&0x10 != 0 {
			start, length = 4, int(binary.BigEndian.Uint16(body[2:]))
		}
		value := body[start : start+length]
		body = body[start+length:]
		switch typ {
		case 14:
			nlris = append(nlris, cut(value[5+int(value[3]):])...)
		case 15:
			nlris = append(nlris, cut(value[3:])...)
		case 29:
			attribute = value
		}
	}
	return nlris, attribute
}

// cut parts a run of TLVs or NLRIs, headers included.
func cut(b []byte) (parts [][]byte) {
	for len(b) > 0 {
		n := 4 + int(binary.BigEndian.Uint16(b[2:]))
		parts = append(parts, b[:n])
		b = b[n:]
	}
	return parts
}

func addr(s string) netip.Addr              { return netip.MustParseAddr(s) }
func prefixOf(s string) netip.Prefix        { return netip.MustParsePrefix(s) }
func speed(bytesPerSecond float64) *float64 { return &bytesPerSecond }

// nodeOf is a node descriptor with an ASN, a BGP-LS identifier and a router id.
func nodeOf(asn, lsid uint32, router string) *NodeDescriptor {
	return &NodeDescriptor{ASN: &asn, BGPLSID: &lsid, IGPRouterID: unhex(router)}
}

func inArea(d *NodeDescriptor, area string) *NodeDescriptor {
	d.OSPFAreaID = addr(area)
	return d
}

// endX is an End.X SID (behavior 57: End.X with NEXT-CSID) as in the messages of the
// table.
func endX(flags, algorithm uint8, sid string) SRv6EndXSID {
	return SRv6EndXSID{
		EndpointBehavior: 57, Flags: flags, Algorithm: algorithm, SID: addr(sid),
		Structure: &SRv6SIDStructure{LocatorBlockBits: 32, LocatorNodeBits: 16, FunctionBits: 16},
	}
}

func lanEndX(flags, algorithm uint8, sid string) SRv6LANEndXSID {
	s := SRv6LANEndXSID{Neighbor: unhex("000000000014"), SRv6EndXSID: endX(flags, algorithm, sid)}
	s.Structure.FunctionBits = 16
	s.Structure.ArgumentBits = 64
	return s
}

var wire = []struct {
	file string
	want Update
	key  string
}{
	{
		file: "A01-exabgp-qa-01.hex",
		want: Update{
			Reach: []NLRI{{
				Type: LinkNLRI, Protocol: OSPFv2,
				Local:  inArea(nodeOf(1, 3232266878, "0a0a0a0a"), "0.0.0.0"),
				Remote: inArea(nodeOf(1, 3232266878, "0a020202"), "0.0.0.0"),
				Link:   &LinkDescriptor{},
			}},
		},
		key: "link|3|0|asn=1,lsid=3232266878,area=0.0.0.0,router=0a0a0a0a|asn=1,lsid=3232266878,area=0.0.0.0,router=0a020202|",
	},
	{
		file: "A01-exabgp-qa-02.hex",
		want: Update{
			Reach: []NLRI{{
				Type: LinkNLRI, Protocol: OSPFv2,
				Local:  inArea(nodeOf(65001, 0, "0a010101"), "0.0.0.0"),
				Remote: inArea(nodeOf(65001, 0, "0a010401 0a010102"), "0.0.0.0"),
				Link:   &LinkDescriptor{IPv4Interface: addr("10.1.1.1"), IPv4Neighbor: addr("10.1.1.2")},
			}},
			Attributes: &Attributes{IGPMetric: &IGPMetric{Value: 1, Octets: 3}},
		},
		key: "link|3|0|asn=65001,lsid=0,area=0.0.0.0,router=0a010101|asn=65001,lsid=0,area=0.0.0.0,router=0a0104010a010102|if4=10.1.1.1,nbr4=10.1.1.2",
	},
	{
		file: "A01-exabgp-qa-04.hex",
		want: Update{
			Reach: []NLRI{{
				Type: LinkNLRI, Protocol: ISISLevel2, Identifier: 2,
				Local:  nodeOf(3352, 178, "192168252240"),
				Remote: nodeOf(3352, 178, "192168252162"),
				Link:   &LinkDescriptor{IPv4Interface: addr("192.168.199.84"), IPv4Neighbor: addr("192.168.199.85")},
			}},
			Attributes: &Attributes{
				IGPMetric: &IGPMetric{Value: 5000, Octets: 3},
				Link:      &LinkProperties{Identifiers: &LinkIdentifiers{Local: 370, Remote: 443}},
			},
		},
		key: "link|2|2|asn=3352,lsid=178,router=192168252240|asn=3352,lsid=178,router=192168252162|if4=192.168.199.84,nbr4=192.168.199.85",
	},
	{
		file: "A01-exabgp-qa-05.hex",
		want: Update{
			Reach: []NLRI{{
				Type: LinkNLRI, Protocol: ISISLevel2,
				Local:  &NodeDescriptor{IGPRouterID: unhex("000100000001")},
				Remote: &NodeDescriptor{IGPRouterID: unhex("000100000002")},
				Link:   &LinkDescriptor{IPv4Interface: addr("10.0.0.0"), IPv4Neighbor: addr("10.0.0.1")},
			}},
			Attributes: &Attributes{
				LinkMetrics: LinkMetrics{
					AdminGroup: new(uint32),
					TEMetric:   new(uint32(20)),
				},
				MaxLinkBandwidth:       speed(125e6),
				MaxReservableBandwidth: speed(125e6),
				UnreservedBandwidth:    &[8]float64{125e6, 125e6, 125e6, 125e6, 125e6, 125e6, 125e6, 125e6},
				IGPMetric:              &IGPMetric{Value: 10, Octets: 3},
				AdjacencySIDs: []AdjacencySID{
					{Flags: 0x30, SID: SID{Value: 299792, Label: true}},
					{Flags: 0x70, SID: SID{Value: 299776, Label: true}},
				},
			},
		},
		key: "link|2|0|router=000100000001|router=000100000002|if4=10.0.0.0,nbr4=10.0.0.1",
	},
	{
		file: "A01-exabgp-qa-06.hex",
		want: Update{
			Reach: []NLRI{{
				Type: LinkNLRI, Protocol: ISISLevel2,
				Local:  nodeOf(138384, 0, "000000000015"),
				Remote: nodeOf(138384, 0, "000300000009"),
				Link:   &LinkDescriptor{Identifiers: &LinkIdentifiers{Local: 39, Remote: 53}, MultiTopologyID: new(uint16(2))},
			}},
			Attributes: &Attributes{
				LocalIPv4RouterIDs:  []netip.Addr{addr("10.0.202.1")},
				LocalIPv6RouterIDs:  []netip.Addr{addr("fc00:1000:112::1")},
				RemoteIPv4RouterIDs: []netip.Addr{addr("10.0.2.1")},
				RemoteIPv6RouterIDs: []netip.Addr{addr("fc00:1000:2::1")},
				MaxLinkBandwidth:    speed(1250e6),
				IGPMetric:           &IGPMetric{Value: 10, Octets: 3},
				LinkMetrics: LinkMetrics{
					Delay:                &Delay{Micros: 10},
					MinMaxDelay:          &MinMaxDelay{MinMicros: 10, MaxMicros: 10},
					DelayVariationMicros: new(uint32),
				},
				SRv6: &SRv6{EndXSIDs: []SRv6EndXSID{
					endX(0x80, 0, "fc00:1000:112:e002::"), endX(0, 0, "fc00:1000:112:e003::"),
					endX(0x80, 129, "fc00:1001:112:e002::"), endX(0, 129, "fc00:1001:112:e003::"),
					endX(0x80, 130, "fc00:1003:112:e002::"), endX(0, 130, "fc00:1003:112:e003::"),
				}},
				Applications: []ApplicationLink{{
					Standard: unhex("10000000"), UserDefined: unhex("00000000"),
					LinkMetrics: LinkMetrics{TEMetric: new(uint32(10)), MinMaxDelay: &MinMaxDelay{MinMicros: 10}},
				}},
			},
		},
		key: "link|2|0|asn=138384,lsid=0,router=000000000015|asn=138384,lsid=0,router=000300000009|local=39,remote=53,mt=2",
	},
	{
		file: "A01-exabgp-qa-07.hex",
		want: Update{
			Reach: []NLRI{{
				Type: NodeNLRI, Protocol: ISISLevel1, Identifier: 4,
				Local: nodeOf(64531, 139, "192168251231"),
			}},
			Attributes: &Attributes{
				NodeFlags:          new(uint8),
				NodeName:           new("HL5MMT1-107-IXR-R6"),
				ISISAreaIDs:        [][]byte{unhex("4900000000ff980000")},
				LocalIPv4RouterIDs: []netip.Addr{addr("192.168.175.49"), addr("192.168.175.51"), addr("192.168.251.231")},
			},
		},
		key: "node|1|4|asn=64531,lsid=139,router=192168251231",
	},
	{
		file: "A01-exabgp-qa-08.hex",
		want: Update{
			Reach: []NLRI{{
				Type: IPv4PrefixNLRI, Protocol: ISISLevel2, Identifier: 700,
				Local:  nodeOf(15924, 0, "010135000041"),
				Prefix: &PrefixDescriptor{Prefix: prefixOf("10.134.2.88/30")},
			}},
			Attributes: &Attributes{PrefixMetric: new(uint32(100)), PrefixAttributeFlags: []byte{0}},
		},
		key: "prefix4|2|700|asn=15924,lsid=0,router=010135000041|10.134.2.88/30",
	},
	{
		file: "A01-exabgp-qa-09.hex",
		want: Update{
			Reach: []NLRI{{
				Type: NodeNLRI, Protocol: ISISLevel2, Identifier: 700,
				Local: nodeOf(15924, 0, "010134000041"),
			}},
			Attributes: &Attributes{
				NodeName:           new("router"),
				ISISAreaIDs:        [][]byte{unhex("490090")},
				LocalIPv4RouterIDs: []netip.Addr{addr("10.134.0.41")},
				SRCapabilities: &SRCapabilities{
					Flags: 0x80, Ranges: []SIDRange{{First: SID{Value: 16000, Label: true}, Size: 8000}},
				},
				SRAlgorithms: []uint8{0, 1},
				MaxSIDDepths: &MaxSIDDepths{Node: []MSD{{1, 10}}},
				SegmentRouting: &SegmentRouting{LocalBlock: &SRLocalBlock{
					Ranges: []SIDRange{{First: SID{Value: 15000, Label: true}, Size: 1000}},
				}},
			},
		},
		key: "node|2|700|asn=15924,lsid=0,router=010134000041",
	},
	{
		file: "A01-exabgp-qa-10.hex",
		want: Update{
			Reach: []NLRI{{
				Type: LinkNLRI, Protocol: ISISLevel2,
				Local:  nodeOf(12322, 0, "000000000013"),
				Remote: nodeOf(12322, 0, "000000000014 03"),
				Link:   &LinkDescriptor{Identifiers: &LinkIdentifiers{Local: 16}, MultiTopologyID: new(uint16(2))},
			}},
			Attributes: &Attributes{
				MaxLinkBandwidth: speed(125e6),
				IGPMetric:        &IGPMetric{Value: 1000, Octets: 3},
				SRv6: &SRv6{ISISLANEndXSIDs: []SRv6LANEndXSID{
					lanEndX(0x80, 0, "fc30:2200:d:e002::"), lanEndX(0, 0, "fc30:2200:d:e003::"),
					lanEndX(0x80, 128, "fc30:2201:d:e006::"), lanEndX(0, 128, "fc30:2201:d:e007::"),
				}},
			},
		},
		key: "link|2|0|asn=12322,lsid=0,router=000000000013|asn=12322,lsid=0,router=00000000001403|local=16,remote=0,mt=2",
	},
}

func TestDecodeUpdateWire(t *testing.T) {
	for _, test := range wire {
		t.Run(test.file, func(t *testing.T) {
			got, errs := DecodeUpdate(readWire(t, test.file))
			for _, err := range errs {
				t.Error(err)
			}
			same(t, "update", got, test.want)
		})
	}
}

func TestKeyWire(t *testing.T) {
	for _, test := range wire {
		if got := test.want.Reach[0].Key(); got != test.key {
			t.Errorf("%s: key\n%s, want\n%s", test.file, got, test.key)
		}
	}
}

func TestAppendWire(t *testing.T) {
	for _, test := range wire {
		nlris, attribute := raw(readWire(t, test.file))
		if got := test.want.Reach[0].Append(nil); !bytes.Equal(got, nlris[0]) {
			t.Errorf("%s: nlri\n%x, want\n%x", test.file, got, nlris[0])
		}
		if test.want.Attributes == nil {
			continue
		}
		if got := test.want.Attributes.Append(nil); !bytes.Equal(got, attribute) {
			t.Errorf("%s: attribute\n%x, want\n%x", test.file, got, attribute)
		}
	}
}

func TestDecodeUpdateCopies(t *testing.T) {
	for _, test := range wire {
		body := readWire(t, test.file)
		got, _ := DecodeUpdate(body)
		for i := range body {
			body[i] = 0xee
		}
		same(t, test.file, got, test.want)
	}
}
