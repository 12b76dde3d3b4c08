package bgpingest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/bgp"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// TestPrematureEndOfRIB has a router tell End-of-RIB after a restart before it knows
// anything: what it told before is held for a while.
func TestPrematureEndOfRIB(t *testing.T) {
	const held = 30 * time.Second
	up, down := Up{Source: "s"}, Down{Source: "s"}
	for _, test := range []struct {
		name string
		run  func(*table)
		want string
	}{
		{"held", func(tb *table) { tb.apply(up, endOfRIB("s")) }, "established [1 2 3]"},
		{"told again in time", func(tb *table) { tb.apply(up, endOfRIB("s"), reach("s", 1, 2)).ring(-1) }, "synced [1 2]"},
		{"not told again", func(tb *table) { tb.apply(up, endOfRIB("s")).ring(-1) }, "synced []"},
		{"a second End-of-RIB, of nothing either", func(tb *table) { tb.apply(up, endOfRIB("s"), endOfRIB("s")) }, "established [1 2 3]"},
		{"a second End-of-RIB, of something", func(tb *table) { tb.apply(up, endOfRIB("s"), reach("s", 1), endOfRIB("s")) }, "synced [1]"},
		{"lost meanwhile", func(tb *table) { tb.apply(up, endOfRIB("s"), down).ring(-2) }, "stale [1 2 3]"},
		{"something is left", func(tb *table) { tb.apply(up, reach("s", 1), endOfRIB("s")) }, "synced [1]"},
		{"withdrawn one by one", func(tb *table) { tb.apply(up, reach("s", 1, 2, 3), unreach("s", 1, 2, 3), endOfRIB("s")) }, "synced []"},
		{"a refresh of nothing", func(tb *table) {
			tb.apply(up, reach("s", 1), endOfRIB("s"), RefreshBegun{"s", bgp.LinkState}, RefreshEnded{"s", bgp.LinkState})
		}, "synced []"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tb := newTable(t)
			tb.machine = stream.NewMachine(Spec(Config{Topology: "net", StaleTime: staleTime, EmptyTableTime: held, MaxObjects: 1000}, tb.serde))
			tb.apply(TakenOver{}, up, reach("s", 1, 2, 3), endOfRIB("s"), down)
			test.run(tb)
			if got := tb.state("s"); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
	s := newState(Config{EmptyTableTime: held, StaleTime: staleTime, MaxObjects: 1000}, newTable(t).serde)
	for _, e := range []Event{up, reach("s", 1, 2), endOfRIB("s"), down, up, endOfRIB("s")} {
		s, _ = Step(s, e)
	}
	if diff := cmp.Diff([]finding{{"s", prematureEndOfRIB, 2}}, s.findings, cmp.AllowUnexported(finding{})); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// TestEndOfRIBOfAFamily ends the table of one address family; that of the other stays.
func TestEndOfRIBOfAFamily(t *testing.T) {
	vpn := func(id byte) bgpls.NLRI { return bgpls.NLRI{Type: bgpls.NodeNLRI, VPN: true, Raw: []byte{8: id}} }
	both := Update{Source: "s", Update: bgpls.Update{Reach: []bgpls.NLRI{nodeNLRI(1), vpn(1), vpn(2)}}}
	again := Update{Source: "s", Update: bgpls.Update{Reach: []bgpls.NLRI{vpn(2)}}}
	endOfVPN := Update{Source: "s", Update: bgpls.Update{EndOfRIBVPN: true}}
	holds := func(tb *table, n bgpls.NLRI) bool { return tb.records[key("net", "s", &n)] != nil }

	tb := newTable(t).apply(Up{Source: "s"}, both, endOfRIB("s"), Down{Source: "s"}, Up{Source: "s"}, endOfRIB("s"))
	if holds(tb, nodeNLRI(1)) || !holds(tb, vpn(1)) || !holds(tb, vpn(2)) {
		t.Error("End-of-RIB of SAFI 71 withdraws other than the objects of SAFI 71")
	}
	tb.apply(again, endOfVPN)
	if holds(tb, vpn(1)) || !holds(tb, vpn(2)) {
		t.Error("End-of-RIB of SAFI 72 withdraws other than what was not told again")
	}
	tb.restart()
	tb.apply(Up{Source: "s"}, endOfRIB("s"))
	if !holds(tb, vpn(2)) {
		t.Error("after a restart of the service End-of-RIB of SAFI 71 withdraws an object of SAFI 72")
	}
	if tb.apply(endOfVPN); holds(tb, vpn(2)) {
		t.Error("after a restart of the service End-of-RIB of SAFI 72 withdraws nothing")
	}
}

// TestRepeatedAttributes takes attributes that would be repeated too often for lost, and
// says so.
func TestRepeatedAttributes(t *testing.T) {
	part := bgpls.TLV{Type: 2000, Value: make([]byte, 50000)}
	large := &bgpls.Attributes{Unknown: []bgpls.TLV{part, part, part}}
	update := func(ids ...byte) Event {
		return Update{Source: "s", Update: bgpls.Update{Reach: nodes(ids...), Attributes: large}}
	}
	tb := newTable(t).apply(Up{Source: "s"}, update(1), update(1, 2))
	one, two := tb.records[key("net", "s", new(nodeNLRI(1)))], tb.records[key("net", "s", new(nodeNLRI(2)))]
	if !one.AttributesLost || len(one.UnknownTLVs) != 3 {
		t.Errorf("an object that had the attributes: lost %v, %d TLVs; want its last ones, marked lost", one.AttributesLost, len(one.UnknownTLVs))
	}
	if !two.AttributesLost || two.UnknownTLVs != nil {
		t.Errorf("another object: lost %v, %d TLVs; want none, marked lost", two.AttributesLost, len(two.UnknownTLVs))
	}
	if two.Kind != schemas.KindNode {
		t.Errorf("kind %s", two.Kind)
	}
	s := newState(Config{StaleTime: staleTime, MaxObjects: 1000}, tb.serde)
	s, _ = Step(s, update(1, 2))
	want := []finding{{"s", attributesRepeated, 2 * 3 * (4 + 50000)}}
	if diff := cmp.Diff(want, s.findings, cmp.AllowUnexported(finding{})); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}
