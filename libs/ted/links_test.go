package ted

import (
	"testing"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

// TestWhichLinksAreUsed asks for the links between routers 1 and 2 that the graph
// keeps, and why the others are left out.
func TestWhichLinksAreUsed(t *testing.T) {
	x := func(options ...option) *schemas.RawTopology {
		return level2.link(s1, s2, append(options, metric(1), te(1))...)
	}
	y := func(options ...option) *schemas.RawTopology {
		return level2.link(s2, s1, append(options, metric(1), te(1))...)
	}
	lan, dis := level2, s1+"01"
	otherInstance := level2
	otherInstance.identifier = 7
	const a, b, c = "192.0.2.1", "192.0.2.2", "192.0.2.3"
	const a6, b6, c6 = "fd00::1", "fd00::2", "fd00::3"
	tests := []struct {
		name    string
		records []*schemas.RawTopology
		used    int
		leftOut map[Reason]int
	}{
		{"nothing to compare", all(x(), y()), 2, nil},
		{"one way", all(x()), 0, map[Reason]int{OneWay: 1}},
		{"far end not known", all(x(), level2.node(s2)), 0, map[Reason]int{OneWay: 1}},
		{"addresses agree", all(x(ipv4(a, b)), y(ipv4(b, a))), 2, nil},
		{"addresses differ at one end", all(x(ipv4(a, b)), y(ipv4(b, c))), 2, nil},
		{"addresses told by one side", all(x(ipv4(a, b)), y()), 2, nil},
		{"IPv6 addresses agree", all(x(ipv6(a6, b6)), y(ipv6(b6, a6))), 2, nil},
		{"IPv6 addresses differ", all(x(ipv6(a6, b6)), y(ipv6(c6, a6))), 2, nil},
		{"IPv4 of one side, IPv6 of the other", all(x(ipv4(a, b)), y(ipv6(b6, a6))), 2, nil},
		{"identifiers agree", all(x(linkIDs(1, 2)), y(linkIDs(2, 1))), 2, nil},
		{"identifiers differ", all(x(linkIDs(1, 2)), y(linkIDs(3, 1))), 2, nil},
		{"far identifier not known", all(x(linkIDs(1, 0)), y(linkIDs(2, 0))), 2, nil},
		{"identifiers among the attributes agree", all(x(attributeIDs(1, 2)), y(attributeIDs(2, 1))), 2, nil},
		{"identifiers among the attributes differ", all(x(attributeIDs(1, 2)), y(attributeIDs(3, 1))), 2, nil},
		{"identifiers of one side among the attributes", all(x(attributeIDs(1, 2)), y(linkIDs(3, 1))), 2, nil},
		{"identifiers of the descriptors before those of the attributes",
			all(x(linkIDs(1, 2), attributeIDs(8, 9)), y(linkIDs(2, 1))), 2, nil},
		{"parallel link down in one direction, identifiers among the attributes",
			all(x(ipv4(a, b), attributeIDs(1, 2)), y(attributeIDs(2, 1)), x(ipv4(c, "192.0.2.4"), attributeIDs(3, 4))), 2, map[Reason]int{OneWay: 1}},
		{"addresses agree, identifiers differ", all(x(ipv4(a, b), linkIDs(1, 2)), y(ipv4(b, a), linkIDs(3, 1))), 2, nil},
		{"parallel links", all(x(ipv4(a, b)), y(ipv4(b, a)), x(linkIDs(1, 2)), y(linkIDs(2, 1))), 4, nil},
		{"parallel link down in one direction",
			all(x(ipv4(a, b)), y(ipv4(b, a)), x(ipv4(c, "192.0.2.4"))), 2, map[Reason]int{OneWay: 1}},
		{"other level", all(x(), level1.link(s2, s1)), 0, map[Reason]int{OneWay: 2}},
		{"other instance", all(x(), otherInstance.link(s2, s1)), 0, map[Reason]int{OneWay: 2}},
		{"self link", all(level2.link(s1, s1+"00", metric(1), te(1))), 0, map[Reason]int{SelfLink: 1}},
		{"metrics do not matter for the other direction", all(x(), level2.link(s2, s1)), 2, map[Reason]int{NoIGPMetric: 1, NoTEMetric: 1}},
		{"attributes missing", all(x(), level2.link(s2, s1, withoutAttributes)), 2, map[Reason]int{NoIGPMetric: 1, NoTEMetric: 1}},
		{"maximum metric in one direction", all(x(), level2.link(s2, s1, metric(1<<24-1), te(1))), 2, map[Reason]int{MaxMetric: 1}},
		{"highest metric in use", all(x(), level2.link(s2, s1, metric(1<<24-2), te(1))), 2, nil},
		{"topologies of IPv4 and IPv6", all(x(), y(), x(mt(2)), y(mt(2))), 4, nil},
		{"topology 0 is the standard topology", all(x(mt(0)), y()), 2, nil},
		{"topologies that route no unicast", all(x(mt(3)), y(mt(3)), x(), y()), 2, map[Reason]int{OtherTopology: 2}},
		{"one of two topologies told back", all(x(), x(mt(2)), y()), 2, map[Reason]int{OneWay: 1}},
		{"topology of one direction only", all(x(mt(2)), y()), 0, map[Reason]int{OneWay: 2}},
		{"a pseudonode is in the topologies of its routers",
			all(lan.link(s1, dis, metric(1), te(1)), lan.link(s1, dis, mt(2), metric(1), te(1)), lan.link(dis, s1), lan.link(s2, dis, metric(1), te(1)), lan.link(dis, s2)), 6, nil},
		{"a pseudonode of another topology alone",
			all(lan.link(s1, dis, mt(2), metric(1), te(1)), lan.link(dis, s1), lan.link(s2, dis, mt(2), metric(1), te(1)), lan.link(dis, s2)), 4, nil},
		{"a stray link of another topology hides nothing",
			all(x(mt(2)), y(mt(2)), level2.link(s1, s3, metric(1), te(1)), level2.link(s3, s1, metric(1), te(1))), 4, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := one(tt.records...)
			if used := usedLinks(d); used != tt.used {
				t.Errorf("%d links are used, want %d", used, tt.used)
			}
			wantEqual(t, "left out", tt.leftOut, leftOut(d))
		})
	}
}

