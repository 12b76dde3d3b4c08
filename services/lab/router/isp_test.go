package router

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/altostream/altostream/libs/bgpls"
)

// TestISP has networks of all sizes in one piece, without parallel links and without a
// prefix or an address twice.
func TestISP(t *testing.T) {
	for _, n := range []int{MinISP, 11, 57, 100, 333, 1000, MaxISP} {
		topology := ISP(n)
		if reached := topology.distances(topology.routers[0], backbone); len(topology.routers) != n || len(reached) != n {
			t.Errorf("%d: %d routers, %d reached", n, len(topology.routers), len(reached))
		}
		prefixes, pairs := map[netip.Prefix]bool{}, map[string]bool{}
		for _, l := range topology.links {
			prefixes[l.subnet], pairs[l.String()] = true, true
			for _, e := range l.ends {
				if !l.subnet.Contains(e.address) || l.subnet.Masked() != l.subnet {
					t.Errorf("%d: %s is not in %s", n, e.address, l.subnet)
				}
			}
		}
		for _, s := range topology.stubs {
			prefixes[s.prefix] = true
		}
		if len(pairs) != len(topology.links) || len(prefixes) != len(topology.links)+n {
			t.Errorf("%d: %d links, %d pairs, %d prefixes", n, len(topology.links), len(pairs), len(prefixes))
		}
	}
}

// TestISPTold has the speaker tell all of it, and says in few words what a link cuts off.
func TestISPTold(t *testing.T) {
	const n = 200
	network, err := Start(t.Context(), ISP(n), Config{
		First: netip.MustParseAddr("127.0.0.51"), Collector: Collector{netip.MustParseAddr("127.0.0.1"), asn},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(network.Close)
	peers := network.Peers()
	c := newCollector(t, asn, peers)
	nodes := func(want int) func(*told) bool {
		return func(s *told) bool { return s.synced && s.count()[bgpls.NodeNLRI] == want }
	}
	c.await("all nodes", peers, nodes(n))
	leaf := network.topology.routers[n-1].name
	var last *link
	for _, l := range network.topology.links {
		if l.end(leaf) != nil {
			last = l
		}
	}
	news, err := network.failLink(last.ends[0].router.name, leaf)
	if err != nil || !strings.HasSuffix(news, "\nR1 reaches 198 of 199 routers") {
		t.Errorf("%q, %v", news, err)
	}
	c.await("a node less", peers, nodes(n-1))
}
