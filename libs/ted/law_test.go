package ted

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/seeds"
	"github.com/altostream/altostream/schemas"
)

// answers is all that a database says.
type answers struct {
	Empty       bool
	Peers       map[string]schemas.Peer
	Unique, All pids
	Costs       map[string]costs
	IPv6        map[string]costs
	Findings    []Finding
	Freshness   Freshness
	Routers     []string
}

// askedNames are the metrics that are asked for: of paths and some of those that are measured along them.
var askedNames = map[Metric]string{
	DelayOneWay: "delay", DelayRoundTrip: "delay there and back", LossRate: "loss", AvailableBandwidth: "bandwidth", WidestAvailableBandwidth: "greatest bandwidth",
}

func init() { maps.Copy(askedNames, metricNames) }

func ask(d *Database) answers {
	g := d.Graph()
	a := answers{
		Empty: d.Empty(), Peers: d.Peers(), Findings: d.Findings(), Freshness: d.Freshness(), Costs: map[string]costs{}, IPv6: map[string]costs{},
		Unique: d.NetworkMap(Unique), All: d.NetworkMap(All),
	}
	for _, r := range d.Routers() {
		a.Routers = append(a.Routers, fmt.Sprint(*r))
	}
	for metric, name := range askedNames {
		a.Costs[name] = alto.CostMapOf(g.Costs(metric))
		a.IPv6[name] = alto.CostMapOf(g.IPv6Costs(metric))
	}
	return a
}

// records is a table: key → record.
type records map[string]*schemas.RawTopology

// randomRecords is what up to three speakers in random states tell of a small
// network, partly the same and partly not.
func randomRecords(rng *rand.Rand) records {
	table := records{}
	m := randomModel(rng)
	for n := range 3 {
		source := fmt.Sprintf("bgp:%d", n)
		if rng.IntN(4) > 0 {
			state := []string{synced, synced, established, stale, idle, "unknown"}[rng.IntN(6)]
			table["default|"+source+"|peer"] = &schemas.RawTopology{Kind: schemas.KindPeer, Peer: &schemas.Peer{State: state}}
		}
		for _, r := range m.objects(rng) {
			table[keyOf(source, r)] = r
		}
	}
	return table
}

// objects is what one speaker tells of the network.
func (m *model) objects(rng *rand.Rand) []*schemas.RawTopology {
	var objects []*schemas.RawTopology
	add := func(r *schemas.RawTopology) {
		if rng.IntN(3) == 0 {
			return
		}
		r.AttributesLost = rng.IntN(5) == 0
		objects = append(objects, r)
	}
	anyDomain := func() domain {
		return m.domains[rng.IntN(2)].inAS([]*uint32{nil, ptr[uint32](100), ptr[uint32](200)}[rng.IntN(3)])
	}
	for n := range m.routers + m.lans {
		node := anyDomain().node(m.id(n), nodeFlags(uint8(rng.IntN(2))<<7))
		add(node)
		p := anyDomain().prefix(m.id(n), fmt.Sprintf("10.%d.0.0/16", rng.IntN(3)), routeType(uint8(rng.IntN(4))))
		p.Attributes.PrefixMetric = randomMetric(rng)
		add(p)
	}
	for _, l := range m.links {
		r := anyDomain().link(m.id(l.from), m.id(l.to))
		r.Link, r.Attributes = &l.ends, &schemas.Attributes{IGPMetric: randomMetric(rng), TEMetric: l.te}
		add(r)
	}
	return objects
}

// event is a change of one key; a nil record deletes.
type event struct {
	key    string
	record *schemas.RawTopology
}

// history is a random way to a table: every key has a past of other values and
// deletes and ends at its record, and the keys are interleaved at random. Keys of
// other, a table that is not to be, end deleted.
func history(rng *rand.Rand, table, other records) []event {
	var queues [][]event
	for _, key := range slices.Sorted(maps.Keys(union(table, other))) {
		var queue []event
		for range rng.IntN(4) {
			e := event{key: key}
			if rng.IntN(3) > 0 {
				e.record = otherwise(rng, union(table, other)[key])
			}
			queue = append(queue, e)
		}
		for range 1 + rng.IntN(2) {
			queue = append(queue, event{key, table[key]})
		}
		queues = append(queues, queue)
	}
	return interleave(rng, queues)
}

