package mapbuilder

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/internal/growth"
)

const syncTimeout = 30 * time.Second

// limits are those of the configuration's defaults.
var limits = versioned.Limits{Inline: 512 << 10, Record: 900_000, Flush: 8 << 20, Slots: 1024}

func newMachine() *stream.Machine[*State, Event, schemas.NetworkMap] {
	return stream.NewMachine(Spec(ted.Unique, nil, ted.Options{}, syncTimeout, limits, nil, nil))
}

func peerTold(source, state string) Told {
	return Told{"net|" + source + "|peer", &schemas.RawTopology{
		Topology: "net", Source: source, Kind: schemas.KindPeer, Peer: &schemas.Peer{State: state},
	}}
}

func nodeTold(source, id string) Told {
	return Told{"net|" + source + "|node|3|0|router=" + id, &schemas.RawTopology{
		Topology: "net", Source: source, Kind: schemas.KindNode, ProtocolID: new(uint8(3)), Identifier: new(uint64),
		LocalNode: &schemas.NodeDescriptor{IGPRouterID: &id},
	}}
}

func checks(topology string, count int) []Event {
	return slices.Repeat([]Event{SyncCheck{topology}}, count)
}

// TestFirstPublication shows when the first map of a topology may be published.
func TestFirstPublication(t *testing.T) {
	for _, test := range []struct {
		name   string
		events []Event
		want   bool
	}{
		{"no peers told", []Event{nodeTold("a", "01010101")}, true},
		{"peer idle", []Event{peerTold("a", schemas.PeerIdle), nodeTold("a", "01010101")}, false},
		{"table arriving", []Event{peerTold("a", schemas.PeerEstablished), nodeTold("a", "01010101")}, false},
		{"synced", []Event{peerTold("a", schemas.PeerSynced), nodeTold("a", "01010101")}, true},
		{"one of two synced", []Event{peerTold("a", schemas.PeerSynced), peerTold("b", schemas.PeerIdle), nodeTold("a", "01010101")}, false},
		{"half of the timeout", slices.Concat([]Event{peerTold("a", schemas.PeerIdle), nodeTold("a", "01010101")}, checks("net", 1)), false},
		{"timeout", slices.Concat([]Event{peerTold("a", schemas.PeerIdle), nodeTold("a", "01010101")}, checks("net", growth.Looks)), true},
		{"timeout of another topology", slices.Concat([]Event{peerTold("a", schemas.PeerIdle), nodeTold("a", "01010101")}, checks("other", growth.Looks)), false},
		{"a table that takes longer", slices.Concat([]Event{peerTold("a", schemas.PeerIdle), nodeTold("a", "01010101")}, checks("net", 1),
			[]Event{nodeTold("a", "02020202")}, checks("net", 1)), false},
		{"nothing new until the timeout", slices.Concat([]Event{peerTold("a", schemas.PeerIdle), nodeTold("a", "01010101")}, checks("net", 1),
			[]Event{nodeTold("a", "01010101")}, checks("net", 1)), true},
		{"synced without objects", []Event{peerTold("a", schemas.PeerSynced)}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine()
			for _, e := range test.events {
				m.Apply(e, stream.Cause{})
			}
			changes, _ := m.Flush()
			if got := len(changes) > 0; got != test.want {
				t.Errorf("published: %v, want %v", changes, test.want)
			}
		})
	}
}

// TestDeleteDoesNotOpen keeps a topology shut of which only an object was withdrawn.
func TestDeleteDoesNotOpen(t *testing.T) {
	m := newMachine()
	m.Apply(Told{Key: nodeTold("a", "01010101").Key}, stream.Cause{})
	m.Flush()
	m.Apply(peerTold("a", schemas.PeerEstablished), stream.Cause{})
	m.Apply(nodeTold("a", "02020202"), stream.Cause{})
	if changes, _ := m.Flush(); len(changes) != 0 {
		t.Errorf("published %v before the peer is synced", changes)
	}
}

