package ted

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/altostream/altostream/libs/alto"
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
}

func ask(d *Database) answers {
	g := d.Graph()
	a := answers{
		Empty: d.Empty(), Peers: d.Peers(), Findings: d.Findings(), Freshness: d.Freshness(), Costs: map[string]costs{}, IPv6: map[string]costs{},
		Unique: d.NetworkMap(Unique), All: d.NetworkMap(All),
	}
	for metric, name := range metricNames {
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
		for object, r := range m.objects(rng) {
			table["default|"+source+"|"+object] = r
		}
	}
	return table
}

// objects is what one speaker tells of the network, by object.
func (m *model) objects(rng *rand.Rand) records {
	objects := records{}
	add := func(object string, r *schemas.RawTopology) {
		if rng.IntN(3) == 0 {
			return
		}
		r.AttributesLost = rng.IntN(5) == 0
		objects[object] = r
	}
	anyDomain := func() domain {
		return m.domains[rng.IntN(2)].inAS([]*uint32{nil, ptr[uint32](100), ptr[uint32](200)}[rng.IntN(3)])
	}
	for n := range m.routers + m.lans {
		node := anyDomain().node(m.id(n), nodeFlags(uint8(rng.IntN(2))<<7))
		add(fmt.Sprintf("node %d", n), node)
		p := anyDomain().prefix(m.id(n), fmt.Sprintf("10.%d.0.0/16", rng.IntN(3)), routeType(uint8(rng.IntN(4))))
		p.Attributes.PrefixMetric = randomMetric(rng)
		add(fmt.Sprintf("prefix %d", n), p)
	}
	for i, l := range m.links {
		r := anyDomain().link(m.id(l.from), m.id(l.to))
		r.Link, r.Attributes = &l.ends, &schemas.Attributes{IGPMetric: randomMetric(rng), TEMetric: l.te}
		add(fmt.Sprintf("link %d", i), r)
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
	past := slices.Collect(maps.Values(other))
	var queues [][]event
	for _, key := range slices.Sorted(maps.Keys(union(table, other))) {
		var queue []event
		for range rng.IntN(4) {
			e := event{key: key}
			if r := past[rng.IntN(len(past))]; rng.IntN(3) > 0 && (r.Kind == schemas.KindPeer) == isPeer(key) {
				e.record = r
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

func union(a, b records) records {
	u := maps.Clone(a)
	maps.Copy(u, b)
	return u
}

func isPeer(key string) bool {
	_, object, _ := splitKey(key)
	return object == schemas.KindPeer
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
		if rng.IntN(80) == 0 {
			d.NetworkMap(Unique)
		}
	}
}

func TestAnswersDoNotDependOnHistory(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 4))
		table, other := randomRecords(rng), randomRecords(rng)
		if len(other) == 0 {
			continue
		}
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
	for seed := range uint64(300) {
		d := New(Options{})
		for key, r := range randomRecords(rand.New(rand.NewPCG(seed, 5))) {
			d.Put(key, r)
		}
		wantValid(t, fmt.Sprintf("seed %d", seed), d)
	}
}
