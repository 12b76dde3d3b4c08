package e2e

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/lab/broker"
)

// brokers are the kinds of broker that the benchmarks compare.
var brokers = []struct {
	name  string
	start func(testing.TB) *servers
}{
	{"embedded", func(t testing.TB) *servers {
		return startEmbedded(t, broker.Config{KafkaListen: "127.0.0.1:0", RegistryListen: "127.0.0.1:0", DataDir: t.TempDir()})
	}},
	{"kafka", func(t testing.TB) *servers { return takeKafka(t, 1) }},
}

// BenchmarkFlap fails a link of the seed's network, or brings it back, and waits for
// the cost map at a consumer: the time since the UPDATE reached bgp-ingest, by the
// observed-at header. Every service is a process of its own.
func BenchmarkFlap(b *testing.B) {
	service.RaiseProcs()
	for _, kind := range brokers {
		b.Run(kind.name, func(b *testing.B) { benchmarkFlap(b, kind.start(b)) })
	}
}

func benchmarkFlap(b *testing.B, s *servers) {
	c := newChainOn(b, s)
	arrivals := c.followCosts()
	c.start()
	flap := func(i int) time.Duration {
		b.Helper()
		change, cost := c.network.failLink, 20.0
		if i%2 == 1 {
			change, cost = c.network.restoreLink, 10
		}
		if err := change("R2", "R3"); err != nil {
			b.Fatal(err)
		}
		latency := arrivals.await(b, cost)
		time.Sleep(20 * time.Millisecond) // an idle network
		return latency
	}
	arrivals.await(b, 10)
	for i := range 200 { // until the Java virtual machine has compiled what is used
		flap(i)
	}
	c.quiet(b)
	records, bytes := c.traffic()
	var latencies []time.Duration
	for i := 0; b.Loop(); i++ {
		latencies = append(latencies, flap(i))
	}
	c.quiet(b)
	after, bytesAfter := c.traffic()
	report(b, latencies)
	n := float64(len(latencies))
	b.ReportMetric(float64(after-records)/n, "records/change")
	b.ReportMetric(float64(bytesAfter-bytes)/n, "bytes/change")
	for _, name := range chainOrder {
		b.ReportMetric(float64(residentMemory(b, c.processes[name]))/(1<<20), name+"-MiB")
	}
}

// arrivals are the cost maps that a consumer gets.
type arrivals chan arrival

type arrival struct {
	costs   costs
	latency time.Duration
}

// followCosts reads the routing costs as a consumer does.
func (c *chain) followCosts() arrivals {
	c.t.Helper()
	registry, err := avro.Dial(c.clients.SchemaRegistryURL)
	if err != nil {
		c.t.Fatal(err)
	}
	decode := decoder(c.t, registry, schemas.CostMapsTopic)
	a := make(arrivals, 64)
	go func() {
		_ = stream.Follow(c.t.Context(), c.clients, schemas.CostMapsTopic, func(m *kafka.Message) error {
			at := time.Now()
			if string(m.Key) != routingID || m.Value == nil {
				return nil
			}
			v, err := decode(m.Value)
			if err != nil {
				return err
			}
			a <- arrival{v.(*schemas.CostMap).CostMap, at.Sub(stream.ObservedAt(m))}
			return nil
		}, func() error { return nil })
	}()
	return a
}

// await waits for the map in which R2→R3 has this cost: the change is complete.
func (a arrivals) await(b testing.TB, cost float64) time.Duration {
	b.Helper()
	for {
		select {
		case m := <-a:
			if m.costs[r2][r3] == cost {
				return m.latency
			}
		case <-time.After(patience):
			b.Fatalf("no cost map with R2→R3 = %v", cost)
		}
	}
}

// traffic returns how many records there are, and their size with keys and headers.
func (s *topics) traffic() (records, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, log := range s.records {
		records += len(log)
		for _, r := range log {
			bytes += len(r.key) + len(r.raw)
			for key, value := range r.headers {
				bytes += len(key) + len(value)
			}
		}
	}
	return records, bytes
}

// BenchmarkHop is the yardstick of BenchmarkFlap: one record from a producer to a
// consumer, without a transaction and in one. A flap takes two hops, and the work.
func BenchmarkHop(b *testing.B) {
	service.RaiseProcs()
	for _, kind := range brokers {
		for _, id := range []string{"", "hop"} {
			b.Run(fmt.Sprintf("%s/transaction=%t", kind.name, id != ""), func(b *testing.B) { benchmarkHop(b, kind.start(b), id) })
		}
	}
}

func benchmarkHop(b *testing.B, s *servers, transactionalID string) {
	topic := schemas.CostMapsTopic
	consumer, err := kafka.NewConsumer(&kafka.ConfigMap{
		"bootstrap.servers": s.clients.KafkaBootstrapServers, "group.id": "hop", "fetch.wait.max.ms": 100, "auto.offset.reset": "earliest", "enable.metrics.push": false,
	})
	if err != nil {
		b.Fatal(err)
	}
	defer consumer.Close()
	if err := consumer.Assign([]kafka.TopicPartition{{Topic: &topic, Offset: kafka.OffsetBeginning}}); err != nil {
		b.Fatal(err)
	}
	properties := kafka.ConfigMap{
		"bootstrap.servers": s.clients.KafkaBootstrapServers, "linger.ms": 0, "enable.idempotence": true, "socket.nagle.disable": true, "enable.metrics.push": false,
	}
	if transactionalID != "" {
		properties["transactional.id"] = transactionalID
	}
	producer, err := kafka.NewProducer(&properties)
	if err != nil {
		b.Fatal(err)
	}
	defer producer.Close()
	go func() {
		for range producer.Events() {
		}
	}()
	send := func() error {
		return producer.Produce(&kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic}, Value: []byte("x")}, nil)
	}
	if transactionalID != "" {
		if err := producer.InitTransactions(b.Context()); err != nil {
			b.Fatal(err)
		}
		plain := send
		send = func() error {
			return errors.Join(producer.BeginTransaction(), plain(), producer.CommitTransaction(b.Context()))
		}
	}
	hop := func() time.Duration {
		start := time.Now()
		if err := send(); err != nil {
			b.Fatal(err)
		}
		for {
			if _, ok := consumer.Poll(1000).(*kafka.Message); ok {
				break
			}
		}
		latency := time.Since(start)
		time.Sleep(5 * time.Millisecond)
		return latency
	}
	for range 200 {
		hop()
	}
	var latencies []time.Duration
	for b.Loop() {
		latencies = append(latencies, hop())
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
