package ted

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/altostream/altostream/schemas"
)

const speaker = "bgp:192.0.2.1"

// provider is a network like that of a provider: a quarter of the routers is meshed, each of the
// others is linked to two of these, and tells some prefixes.
type provider struct {
	routers, prefixes int
	links             [][2]int
}

func newProvider(routers, prefixes int) provider {
	p := provider{routers: routers, prefixes: prefixes}
	rng := rand.New(rand.NewPCG(1, 2))
	core := max(3, routers/4)
	for r := range routers {
		if r < core {
			p.links = append(p.links, [2]int{r, (r + 1) % core}, [2]int{r, rng.IntN(core)})
			continue
		}
		p.links = append(p.links, [2]int{r, rng.IntN(core)}, [2]int{r, rng.IntN(core)})
	}
	return p
}

func (p provider) id(r int) string { return fmt.Sprintf("%012x", r+1) }

func (p provider) prefix(n int) string {
	return fmt.Sprintf("%d.%d.%d.0/24", 20+n>>16, n>>8&255, n&255)
}

// link returns both directions of a link.
func (p provider) link(n int, m uint32) (records [2]*schemas.RawTopology) {
	ends := [2]string{fmt.Sprintf("10.%d.%d.1", n>>8, n&255), fmt.Sprintf("10.%d.%d.2", n>>8, n&255)}
	for d := range 2 {
		records[d] = level2.link(p.id(p.links[n][d]), p.id(p.links[n][1-d]), metric(m), ipv4(ends[d], ends[1-d]))
	}
	return records
}

// events are the records of the network.
func (p provider) events() []event {
	var events []event
	put := func(r *schemas.RawTopology) { events = append(events, event{objectKey(r), r}) }
	for r := range p.routers {
		put(level2.node(p.id(r)))
	}
	for n := range p.links {
		for _, r := range p.link(n, uint32(10+n%7)) {
			put(r)
		}
	}
	for n := range p.prefixes {
		put(level2.prefix(p.id(n%p.routers), p.prefix(n), prefixMetric(10)))
	}
	return events
}

func loadEvents(d *Database, events []event) map[string]schemas.EndpointAddressGroup {
	for _, e := range events {
		d.Put(e.key, e.record)
	}
	return d.NetworkMap(Unique)
}

// objectKey is a key as the ingests make it.
func objectKey(r *schemas.RawTopology) string {
	key := fmt.Sprintf("default|%s|%s|%d|0|asn=100,router=%s", speaker, r.Kind, *r.ProtocolID, *r.LocalNode.IGPRouterID)
	switch {
	case r.Link != nil:
		key += fmt.Sprintf("|asn=100,router=%s|if4=%s,nbr4=%s", *r.RemoteNode.IGPRouterID, value(r.Link.IPv4Interface), value(r.Link.IPv4Neighbor))
	case r.Prefix != nil:
		key += "|" + r.Prefix.Prefix
	}
	return key
}

// BenchmarkChange measures what one change costs, from the record to the network of which the
// costs are computed, and to the network map.
func BenchmarkChange(b *testing.B) {
	for _, routers := range []int{5, 1000, 1700, 5000} {
		p := newProvider(routers, 10*routers)
		d := New(Options{})
		m := loadEvents(d, p.events())
		answer := func() {
			d.Graph()
			d.network(ip4)
			d.UpdateNetworkMap(m, Unique)
		}
		answer()
		n := 0
		next := func() (link int) { n++; return n * 7919 % len(p.links) }
		run := func(name string, change func()) {
			b.Run(fmt.Sprintf("%d routers/%s", routers, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					change()
				}
			})
		}
		run("metric", func() {
			r := p.link(next(), uint32(10+n%13))[0]
			d.Put(objectKey(r), r)
			answer()
		})
		run("link down and up", func() {
			records := p.link(next(), 10)
			for _, r := range records {
				d.Delete(objectKey(r))
			}
			answer()
			for _, r := range records {
				d.Put(objectKey(r), r)
			}
			answer()
		})
		second := func(r *schemas.RawTopology) string {
			return strings.Replace(objectKey(r), speaker, "bgp:192.0.2.2", 1)
		}
		run("prefix moved", func() {
			from := n % p.prefixes
			n++
			before, after := level2.prefix(p.id(from%routers), p.prefix(from), prefixMetric(10)), level2.prefix(p.id((from+1)%routers), p.prefix(from), prefixMetric(10))
			d.Delete(objectKey(before))
			d.Put(objectKey(after), after)
			answer()
			d.Delete(objectKey(after))
			d.Put(objectKey(before), before)
			answer()
		})
		for _, e := range p.events() {
			d.Put(second(e.record), e.record)
		}
		answer()
		run("link down and up, two speakers", func() {
			records := p.link(next(), 10)
			for _, r := range records {
				d.Delete(objectKey(r))
				d.Delete(second(r))
			}
			answer()
			for _, r := range records {
				d.Put(objectKey(r), r)
				d.Put(second(r), r)
			}
			answer()
		})
	}
}

// BenchmarkLoad measures how long it takes from the records to the network map, and how much
// memory database and map need.
func BenchmarkLoad(b *testing.B) {
	const prefixes = 250_000
	all, without := newProvider(1700, prefixes).events(), newProvider(1700, 0).events()
	used := func(events []event) uint64 {
		before := heap()
		d := New(Options{})
		m := loadEvents(d, events)
		defer runtime.KeepAlive(d)
		defer runtime.KeepAlive(m)
		return heap() - before
	}
	perPrefix := float64(used(all)-used(without)) / prefixes
	for b.Loop() {
		loadEvents(New(Options{}), all)
	}
	b.ReportMetric(perPrefix, "B/prefix")
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

// BenchmarkCosts measures all pairs.
func BenchmarkCosts(b *testing.B) {
	for _, routers := range []int{100, 1000} {
		p := newProvider(routers, 0)
		d := New(Options{})
		loadEvents(d, p.events())
		b.Run(fmt.Sprintf("%d routers", routers), func(b *testing.B) {
			for b.Loop() {
				d.pathsChanged()
				d.Graph().Costs(RoutingIGP)
			}
		})
	}
}
