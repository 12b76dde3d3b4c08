package ted

import (
	"testing"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

const lan = s1 + "01" // a pseudonode that router 1 originates

func TestCosts(t *testing.T) {
	tests := []struct {
		name    string
		records []*schemas.RawTopology
		want    map[Metric]costs
	}{
		{"one router", all(level2.node(s1)), map[Metric]costs{
			RoutingIGP: {q1: {q1: 0}}, RoutingTE: {q1: {q1: 0}}, RoutingHops: {q1: {q1: 0}}, HopCount: {q1: {q1: 0}},
		}},
		{"costs are directional", all(level2.link(s1, s2, metric(3), te(30)), level2.link(s2, s1, metric(4), te(40))), map[Metric]costs{
			RoutingIGP:  {q1: {q1: 0, q2: 3}, q2: {q1: 4, q2: 0}},
			RoutingTE:   {q1: {q1: 0, q2: 30}, q2: {q1: 40, q2: 0}},
			RoutingHops: {q1: {q1: 0, q2: 1}, q2: {q1: 1, q2: 0}},
			HopCount:    {q1: {q1: 0, q2: 1}, q2: {q1: 1, q2: 0}},
		}},
		{"unreachable pairs are absent", all(level2.node(s1), level2.link(s1, s2, metric(1)), level2.node(s2)), map[Metric]costs{
			RoutingIGP: {q1: {q1: 0}, q2: {q2: 0}}, RoutingHops: {q1: {q1: 0}, q2: {q2: 0}},
		}},
		{"many links may be cheaper than one", all(level2.pair(s1, s2, 1), level2.pair(s2, s3, 1), level2.pair(s1, s3, 3)), map[Metric]costs{
			RoutingIGP:  {q1: {q1: 0, q2: 1, q3: 2}, q2: {q1: 1, q2: 0, q3: 1}, q3: {q1: 2, q2: 1, q3: 0}},
			RoutingHops: {q1: {q1: 0, q2: 1, q3: 1}, q2: {q1: 1, q2: 0, q3: 1}, q3: {q1: 1, q2: 1, q3: 0}},
			HopCount:    {q1: {q1: 0, q2: 1, q3: 2}, q2: {q1: 1, q2: 0, q3: 1}, q3: {q1: 2, q2: 1, q3: 0}},
		}},
		{"fewest links of equal paths", all(level2.pair(s1, s2, 1), level2.pair(s2, s3, 1), level2.pair(s1, s3, 2)), map[Metric]costs{
			HopCount: {q1: {q1: 0, q2: 1, q3: 1}, q2: {q1: 1, q2: 0, q3: 1}, q3: {q1: 1, q2: 1, q3: 0}},
		}},
		{"a metric that is not told does not stand for any", all(level2.link(s1, s2, te(5)), level2.link(s2, s1, metric(6))), map[Metric]costs{
			RoutingIGP:  {q1: {q1: 0}, q2: {q1: 6, q2: 0}},
			RoutingTE:   {q1: {q1: 0, q2: 5}, q2: {q2: 0}},
			RoutingHops: {q1: {q1: 0, q2: 1}, q2: {q1: 1, q2: 0}},
			HopCount:    {q1: {q1: 0}, q2: {q1: 1, q2: 0}},
		}},
		{"attributes lost: the last metric", all(level2.link(s1, s2, metric(5), lost), level2.link(s2, s1, metric(6), lost)), map[Metric]costs{
			RoutingIGP: {q1: {q1: 0, q2: 5}, q2: {q1: 6, q2: 0}},
		}},
		{"attributes lost that never came", all(level2.link(s1, s2, withoutAttributes, lost), level2.link(s2, s1, metric(6))), map[Metric]costs{
			RoutingIGP: {q1: {q1: 0}, q2: {q1: 6, q2: 0}},
		}},
		{"metric 0", all(level2.pair(s1, s2, 0)), map[Metric]costs{
			RoutingIGP: {q1: {q1: 0, q2: 0}, q2: {q1: 0, q2: 0}},
			HopCount:   {q1: {q1: 0, q2: 1}, q2: {q1: 1, q2: 0}},
		}},
		{"levels join at an attached router", all(level1.pair(s1, s2, 1), level1.node(s2, nodeFlags(attachedBit)), level2.pair(s2, s3, 10)), map[Metric]costs{
			RoutingIGP: {q1: {q1: 0, q2: 1, q3: 11}, q2: {q1: 1, q2: 0, q3: 10}, q3: {q1: 11, q2: 10, q3: 0}},
		}},
		{"level 1 before level 2", all(level1.pair(s1, s2, 7), level2.pair(s1, s2, 5)), map[Metric]costs{
			RoutingIGP: {q1: {q1: 0, q2: 7}, q2: {q1: 7, q2: 0}},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := one(tt.records...).Graph()
			for m, want := range tt.want {
				wantEqual(t, metricNames[m], want, g.Costs(m))
			}
		})
	}
}

// TestOSPFDefaultToOutside: router 4 has an address that nobody tells in areas 0 and 1, where the costs of others are those
// of paths. Router 3 tells a default route.
func TestOSPFDefaultToOutside(t *testing.T) {
	outside, area1, area2 := backbone.inArea(""), backbone.inArea("0.0.0.1"), backbone.inArea("0.0.0.2")
	network := all(area1.pair(o1, o2, 1), backbone.pair(o2, o3, 2), area2.pair(o3, o4, 3), area2.prefix(o4, "10.0.0.4/32", routeType(1)),
		backbone.prefix(o3, "10.0.0.9/32", routeType(2)))
	follows := costs{p1: {p1: 0, p2: 1, p3: 3, p4: 6}, p2: {p1: 1, p2: 0, p3: 2, p4: 5}, p3: {p1: 3, p2: 2, p3: 0, p4: 3}, p4: {p1: 6, p2: 5, p3: 3, p4: 0}}
	cannot := costs{p1: {p1: 0, p2: 1, p3: 3}, p2: {p1: 1, p2: 0, p3: 2}, p3: follows[p3], p4: follows[p4]}
	tests := []struct {
		name  string
		route []*schemas.RawTopology
		want  costs
	}{
		{"none", nil, cannot},
		{"type 1", all(outside.prefix(o3, "0.0.0.0/0", routeType(3))), follows},
		{"type 2", all(outside.prefix(o3, "0.0.0.0/0", routeType(4))), follows},
		{"told in an area", all(backbone.prefix(o3, "0.0.0.0/0", routeType(4))), follows},
		{"forwarding address", all(outside.prefix(o2, "0.0.0.0/0", routeType(4), forwarding("10.0.3.3")), backbone.link(o3, o2, metric(9), ipv4("10.0.3.3", "10.0.3.2")), backbone.prefix(o3, "10.0.3.0/24")), follows},
		{"forwarding address that is not reached", all(outside.prefix(o3, "0.0.0.0/0", routeType(4), forwarding("10.0.3.3"))), cannot},
		{"forwarding address of nobody", all(outside.prefix(o3, "0.0.0.0/0", routeType(4), forwarding("10.0.3.3")), backbone.prefix(o2, "10.0.3.0/24")), follows},
		{"of an NSSA", all(area2.prefix(o3, "0.0.0.0/0", routeType(6))), cannot},
		{"not told in an NSSA", all(outside.prefix(o3, "0.0.0.0/0", routeType(4)), area1.prefix(o2, prefix, routeType(6))),
			costs{p1: cannot[p1], p2: follows[p2], p3: follows[p3], p4: follows[p4]}},
		{"not told in a stub area", all(outside.prefix(o3, "0.0.0.0/0", routeType(4)), area1.prefix("09090909", "0.0.0.0/0", routeType(2)), area1.node("09090909")),
			costs{p1: cannot[p1], p2: follows[p2], p3: follows[p3], p4: follows[p4], "pid100:09090909": {"pid100:09090909": 0}}},
		{"not told where an AS boundary router does not say that it is one",
			all(outside.prefix(o3, "0.0.0.0/0", routeType(4)), backbone.node(o2, nodeFlags(borderBit|externalBit)), area1.node(o2, nodeFlags(borderBit))),
			costs{p1: cannot[p1], p2: follows[p2], p3: follows[p3], p4: follows[p4]}},
		{"another prefix", all(outside.prefix(o3, "10.0.0.0/8", routeType(4))), cannot},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wantEqual(t, "costs", tt.want, one(all(network, tt.route)...).Graph().Costs(RoutingIGP))
		})
	}
}