// usedLinks counts the links that paths may lead over.
func usedLinks(d *Database) int {
	d.settle()
	used := 0
	for _, a := range d.adjacencies {
		used += len(a.used)
	}
	return used
}

// leftOut counts the links that are left out; nil if none is.
func leftOut(d *Database) map[Reason]int {
	var counts map[Reason]int
	for c, n := range d.FindingCounts() {
		if c.Reason.LeftOut() {
			if counts == nil {
				counts = map[Reason]int{}
			}
			counts[c.Reason] += n
		}
	}
	return counts
}

// Routers that are in several areas may name the same area in all their links.
func TestEndsOfALinkInDifferentAreas(t *testing.T) {
	d := one(
		backbone.inArea("0.0.0.1").link(o1, o2, metric(1), ipv4("192.0.2.1", "192.0.2.2")),
		backbone.inArea("0.0.0.2").link(o2, o1, metric(2), ipv4("192.0.2.2", "192.0.2.1")),
	)
	wantEqual(t, "costs", costs{p1: {p1: 0, p2: 1}, p2: {p1: 2, p2: 0}}, d.Graph().Costs(RoutingIGP))
}

// A router that was cut off in the area that a link was in before still tells of it there.
func TestLinkThatMovedToAnotherArea(t *testing.T) {
	there, back := ipv4("192.0.2.1", "192.0.2.2"), ipv4("192.0.2.2", "192.0.2.1")
	old, now := backbone, backbone.inArea("0.0.0.1")
	network := all(
		old.link(o2, o1, metric(2), back), old.link(o1, o3, metric(1)), old.link(o3, o1, metric(1)),
		now.link(o1, o2, metric(5), there, attributeIDs(1, 2)), now.link(o2, o1, metric(6), back, attributeIDs(2, 1)),
		now.link(o1, o3, metric(9)), now.link(o3, o1, metric(9)),
	)
	want := costs{p1: {p1: 0, p2: 5, p3: 1}, p2: {p1: 6, p2: 0, p3: 15}, p3: {p1: 1, p2: 14, p3: 0}}
	wantEqual(t, "costs", want, one(network...).Graph().Costs(RoutingIGP))
	d := load(tells("a", stale, now.link(o1, o2, metric(5), there, attributeIDs(8, 9))), tells("b", synced, network...))
	wantEqual(t, "costs beside a speaker that remembers other identifiers", want, d.Graph().Costs(RoutingIGP))
}

// Router 4 was a border router, and still tells of area 0.
func TestBorderRouterThatIsNoneAnyMore(t *testing.T) {
	area1 := backbone.inArea("0.0.0.1")
	const host = "192.0.2.3/32"
	network := all(
		area1.pair(o1, o2, 1), area1.pair(o1, o4, 1), backbone.pair(o2, o3, 5), backbone.prefix(o3, host),
		area1.prefix(o2, host, routeType(2), prefixMetric(5)), area1.prefix(o4, host, routeType(2), prefixMetric(1)),
	)
	for _, tt := range []struct {
		name          string
		border, other uint8
		want          float64
	}{{"it says so", borderBit, 0, 6}, {"nobody says anything", 0, 0, 2}, {"both are", borderBit, borderBit, 2}, {"none is, and one tells of outside", externalBit, 0, 0}} {
		area2 := backbone.inArea("0.0.0.2") // in which it was the only one
		alone := all(area2.pair(o5, o4, 1), area2.prefix(o4, host, routeType(2), prefixMetric(1)), area2.node(o4, nodeFlags(tt.other)))
		d := one(all(network, alone, area1.node(o2, nodeFlags(tt.border)), area1.node(o4, nodeFlags(tt.other)))...)
		_, reached := alto.CostMapOf(d.Graph().Costs(RoutingIGP))["pid100:"+o5][p3]
		wantEqual(t, tt.name+", where it was the only one", tt.want == 2, reached)
		wantEqual(t, tt.name, tt.want, alto.CostMapOf(d.Graph().Costs(RoutingIGP))[p1][p3])
		other := tells("bgp:192.0.2.0", synced, all(area1.node(o4, nodeFlags(tt.other)), area1.pair(o1, o4, 1))...)
		beside := load(other, tells("bgp:192.0.2.1", synced, all(network, alone, area1.node(o2, nodeFlags(tt.border)), area1.node(o4, nodeFlags(tt.other)))...))
		wantEqual(t, tt.name+", of which another speaker tells that knows of no other", tt.want, alto.CostMapOf(beside.Graph().Costs(RoutingIGP))[p1][p3])
		again := area1.node(o4, nodeFlags(borderBit))
		d.Put(keyOf("bgp:192.0.2.1", again), again)
		wantEqual(t, tt.name+", and is one again", 2.0, alto.CostMapOf(d.Graph().Costs(RoutingIGP))[p1][p3])
	}
}

