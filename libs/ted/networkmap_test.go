package ted

import (
	"slices"
	"testing"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

const prefix = "10.0.0.0/8"

// TestOwnerOfAPrefix: two routers advertise one prefix; the other claim is always
// that of router 1, which has the lower PID name.
func TestOwnerOfAPrefix(t *testing.T) {
	ospf := func(options ...option) []*schemas.RawTopology { return all(backbone.prefix(o2, prefix, options...)) }
	isis := func(options ...option) []*schemas.RawTopology { return all(level2.prefix(s2, prefix, options...)) }
	ospf1 := func(options ...option) []*schemas.RawTopology { return all(backbone.prefix(o1, prefix, options...)) }
	isis1 := func(options ...option) []*schemas.RawTopology { return all(level2.prefix(s1, prefix, options...)) }
	tests := []struct {
		name         string
		claim, other []*schemas.RawTopology
		want         string
	}{
		{"lower PID name", ospf(), ospf1(), p1},
		{"lower metric", ospf(prefixMetric(1)), ospf1(prefixMetric(2)), p2},
		{"metric 0 before no metric", ospf(prefixMetric(0)), ospf1(), p2},
		{"high metric before no metric", ospf(prefixMetric(1 << 23)), ospf1(withoutAttributes), p2},
		{"same metric", ospf(prefixMetric(1)), ospf1(prefixMetric(1)), p1},
		{"not a router that was cut off", all(ospf(prefixMetric(9)), backbone.pair(o2, o3, 1)), ospf1(prefixMetric(1)), p2},
		{"not a router of two that were cut off", all(ospf(prefixMetric(9)), backbone.pair(o2, o3, 1), backbone.pair(o3, o5, 1)), all(ospf1(prefixMetric(1)), backbone.pair(o1, o4, 1)), p2},
		{"of two parts as large that of the lowest PID name", all(ospf(prefixMetric(1)), backbone.pair(o2, o3, 1)), all(ospf1(prefixMetric(9)), backbone.pair(o1, o4, 1)), p1},
		{"connected over another area", all(ospf(prefixMetric(9)), backbone.pair(o2, o3, 1), backbone.pair(o3, o5, 1)),
			all(ospf1(prefixMetric(1)), backbone.inArea("0.0.0.1").pair(o1, o3, 1)), p1},
		{"intra-area before inter-area, though cut off", ospf(routeType(1)), all(ospf1(routeType(2)), backbone.pair(o1, o3, 1)), p2},
		{"IS-IS: not a router that was cut off", all(isis(), level2.pair(s2, s3, 1)), isis1(), q2},
		{"intra-area before inter-area", ospf(routeType(1), prefixMetric(9)), ospf1(routeType(2), prefixMetric(1)), p2},
		{"no route type is intra-area", ospf(), ospf1(routeType(2)), p2},
		{"inter-area before external 1", ospf(routeType(2), prefixMetric(9)), ospf1(routeType(3), prefixMetric(1)), p2},
		{"intra-area before external 2", ospf(), ospf1(routeType(4)), p2},
		{"intra-area before NSSA 1", ospf(), ospf1(routeType(5)), p2},
		{"inter-area before NSSA 2", ospf(routeType(2)), ospf1(routeType(6)), p2},
		{"external 1 before NSSA 2", ospf1(routeType(6)), ospf(routeType(3), prefixMetric(9)), p2},
		{"NSSA 1 before external 2", ospf1(routeType(4)), ospf(routeType(5), prefixMetric(9)), p2},
		{"external 1 is as NSSA 1", ospf(routeType(3)), ospf1(routeType(5)), p1},
		{"external 2: lower metric", ospf(routeType(4), prefixMetric(1)), ospf1(routeType(4), prefixMetric(2)), p2},
		{"external: the router that has the forwarding address",
			all(backbone.pair(o1, o2, 1), backbone.link(o2, o1, metric(1), ipv4("192.0.2.2", "192.0.2.1"))), ospf1(routeType(4), forwarding("192.0.2.2")), p2},
		{"external: the router whose loopback is the forwarding address",
			all(backbone.pair(o1, o2, 1), backbone.prefix(o2, "192.0.2.2/32")), ospf1(routeType(4), forwarding("192.0.2.2")), p2},
		{"external: nobody has the forwarding address", ospf1(routeType(4), forwarding("192.0.2.9")), nil, p1},
		{"external: the router that tells it in an NSSA with the forwarding address",
			all(backbone.pair(o1, o3, 1), backbone.inArea("0.0.0.1").pair(o1, o2, 9), ospf(routeType(6), forwarding("192.0.2.9"))), ospf1(routeType(4), forwarding("192.0.2.9")), p2},
		{"best of one router's several", all(ospf(routeType(4)), ospf(prefixMetric(1))), ospf1(prefixMetric(2)), p2},
		{"IS-IS: level 2 before what is passed down", isis(prefixMetric(9)), all(level1.prefix(s1, prefix, igpFlags(0x80))), q2},
		{"IS-IS: level 1 before level 2", all(level1.prefix(s2, prefix, prefixMetric(9))), isis1(prefixMetric(1)), q2},
		{"IS-IS: internal and external are one", isis(prefixFlags(0x80), prefixMetric(1)), isis1(prefixMetric(2)), q2},
		{"IS-IS: other flags do not matter", isis(), isis1(prefixFlags(0x20), igpFlags(0x40)), q1},
		{"IS-IS: unreachable", isis(prefixMetric(9)), isis1(prefixMetric(0xFE000001)), q2},
		{"IS-IS: the highest metric", isis(), isis1(prefixMetric(0xFE000000)), q1},
		{"OSPF: LSInfinity", ospf(routeType(4)), ospf1(prefixMetric(0xFFFFFF)), p2},
		{"OSPF before IS-IS", ospf(prefixMetric(9)), isis1(prefixMetric(1)), p2},
		{"IS-IS before what OSPF tells as external", isis(prefixMetric(9)), ospf1(routeType(4), prefixMetric(1)), q2},
		{"no range without a metric", isis(prefixFlags(0x80), prefixMetric(10)), isis1(sidRange), q2},
		{"a range with a metric", isis(prefixMetric(11)), isis1(sidRange, prefixMetric(10)), q1},
		{"no locator without a metric", isis(prefixMetric(10)), isis1(locator), q2},
		{"OSPF: prefix attribute flags do not matter", ospf(), ospf1(prefixFlags(0x80)), p1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := one(all(tt.claim, tt.other)...).NetworkMap(Unique)
			for pid, group := range m {
				if holds := slices.Contains(group.IPv4, prefix); holds != (pid == tt.want) {
					t.Errorf("PID %s holds it: %v, want PID %s", pid, holds, tt.want)
				}
			}
			if err := alto.CheckNetworkMap(m); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestOwnerOfAnExternalPrefix: routers 1 and 2 tell a prefix as external; the others are by
// links of metric 10 in area 0 nearer to router 1, and router 4 is in area 1 with router 2.
func TestOwnerOfAnExternalPrefix(t *testing.T) {
	area1 := backbone.inArea("0.0.0.1")
	network := all(backbone.pair(o1, o3, 10), backbone.pair(o3, o2, 20), area1.pair(o2, o4, 100))
	external := func(id string, kind uint8, m uint32) *schemas.RawTopology {
		return backbone.prefix(id, prefix, routeType(kind), prefixMetric(m))
	}
	tests := []struct {
		name    string
		records []*schemas.RawTopology
		want    string
	}{
		{"type 2, the lower metric", all(external(o1, 4, 5), external(o2, 4, 9)), p1},
		{"type 2, the metric before the own area of routers 4 and 5", all(external(o1, 4, 5), external(o2, 4, 9), area1.pair(o5, o4, 1)), p1},
		{"type 2, a third router nearer to 2", all(external(o1, 4, 9), external(o2, 4, 9), backbone.pair(o5, o2, 1)), p2},
		{"type 1, the way counts", all(external(o1, 3, 9), external(o2, 3, 5), backbone.pair(o5, o1, 1)), p1},
		{"type 1, the external metric counts", all(external(o1, 3, 99), external(o2, 3, 5)), p2},
		{"not reached", all(external(o1, 4, 5), backbone.node("09090909"), external("09090909", 4, 1)), p1},
		{"type 1, but not reached", all(external(o1, 4, 5), backbone.node("09090909"), external("09090909", 3, 1)), p1},
		{"type 1, in an area that nobody tells of", all(external(o1, 4, 5), external("09090909", 3, 1)), "pid100:09090909"},
		{"type 1 before type 2", all(external(o1, 4, 1), external(o2, 3, 99)), p2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := one(all(network, tt.records)...).NetworkMap(Unique)
			for pid, group := range m {
				if holds := len(group.IPv4) > 0 && group.IPv4[0] == prefix; holds != (pid == tt.want) {
					t.Errorf("PID %s holds it: %v, want PID %s", pid, holds, tt.want)
				}
			}
		})
	}
}

func TestNetworkMap(t *testing.T) {
	v6 := func(prefixes ...string) schemas.EndpointAddressGroup {
		return schemas.EndpointAddressGroup{IPv6: prefixes}
	}
	const dr, dis = o1 + "c0a80001", s1 + "01"
	tests := []struct {
		name        string
		records     []*schemas.RawTopology
		unique, all pids
	}{
		{"routers without prefixes", all(backbone.pair(o1, o2, 1)), pids{p1: {}, p2: {}}, pids{p1: {}, p2: {}}},
		{"IPv4", all(backbone.prefix(o1, "192.168.24.0/24"), backbone.prefix(o1, "10.0.0.0/8")),
			pids{p1: v4("10.0.0.0/8", "192.168.24.0/24"), alto.DefaultPID: v4("0.0.0.0/0")},
			pids{p1: v4("10.0.0.0/8", "192.168.24.0/24")}},
		{"IPv6", all(backbone.prefix(o1, "fd00::/64")),
			pids{p1: v6("fd00::/64"), alto.DefaultPID: v6("::/0")}, pids{p1: v6("fd00::/64")}},
		{"both address families", all(backbone.prefix(o1, "fd00::/64"), backbone.prefix(o2, "10.0.0.0/8")),
			pids{p1: v6("fd00::/64"), p2: v4("10.0.0.0/8"), alto.DefaultPID: {IPv4: []string{"0.0.0.0/0"}, IPv6: []string{"::/0"}}},
			pids{p1: v6("fd00::/64"), p2: v4("10.0.0.0/8")}},
		{"default route owned by a router", all(backbone.prefix(o1, "0.0.0.0/0", routeType(4)), backbone.prefix(o2, "fd00::/64")),
			pids{p1: v4("0.0.0.0/0"), p2: v6("fd00::/64"), alto.DefaultPID: v6("::/0")},
			pids{p1: v4("0.0.0.0/0"), p2: v6("fd00::/64")}},
		{"prefix of several routers", all(backbone.prefix(o1, prefix, routeType(2)), backbone.prefix(o2, prefix)),
			pids{p1: {}, p2: v4(prefix), alto.DefaultPID: v4("0.0.0.0/0")},
			pids{p1: v4(prefix), p2: v4(prefix)}},
		{"prefix of several areas of a router", all(backbone.prefix(o1, prefix, routeType(2)), backbone.inArea("0.0.0.1").prefix(o1, prefix)),
			pids{p1: v4(prefix), alto.DefaultPID: v4("0.0.0.0/0")}, pids{p1: v4(prefix)}},
		{"prefix of an OSPF pseudonode", all(backbone.node(o1), backbone.prefix(dr, prefix)),
			pids{p1: v4(prefix), alto.DefaultPID: v4("0.0.0.0/0")}, pids{p1: v4(prefix)}},
		{"prefix of an IS-IS pseudonode", all(level1.node(s1), level1.prefix(dis, prefix)),
			pids{q1: v4(prefix), alto.DefaultPID: v4("0.0.0.0/0")}, pids{q1: v4(prefix)}},
		{"prefix of a pseudonode whose router is not known", all(backbone.node(o2), backbone.prefix(dr, prefix)),
			pids{p2: {}}, pids{p2: {}}},
		{"host bits", all(backbone.prefix(o1, "10.1.2.3/8")),
			pids{p1: v4("10.0.0.0/8"), alto.DefaultPID: v4("0.0.0.0/0")}, pids{p1: v4("10.0.0.0/8")}},
		{"no prefix text", all(backbone.prefix(o1, "10.0.0.0")), pids{p1: {}}, pids{p1: {}}},
		{"no prefix descriptor", all(backbone.prefix(o1, "", func(r *schemas.RawTopology) { r.Prefix = nil })), pids{p1: {}}, pids{p1: {}}},
		{"attributes lost: the last that are known", all(backbone.prefix(o2, prefix, lost, prefixMetric(1)), backbone.prefix(o1, prefix, prefixMetric(2))),
			pids{p1: {}, p2: v4(prefix), alto.DefaultPID: v4("0.0.0.0/0")}, pids{p1: v4(prefix), p2: v4(prefix)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := one(tt.records...)
			wantEqual(t, "unique", tt.unique, d.NetworkMap(Unique))
			wantEqual(t, "all", tt.all, d.NetworkMap(All))
			if err := alto.CheckNetworkMap(d.NetworkMap(Unique)); err != nil {
				t.Error(err)
			}
		})
	}
}
