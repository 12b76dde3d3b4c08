package ted

import (
	"testing"

	"github.com/altostream/altostream/schemas"
)

func TestSplitRouterID(t *testing.T) {
	tests := []struct {
		name, id           string
		router, pseudonode string
		ok                 bool
	}{
		{"OSPF router", "01010101", "01010101", "", true},
		{"OSPF pseudonode", "01010101c0a80c01", "01010101", "01010101c0a80c01", true},
		{"OSPF pseudonode of interface 0", "0101010100000000", "01010101", "0101010100000000", true},
		{"IS-IS router", "00000000000a", "00000000000a", "", true},
		{"IS-IS pseudonode", "00000000000a01", "00000000000a", "00000000000a01", true},
		{"IS-IS router with pseudonode number 0", "00000000000a00", "00000000000a", "", true},
		{"upper case", "00000000000A", "00000000000a", "", true},
		{"empty", "", "", "", false},
		{"IPv6 BGP-LS router id", "20010db8000000000000000000000001", "", "", false},
		{"odd length", "0101010", "", "", false},
		{"not hex", "0101010x", "", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			router, pseudonode, ok := splitRouterID(tt.id)
			if router != tt.router || pseudonode != tt.pseudonode || ok != tt.ok {
				t.Errorf("got %q %q %v, want %q %q %v", router, pseudonode, ok, tt.router, tt.pseudonode, tt.ok)
			}
		})
	}
}

func TestASNOfARouter(t *testing.T) {
	as100, as200 := backbone, backbone.inAS(ptr[uint32](200))
	none := backbone.inAS(nil)
	tests := []struct {
		name    string
		records []*schemas.RawTopology
		want    pids
	}{
		{"told", all(as100.node(o1)), pids{p1: {}}},
		{"never told", all(none.node(o1)), pids{"pid0:" + o1: {}}},
		{"told in another object", all(none.node(o1), as100.prefix(o1, "10.0.0.0/8")), pids{p1: v4("10.0.0.0/8")}},
		{"told of the far end of a link", all(none.node(o1), as100.link(o2, o1)), pids{p1: {}, p2: {}}},
		{"told in another instance", all(none.node(o1), domain{protocol: 6, identifier: 9, asn: as100.asn}.node(o1)), pids{p1: {}}},
		{"told of its pseudonode", all(none.node(o1), as100.node(o1+"c0a80001")), pids{p1: {}}},
		{"two told: those without are in AS 0", all(none.node(o1), as100.node(o1), as200.node(o1)),
			pids{p1: {}, "pid200:" + o1: {}, "pid0:" + o1: {}}},
		{"two told, one of them twice", all(none.node(o1), as100.node(o1), as200.node(o1), as100.prefix(o1, "10.0.0.0/8")),
			pids{p1: v4("10.0.0.0/8"), "pid200:" + o1: {}, "pid0:" + o1: {}}},
		{"one told twice", all(none.node(o1), as100.node(o1), as100.prefix(o1, "10.0.0.0/8")), pids{p1: v4("10.0.0.0/8")}},
		{"AS 0 is none", all(none.node(o1), backbone.inAS(ptr[uint32](0)).node(o1), as100.node(o1)), pids{p1: {}}},
		{"told of another router", all(none.node(o1), as100.node(o2)), pids{"pid0:" + o1: {}, p2: {}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wantEqual(t, "network map", tt.want, one(tt.records...).NetworkMap(All))
		})
	}
}

func TestLinksAreJoinedOverDescriptorsWithAndWithoutASN(t *testing.T) {
	none := backbone.inAS(nil)
	d := one(backbone.link(o1, o2, metric(3)), none.link(o2, o1, metric(4)))
	wantEqual(t, "costs", costs{p1: {p1: 0, p2: 3}, p2: {p2: 0, p1: 4}}, d.Graph().Costs(RoutingIGP))
}

func TestWhatIsOnePID(t *testing.T) {
	otherInstance := backbone
	otherInstance.identifier = 7
	ospfv3 := backbone
	ospfv3.protocol = 6
	tests := []struct {
		name    string
		records []*schemas.RawTopology
		want    pids
	}{
		{"levels 1 and 2", all(level1.node(s1), level2.node(s1)), pids{q1: {}}},
		{"areas", all(backbone.node(o1), backbone.inArea("0.0.0.1").node(o1)), pids{p1: {}}},
		{"instances", all(backbone.node(o1), otherInstance.node(o1)), pids{p1: {}}},
		{"OSPFv2 and OSPFv3", all(backbone.node(o1), ospfv3.node(o1)), pids{p1: {}}},
		{"pseudonode number 0", all(level2.node(s1+"00"), level2.node(s1)), pids{q1: {}}},
		{"not a pseudonode", all(level2.node(s1), level2.node(s1+"01")), pids{q1: {}}},
		{"pseudonodes alone", all(level2.node(s1+"01"), backbone.node(o1+"c0a80001")), nil},
		{"not the far end of a link", all(level2.link(s1, s2)), pids{q1: {}}},
		{"a router with only a prefix", all(level2.prefix(s1, "10.0.0.0/8")), pids{q1: v4("10.0.0.0/8")}},
		{"systems of OSPF and IS-IS apart", all(backbone.node(o1), level2.node(s1)), pids{p1: {}, q1: {}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wantEqual(t, "network map", tt.want, one(tt.records...).NetworkMap(All))
		})
	}
}