// Router 4 was a border router, and area 0 has no link of it any more.
func TestBorderRouterThatHasLostAreaZero(t *testing.T) {
	area1 := backbone.inArea("0.0.0.1")
	const host = "192.0.2.3/32"
	network := all(
		area1.pair(o1, o2, 1), area1.pair(o1, o4, 1), backbone.pair(o2, o3, 5), backbone.prefix(o3, host),
		area1.prefix(o2, host, routeType(2), prefixMetric(5)), area1.prefix(o4, host, routeType(2), prefixMetric(1)), backbone.node(o4),
	)
	loopback := backbone.prefix(o4, "192.0.2.4/32")
	d := one(all(network, loopback)...)
	cost := func() float64 { return alto.CostMapOf(d.Graph().Costs(RoutingIGP))[p1][p3] }
	wantEqual(t, "cost over a border router without neighbors in area 0", 2.0, cost())
	d.Delete(keyOf("bgp:192.0.2.1", loopback))
	wantEqual(t, "cost over the other one", 6.0, cost())
	d.Put(keyOf("bgp:192.0.2.1", loopback), loopback)
	wantEqual(t, "cost when it is one again", 2.0, cost())
}

// The second speaker tells the B bit, of a router of which the word of the first counts.
func TestBorderRouterThatASecondSpeakerTells(t *testing.T) {
	area1 := backbone.inArea("0.0.0.1")
	const host = "192.0.2.3/32"
	area := all(area1.pair(o1, o2, 1), area1.pair(o1, o4, 1), area1.prefix(o2, host, routeType(2), prefixMetric(5)), area1.prefix(o4, host, routeType(2), prefixMetric(1)))
	d := load(
		tells("bgp:192.0.2.1", schemas.PeerSynced, all(area, backbone.pair(o2, o3, 5), backbone.prefix(o3, host), area1.node(o2, nodeFlags(borderBit)))...),
		tells("bgp:192.0.2.2", schemas.PeerSynced, all(area, area1.node(o2, nodeFlags(borderBit)), area1.node(o4, nodeFlags(0)))...))
	wantEqual(t, "cost", 6.0, alto.CostMapOf(d.Graph().Costs(RoutingIGP))[p1][p3])
	d.Delete(keyOf("bgp:192.0.2.2", area1.node(o2, nodeFlags(borderBit))))
	wantEqual(t, "cost", 2.0, alto.CostMapOf(d.Graph().Costs(RoutingIGP))[p1][p3])
}

func TestBorderRouterOutsideOfAreaZero(t *testing.T) {
	area1, area2 := backbone.inArea("0.0.0.1"), backbone.inArea("0.0.0.2")
	network := all(backbone.pair(o2, o3, 5), area1.pair(o1, o2, 1), area1.pair(o4, o1, 1), area2.pair(o4, o5, 1))
	for _, tt := range []struct {
		flags uint8
		want  map[string]float64 // from router 4
	}{
		{externalBit, map[string]float64{p1: 1, p2: 2, p3: 7, p4: 0, p5: 1}},
		{borderBit, map[string]float64{p1: 1, p2: 2, p4: 0, p5: 1}},
	} {
		d := one(all(network, area1.node(o2, nodeFlags(borderBit)), area1.node(o4, nodeFlags(tt.flags)))...)
		wantEqual(t, "costs", tt.want, alto.CostMapOf(d.Graph().Costs(RoutingIGP))[p4])
	}
}

func TestOSPFUsesTheHighestMetric(t *testing.T) {
	d := one(backbone.link(o1, o2, metric(1<<24-1)), backbone.link(o2, o1, metric(1<<24)))
	g := d.Graph()
	wantEqual(t, "costs", costs{p1: {p1: 0, p2: 1<<24 - 1}, p2: {p2: 0}}, g.Costs(RoutingIGP))
	wantEqual(t, "left out", map[Reason]int{MaxMetric: 1}, leftOut(d))
}
