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
	"github.com/google/go-cmp/cmp"
)

// pool is what may be told of a random network of several protocols, areas, levels and
// topologies, each object in several ways.
type pool struct {
	rng     *rand.Rand
	routers int
	domains []domain
	records []*schemas.RawTopology
}

func newPool(rng *rand.Rand) *pool {
	ospfv3, otherInstance, otherLevel1 := backbone, backbone, level1
	ospfv3.protocol, otherInstance.identifier, otherLevel1.identifier = 6, 7, 7
	peering := domain{protocol: 7, asn: ptr[uint32](100)}
	all := [][]domain{
		{backbone, backbone.inArea("0.0.0.1"), backbone.inArea("")},
		{level1, level2},
		{backbone, ospfv3, ospfv3.inArea("0.0.0.1")},
		{backbone, level2, level1, otherInstance},
		{level2, peering},
		{level2},
		{backbone, backbone.inArea("0.0.0.1"), backbone.inArea("0.0.0.2"), backbone.inArea("")},
		{backbone.inArea("0.0.0.1"), backbone.inArea("0.0.0.2")},
		{backbone},
		{ospfv3, ospfv3.inArea("0.0.0.1"), ospfv3.inArea("")},
		{level1, level2, otherLevel1, peering},
	}
	p := &pool{rng: rng, routers: 2 + rng.IntN(5), domains: all[rng.IntN(len(all))]}
	for r := range p.routers {
		for range 1 + rng.IntN(2) {
			p.addNode(r)
			p.addPrefixes(r)
		}
	}
	for n := range 2 * p.routers {
		p.addLinks(n)
	}
	return p
}

func (p *pool) domain() domain {
	d := p.domains[p.rng.IntN(len(p.domains))]
	if p.rng.IntN(12) == 0 {
		return d.inAS([]*uint32{nil, ptr[uint32](200)}[p.rng.IntN(2)])
	}
	return d
}

// id is the router id of a router in a protocol; pseudonodes come after the routers.
func (p *pool) id(d domain, n int) string {
	form := "%08x"
	if d.protocol <= 2 {
		form = "%012x"
	}
	if n < p.routers {
		return fmt.Sprintf(form, n+1)
	}
	if d.protocol <= 2 {
		return fmt.Sprintf(form+"%02x", 1, n)
	}
	return fmt.Sprintf(form+"%08x", 1, n)
}

func (p *pool) loopback(r int) string { return fmt.Sprintf("10.255.0.%d", r+1) }

func (p *pool) addNode(r int) {
	d := p.domain()
	p.records = append(p.records, d.node(p.id(d, r), func(node *schemas.RawTopology) {
		if p.rng.IntN(4) > 0 {
			node.Attributes.LocalIPv4RouterIDs = []string{p.loopback(r)}
		}
		if p.rng.IntN(3) == 0 {
			node.Attributes.LocalIPv6RouterIDs = []string{fmt.Sprintf("fd00::%d", r+1)}
		}
	}))
}

func (p *pool) addPrefixes(r int) {
	d := p.domain()
	prefix := func(text string, options ...option) {
		record := d.prefix(p.id(d, r), text, append(options, prefixMetric(p.rng.Uint32N(4)))...)
		if netip6(text) {
			record.Kind = schemas.KindPrefix6
			if p.rng.IntN(2) == 0 {
				record.Prefix.MultiTopologyID = ptr[uint16](2)
			}
		}
		p.records = append(p.records, record)
	}
	other := p.rng.IntN(p.routers)
	prefix(p.loopback(r) + "/32")
	prefix(fmt.Sprintf("fd00::%d/128", r+1))
	prefix(p.loopback(other)+"/32", routeType(2), igpFlags(0x80))
	prefix("10.255.0.0/24", routeType(2), igpFlags(0x80))
	prefix(fmt.Sprintf("10.0.%d.0/30", p.rng.IntN(2*p.routers)))
	prefix("0.0.0.0/0", routeType(uint8(2+p.rng.IntN(5))))
	prefix("0.0.0.0/0", routeType(4), forwarding(p.loopback(other)))
	prefix("::/0", routeType(2))
	for range 2 {
		prefix(fmt.Sprintf("192.0.%d.0/24", p.rng.IntN(3)), routeType(uint8(3+p.rng.IntN(4))))
		prefix(fmt.Sprintf("192.0.%d.0/24", p.rng.IntN(3)), routeType(4),
			forwarding([]string{p.loopback(other), fmt.Sprintf("10.0.%d.1", p.rng.IntN(2*p.routers))}[p.rng.IntN(2)]))
	}
}

