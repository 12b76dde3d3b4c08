package e2e

import (
	"testing"

	"github.com/altostream/altostream/libs/bgpls"
)

// TestMetricsOfLinks has a router tell the delay, loss and bandwidth of links (RFC 8571), for all
// applications or for one, and withdraw one of them: the costs are those of paths.
func TestMetricsOfLinks(t *testing.T) {
	t.Parallel()
	const r1, r2, r3 = "1.1.1.1", "2.2.2.2", "3.3.3.3"
	measured := func(delay uint32, loss, available float64) *bgpls.Attributes {
		a := igpMetric(10)
		a.Delay, a.Loss, a.AvailableBandwidth = &bgpls.Delay{Micros: delay}, &bgpls.Loss{Percent: loss}, &available
		return a
	}
	forFlexAlgo := igpMetric(10)
	forFlexAlgo.Applications = []bgpls.ApplicationLink{{
		Standard:    []byte{0x10, 0, 0, 0},
		LinkMetrics: bgpls.LinkMetrics{Delay: &bgpls.Delay{Micros: 40}},
	}}
	s := startSpeaker(t, "127.0.0.63", asn, func() [][]byte {
		return [][]byte{
			announce(nil, nodeNLRI(r1), nodeNLRI(r2), nodeNLRI(r3)),
			announce(measured(100, 0.003, 1<<30), linkNLRI(r1, r2)), announce(measured(200, 0, 1<<20), linkNLRI(r2, r1)),
			announce(measured(0, 0.003, 1<<25), linkNLRI(r2, r3)), announce(forFlexAlgo, linkNLRI(r3, r2)),
			endOfRIB(),
		}
	})
	clients := startBroker(t, 1)
	c := &chain{t: t, topics: followTopics(t, clients), clients: clients, processes: map[string]*process{}}
	c.env = map[string][]string{
		"bgp-ingest":   {"BGP_PEERS=" + s.peer(), "BGP_ASN=100", "BGP_LISTEN=127.0.0.1:0"},
		"cost-builder": {"COST_METRICS=delay-ow,delay-rt,lossrate,bw-available,bw-available-ordinal"},
	}
	c.start("bgp-ingest", "map-builder", "cost-builder")

	const p1, p2, p3 = "pid100:01010101", "pid100:02020202", "pid100:03030303"
	c.costsAre("costmap-default-delay-ow", costs{p1: {p1: 0, p2: 100, p3: 100}, p2: {p1: 200, p2: 0, p3: 0}, p3: {p1: 240, p2: 40, p3: 0}})
	c.costsAre("costmap-default-delay-rt", costs{p1: {p1: 0, p2: 300, p3: 340}, p2: {p1: 300, p2: 0, p3: 40}, p3: {p1: 340, p2: 40, p3: 0}})
	c.costsAre("costmap-default-lossrate", costs{p1: {p1: 0, p2: 0.003, p3: 0.00599991}, p2: {p1: 0, p2: 0, p3: 0.003}, p3: {p3: 0}})
	c.costsAre("costmap-default-bw-available", costs{p1: {p1: 0, p2: 1 << 30, p3: 1 << 25}, p2: {p1: 1 << 20, p2: 0, p3: 1 << 25}, p3: {p3: 0}})
	c.costsAre("costmap-default-bw-available-ordinal", costs{p1: {p1: 0, p2: 1, p3: 2}, p2: {p1: 3, p2: 0, p3: 2}, p3: {p3: 0}})
	altoctl(t, clients, done, []string{"cost-map", "--metric", "delay-ow", "--json"}, `"cost-source": "estimation"`, `"tlv": "1114"`)

	s.say(announce(igpMetric(10), linkNLRI(r2, r3))) // it does not tell the delay any more
	c.costsAre("costmap-default-delay-ow", costs{p1: {p1: 0, p2: 100}, p2: {p1: 200, p2: 0}, p3: {p1: 240, p2: 40, p3: 0}})
	c.costsAre("costmap-default-delay-rt", costs{p1: {p1: 0, p2: 300}, p2: {p1: 300, p2: 0}, p3: {p3: 0}})
}