// TestOverloadedRouterTellsDefault: no path leads through router 2, which sends on what follows its default route.
func TestOverloadedRouterTellsDefault(t *testing.T) {
	d := one(all(level2.pair(s1, s2, 1), level2.pair(s2, s3, 2), level2.node(s2, nodeFlags(overloadBit)))...)
	without := costs{q1: {q1: 0, q2: 1}, q2: {q1: 1, q2: 0, q3: 2}, q3: {q2: 2, q3: 0}}
	wantEqual(t, "without a default route", without, d.Graph().Costs(RoutingIGP))
	told := level2.prefix(s2, "0.0.0.0/0")
	d.Put(keyOf(speaker, told), told)
	wantEqual(t, "with", costs{q1: {q1: 0, q2: 1, q3: 3}, q2: {q1: 1, q2: 0, q3: 2}, q3: {q1: 3, q2: 2, q3: 0}}, d.Graph().Costs(RoutingIGP))
	d.Delete(keyOf(speaker, told))
	wantEqual(t, "withdrawn", without, d.Graph().Costs(RoutingIGP))
}

var metricNames = map[Metric]string{
	RoutingIGP: "IGP metrics", RoutingTE: "TE metrics", RoutingHops: "links", HopCount: "hop count",
}

// onLAN connects a router with the pseudonode, whose own links have no metric.
func onLAN(id string, m uint32) []*schemas.RawTopology {
	return all(
		level2.link(id, lan, metric(m), te(m)),
		level2.link(lan, id, withoutAttributes),
	)
}

