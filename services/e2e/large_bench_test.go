package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/lab/router"
)

// BenchmarkMetric changes the metric of a link of a provider's network, told over a BGP session, and
// waits for the routing costs at a consumer: the time since the UPDATE reached bgp-ingest, by the
// observed-at header, until the consumer has the whole map. Every service is a process of its own, with
// its default settings. After each change a bare hop in a transaction is measured on the same broker.
func BenchmarkMetric(b *testing.B) {
	for _, routers := range []int{5, 100, 1000, 1700, 5000, 17_000} {
		b.Run(fmt.Sprint("routers=", routers), func(b *testing.B) { benchmarkMetric(b, routers) })
	}
}

func benchmarkMetric(b *testing.B, routers int) {
	service.RaiseProcs()
	p := newProvider(b, routers, 0)
	p.start()
	p.await(func(m *versioned.CostMap) bool { return len(m.PIDs()) == routers+1 })
	if err := createTopics(p.clients, 1, 1, "hop"); err != nil {
		b.Fatal(err)
	}
	hop := newHop(b, p.clients, "hop", "hop")
	used := p.processorTime()
	var latencies, hops []time.Duration
	for b.Loop() {
		p.changeMetric()
		select {
		case s := <-p.shown:
			latencies = append(latencies, s.latency)
		case <-time.After(2 * time.Second): // costs are as before
		}
		time.Sleep(idle)
		hops = append(hops, hop())
		time.Sleep(idle)
	}
	b.ReportMetric(float64((p.processorTime()-used).Microseconds())/1000/float64(len(latencies)), "cpu-ms/change")
	report(b, "hop-", hops)
	report(b, "", latencies)
	p.reportPrograms()
}

// BenchmarkStorm has the metrics of a thousand links change within a second, and measures the time from the
// last UPDATE until a consumer has the map of all. Each second storm takes the one before back: the map must be the
// one from before.
func BenchmarkStorm(b *testing.B) {
	service.RaiseProcs()
	const changes, routers = 1000, 1700
	p := newProvider(b, routers, 0)
	p.start()
	first := p.await(func(m *versioned.CostMap) bool { return len(m.PIDs()) == routers+1 }).costs
	leaf, from, to := p.leaf()
	metrics := make([]uint32, len(p.links))
	for i := range metrics {
		metrics[i] = uint32(1 + p.random.IntN(200))
	}
	var latencies []time.Duration
	maps := 0
	for n := 0; b.Loop(); n++ {
		metric := func(i int) uint32 { return metrics[i] }
		if n%2 == 1 {
			metric = p.original
		}
		begin := time.Now()
		for i := range changes {
			if i %= len(p.links); i != leaf {
				p.speaker.say(p.metric(i, metric(i)))
			}
			time.Sleep(time.Until(begin.Add(time.Duration(i) * time.Second / changes)))
		}
		end := time.Now()
		cost := p.original(leaf) + uint32(1-n%2)
		p.speaker.say(p.metric(leaf, cost))
		s := p.await(func(m *versioned.CostMap) bool {
			maps++
			now, _ := m.Cost(from, to)
			return now == float64(cost)
		})
		latencies = append(latencies, s.at.Sub(end))
		if n%2 == 1 {
			for c := range s.costs.Changes(first) {
				b.Fatalf("all is as it was, but %s to %s costs %v, not %v", c.From, c.To, c.New, c.Old)
			}
		}
	}
	b.ReportMetric(float64(maps)/float64(len(latencies)), "maps/storm")
	report(b, "", latencies)
}

// BenchmarkStart starts the programs with a network of 1,700 routers and 250,000 prefixes, and with one of ten times as
// many, and measures the time until a consumer has both maps, and what the programs take then.
func BenchmarkStart(b *testing.B) {
	service.RaiseProcs()
	for _, size := range []struct{ routers, prefixes int }{{1700, 250_000}, {17_000, 2_500_000}} {
		b.Run(fmt.Sprint("routers=", size.routers), func(b *testing.B) { benchmarkStart(b, size.routers, size.prefixes) })
	}
}

// startPatience is for the first map of the largest network.
const startPatience = 20 * time.Minute

