package ted

import (
	"testing"

	"github.com/altostream/altostream/schemas"
)

// TestALinkOfAnotherProtocolMakesNeighbors: two routers tell a prefix in one protocol, and become neighbours in another one.
func TestALinkOfAnotherProtocolMakesNeighbors(t *testing.T) {
	peering := domain{protocol: bgp, asn: ptr[uint32](100)}
	id := func(address string) option {
		return func(r *schemas.RawTopology) { r.Attributes.LocalIPv4RouterIDs = []string{address} }
	}
	routers := all(
		level2.node(s1, id("192.0.2.1")), peering.node(o1, id("192.0.2.1")), peering.prefix(o1, "10.0.0.0/30"),
		level2.node(s2, id("192.0.2.2")), peering.node(o2, id("192.0.2.2")), peering.prefix(o2, "10.0.0.0/30"))
	links := level2.pair(s1, s2, 1)
	d := one(routers...)
	wantEqual(t, "findings", 1, len(d.Findings()))
	for _, r := range links {
		d.Put(keyOf(speaker, r), r)
	}
	wantEqual(t, "answers", ask(one(all(routers, links)...)), ask(d))
}
