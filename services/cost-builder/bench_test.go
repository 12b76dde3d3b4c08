package costbuilder

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/stream/streamtest"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/lab/router"
)

// BenchmarkChange changes the metric of a link of a provider's network: the time from the record in
// raw-topology to the encoded records of the cost maps of the default metrics.
func BenchmarkChange(b *testing.B) {
	for _, routers := range []int{100, 1000, 1700, 5000} {
		b.Run(fmt.Sprint("routers=", routers), func(b *testing.B) {
			benchmarkChange(b, isp(routers),
				Metric{Name: alto.RoutingCost, Mode: alto.Numerical, Costs: ted.RoutingIGP}, Metric{Name: alto.HopCount, Mode: alto.Numerical, Costs: ted.HopCount})
		})
	}
}

// BenchmarkMeasuredChange changes the metric and the delay of a link, in one area, with LANs and in areas: the same time, of
// the costs of delays, and of the widest paths, which do not change.
func BenchmarkMeasuredChange(b *testing.B) {
	for _, routers := range []int{1000, 1700} {
		for _, shape := range []struct {
			name  string
			links []Told
		}{{"one area", isp(routers)}, {"LANs", withLANs(isp(routers), 50)}, {"areas", inAreas(isp(routers), routers)}} {
			for _, m := range []Metric{{Name: "delay-ow", Mode: alto.Numerical, Costs: ted.DelayOneWay}, {Name: "bw-available", Mode: alto.Numerical, Costs: ted.WidestAvailableBandwidth}} {
				b.Run(fmt.Sprintf("%s/%s/routers=%d", shape.name, m.Name, routers), func(b *testing.B) { benchmarkChange(b, shape.links, m) })
			}
		}
	}
}

// isp is the links of a provider's network.
func isp(routers int) (links []Told) {
	for _, o := range router.ISP(routers).Database() {
		if o.NLRI.Type == bgpls.LinkNLRI {
			links = append(links, measuredLink(fmt.Sprintf("%x", o.NLRI.Local.IGPRouterID), fmt.Sprintf("%x", o.NLRI.Remote.IGPRouterID), o.Attributes.IGPMetric.Value))
		}
	}
	return links
}

func measuredLink(from, to string, metric uint32) Told {
	l := linkTold(from, to, metric)
	l.Record.Attributes.DelayMicros, l.Record.Attributes.AvailableBandwidth = new(uint32(50)), new(1e9)
	return l
}

// withLANs puts four routers each on LANs.
func withLANs(links []Told, lans int) []Told {
	for n := range lans {
		first := *links[n].Record.LocalNode.IGPRouterID
		lan := fmt.Sprintf("%s%08x", first, 1)
		for member := range 4 {
			id := *links[n+member*len(links)/4].Record.LocalNode.IGPRouterID
			back := linkTold(lan, id, 0)
			back.Record.Attributes = nil
			links = append(links, measuredLink(id, lan, 10), back)
		}
	}
	return links
}

// inAreas makes the core of a network of so many routers OSPF's area 0, and puts the rings that leave it at the same two routers into
// one area.
func inAreas(links []Told, routers int) []Told {
	core := min(max(routers/25, 4), 40) // as router.ISP has it
	for i, l := range links {
		area := 0
		for _, end := range []*schemas.NodeDescriptor{l.Record.LocalNode, l.Record.RemoteNode} {
			id, err := strconv.ParseUint(*end.IGPRouterID, 16, 32)
			if err != nil {
				panic(err)
			}
			if n := int(id&0xffff) - 1 - core; n >= 0 {
				area = 1 + n/8%core
			}
		}
		name := fmt.Sprintf("0.0.0.%d", area)
		l.Record.LocalNode.OSPFAreaID, l.Record.RemoteNode.OSPFAreaID = &name, &name
		links[i].Key = strings.ReplaceAll(l.Key, "router=", "area="+name+",router=")
	}
	return links
}

func benchmarkChange(b *testing.B, links []Told, metrics ...Metric) {
	serde := streamtest.Serde[versioned.CostRecord](b, schemas.CostMapsTopic)
	m := machineOf(metrics...)
	pids := map[string]bool{}
	for _, l := range links {
		if id := *l.Record.LocalNode.IGPRouterID; len(id) == 8 { // no pseudonode
			pids["pid0:"+id] = true
		}
		m.Apply(l, stream.Cause{})
		node := *l.Record
		node.Kind, node.RemoteNode, node.Link, node.Attributes = schemas.KindNode, nil, nil, nil
		m.Apply(Told{"net|s|node|3|0|" + strings.Split(l.Key, "|")[5], &node}, stream.Cause{})
	}
	m.Apply(networkMapped("t", slices.Sorted(maps.Keys(pids))...), stream.Cause{})
	octets, records := 0, 0
	publish := func() {
		for {
			changes, _ := m.Flush()
			for _, c := range changes {
				value, err := serde.Encode(c.Value)
				if err != nil {
					b.Fatal(err)
				}
				octets, records = octets+len(value), records+1
			}
			if len(m.Alarms()) == 0 {
				return
			}
			m.Apply(More{"net"}, stream.Cause{})
		}
	}
	publish()
	octets, records = 0, 0
	random := rand.New(rand.NewPCG(1, 2))
	var times []time.Duration
	for b.Loop() {
		begin := time.Now()
		l := links[random.IntN(len(links))]
		changed := *l.Record
		if changed.Attributes != nil {
			changed.Attributes = &schemas.Attributes{IGPMetric: new(uint32(1 + random.IntN(200))), DelayMicros: new(uint32(1 + random.IntN(100))), AvailableBandwidth: new(1e9)}
		}
		m.Apply(Told{l.Key, &changed}, stream.Cause{})
		publish()
		times = append(times, time.Since(begin))
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(octets)/float64(b.N), "B/change")
	b.ReportMetric(float64(records)/float64(b.N), "records/change")
}