func benchmarkStart(b *testing.B, routers, prefixes int) {
	for b.Loop() {
		b.StopTimer()
		p := newProvider(b, routers, prefixes)
		b.StartTimer()
		p.start()
		p.await(func(m *versioned.CostMap) bool { return len(m.PIDs()) == routers+1 })
		awaitFor(b, patience, func() error {
			if n := p.prefixes.Load(); n < int64(prefixes) {
				return fmt.Errorf("the network map has %d prefixes", n)
			}
			return nil
		})
		p.reportPrograms()
	}
}

// provider is a broker and a speaker that tells a provider's network to bgp-ingest.
type provider struct {
	*chain
	b        *testing.B
	speaker  *speaker
	links    []router.Object // directions of links
	random   *rand.Rand
	shown    chan shownCosts
	prefixes atomic.Int64 // of the network map
}

// shownCosts is a map of routing costs as a consumer got it.
type shownCosts struct {
	costs   *versioned.CostMap
	at      time.Time
	latency time.Duration // since the UPDATE reached bgp-ingest
	octets  int           // of its records
}

// newProvider has the largest networks on Apache Kafka alone, and of these the routing costs: the embedded broker answers
// nobody while it compacts tables of gigabytes.
func newProvider(b *testing.B, routers, prefixes int) *provider {
	b.Helper()
	const largest = 10_000
	if routers > largest && !onKafka() {
		b.Skip("too large for the embedded broker: run it on Apache Kafka (E2E_KAFKA=1)")
	}
	p := &provider{
		chain: &chain{t: b, clients: startServers(b, 1).clients, processes: map[string]*process{}},
		b:     b, random: rand.New(rand.NewPCG(1, 2)), shown: make(chan shownCosts, 64),
	}
	var bodies [][]byte
	var nodes []*bgpls.NodeDescriptor
	for _, o := range router.ISP(routers).Database() {
		bodies = append(bodies, announce(o.Attributes, o.NLRI))
		switch o.NLRI.Type {
		case bgpls.NodeNLRI:
			nodes = append(nodes, o.NLRI.Local)
		case bgpls.LinkNLRI:
			p.links = append(p.links, o)
		}
	}
	bodies = append(append(bodies, prefixesOf(nodes, prefixes)...), endOfRIB())
	p.speaker = startSpeaker(b, "127.0.0.61", asn, func() [][]byte { return bodies })
	p.env = map[string][]string{"bgp-ingest": {"BGP_PEERS=" + p.speaker.peer(), "BGP_ASN=100", "BGP_LISTEN=127.0.0.1:0"}}
	if routers > largest {
		p.env["bgp-ingest"] = append(p.env["bgp-ingest"], "MAX_OBJECTS=5000000")
		p.env["cost-builder"] = []string{"COST_METRICS=routingcost"}
	}
	p.follow(schemas.NetworkMapsTopic, p.takeNetwork())
	p.follow(schemas.CostMapsTopic, p.takeCosts())
	return p
}

// prefixesOf shares /24s out among routers, and returns the UPDATEs that announce them.
func prefixesOf(nodes []*bgpls.NodeDescriptor, count int) (bodies [][]byte) {
	const inUpdate = 50
	var nlris []bgpls.NLRI
	for n := range count {
		address := netip.AddrFrom4([4]byte{byte(20 + n>>16), byte(n >> 8), byte(n), 0})
		nlris = append(nlris, bgpls.NLRI{
			Type: bgpls.IPv4PrefixNLRI, Protocol: bgpls.OSPFv2, Local: nodes[n%len(nodes)],
			Prefix: &bgpls.PrefixDescriptor{OSPFRouteType: new(uint8(1)), Prefix: netip.PrefixFrom(address, 24)},
		})
		if len(nlris) == inUpdate || n == count-1 {
			bodies = append(bodies, announce(&bgpls.Attributes{PrefixMetric: new(uint32(10))}, nlris...))
			nlris = nil
		}
	}
	return bodies
}

// start starts the programs that make maps.
func (p *provider) start() {
	p.b.Helper()
	p.chain.start("bgp-ingest", "map-builder", "cost-builder")
}

// metric is the UPDATE that tells another metric of a link.
func (p *provider) metric(link int, metric uint32) []byte {
	o := p.links[link]
	attributes := *o.Attributes
	attributes.IGPMetric = &bgpls.IGPMetric{Value: metric, Octets: 2}
	return announce(&attributes, o.NLRI)
}

