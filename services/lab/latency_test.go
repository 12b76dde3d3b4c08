package lab

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/altoctl"
	"github.com/altostream/altostream/services/lab/broker"
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
	report(b, latencies)
}

// report gives the quantiles of latencies as the benchmark's figures.
func report(b *testing.B, latencies []time.Duration) {
	b.Helper()
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

// BenchmarkHop is the yardstick of BenchmarkFlap: one record from a producer to a
// consumer through the embedded broker. A flap takes two such hops, and the work.
func BenchmarkHop(b *testing.B) {
	service.RaiseProcs()
	embedded, err := broker.Start(broker.Config{KafkaListen: "127.0.0.1:0", RegistryListen: "127.0.0.1:0"})
	if err != nil {
		b.Fatal(err)
	}
	defer embedded.Close()
	config := service.Config{KafkaBootstrapServers: embedded.KafkaAddress()}
	consumer, err := stream.NewConsumer(config, "hop", slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer consumer.Close()
	topic := schemas.CostMapsTopic
	if err := consumer.Assign([]kafka.TopicPartition{{Topic: &topic, Offset: kafka.OffsetBeginning}}); err != nil {
		b.Fatal(err)
	}
	producer, err := kafka.NewProducer(&kafka.ConfigMap{
		"bootstrap.servers": config.KafkaBootstrapServers, "linger.ms": 0, "enable.idempotence": true, "socket.nagle.disable": true, "enable.metrics.push": false,
	})
	if err != nil {
		b.Fatal(err)
	}
	defer producer.Close()
	go func() {
		for range producer.Events() {
		}
	}()
	var latencies []time.Duration
	for b.Loop() {
		start := time.Now()
		if err := producer.Produce(&kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic}, Value: []byte("x")}, nil); err != nil {
			b.Fatal(err)
		}
		for {
			if _, ok := consumer.Poll(1000).(*kafka.Message); ok {
				break
			}
		}
		latencies = append(latencies, time.Since(start))
		time.Sleep(20 * time.Millisecond)
	}
	report(b, latencies)
}