func netip6(text string) bool { return text[0] == 'f' || text[0] == ':' }

// addLinks adds a link in both directions, or a LAN between two routers.
func (p *pool) addLinks(n int) {
	d := p.domain()
	back := d
	if p.rng.IntN(8) == 0 {
		back = p.domain()
	}
	a, b := p.rng.IntN(p.routers), p.rng.IntN(p.routers)
	x, y := fmt.Sprintf("10.0.%d.1", n), fmt.Sprintf("10.0.%d.2", n)
	var there, here []option
	switch p.rng.IntN(6) {
	case 4:
		there, here = []option{linkIDs(1, 2)}, []option{linkIDs(2, 1)}
	case 5:
		there, here = []option{ipv6("fd00::"+fmt.Sprint(a+1), "fd00::"+fmt.Sprint(b+1)), mt(2)}, []option{ipv6("fd00::"+fmt.Sprint(b+1), "fd00::"+fmt.Sprint(a+1)), mt(2)}
	case 0:
		there, here = []option{mt(2)}, []option{mt(2)}
	case 1:
		there, here = []option{ipv4(x, y)}, []option{ipv4(y, x)}
	case 2:
		lan := p.routers + n
		for _, r := range []int{a, b} {
			p.records = append(p.records, d.link(p.id(d, r), p.id(d, lan), metric(1)), d.link(p.id(d, lan), p.id(d, r), metric(0)))
		}
		p.records = append(p.records, d.prefix(p.id(d, lan), fmt.Sprintf("10.0.%d.0/24", n)), d.node(p.id(d, lan)))
		return
	}
	p.records = append(p.records, d.link(p.id(d, a), p.id(d, b), append(there, metric(1))...), back.link(p.id(back, b), p.id(back, a), append(here, metric(1))...))
}

// change returns a random change of what one of three speakers tells. They do mostly tell the
// same.
func (p *pool) change(table records) event {
	source := []string{"bgp:10.255.0.1", "bgp:fd00::2", "bmp:192.0.2.1/10.255.0.3"}[p.rng.IntN(3)]
	if p.rng.IntN(12) == 0 {
		key := "default|" + source + "|peer"
		if p.rng.IntN(4) == 0 {
			return event{key, nil}
		}
		return event{key, otherwise(p.rng, &schemas.RawTopology{Kind: schemas.KindPeer, Peer: &schemas.Peer{}})}
	}
	r := p.records[p.rng.IntN(len(p.records))]
	key := keyOf(source, r)
	switch told := table[key]; {
	case told == nil && p.rng.IntN(3) > 0:
		return event{key, r}
	case told != nil && p.rng.IntN(8) == 0:
		return event{key, nil}
	}
	return event{key, p.otherwise(r)}
}

func (p *pool) otherwise(r *schemas.RawTopology) *schemas.RawTopology {
	other := otherwise(p.rng, r)
	if a := r.Attributes; a != nil && other.Attributes != nil {
		other.Attributes.LocalIPv4RouterIDs, other.Attributes.OSPFForwardingAddress = a.LocalIPv4RouterIDs, a.OSPFForwardingAddress
		other.Attributes.LocalIPv6RouterIDs = a.LocalIPv6RouterIDs
		if p.rng.IntN(2) == 0 {
			other.Attributes.IGPFlags, other.Attributes.LinkProperties = a.IGPFlags, nil
		}
	}
	return other
}