// changeMetric tells another metric of any link.
func (p *provider) changeMetric() {
	p.speaker.say(p.metric(p.random.IntN(len(p.links)), uint32(1+p.random.IntN(200))))
}

func (p *provider) original(link int) uint32 { return p.links[link].Attributes.IGPMetric.Value }

// leaf is the direction of a link that is the only one of a router, away from that, and the PIDs of its ends:
// the cost between these is its metric.
func (p *provider) leaf() (link int, from, to string) {
	count := map[string]int{}
	for _, o := range p.links {
		count[string(o.NLRI.Local.IGPRouterID)]++
	}
	for i, o := range p.links {
		if count[string(o.NLRI.Local.IGPRouterID)] == 1 {
			return i, fmt.Sprintf("pid%d:%x", asn, o.NLRI.Local.IGPRouterID), fmt.Sprintf("pid%d:%x", asn, o.NLRI.Remote.IGPRouterID)
		}
	}
	p.b.Fatal("no router has one link alone")
	return 0, "", ""
}

// follow reads a topic until the benchmark ends.
func (p *provider) follow(topic string, take func(*kafka.Message) error) {
	go func() {
		if err := stream.Follow(p.b.Context(), p.clients, topic, take, func() error { return nil }); p.b.Context().Err() == nil {
			p.b.Errorf("%s: %v", topic, err)
		}
	}()
}

func serdeOf[V any](b *testing.B, clients service.Config, topic, schema string) *avro.Serde[V] {
	b.Helper()
	registry, err := avro.Dial(clients.Registry())
	if err != nil {
		b.Fatal(err)
	}
	serde, err := avro.NewSerde[V](registry, topic, schema)
	if err != nil {
		b.Fatal(err)
	}
	return serde
}

func (p *provider) takeCosts() func(m *kafka.Message) error {
	serde := serdeOf[versioned.CostRecord](p.b, p.clients, schemas.CostMapsTopic, schemas.CostMapsSchema)
	reader, octets := versioned.NewCostReader(), 0
	return func(m *kafka.Message) error {
		if id, _ := versioned.ResourceOf(string(m.Key)); id != routingID {
			return nil
		}
		octets += len(m.Key) + len(m.Value)
		var v *versioned.CostRecord
		if m.Value != nil {
			var err error
			if v, err = serde.Decode(m.Value); err != nil {
				return err
			}
		}
		if _, state, costs := reader.Take(string(m.Key), v); state == versioned.Shown {
			now := time.Now()
			p.shown <- shownCosts{costs, now, now.Sub(stream.ObservedAt(m)), octets}
			octets = 0
		}
		return nil
	}
}

func (p *provider) takeNetwork() func(m *kafka.Message) error {
	serde := serdeOf[schemas.NetworkMap](p.b, p.clients, schemas.NetworkMapsTopic, schemas.NetworkMapsSchema)
	reader := versioned.NewNetworkReader()
	return func(m *kafka.Message) error {
		var v *schemas.NetworkMap
		if m.Value != nil {
			var err error
			if v, err = serde.Decode(m.Value); err != nil {
				return err
			}
		}
		if id, state, network := reader.Take(string(m.Key), v); state == versioned.Shown && id == alto.NetworkMapID("default") {
			prefixes := 0
			for _, group := range network.NetworkMap {
				prefixes += len(group.IPv4)
			}
			p.prefixes.Store(int64(prefixes))
		}
		return nil
	}
}

// await returns the first map that is as is says.
func (p *provider) await(is func(*versioned.CostMap) bool) shownCosts {
	p.b.Helper()
	tooLate := time.After(startPatience)
	for {
		select {
		case s := <-p.shown:
			if is(s.costs) {
				return s
			}
		case <-tooLate:
			p.b.Fatal("the map does not come")
		}
	}
}

// reportPrograms gives what each program takes.
func (p *provider) reportPrograms() {
	for name, process := range p.processes {
		p.b.ReportMetric(float64(residentMemory(p.b, process))/(1<<20), name+"-MiB")
		p.b.ReportMetric(processorTime(p.b, process).Seconds(), name+"-cpu-s")
	}
}
