package ted

import (
	"testing"

	"github.com/altostream/altostream/schemas"
)

func TestEmptyDatabase(t *testing.T) {
	d := New(Options{})
	if !d.Empty() {
		t.Error("a new database is not empty")
	}
	for _, o := range []Ownership{Unique, All} {
		if m := d.NetworkMap(o); m != nil {
			t.Errorf("network map with ownership %d: %v", o, m)
		}
	}
	wantEqual(t, "costs", costs{}, d.Graph().Costs(RoutingIGP))
	wantEqual(t, "findings", []Finding{}, d.Findings())
	wantEqual(t, "peers", map[string]schemas.Peer{}, d.Peers())
}

func TestPutAndDelete(t *testing.T) {
	d := New(Options{})
	node := level2.node(s1)
	key := keyOf("bgp:a", node)
	d.Put(key, node)
	if d.Empty() {
		t.Error("empty with a node")
	}
	wantEqual(t, "network map", pids{q1: {}}, d.NetworkMap(Unique))

	moved := level2.inAS(ptr[uint32](200)).node(s1)
	d.Put(key, moved)
	wantEqual(t, "after replacement", pids{"pid200:" + s1: {}}, d.NetworkMap(Unique))

	d.Delete("default|bgp:b" + key[len("default|bgp:a"):])
	d.Delete("default|bgp:a|something else")
	wantEqual(t, "after deletes of other keys", pids{"pid200:" + s1: {}}, d.NetworkMap(Unique))

	d.Delete(key)
	if !d.Empty() || d.NetworkMap(Unique) != nil {
		t.Error("not empty after delete")
	}
}

func TestPeers(t *testing.T) {
	d := load(
		tells("bgp:a", schemas.PeerSynced),
		tells("bmp:r/b", schemas.PeerStale),
		tells("mrt:x", "", level2.node(s1)),
	)
	d.Put("default|bgp:c|peer", &schemas.RawTopology{Kind: schemas.KindPeer})
	want := map[string]schemas.Peer{"bgp:a": {State: schemas.PeerSynced}, "bmp:r/b": {State: schemas.PeerStale}, "bgp:c": {}}
	wantEqual(t, "peers", want, d.Peers())

	d.Peers()["bgp:a"] = schemas.Peer{State: "changed"}
	wantEqual(t, "peers after a change of the answer", want, d.Peers())

	d.Delete("default|bgp:a|peer")
	delete(want, "bgp:a")
	wantEqual(t, "peers after delete", want, d.Peers())
}

func TestPeersAreNoObjects(t *testing.T) {
	if d := load(tells("bgp:a", schemas.PeerSynced)); !d.Empty() {
		t.Error("a peer alone makes the database not empty")
	}
}

func TestKeysOfAnotherFormAreIgnored(t *testing.T) {
	d := New(Options{})
	for _, key := range []string{"", "default", "default|bgp:a"} {
		d.Put(key, level2.node(s1))
		d.Delete(key)
	}
	if !d.Empty() {
		t.Error("a record with such a key is kept")
	}
}

func TestRecordsThatNameNoRouter(t *testing.T) {
	bgpOnly := domain{protocol: 7}.node("")
	bgpOnly.LocalNode = &schemas.NodeDescriptor{BGPRouterID: ptr("2001:db8::1")}
	noNode := level2.node(s1)
	noNode.LocalNode = nil
	nlri := level2.node(s2)
	nlri.Kind = schemas.KindNLRI
	farEnd := level2.link(s1, "")
	farEnd.RemoteNode = nil
	d := one(bgpOnly, noNode, nlri, domain{protocol: 5}.node("0102030405"), level2.node("no hex text!"), farEnd)
	wantEqual(t, "network map", pids{q1: {}}, d.NetworkMap(Unique))
	wantEqual(t, "left out", map[Reason]int{NoRouterID: 4}, leftOut(d))
}