func TestPseudonode(t *testing.T) {
	d := one(all(level2.node(lan), onLAN(s1, 1), onLAN(s2, 2), onLAN(s3, 3))...)
	sums := costs{q1: {q1: 0, q2: 1, q3: 1}, q2: {q1: 2, q2: 0, q3: 2}, q3: {q1: 3, q2: 3, q3: 0}}
	hops := costs{q1: {q1: 0, q2: 1, q3: 1}, q2: {q1: 1, q2: 0, q3: 1}, q3: {q1: 1, q2: 1, q3: 0}}
	g := d.Graph()
	wantEqual(t, "IGP metrics", sums, g.Costs(RoutingIGP))
	wantEqual(t, "TE metrics", sums, g.Costs(RoutingTE))
	wantEqual(t, "links", hops, g.Costs(RoutingHops))
	wantEqual(t, "hop count", hops, g.Costs(HopCount))
	wantEqual(t, "findings", []Finding{}, d.Findings())
}

func TestPseudonodesOfTwoLevelsAreTwo(t *testing.T) {
	d := one(all(onLAN(s1, 1), level1.link(s2, lan, metric(1)), level1.link(lan, s2))...)
	wantEqual(t, "costs", costs{q1: {q1: 0}, q2: {q2: 0}}, d.Graph().Costs(RoutingIGP))
}

func TestPseudonodeWithoutASNJoinsItsRouters(t *testing.T) {
	bare := level2.inAS(nil)
	d := one(level2.node(s1), level2.node(s2),
		bare.link(s1, lan, metric(1)), level2.link(lan, s1), level2.link(s2, lan, metric(1)), bare.link(lan, s2))
	wantEqual(t, "costs", costs{q1: {q1: 0, q2: 1}, q2: {q1: 1, q2: 0}}, d.Graph().Costs(RoutingIGP))
}

