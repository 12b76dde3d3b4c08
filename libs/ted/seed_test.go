package ted

import (
	"maps"

	"os"
	"slices"
	"strings"
	"testing"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

const (
	o5 = "05050505"
	p5 = "pid100:" + o5
)

// seedNetwork is the network of testdata/seed as BGP-LS tells it: five OSPF
// routers, of which 2 and 3 are area border routers.
func seedNetwork() []*schemas.RawTopology {
	area1, area2, area3 := backbone.inArea("0.0.0.1"), backbone.inArea("0.0.0.2"), backbone.inArea("0.0.0.3")
	link := func(d domain, a, b string, there, back uint32, subnet string) []*schemas.RawTopology {
		first, second := strings.Replace(subnet, "0/24", "1", 1), strings.Replace(subnet, "0/24", "2", 1)
		return all(
			d.link(a, b, metric(there), ipv4(first, second)), d.link(b, a, metric(back), ipv4(second, first)),
			d.prefix(a, subnet, routeType(1), prefixMetric(there)), d.prefix(b, subnet, routeType(1), prefixMetric(back)),
		)
	}
	summary := func(id, subnet string, metric uint32) *schemas.RawTopology {
		return backbone.prefix(id, subnet, routeType(2), prefixMetric(metric))
	}
	nodes := all(area1.node(o1), area1.node(o2), area1.node(o3), backbone.node(o2), backbone.node(o3),
		area2.node(o2), area2.node(o4), area3.node(o3), area3.node(o5))
	return all(nodes,
		link(area1, o1, o2, 10, 10, "192.168.12.0/24"),
		link(area1, o1, o3, 25, 30, "192.168.13.0/24"),
		link(backbone, o2, o3, 10, 12, "192.168.23.0/24"),
		link(area2, o2, o4, 5, 5, "192.168.24.0/24"),
		link(area3, o3, o5, 7, 7, "192.168.35.0/24"),
		summary(o2, "192.168.12.0/24", 10), summary(o2, "192.168.13.0/24", 20), summary(o2, "192.168.35.0/24", 17),
		summary(o3, "192.168.13.0/24", 30), summary(o3, "192.168.12.0/24", 22), summary(o3, "192.168.24.0/24", 17),
	)
}

func readSeed(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/seed/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestSeedNetworkMap(t *testing.T) {
	want, err := alto.ParseNetworkMap(readSeed(t, "network-map.json"))
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "network map", alto.Canonical(want.NetworkMap), one(seedNetwork()...).NetworkMap(All))
}

func TestSeedCostMap(t *testing.T) {
	text := strings.ReplaceAll(string(readSeed(t, "cost-map.json")), "pid0:", "pid100:")
	want, err := alto.ParseCostMap([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "costs", want.CostMap, one(seedNetwork()...).Graph().Costs(RoutingHops))
}

func TestSeedWithUniqueOwnership(t *testing.T) {
	d := one(seedNetwork()...)
	m := d.NetworkMap(Unique)
	wantEqual(t, "network map", pids{
		p1:              v4("192.168.12.0/24", "192.168.13.0/24"),
		p2:              v4("192.168.23.0/24", "192.168.24.0/24"),
		p3:              v4("192.168.35.0/24"),
		p4:              {},
		p5:              {},
		alto.DefaultPID: v4("0.0.0.0/0"),
	}, m)
	if err := alto.CheckNetworkMap(m); err != nil {
		t.Error(err)
	}

	g := d.Graph()
	routing := costs{
		p1: {p1: 0, p2: 10, p3: 25, p4: 15, p5: 27}, // to 3 within area 1; to 5 over 2 and area 0
		p2: {p1: 10, p2: 0, p3: 10, p4: 5, p5: 17},
		p3: {p1: 30, p2: 12, p3: 0, p4: 17, p5: 7},
		p4: {p1: 15, p2: 5, p3: 15, p4: 0, p5: 22},
		p5: {p1: 37, p2: 19, p3: 7, p4: 24, p5: 0},
	}
	hops := costs{
		p1: {p1: 0, p2: 1, p3: 1, p4: 2, p5: 3},
		p2: {p1: 1, p2: 0, p3: 1, p4: 1, p5: 2},
		p3: {p1: 1, p2: 1, p3: 0, p4: 2, p5: 1},
		p4: {p1: 2, p2: 1, p3: 2, p4: 0, p5: 3},
		p5: {p1: 2, p2: 2, p3: 1, p4: 3, p5: 0},
	}
	wantEqual(t, "routing cost", routing, g.Costs(RoutingIGP))
	wantEqual(t, "hop count", hops, g.Costs(HopCount))
	if err := alto.CheckCostMap(alto.CostMapOf(alto.Between(slices.Sorted(maps.Keys(m)), g.Costs(RoutingIGP))), m); err != nil {
		t.Error(err)
	}
}
