package mapbuilder

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/stream/streamtest"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
)

func ptr[T any](v T) *T { return &v }

// Speakers and OSPF routers of the history.
const (
	speakerA, speakerB = "bgp:192.0.2.1", "bgp:192.0.2.2"
	r1, r2, r3         = "01010101", "02020202", "03030303"
)

// object is a record of OSPFv2 area 0 in AS 100, local to a router.
func object(kind, router string) *schemas.RawTopology {
	return &schemas.RawTopology{
		Topology: "default", Kind: kind, ProtocolID: ptr[uint8](3), Identifier: ptr[uint64](0),
		LocalNode:  &schemas.NodeDescriptor{ASN: ptr[uint32](100), OSPFAreaID: ptr("0.0.0.0"), IGPRouterID: &router},
		Attributes: &schemas.Attributes{},
	}
}

func prefix(router, kind, text string, metric uint32) *schemas.RawTopology {
	r := object(kind, router)
	r.Prefix = &schemas.PrefixDescriptor{Prefix: text, OSPFRouteType: ptr[uint8](1)}
	r.Attributes.PrefixMetric = &metric
	return r
}

func peer(state string) *schemas.RawTopology {
	return &schemas.RawTopology{Topology: "default", Kind: schemas.KindPeer, Peer: &schemas.Peer{State: state, ASN: ptr[uint32](100)}}
}

// tells is a record of raw-topology; nil = withdrawn.
func tells(source, object string, r *schemas.RawTopology) streamtest.Keyed[Event] {
	return streamtest.Record(schemas.RawTopologyTopic, "default|"+source+"|"+object, r,
		func(key string, r *schemas.RawTopology) Event { return Told{key, r} })
}

// history is two speakers that tell of three routers; a prefix moves, a router
// leaves, a session is lost and comes back, and at the end both are synced.
func history() []streamtest.Keyed[Event] {
	node := schemas.KindNode
	return []streamtest.Keyed[Event]{
		tells(speakerA, "peer", peer(schemas.PeerEstablished)),
		tells(speakerA, "node|1", object(node, r1)),
		tells(speakerA, "node|2", object(node, r2)),
		tells(speakerA, "prefix4|1|10.0.1.0/24", prefix(r1, schemas.KindPrefix4, "10.0.1.0/24", 10)),
		tells(speakerA, "prefix4|2|10.0.1.0/24", prefix(r2, schemas.KindPrefix4, "10.0.1.0/24", 5)),
		tells(speakerB, "peer", peer(schemas.PeerEstablished)),
		tells(speakerA, "peer", peer(schemas.PeerSynced)),
		tells(speakerB, "node|1", object(node, r1)),
		tells(speakerB, "node|3", object(node, r3)),
		tells(speakerB, "prefix4|3|10.0.3.0/24", prefix(r3, schemas.KindPrefix4, "10.0.3.0/24", 1)),
		tells(speakerB, "prefix6|3|2001:db8:3::/48", prefix(r3, schemas.KindPrefix6, "2001:db8:3::/48", 1)),
		tells(speakerB, "peer", peer(schemas.PeerSynced)),
		tells(speakerA, "prefix4|2|10.0.1.0/24", prefix(r2, schemas.KindPrefix4, "10.0.1.0/24", 50)),
		tells(speakerA, "node|3", object(node, r3)),
		tells(speakerB, "peer", peer(schemas.PeerStale)),
		tells(speakerA, "prefix4|1|10.0.9.0/24", prefix(r1, schemas.KindPrefix4, "10.0.9.0/24", 1)),
		tells(speakerA, "node|2", nil),
		tells(speakerA, "prefix4|2|10.0.1.0/24", nil),
		tells(speakerB, "peer", peer(schemas.PeerEstablished)),
		tells(speakerB, "prefix4|3|10.0.3.0/24", nil),
		tells(speakerB, "prefix4|3|10.0.4.0/24", prefix(r3, schemas.KindPrefix4, "10.0.4.0/24", 1)),
		tells(speakerB, "peer", peer(schemas.PeerSynced)),
		tells(speakerA, "prefix4|1|10.0.9.0/24", nil),
	}
}

// tight are limits at which maps of few prefixes are one record and others are not.
var tight = versioned.Limits{Inline: 350, Record: 900_000, Flush: 400, Slots: 4}

// asRead is what readers of the output table have.
func asRead(table []stream.Change[schemas.NetworkMap]) map[string]string {
	read, reader := map[string]string{}, versioned.NewNetworkReader()
	for _, c := range table {
		id, state, m := reader.Take(c.Key, c.Value)
		switch state {
		case versioned.Gone:
			delete(read, id)
		case versioned.Shown:
			text, err := json.Marshal(m)
			read[id] = fmt.Sprint(string(text), err)
		}
	}
	return read
}

func TestTheMapIsAFunctionOfTheTable(t *testing.T) {
	raw := streamtest.Serde[schemas.RawTopology](t, schemas.RawTopologyTopic)
	maps := streamtest.Serde[schemas.NetworkMap](t, schemas.NetworkMapsTopic)
	for name, ownership := range ownerships {
		t.Run(name, func(t *testing.T) {
			streamtest.PathIndependent(t, Spec(ownership, nil, ted.Options{}, time.Minute, limits, raw, maps), history())
			views := []View{{Name: "half", Cost: "least", Groups: []Group{{PID: "one", RouterID: "1.1.1.1"}}}}
			streamtest.PathIndependent(t, Spec(ownership, views, ted.Options{}, time.Minute, limits, raw, maps), history())
			streamtest.PathIndependentAs(t, Spec(ownership, nil, ted.Options{}, time.Minute, tight, raw, maps), history(), asRead)
		})
	}
}

// A topology whose inputs are of another name has a map of its own.
func TestTopologiesAreIndependent(t *testing.T) {
	raw := streamtest.Serde[schemas.RawTopology](t, schemas.RawTopologyTopic)
	maps := streamtest.Serde[schemas.NetworkMap](t, schemas.NetworkMapsTopic)
	both := history()
	for _, k := range history() {
		told := k.Event.(Told)
		both = append(both, streamtest.Record(k.Topic, "other"+told.Key[len("default"):], told.Record,
			func(key string, r *schemas.RawTopology) Event { return Told{key, r} }))
	}
	streamtest.PathIndependent(t, Spec(ted.Unique, nil, ted.Options{}, time.Minute, limits, raw, maps), both)
}