// Router 2 lies between router 1 and router 3; the way round it costs more.
func TestOverload(t *testing.T) {
	ways := all(level2.pair(s1, s2, 1), level2.pair(s2, s3, 1))
	round := all(level2.pair(s1, s4, 5), level2.pair(s4, s3, 5))
	tests := []struct {
		name    string
		records []*schemas.RawTopology
		want    row // from router 1
		from2   row // from router 2
	}{
		{"not overloaded", all(ways, level2.node(s2, nodeFlags(0x7F))),
			row{q1: 0, q2: 1, q3: 2}, row{q1: 1, q2: 0, q3: 1}},
		{"no transit", all(ways, level2.node(s2, nodeFlags(0x80))),
			row{q1: 0, q2: 1}, row{q1: 1, q2: 0, q3: 1}},
		{"the way round", all(ways, round, level2.node(s2, nodeFlags(0xC0))),
			row{q1: 0, q2: 1, q3: 10, q4: 5}, row{q1: 1, q2: 0, q3: 1, q4: 6}},
		{"overloaded in the other level", all(ways, level2.node(s2), level1.node(s2, nodeFlags(0x80))),
			row{q1: 0, q2: 1, q3: 2}, row{q1: 1, q2: 0, q3: 1}},
		{"source and destination", all(ways, level2.node(s1, nodeFlags(0x80)), level2.node(s3, nodeFlags(0x80))),
			row{q1: 0, q2: 1, q3: 2}, row{q1: 1, q2: 0, q3: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := alto.CostMapOf(one(tt.records...).Graph().Costs(RoutingIGP))
			wantEqual(t, "from router 1", tt.want, got[q1])
			wantEqual(t, "from router 2", tt.from2, got[q2])
		})
	}
}

// The overload bit is that of the standard topology; topology 2 has one of its own, which
// no node flag tells (RFC 5120 §5).
func TestOverloadOfTheStandardTopology(t *testing.T) {
	g := one(all(
		level2.link(s1, s2, metric(1)), level2.link(s1, s2, mt(2), metric(1)), level2.link(s2, s1, metric(1)), level2.link(s2, s1, mt(2), metric(1)),
		level2.link(s2, s3, metric(1)), level2.link(s2, s3, mt(2), metric(1)), level2.link(s3, s2, metric(1)), level2.link(s3, s2, mt(2), metric(1)),
		level2.node(s2, nodeFlags(0x80)))...).Graph()
	wantEqual(t, "IPv4", row{q1: 0, q2: 1}, alto.CostMapOf(g.Costs(RoutingIGP))[q1])
	wantEqual(t, "IPv6", row{q1: 0, q2: 1, q3: 2}, alto.CostMapOf(g.IPv6Costs(RoutingIGP))[q1])
}

func TestParallelLinks(t *testing.T) {
	ends := func(n string) (option, option) {
		return ipv4("192.0.2.1"+n, "192.0.2.2"+n), ipv4("192.0.2.2"+n, "192.0.2.1"+n)
	}
	to, back := ends("0")
	to2, back2 := ends("1")
	cheap := all(level2.link(s1, s2, to, metric(1)), level2.link(s2, s1, back, metric(1)))
	dear := all(level2.link(s1, s2, to2, metric(9)), level2.link(s2, s1, back2, metric(9)))
	tests := []struct {
		name    string
		records []*schemas.RawTopology
		want    float64
	}{
		{"both up", all(cheap, dear), 1},
		{"cheap one down in one direction", all(cheap[:1], dear), 9},
		{"cheap one down in the other direction", all(cheap[1:], dear), 9},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := one(tt.records...).Graph().Costs(RoutingIGP)
			wantEqual(t, "costs", costs{q1: {q1: 0, q2: tt.want}, q2: {q1: tt.want, q2: 0}}, got)
		})
	}
}
