package bgpls

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// received is one UPDATE of a capture.
type received struct {
	peer netip.Addr
	body []byte
}

// readCapture reads the UPDATEs of an MRT file: BGP4MP_ET / MESSAGE_AS4 over IPv4
// (RFC 6396 §3, §4.4.3).
func readCapture(t testing.TB, name string) (updates []received) {
	t.Helper()
	const recordHeader, microseconds, peering, typeUpdate = 12, 4, 20, 2
	b, err := os.ReadFile(filepath.Join("testdata", "captures", name))
	if err != nil {
		t.Fatal(err)
	}
	for len(b) > 0 {
		length := int(binary.BigEndian.Uint32(b[8:]))
		record := b[recordHeader+microseconds : recordHeader+length]
		b = b[recordHeader+length:]
		peer, _ := netip.AddrFromSlice(record[12:16])
		if message := record[peering:]; message[header-1] == typeUpdate {
			updates = append(updates, received{peer, message[header:]})
		}
	}
	return updates
}

var captures = []struct {
	igp                     string
	updates, reach, unreach int
	endOfRIB                int
	unordered               int      // attributes whose TLVs do not ascend
	unknown                 []uint16 // TLV types that stay bytes
}{
	{"isis", 54, 126, 12, 2, 10, nil},
	{"ospf", 27, 46, 3, 2, 0, nil},
}

// What real routers send is decoded without an error and without a remainder, and
// is encoded as they do.
func TestCapture(t *testing.T) {
	for _, test := range captures {
		t.Run(test.igp, func(t *testing.T) {
			got := test
			got.updates, got.reach, got.unreach, got.endOfRIB, got.unordered = 0, 0, 0, 0, 0
			unknown := make(map[uint16]bool)
			for _, r := range readCapture(t, test.igp+".mrt") {
				u, errs := DecodeUpdate(r.body)
				if len(errs) > 0 {
					t.Fatalf("%x: %v", r.body, errs)
				}
				got.updates++
				got.reach += len(u.Reach)
				got.unreach += len(u.Unreach)
				if u.EndOfRIB {
					got.endOfRIB++
				}
				got.unordered += u.Oddities.Unordered
				if ordered := reencodes(t, r.body, u); ordered != (u.Oddities == Oddities{}) {
					t.Errorf("ordered %v, oddities %+v", ordered, u.Oddities)
				}
				collectUnknown(unknown, u)
			}
			got.unknown = slices.Sorted(maps.Keys(unknown))
			if !reflect.DeepEqual(got, test) {
				t.Errorf("got %+v, want %+v", got, test)
			}
		})
	}
}

// reencodes checks that an update is encoded as it came, but for the order of the
// TLVs of its attribute; ordered says that this was ascending.
func reencodes(t *testing.T, body []byte, u Update) (ordered bool) {
	t.Helper()
	nlris, attribute := raw(body)
	for i, n := range append(u.Reach, u.Unreach...) {
		if got := n.Append(nil); !bytes.Equal(got, nlris[i]) {
			t.Errorf("nlri %x, want %x", got, nlris[i])
		}
	}
	if u.Attributes == nil {
		return true
	}
	tlvs := cut(attribute)
	slices.SortStableFunc(tlvs, func(a, b []byte) int { return bytes.Compare(a[:2], b[:2]) })
	canonical := bytes.Join(tlvs, nil)
	if got := u.Attributes.Append(nil); !bytes.Equal(got, canonical) {
		t.Errorf("attribute %x, want %x", got, canonical)
	}
	return bytes.Equal(canonical, attribute)
}

func collectUnknown(types map[uint16]bool, u Update) {
	collect := func(tlvs []TLV) {
		for _, tlv := range tlvs {
			types[tlv.Type] = true
		}
	}
	for _, n := range append(u.Reach, u.Unreach...) {
		collect(n.Unknown)
		collect(n.Local.Unknown)
		if n.Link != nil {
			collect(n.Remote.Unknown)
			collect(n.Link.Unknown)
		}
		if n.Prefix != nil {
			collect(n.Prefix.Unknown)
		}
	}
	if u.Attributes != nil {
		collect(u.Attributes.Unknown)
	}
}

// The table that R2's UPDATEs leave is the one that R2 itself shows.
func TestCaptureFinal(t *testing.T) {
	r2 := addr("10.99.2.2")
	for _, test := range captures {
		t.Run(test.igp, func(t *testing.T) {
			got := make(map[string]metrics)
			for _, r := range readCapture(t, test.igp+".mrt") {
				if r.peer != r2 {
					continue
				}
				u, _ := DecodeUpdate(r.body)
				for _, n := range u.Unreach {
					delete(got, n.Key())
				}
				for _, n := range u.Reach {
					got[n.Key()] = metricsOf(u.Attributes)
				}
			}
			same(t, "table", got, readFinal(t, test.igp+"-final.json"))
		})
	}
}

// metrics are the attributes that are compared; 0 = not said.
type metrics struct{ IGP, Prefix, Delay uint32 }

func metricsOf(a *Attributes) (m metrics) {
	if a.IGPMetric != nil {
		m.IGP = a.IGPMetric.Value
	}
	if a.PrefixMetric != nil {
		m.Prefix = *a.PrefixMetric
	}
	if a.Delay != nil {
		m.Delay = a.Delay.Micros
	}
	return m
}

// shownNode is a node descriptor as FRR shows it.
type shownNode struct {
	OSPFAreaID  string
	IGPRouterID string
}

