package bgpingest

import (
	"testing"

	"github.com/altostream/altostream/libs/bgp"
	"github.com/altostream/altostream/libs/bgpls"
)

// TestAttributesToldAgainAfterARestart loses the attributes of an object from before a
// restart and tells the same ones again: they are not marked lost any more.
func TestAttributesToldAgainAfterARestart(t *testing.T) {
	name := "r1"
	known := Update{Source: "s", Update: bgpls.Update{Reach: nodes(1), Attributes: &bgpls.Attributes{NodeName: &name}}}
	lost := Update{Source: "s", Update: bgpls.Update{Reach: nodes(1), AttributesLost: true}}
	tb := newTable(t).apply(Up{Source: "s"}, known, endOfRIB("s"))
	tb.restart()
	object := func() bool { return tb.records[key("net", "s", new(nodeNLRI(1)))].AttributesLost }
	if tb.apply(Up{Source: "s"}, lost); !object() {
		t.Error("attributes are lost and not marked so")
	}
	if tb.apply(known); object() {
		t.Error("attributes told again are still marked lost")
	}
}

// TestReplicaTakesOverWithoutEndOfRIB takes over from an instance that did not come to
// withdraw an object, long after the session with a speaker that tells no End-of-RIB
// began: the stale time decides.
func TestReplicaTakesOverWithoutEndOfRIB(t *testing.T) {
	r := newReplicas(t)
	r.both(Configured{Source: "s", ASN: 1}, Up{Source: "s", ASN: 1}, reach("s", 1, 2))
	ring := func() {
		for _, alarm := range r.machines[1].Alarms() {
			machine := r.machines[1]
			event := Spec(Config{Topology: "net"}, r.serde).Wake(alarm.Name)
			r.machine = machine
			r.tell(1, event)
		}
	}
	ring()
	r.tell(1, unreach("s", 2))
	r.takeOver(1)
	ring()
	if got := r.state("s"); got != "synced [1]" {
		t.Errorf("%s, want synced [1]", got)
	}
}

// TestReplicaTakesOverInARefresh withdraws nothing that the speaker is about to tell
// again.
func TestReplicaTakesOverInARefresh(t *testing.T) {
	r := newReplicas(t)
	r.both(Configured{Source: "s", ASN: 1}, Up{Source: "s", ASN: 1}, reach("s", 1, 2, 3), endOfRIB("s"), RefreshBegun{"s", bgp.LinkState}, reach("s", 1))
	if n := r.takeOver(1); n > 0 {
		t.Errorf("a hand-over between equals changes %d records", n)
	}
	r.both(reach("s", 2), RefreshEnded{"s", bgp.LinkState})
	if got := r.state("s"); got != "synced [1 2]" {
		t.Errorf("%s, want synced [1 2]", got)
	}
}

// TestEndOfRIBInARefresh withdraws nothing that was told before the refresh began:
// only the end of the refresh says that it is gone (RFC 7313 §4.2).
func TestEndOfRIBInARefresh(t *testing.T) {
	tb := newTable(t).apply(Up{Source: "s"}, reach("s", 1, 2, 3), RefreshBegun{"s", bgp.LinkState}, reach("s", 1), endOfRIB("s"))
	if got := tb.state("s"); got != "synced [1 2 3]" {
		t.Errorf("in the refresh: %s, want synced [1 2 3]", got)
	}
	tb.apply(reach("s", 2), RefreshEnded{"s", bgp.LinkState})
	if got := tb.state("s"); got != "synced [1 2]" {
		t.Errorf("after the refresh: %s, want synced [1 2]", got)
	}
}

// TestRefreshEndedWithoutBegin says nothing about what was told in a former session.
func TestRefreshEndedWithoutBegin(t *testing.T) {
	tb := newTable(t).apply(Up{Source: "s"}, reach("s", 1, 2), endOfRIB("s"), Down{Source: "s"}, Up{Source: "s"}, reach("s", 1), RefreshEnded{"s", bgp.LinkState})
	if got := tb.state("s"); got != "established [1 2]" {
		t.Errorf("%s, want established [1 2]", got)
	}
}
