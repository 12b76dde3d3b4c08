package router

import (
	"encoding/hex"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/altostream/altostream/libs/bgpls"
)

func startNetwork(t *testing.T, collectorASN uint32) *Network {
	t.Helper()
	start := time.Now()
	n, err := Start(t.Context(), Config{
		First:     netip.MustParseAddr("127.0.0.11"),
		Collector: Collector{netip.MustParseAddr("127.0.0.1"), collectorASN},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	t.Logf("network converged in %v", time.Since(start))
	return n
}

var whole = map[bgpls.NLRIType]int{bgpls.NodeNLRI: 5, bgpls.LinkNLRI: 10, bgpls.IPv4PrefixNLRI: 14}

func TestReflectorsTellTheWholeNetwork(t *testing.T) {
	for name, as := range map[string]uint32{"iBGP": asn, "eBGP": 64512} {
		t.Run(name, func(t *testing.T) {
			n := startNetwork(t, as)
			c := newCollector(t, as, n.Peers())
			c.await("End-of-RIB", n.Peers(), func(s *told) bool { return s.synced })
			for _, p := range n.Peers() {
				s := c.from(p)
				if diff := cmp.Diff(whole, s.count()); diff != "" {
					t.Errorf("%s: objects by type (-want +got)\n%s", p.Name, diff)
				}
				if diff := cmp.Diff(networkMap, s.prefixes()); diff != "" {
					t.Errorf("%s: prefixes by router (-want +got)\n%s", p.Name, diff)
				}
				if last, _ := bgpls.DecodeUpdate(s.bodies[len(s.bodies)-1]); !last.EndOfRIB {
					t.Errorf("%s: End-of-RIB is not the last UPDATE", p.Name)
				}
				checkObjects(t, s)
			}
		})
	}
}

// networkMap is the one of the seed.
var networkMap = map[string][]string{
	"01010101": {"192.168.12.0/24", "192.168.13.0/24"},
	"02020202": {"192.168.12.0/24", "192.168.13.0/24", "192.168.23.0/24", "192.168.24.0/24", "192.168.35.0/24"},
	"03030303": {"192.168.12.0/24", "192.168.13.0/24", "192.168.23.0/24", "192.168.24.0/24", "192.168.35.0/24"},
	"04040404": {"192.168.24.0/24"},
	"05050505": {"192.168.35.0/24"},
}

func (s *told) prefixes() map[string][]string {
	of := map[string][]string{}
	for _, nlri := range s.nlris {
		if nlri.Prefix != nil {
			id := hex.EncodeToString(nlri.Local.IGPRouterID)
			of[id] = append(of[id], nlri.Prefix.Prefix.String())
		}
	}
	for _, prefixes := range of {
		slices.Sort(prefixes)
	}
	return of
}

// checkObjects compares what a speaker told with what the routers announce.
func checkObjects(t *testing.T, s *told) {
	t.Helper()
	for _, o := range topology() {
		got, ok := s.objects[o.nlri.Key()]
		if !ok {
			t.Errorf("missing %s", o.nlri.Key())
		} else if diff := cmp.Diff(o.attributes, got, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
			t.Errorf("%s: attributes (-want +got)\n%s", o.nlri.Key(), diff)
		}
	}
}

func TestNoEndOfRIBWithoutGracefulRestart(t *testing.T) {
	n := startNetwork(t, asn)
	c := &collector{t: t, noRestart: true, speakers: map[netip.Addr]*told{}, changed: make(chan struct{})}
	c.connect(asn, n.Peers())
	c.await("the whole network", n.Peers(), func(s *told) bool { return len(s.nlris) == 29 })
	time.Sleep(200 * time.Millisecond)
	for _, p := range n.Peers() {
		if c.from(p).synced {
			t.Errorf("%s sent End-of-RIB: admit need not ask for graceful restart", p.Name)
		}
	}
}

func TestLinkChanges(t *testing.T) {
	n := startNetwork(t, asn)
	c := newCollector(t, asn, n.Peers())
	o := [2]object{linkObject(link{2, 3}, 2, defaultMetric), linkObject(link{2, 3}, 3, defaultMetric)}
	forward, back := o[0].nlri.Key(), o[1].nlri.Key()
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
	start := time.Now()
	do(n.FailLink("R3", "R2"))
	c.await("both directions withdrawn", n.Peers(), func(s *told) bool { return len(s.nlris) == 27 && !has(s, forward) && !has(s, back) })
	t.Logf("withdrawn everywhere after %v", time.Since(start))
	do(n.SetMetric("R2", "R3", 300)) // of a link that is down
	start = time.Now()
	do(n.RestoreLink("R2", "R3"))
	c.await("both directions back", n.Peers(), func(s *told) bool {
		return len(s.nlris) == 29 && metric(s, forward) == 300 && metric(s, back) == 10
	})
	t.Logf("back everywhere after %v", time.Since(start))
	do(n.SetMetric("R3", "R2", 20))
	c.await("new metric", n.Peers(), func(s *told) bool { return metric(s, forward) == 300 && metric(s, back) == 20 })
}

func TestUnknownLink(t *testing.T) {
	n := startNetwork(t, asn)
	if err := n.FailLink("R1", "R5"); err == nil || !strings.Contains(err.Error(), "no link R1-R5") {
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
	_, err = Start(t.Context(), Config{First: netip.MustParseAddr("127.0.0.41"), Port: address.Port()})
	if err == nil || !strings.Contains(err.Error(), "router R3 cannot listen on "+address.String()) {
		t.Errorf("address in use: %v", err)
	}
}