// TestAChangeIsAsAllAnew makes changes to random networks, a few at a time, and compares all
// answers with those of a database that was given the same records at once.
func TestAChangeIsAsAllAnew(t *testing.T) {
	told := 0
	for seed := range seeds.Of(20) {
		rng := rand.New(rand.NewPCG(seed, 6))
		p := newPool(rng)
		options := Options{JoinIGPs: seed%5 == 0, Preference: []Preference{nil, {ISIS, OSPF}}[rng.IntN(2)]}
		d, table := New(options), records{}
		ownership := []Ownership{Unique, All}[seed%2]
		kept, traces := pids{}, traces{}
		for step := range 40 {
			changes := 1 + rng.IntN(3)*rng.IntN(10)
			if step == 0 {
				changes = 600
			}
			for range changes {
				e := p.change(table)
				d.Put(e.key, e.record)
				if table[e.key] = e.record; e.record == nil {
					delete(table, e.key)
				}
			}
			anew := New(options)
			for _, key := range slices.Sorted(maps.Keys(table)) {
				anew.Put(key, table[key])
			}
			wantEqual(t, fmt.Sprintf("seed %d step %d", seed, step), ask(anew), ask(d))
			wantUpdated(t, d, kept, ownership)
			told += traces.want(t, d.Graph())
			if t.Failed() {
				return
			}
		}
	}
	if t.Logf("%d times it was told what changed", told); told < 1000 {
		t.Errorf("%d times it was told what changed", told)
	}
}

// traces are the costs of metrics as they were asked for last, and their states.
type traces map[Metric]traceOf

type traceOf struct {
	state any
	costs costs
}

// want expects to be told of all costs that changed since the last call, and returns how often it was told anything.
func (t traces) want(test *testing.T, g *Graph) (told int) {
	test.Helper()
	for m := range askedNames {
		traced, is := g.Costs(m).(alto.TracedCosts)
		if !is {
			delete(t, m)
			continue
		}
		before, now := t[m], traceOf{traced.State(), alto.CostMapOf(traced)}
		t[m] = now
		changed, ok := traced.ChangedSince(before.state)
		if !ok {
			continue
		}
		told++
		for from, pid := range traced.PIDs() {
			for to, other := range traced.PIDs() {
				a, was := before.costs[pid][other]
				b, is := now.costs[pid][other]
				if a == b && was == is {
					continue
				}
				if changed == nil || !slices.Contains(changed[from], int32(to)) {
					test.Errorf("%s from %s to %s: %v after %v is not told", askedNames[m], pid, other, b, a)
				}
			}
		}
	}
	return told
}

// wantUpdated brings a network map up to date, and expects to be told exactly what changed.
func wantUpdated(t *testing.T, d *Database, m pids, o Ownership) {
	t.Helper()
	before, want := maps.Clone(m), []string(nil)
	told := d.UpdateNetworkMap(m, o)
	now := d.NetworkMap(o)
	if now == nil {
		now = pids{}
	}
	wantEqual(t, "network map", now, m)
	for name := range union(before, now) {
		a, was := before[name]
		b, is := now[name]
		if was != is || !cmp.Equal(a, b) {
			want = append(want, name)
		}
	}
	slices.Sort(want)
	wantEqual(t, "PIDs that changed", want, told)
}

// TestOneMetricChanges changes the metric of each link of a network of several areas, and asks in
// between: what was computed before is used again.
func TestOneMetricChanges(t *testing.T) {
	records := seedNetwork()
	d := one(records...)
	ask(d)
	for i, r := range records {
		if r.Kind != schemas.KindLink {
			continue
		}
		changed := *r
		changed.Attributes = &schemas.Attributes{IGPMetric: ptr(uint32(100 + i))}
		records[i] = &changed
		d.Put(keyOf(speaker, &changed), &changed)
		wantEqual(t, "a metric of "+keyOf(speaker, r), ask(one(records...)), ask(d))
	}
}