func TestAsksForOneAlarm(t *testing.T) {
	m := newMachine()
	for range 3 {
		m.Apply(nodeTold("a", "01010101"), stream.Cause{})
		m.Apply(peerTold("a", schemas.PeerEstablished), stream.Cause{})
		m.Flush()
	}
	for check := range growth.Looks {
		if a := m.Alarms(); len(a) != 1 || a[0] != (stream.Alarm{Name: "net", After: syncTimeout / growth.Looks}) {
			t.Errorf("alarms = %v", a)
		}
		m.Wake("net", time.Unix(1, 0))
		if changes, _ := m.Flush(); len(changes) == 1 != (check == growth.Looks-1) {
			t.Errorf("after check %d: %v", check, changes)
		}
	}
}

// TestPublishedMapStaysCurrent lets a restarted builder go on at once: the table of a
// topology that had a map was told before.
func TestPublishedMapStaysCurrent(t *testing.T) {
	m := newMachine()
	m.Load(alto.NetworkMapID("net"), &schemas.NetworkMap{})
	m.Apply(peerTold("a", schemas.PeerStale), stream.Cause{})
	m.Apply(nodeTold("a", "01010101"), stream.Cause{})
	if changes, _ := m.Flush(); len(changes) != 1 {
		t.Errorf("changes = %v, want the map", changes)
	}
}

// TestTopologyGone withdraws the map of a topology that nobody tells any more.
func TestTopologyGone(t *testing.T) {
	m := newMachine()
	m.Apply(peerTold("a", schemas.PeerSynced), stream.Cause{})
	m.Apply(nodeTold("a", "01010101"), stream.Cause{})
	m.Flush()
	m.Apply(Told{Key: nodeTold("a", "01010101").Key}, stream.Cause{})
	changes, _ := m.Flush()
	if len(changes) != 1 || changes[0].Key != "networkmap-net" || changes[0].Value != nil {
		t.Errorf("changes = %v, want the map gone", changes)
	}
}

func TestTopologiesAreApart(t *testing.T) {
	m := newMachine()
	other := nodeTold("a", "02020202")
	other.Key = "other" + other.Key[len("net"):]
	m.Apply(nodeTold("a", "01010101"), stream.Cause{})
	m.Apply(other, stream.Cause{})
	changes, _ := m.Flush()
	if len(changes) != 2 || len(changes[0].Value.NetworkMap) != 1 || changes[0].Value.Meta.VTag == changes[1].Value.Meta.VTag {
		t.Errorf("changes = %v", changes)
	}
}

// TestViews publishes the views of a topology beside its map.
func TestViews(t *testing.T) {
	g, err := ParseGrouping([]byte("views: [{name: pop, cost: mean, groups: [{pid: west, router_id: 1.1.1.0/24}]}, {name: other, topologies: [else], groups: [{pid: p, area: 0.0.0.0}]}]"))
	if err != nil {
		t.Fatal(err)
	}
	m := stream.NewMachine(Spec(ted.Unique, g.Views, ted.Options{}, syncTimeout, limits, nil, nil))
	for _, id := range []string{"01010101", "01010102", "02020202"} {
		m.Apply(nodeTold("a", id), stream.Cause{})
	}
	changes, _ := m.Flush()
	if len(changes) != 2 || changes[1].Key != "networkmap-net-pop" {
		t.Fatalf("published %v", changes)
	}
	view := changes[1].Value
	if want := (schemas.View{Topology: "net", Name: "pop", Cost: alto.Mean}); view.Meta.View == nil || *view.Meta.View != want {
		t.Errorf("the view is %v, want %v", view.Meta.View, want)
	}
	want := alto.NetworkMap{"west": {Members: []string{"pid0:01010101", "pid0:01010102"}}, Ungrouped: {Members: []string{"pid0:02020202"}}}
	if diff := cmp.Diff(want, view.NetworkMap); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, id := range []string{"01010101", "01010102", "02020202"} {
		m.Apply(Told{Key: nodeTold("a", id).Key}, stream.Cause{})
	}
	if changes, _ = m.Flush(); len(changes) != 2 || changes[0].Value != nil || changes[1].Value != nil {
		t.Errorf("without routers: %v, want both gone", changes)
	}
}
