package costbuilder

import (
	"fmt"
	"math/rand/v2"
	"slices"
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
			benchmarkChange(b, routers,
				Metric{Name: alto.RoutingCost, Mode: alto.Numerical, Costs: ted.RoutingIGP}, Metric{Name: alto.HopCount, Mode: alto.Numerical, Costs: ted.HopCount})
		})
	}
}

// BenchmarkMeasuredChange changes the metric and the delay of a link: the same time, of the costs of delays.
func BenchmarkMeasuredChange(b *testing.B) {
	for _, routers := range []int{1000, 1700} {
		b.Run(fmt.Sprint("routers=", routers), func(b *testing.B) {
			benchmarkChange(b, routers, Metric{Name: "delay-ow", Mode: alto.Numerical, Costs: ted.DelayOneWay})
		})
	}
}

func benchmarkChange(b *testing.B, routers int, metrics ...Metric) {
	serde := streamtest.Serde[versioned.CostRecord](b, schemas.CostMapsTopic)
	m := machineOf(metrics...)
	var pids []string
	var links []Told
	for _, o := range router.ISP(routers).Database() {
		local := fmt.Sprintf("%x", o.NLRI.Local.IGPRouterID)
		switch o.NLRI.Type {
		case bgpls.NodeNLRI:
			pids = append(pids, "pid0:"+local)
		case bgpls.LinkNLRI:
			links = append(links, linkTold(local, fmt.Sprintf("%x", o.NLRI.Remote.IGPRouterID), o.Attributes.IGPMetric.Value))
			links[len(links)-1].Record.Attributes.DelayMicros = new(uint32(50))
			m.Apply(links[len(links)-1], stream.Cause{})
		}
	}
	slices.Sort(pids)
	m.Apply(networkMapped("t", pids...), stream.Cause{})
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
		changed.Attributes = &schemas.Attributes{IGPMetric: new(uint32(1 + random.IntN(200))), DelayMicros: new(uint32(1 + random.IntN(100)))}
		m.Apply(Told{l.Key, &changed}, stream.Cause{})
		publish()
		times = append(times, time.Since(begin))
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(octets)/float64(b.N), "B/change")
	b.ReportMetric(float64(records)/float64(b.N), "records/change")
}