// shownRoute is a route as FRR shows it.
type shownRoute struct {
	NLRI struct {
		NLRIType              string
		ProtocolID            ProtocolID
		LocalNodeDescriptors  shownNode
		RemoteNodeDescriptors shownNode
		LinkDescriptors       struct {
			IPv4InterfaceAddress, IPv4NeighborAddress netip.Addr
			IPv6InterfaceAddress, IPv6NeighborAddress netip.Addr
			MultiTopologyID                           *uint16
		}
		PrefixDescriptors struct {
			IPReachabilityInformation netip.Prefix
			MultiTopologyID           *uint16
		}
	}
	LinkStateAttrs struct {
		IGPMetric, PrefixMetric, Delay uint32
	}
}

func readFinal(t *testing.T, name string) map[string]metrics {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "captures", name))
	if err != nil {
		t.Fatal(err)
	}
	var shown struct{ Routes map[string][]shownRoute }
	if err := json.Unmarshal(text, &shown); err != nil {
		t.Fatal(err)
	}
	table := make(map[string]metrics)
	for _, routes := range shown.Routes {
		a := routes[0].LinkStateAttrs
		n := routes[0].nlri()
		table[n.Key()] = metrics{a.IGPMetric, a.PrefixMetric, a.Delay}
	}
	return table
}

func (r shownRoute) nlri() NLRI {
	s := r.NLRI
	n := NLRI{Protocol: s.ProtocolID, Local: s.LocalNodeDescriptors.descriptor()}
	n.Prefix = &PrefixDescriptor{
		Prefix:          s.PrefixDescriptors.IPReachabilityInformation,
		MultiTopologyID: s.PrefixDescriptors.MultiTopologyID,
	}
	switch s.NLRIType {
	case "node":
		n.Type, n.Prefix = NodeNLRI, nil
	case "link":
		d := s.LinkDescriptors
		n.Type, n.Prefix = LinkNLRI, nil
		n.Remote = s.RemoteNodeDescriptors.descriptor()
		n.Link = &LinkDescriptor{
			IPv4Interface: d.IPv4InterfaceAddress, IPv4Neighbor: d.IPv4NeighborAddress,
			IPv6Interface: d.IPv6InterfaceAddress, IPv6Neighbor: d.IPv6NeighborAddress, MultiTopologyID: d.MultiTopologyID,
		}
	case "ipv4Prefix":
		n.Type = IPv4PrefixNLRI
	case "ipv6Prefix":
		n.Type = IPv6PrefixNLRI
	}
	return n
}

// descriptor undoes how FRR shows a node: an IS-IS system with its pseudonode octet
// 0, an OSPF area with its octets reversed.
func (s shownNode) descriptor() *NodeDescriptor {
	if s.OSPFAreaID == "" {
		system := strings.TrimSuffix(s.IGPRouterID, ".00")
		return &NodeDescriptor{IGPRouterID: unhex(strings.ReplaceAll(system, ".", ""))}
	}
	area := addr(s.OSPFAreaID).As4()
	slices.Reverse(area[:])
	return &NodeDescriptor{OSPFAreaID: netip.AddrFrom4(area), IGPRouterID: addr(s.IGPRouterID).AsSlice()}
}

// What FRR says of SRv6, of TE metrics and of BGP sessions (Protocol-ID 7) is decoded; it
// puts the multi-topology of an SRv6 SID behind the SID, which makes no other key.
func TestCaptureSRv6(t *testing.T) {
	const endX = "link|2|0|router=000000000005|router=000000000003|if6=2001:db8:35::5,nbr6=2001:db8:35::3,mt=2"
	kinds := map[string]int{}
	objects := map[string]*Attributes{}
	unordered := 0
	for _, r := range readCapture(t, "srv6.mrt") {
		u, errs := DecodeUpdate(r.body)
		for _, err := range errs {
			t.Error(err)
		}
		unordered += u.Oddities.Unordered
		for _, n := range u.Reach {
			if _, known := objects[n.Key()]; !known {
				kinds[strings.Join(strings.Split(n.Key(), "|")[:2], "|")]++
			}
			objects[n.Key()] = u.Attributes
		}
	}
	same(t, "objects", kinds, map[string]int{
		"node|2": 5, "link|2": 20, "prefix4|2": 20, "prefix6|2": 25, "srv6sid|2": 5,
		"node|7": 1, "link|7": 5, "prefix4|7": 13, "prefix6|7": 7,
	})
	if unordered == 0 {
		t.Error("nothing is out of order")
	}
	for i := range 5 {
		sid := objects["srv6sid|2|0|router=00000000000"+string('1'+rune(i))+"|fcbb:bbbb:"+string('1'+rune(i))+"::,mt=2"]
		if sid == nil || sid.SRv6.EndpointBehavior == nil || sid.SRv6.SIDStructure == nil {
			t.Errorf("SID of router %d: %+v", i+1, sid)
		}
	}
	link := objects[endX]
	if link == nil || len(link.SRv6.EndXSIDs) != 1 || link.SRv6.EndXSIDs[0].SID != addr("fcbb:bbbb:5:e000::") {
		t.Fatalf("link %+v", link)
	}
	if link.TEMetric == nil || *link.TEMetric != 77 || link.Loss == nil || link.MinMaxDelay == nil || link.DelayVariationMicros == nil {
		t.Errorf("TE metrics %+v", link)
	}
	if o, ok := objects["prefix4|7|100|asn=100,bgprouter=2.2.2.2|10.100.4.0/24,535=03"]; !ok || o != nil {
		t.Errorf("prefix of a BGP peer: %+v, %t", o, ok)
	}
}
