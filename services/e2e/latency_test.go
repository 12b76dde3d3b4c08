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

const (
	// warmUps come before what is measured: until the Java virtual machine of the broker has
	// compiled what is used, which takes many thousand requests.
	warmUps = 5000
	// idle is the pause between two measurements.
	idle = 20 * time.Millisecond
)

// BenchmarkFlap fails a link of the seed's network, or brings it back, and waits for
// the cost map at a consumer: the time since the UPDATE reached bgp-ingest, by the
// observed-at header. Every service is a process of its own. The busy figures are of
// flaps without a pause. Each flap is followed by a bare hop in a transaction on the same
// broker: what else the machine does slows down both. A flap takes two hops, and the work.
func BenchmarkFlap(b *testing.B) {
	service.RaiseProcs()
	for _, kind := range brokers {
		b.Run(kind.name, func(b *testing.B) { benchmarkFlap(b, kind.start(b)) })
	}
}

func benchmarkFlap(b *testing.B, s *servers) {
	c := newChainOn(b, s)
	c.topics.close() // the only consumer beside the services is the one that is measured
	arrivals := c.followCosts()
	c.start()
	flaps := 0
	flap := func() time.Duration {
		b.Helper()
		change, cost := c.network.FailLink, 20.0
		if flaps%2 == 1 {
			change, cost = c.network.RestoreLink, 10
		}
		flaps++
		if err := change("R2", "R3"); err != nil {
			b.Fatal(err)
		}
		return arrivals.await(b, cost)
	}
	arrivals.await(b, 10)
	if err := createTopics(c.clients, 1, 1, "hop"); err != nil {
		b.Fatal(err)
	}
	hop := newHop(b, c.clients, "hop", "hop")
	var busy, latencies, hops []time.Duration
	for range warmUps {
		busy = append(busy, flap())
		hop()
	}
	records, bytes := c.traffic()
	used := c.processorTime()
	for b.Loop() {
		latencies = append(latencies, flap())
		time.Sleep(idle)
		hops = append(hops, hop())
		time.Sleep(idle)
	}
	n := float64(len(latencies))
	b.ReportMetric(float64((c.processorTime()-used).Microseconds())/1000/n, "cpu-ms/change")
	after, bytesAfter := c.traffic()
	report(b, "busy-", busy[warmUps/2:])
	report(b, "hop-", hops)
	report(b, "", latencies)
	b.ReportMetric(float64(latencies[len(latencies)/2])/float64(2*hops[len(hops)/2]), "flap/2hops")
	b.ReportMetric(float64(after-records)/n, "records/change")
	b.ReportMetric(float64(bytesAfter-bytes)/n, "bytes/change")
	for _, name := range chainOrder {
		b.ReportMetric(float64(residentMemory(b, c.processes[name]))/(1<<20), name+"-MiB")
	}
}

// processorTime is how long the programs have run on processors.
func (c *chain) processorTime() (sum time.Duration) {
	for _, p := range c.processes {
		sum += processorTime(c.t, p)
	}
	return sum
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
	registry, err := avro.Dial(c.clients.Registry())
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

// traffic returns how many records the topics have, and their size with keys and headers,
// when they have come to rest.
func (c *chain) traffic() (records, bytes int) {
	c.t.Helper()
	s := followTopics(c.t, c.clients)
	defer s.close()
	s.quiet(c.t)
	for _, topic := range schemas.Topics {
		for _, r := range s.log(topic) {
			records++
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
			b.Run(fmt.Sprintf("%s/transaction=%t", kind.name, id != ""), func(b *testing.B) { benchmarkHop(b, kind.start(b).clients, id) })
		}
	}
}

func benchmarkHop(b *testing.B, clients service.Config, transactionalID string) {
	hop := newHop(b, clients, schemas.CostMapsTopic, transactionalID)
	for range warmUps {
		hop()
	}
	var latencies []time.Duration
	for b.Loop() {
		latencies = append(latencies, hop())
		time.Sleep(idle)
	}
	report(b, "", latencies)
}

// newHop returns what takes a record from a bare producer to a bare consumer, in a transaction if
// there is an id for it, and returns the time.
func newHop(b *testing.B, clients service.Config, topic, transactionalID string) func() time.Duration {
	consumer, err := kafka.NewConsumer(&kafka.ConfigMap{
		"bootstrap.servers": clients.KafkaBootstrapServers, "group.id": "hop", "fetch.wait.max.ms": 100, "auto.offset.reset": "earliest", "enable.metrics.push": false,
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = consumer.Close() })
	if err := consumer.Assign([]kafka.TopicPartition{{Topic: &topic, Offset: kafka.OffsetBeginning}}); err != nil {
		b.Fatal(err)
	}
	send := newSend(b, clients, topic, transactionalID)
	return func() time.Duration {
		b.Helper()
		start := time.Now()
		if err := send(); err != nil {
			b.Fatal(err)
		}
		for {
			switch e := consumer.Poll(int(time.Second.Milliseconds())).(type) {
			case *kafka.Message:
				return time.Since(start)
			case kafka.Error:
				b.Log(e)
			case nil:
				if time.Since(start) > patience {
					b.Fatal("the record does not come")
				}
			}
		}
	}
}

// newSend returns what a bare producer sends a record with.
func newSend(b *testing.B, clients service.Config, topic, transactionalID string) func() error {
	properties := kafka.ConfigMap{
		"bootstrap.servers": clients.KafkaBootstrapServers, "linger.ms": 0, "enable.idempotence": true, "socket.nagle.disable": true, "enable.metrics.push": false,
	}
	if transactionalID != "" {
		properties["transactional.id"] = transactionalID
	}
	producer, err := kafka.NewProducer(&properties)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(producer.Close)
	go func() {
		for e := range producer.Events() {
			if m, ok := e.(*kafka.Message); ok && m.TopicPartition.Error != nil {
				b.Error(m.TopicPartition.Error)
			}
		}
	}()
	send := func() error {
		return producer.Produce(&kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic}, Key: []byte("k"), Value: []byte("x")}, nil)
	}
	if transactionalID == "" {
		return send
	}
	if err := producer.InitTransactions(b.Context()); err != nil {
		b.Fatal(err)
	}
	return func() error {
		return errors.Join(producer.BeginTransaction(), send(), producer.CommitTransaction(b.Context()))
	}
}

// report gives the quantiles of latencies as the benchmark's figures.
func report(b *testing.B, prefix string, latencies []time.Duration) {
	b.Helper()
	slices.Sort(latencies)
	for _, q := range []struct {
		name  string
		share float64
	}{{"p50-ms", .5}, {"p90-ms", .9}, {"p99-ms", .99}, {"max-ms", 1}} {
		at := min(int(q.share*float64(len(latencies))), len(latencies)-1)
		b.ReportMetric(float64(latencies[at].Microseconds())/1000, prefix+q.name)
	}
	b.ReportMetric(0, "ns/op")
}
