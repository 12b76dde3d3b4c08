package lab

import (
	"context"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/altoctl"
)

// BenchmarkFlap fails a link of the seed's network, or brings it back, and waits for
// the cost map at a consumer: the time since the UPDATE reached bgp-ingest, by the
// observed-at header.
func BenchmarkFlap(b *testing.B) {
	service.RaiseProcs()
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	config := Config{
		KafkaListen: "127.0.0.1:0", RegistryListen: "127.0.0.1:0", HTTPListen: "127.0.0.1:0",
		Partitions: 1, Routers: routersSeed, Events: eventsNone,
	}
	l, err := Start(ctx, config, service.Config{}, io.Discard)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	go func() { _ = l.Run(ctx, io.Discard) }()

	const id = "costmap-default-routingcost"
	changes := make(chan altoctl.Change[schemas.CostMap], 16)
	go func() {
		_ = altoctl.Watch(ctx, l.Clients(), schemas.CostMapsTopic, func(string, error) {},
			func(map[string]*schemas.CostMap) error { return nil },
			func(c altoctl.Change[schemas.CostMap]) error {
				if c.Key == id {
					changes <- c
				}
				return nil
			})
	}()
	// next waits for the map in which R2→R3 has this cost: the change is complete.
	next := func(cost float64) time.Duration {
		for {
			select {
			case c := <-changes:
				if c.New != nil && c.New.CostMap[r2][r3] == cost {
					return c.Latency
				}
			case <-time.After(10 * time.Second):
				b.Fatalf("no cost map with R2→R3 = %v", cost)
			}
		}
	}
	next(10)
	var latencies []time.Duration
	for i := 0; b.Loop(); i++ {
		change, cost := l.routers.network.FailLink, 20.0
		if i%2 == 1 {
			change, cost = l.routers.network.RestoreLink, 10
		}
		if err := change("R2", "R3"); err != nil {
			b.Fatal(err)
		}
		latencies = append(latencies, next(cost))
		time.Sleep(20 * time.Millisecond) // an idle network
	}
	slices.Sort(latencies)
	for _, q := range []struct {
		name  string
		share float64
	}{{"p50-ms", .5}, {"p90-ms", .9}, {"p99-ms", .99}, {"max-ms", 1}} {
		at := min(int(q.share*float64(len(latencies))), len(latencies)-1)
		b.ReportMetric(float64(latencies[at].Microseconds())/1000, q.name)
	}
	b.ReportMetric(0, "ns/op")
}
