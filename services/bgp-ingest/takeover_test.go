package bgpingest

import (
	"testing"

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
