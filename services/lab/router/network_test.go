package router

import (
	"encoding/hex"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/altostream/altostream/libs/bgpls"
)

func startNetwork(t *testing.T, collectorASN uint32) *Network {
	t.Helper()
	n, err := Start(t.Context(), Seed(), Config{
		First:     netip.MustParseAddr("127.0.0.11"),
		Collector: Collector{netip.MustParseAddr("127.0.0.1"), collectorASN},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n
}

var counts = map[bgpls.NLRIType]int{bgpls.NodeNLRI: 7, bgpls.LinkNLRI: 8, bgpls.IPv4PrefixNLRI: 24}

// Objects that each speaker tells, with and without R2-R3, its way to the other's part of
// the backbone.
const (
	all             = 7 + 8 + 24
	withoutBackbone = 6 + 6 + 17
)

func TestSpeakersTellTheirDatabases(t *testing.T) {
	for name, as := range map[string]uint32{"iBGP": asn, "eBGP": 64512} {
		t.Run(name, func(t *testing.T) {
			n := startNetwork(t, as)
			c := newCollector(t, as, n.Peers())
			c.await("End-of-RIB", n.Peers(), func(s *told) bool { return s.synced })
			for i, p := range n.Peers() {
				s := c.from(p)
				if diff := cmp.Diff(counts, s.count()); diff != "" {
					t.Errorf("%s: objects by type (-want +got)\n%s", p.Name, diff)
				}
				if diff := cmp.Diff(seedPrefixes[i], s.prefixes()); diff != "" {
					t.Errorf("%s: prefixes by router (-want +got)\n%s", p.Name, diff)
				}
				if last, _ := bgpls.DecodeUpdate(s.bodies[len(s.bodies)-1]); !last.EndOfRIB {
					t.Errorf("%s: End-of-RIB is not the last UPDATE", p.Name)
				}
				checkObjects(t, s, n.topology.database(n.servers[i].router))
			}
		})
	}
}

// seedPrefixes are those that R2 and R3 tell, by router and in all areas. Together they
// are the network map that the seed printed.
var seedPrefixes = []map[string][]string{
	{
		"01010101": {"192.168.12.0/24", "192.168.13.0/24"},
		"02020202": {"192.168.12.0/24", "192.168.13.0/24", "192.168.23.0/24", "192.168.24.0/24", "192.168.35.0/24"},
		"03030303": {"192.168.12.0/24", "192.168.13.0/24", "192.168.23.0/24", "192.168.24.0/24", "192.168.35.0/24"},
		"04040404": {"192.168.24.0/24"},
	},
	{
		"01010101": {"192.168.12.0/24", "192.168.13.0/24"},
		"02020202": {"192.168.12.0/24", "192.168.13.0/24", "192.168.23.0/24", "192.168.24.0/24", "192.168.35.0/24"},
		"03030303": {"192.168.12.0/24", "192.168.13.0/24", "192.168.23.0/24", "192.168.24.0/24", "192.168.35.0/24"},
		"05050505": {"192.168.35.0/24"},
	},
}

func (s *told) prefixes() map[string][]string {
	of := map[string][]string{}
	for _, nlri := range s.nlris {
		if nlri.Prefix != nil {
			id := hex.EncodeToString(nlri.Local.IGPRouterID)
			of[id] = append(of[id], nlri.Prefix.Prefix.String())
		}
	}
	for id, prefixes := range of {
		slices.Sort(prefixes)
		of[id] = slices.Compact(prefixes)
	}
	return of
}

// checkObjects compares what a speaker told with what is in its database.
func checkObjects(t *testing.T, s *told, database []Object) {
	t.Helper()
	for _, o := range database {
		got, ok := s.objects[o.NLRI.Key()]
		if !ok {
			t.Errorf("missing %s", o.NLRI.Key())
		} else if diff := cmp.Diff(o.Attributes, got, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
			t.Errorf("%s: attributes (-want +got)\n%s", o.NLRI.Key(), diff)
		}
	}
}

func TestLinkChanges(t *testing.T) {
	n := startNetwork(t, asn)
	c := newCollector(t, asn, n.Peers())
	l, err := Seed().link("R2", "R3")
	if err != nil {
		t.Fatal(err)
	}
	there, here := linkObject(l, 0), linkObject(l, 1)
	forward, back := there.NLRI.Key(), here.NLRI.Key()
	has := func(s *told, key string) bool { _, ok := s.nlris[key]; return ok }
	metric := func(s *told, key string) uint32 {
		if a := s.objects[key]; a != nil && a.IGPMetric != nil && *a.TEMetric == a.IGPMetric.Value {
			return a.IGPMetric.Value
		}
		return 0
	}
	c.await("End-of-RIB", n.Peers(), func(s *told) bool { return s.synced && has(s, forward) && has(s, back) })

	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(n.FailLink("R3", "R2"))
	c.await("both directions withdrawn", n.Peers(), func(s *told) bool { return len(s.nlris) == withoutBackbone && !has(s, forward) && !has(s, back) })
	do(n.SetMetric("R2", "R3", 300)) // of a link that is down
	do(n.RestoreLink("R2", "R3"))
	c.await("both directions back", n.Peers(), func(s *told) bool {
		return len(s.nlris) == all && metric(s, forward) == 300 && metric(s, back) == 10
	})
	do(n.SetMetric("R3", "R2", 20))
	c.await("new metric", n.Peers(), func(s *told) bool { return metric(s, forward) == 300 && metric(s, back) == 20 })
}

func TestUnknownLink(t *testing.T) {
	n := startNetwork(t, asn)
	if err := n.FailLink("R1", "R5"); err == nil || !strings.Contains(err.Error(), "no link R1–R5") {
		t.Errorf("fail a link that is none: %v", err)
	}
}

func TestRouterAddressInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.43:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := netip.MustParseAddrPort(taken.Addr().String())
	_, err = Start(t.Context(), Seed(), Config{First: netip.MustParseAddr("127.0.0.41"), Port: address.Port(), Collector: Collector{netip.MustParseAddr("127.0.0.1"), asn}})
	if err == nil || !strings.Contains(err.Error(), "router R3 cannot listen on "+address.String()) {
		t.Errorf("address in use: %v", err)
	}
}

// TestRefresh asks for the table again: it comes between its beginning and its end (RFC
// 7313 §4).
func TestRefresh(t *testing.T) {
	n := startNetwork(t, asn)
	c := newCollector(t, asn, n.Peers())
	c.await("End-of-RIB", n.Peers(), func(s *told) bool { return s.synced })
	for _, p := range n.Peers() {
		if err := c.speaker.Refresh(p.Address.Addr()); err != nil {
			t.Fatal(err)
		}
	}
	c.await("the table again", n.Peers(), func(s *told) bool { return len(s.refreshes) > 0 })
	for _, p := range n.Peers() {
		if diff := cmp.Diff([]int{all}, c.from(p).refreshes); diff != "" {
			t.Errorf("%s: objects told by each refresh (-want +got)\n%s", p.Name, diff)
		}
	}
}
