package costbuilder

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/stream/streamtest"
	"github.com/altostream/altostream/schemas"
)

func ptr[T any](v T) *T { return &v }

// Speakers and OSPF routers of the history.
const (
	speakerA, speakerB = "bgp:192.0.2.1", "bgp:192.0.2.2"
	r1, r2, r3         = "01010101", "02020202", "03030303"
	p1, p2, p3         = "pid100:" + r1, "pid100:" + r2, "pid100:" + r3
)

func node(router string) *schemas.NodeDescriptor {
	return &schemas.NodeDescriptor{ASN: ptr[uint32](100), OSPFAreaID: ptr("0.0.0.0"), IGPRouterID: &router}
}

// object is a record of OSPFv2 area 0 in AS 100, local to a router.
func object(kind, router string) *schemas.RawTopology {
	return &schemas.RawTopology{
		Topology: "default", Kind: kind, ProtocolID: ptr[uint8](3), Identifier: ptr[uint64](0),
		LocalNode: node(router), Attributes: &schemas.Attributes{},
	}
}

func link(from, to string, metric uint32) *schemas.RawTopology {
	r := object(schemas.KindLink, from)
	r.RemoteNode, r.Link = node(to), &schemas.LinkDescriptor{}
	r.Attributes.IGPMetric, r.Attributes.TEMetric = &metric, &metric
	r.Attributes.DelayMicros, r.Attributes.AvailableBandwidth = &metric, ptr(float64(metric))
	return r
}

func peer(state string) *schemas.RawTopology {
	return &schemas.RawTopology{Topology: "default", Kind: schemas.KindPeer, Peer: &schemas.Peer{State: state}}
}

// tells is a record of raw-topology; nil = withdrawn.
func tells(source, object string, r *schemas.RawTopology) streamtest.Keyed[Event] {
	return streamtest.Record(schemas.RawTopologyTopic, "default|"+source+"|"+object, r,
		func(key string, r *schemas.RawTopology) Event { return Told{key, r} })
}

// mapped is a network map of these PIDs, each with one prefix; without PIDs it is
// gone.
func mapped(pids ...string) streamtest.Keyed[Event] {
	id := alto.NetworkMapID("default")
	var record *schemas.NetworkMap
	if len(pids) > 0 {
		m := alto.NetworkMap{}
		for i, pid := range pids {
			m[pid] = schemas.EndpointAddressGroup{IPv4: []string{"10.0." + string(rune('0'+i)) + ".0/24"}}
		}
		record = &schemas.NetworkMap{
			Meta:       &schemas.NetworkMapMeta{VTag: schemas.VersionTag{ResourceID: id, Tag: alto.Tag(m)}},
			NetworkMap: m,
		}
	}
	return streamtest.Record(schemas.NetworkMapsTopic, id, record,
		func(key string, m *schemas.NetworkMap) Event { return Mapped{key, m} })
}

// history is two speakers that tell of a triangle of routers: metrics change, a link
// goes in one direction and in both, a session is lost and comes back, the network
// map comes, changes, goes and comes again.
func history() []streamtest.Keyed[Event] {
	return []streamtest.Keyed[Event]{
		tells(speakerA, "peer", peer(schemas.PeerSynced)),
		tells(speakerA, "node|1", object(schemas.KindNode, r1)),
		tells(speakerA, "node|2", object(schemas.KindNode, r2)),
		tells(speakerA, "link|1-2", link(r1, r2, 10)),
		tells(speakerA, "link|2-1", link(r2, r1, 20)),
		mapped(p1, p2),
		tells(speakerB, "peer", peer(schemas.PeerEstablished)),
		tells(speakerB, "node|3", object(schemas.KindNode, r3)),
		tells(speakerB, "link|2-3", link(r2, r3, 1)),
		tells(speakerB, "link|3-2", link(r3, r2, 1)),
		mapped(p1, p2, p3, alto.DefaultPID),
		tells(speakerB, "link|1-2", link(r1, r2, 10)),
		tells(speakerB, "peer", peer(schemas.PeerSynced)),
		tells(speakerA, "link|1-3", link(r1, r3, 1)),
		tells(speakerA, "link|3-1", link(r3, r1, 2)),
		tells(speakerA, "link|2-1", nil),
		mapped(),
		tells(speakerB, "peer", peer(schemas.PeerStale)),
		tells(speakerB, "node|3", nil),
		tells(speakerA, "node|3", object(schemas.KindNode, r3)),
		tells(speakerA, "link|1-3", link(r1, r3, 7)),
		tells(speakerB, "peer", peer(schemas.PeerSynced)),
		tells(speakerB, "link|3-2", nil),
		tells(speakerA, "link|3-2", link(r3, r2, 4)),
		mapped(p1, p2, p3),
	}
}

// tight are limits at which maps of two PIDs are one record and others are not.
var tight = versioned.Limits{Inline: 400, Record: 900_000, Flush: 500, Slots: 4}

// asRead is what readers of the output table have.
func asRead(table []stream.Change[versioned.CostRecord]) map[string]string {
	read, reader := map[string]string{}, versioned.NewCostReader()
	for _, c := range table {
		id, state, m := reader.Take(c.Key, c.Value)
		switch state {
		case versioned.Gone:
			delete(read, id)
		case versioned.Shown:
			text, err := json.Marshal(m.Record())
			read[id] = fmt.Sprint(string(text), err)
		}
	}
	return read
}

func TestTheCostsAreAFunctionOfTheTables(t *testing.T) {
	serdes := Serdes{
		Raw:   streamtest.Serde[schemas.RawTopology](t, schemas.RawTopologyTopic),
		Maps:  streamtest.Serde[schemas.NetworkMap](t, schemas.NetworkMapsTopic),
		Costs: streamtest.Serde[versioned.CostRecord](t, schemas.CostMapsTopic),
	}
	for routing := range routingCosts {
		t.Run(routing, func(t *testing.T) {
			c := Config{RoutingCost: routing, BandwidthPath: widestPath}
			for _, name := range metricNames() {
				c.CostMetrics = append(c.CostMetrics, name, name+ordinal)
			}
			metrics, err := c.metrics()
			if err != nil {
				t.Fatal(err)
			}
			streamtest.PathIndependent(t, Spec(metrics, c.Options, limits, serdes), history())
			streamtest.PathIndependentAs(t, Spec(metrics, c.Options, tight, serdes), history(), asRead)
		})
	}
}