func union[V any](a, b map[string]V) map[string]V {
	u := maps.Clone(a)
	maps.Copy(u, b)
	return u
}

// otherwise returns a record of the same key that says other things.
func otherwise(rng *rand.Rand, r *schemas.RawTopology) *schemas.RawTopology {
	other := *r
	if r.Peer != nil {
		other.Peer = &schemas.Peer{State: []string{synced, established, stale, idle}[rng.IntN(4)], BGPIdentifier: []*string{nil, ptr("0.0.0.1"), ptr("0.0.0.3")}[rng.IntN(3)], Partial: []*bool{nil, ptr(true)}[rng.IntN(2)]}
		return &other
	}
	other.AttributesLost = rng.IntN(3) == 0
	other.Attributes = &schemas.Attributes{
		IGPMetric: randomMetric(rng), TEMetric: randomMetric(rng), PrefixMetric: randomMetric(rng), NodeFlags: ptr(uint8(rng.Uint32())),
		IGPFlags: ptr(uint8(rng.Uint32())), PrefixAttributeFlags: []byte{byte(rng.Uint32())},
		LinkProperties: &schemas.LinkProperties{LocalID: ptr(rng.Uint32N(3)), RemoteID: ptr(rng.Uint32N(3))},
		NodeName:       []*string{nil, ptr("a"), ptr("b")}[rng.IntN(3)], RouteTags: []uint32{rng.Uint32N(3)},
		DelayMicros: randomMetric(rng), LossPercent: []*float64{nil, ptr(1.5), ptr(25.0)}[rng.IntN(3)], AvailableBandwidth: []*float64{nil, ptr(1e6), ptr(2e6)}[rng.IntN(3)],
	}
	switch rng.IntN(16) {
	case 0:
		other.Attributes.PrefixMetric = ptr[uint32](0xFE000001)
	case 1:
		sidRange(&other)
	case 2:
		locator(&other)
	}
	if rng.IntN(3) == 0 {
		other.Attributes = nil
	}
	return &other
}

func interleave(rng *rand.Rand, queues [][]event) []event {
	var events []event
	for len(queues) > 0 {
		i := rng.IntN(len(queues))
		events = append(events, queues[i][0])
		if queues[i] = queues[i][1:]; len(queues[i]) == 0 {
			queues = slices.Delete(queues, i, i+1)
		}
	}
	return events
}

// apply makes the changes, asking in between now and then.
func apply(rng *rand.Rand, d *Database, events []event) {
	for _, e := range events {
		if e.record == nil {
			d.Delete(e.key)
		} else {
			d.Put(e.key, e.record)
		}
		switch rng.IntN(40) {
		case 0:
			d.NetworkMap(Unique)
		case 1:
			ask(d)
		}
	}
}

func TestAnswersDoNotDependOnHistory(t *testing.T) {
	for seed := range seeds.Of(200) {
		rng := rand.New(rand.NewPCG(seed, 4))
		table, other := randomRecords(rng), randomRecords(rng)
		plain := New(Options{})
		for key, r := range table {
			plain.Put(key, r)
		}
		want := ask(plain)

		d := New(Options{})
		apply(rng, d, history(rng, table, other))
		wantEqual(t, fmt.Sprintf("seed %d: after a history", seed), want, ask(d))
		apply(rng, d, history(rng, records{}, union(table, other)))
		wantEqual(t, fmt.Sprintf("seed %d: after teardown", seed), ask(New(Options{})), ask(d))
		apply(rng, d, history(rng, table, other))
		wantEqual(t, fmt.Sprintf("seed %d: rebuilt", seed), want, ask(d))
		if t.Failed() {
			return
		}
	}
}

func TestEveryAnswerIsValid(t *testing.T) {
	for seed := range seeds.Of(300) {
		d := New(Options{})
		for key, r := range randomRecords(rand.New(rand.NewPCG(seed, 5))) {
			d.Put(key, r)
		}
		wantValid(t, fmt.Sprintf("seed %d", seed), d)
	}
}
