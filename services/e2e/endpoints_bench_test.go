package e2e

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// BenchmarkEndpoints has correlator, a process of its own, place 300,000 compute resources in 1,000 PIDs, in twelve
// partitions: the time from its start until a consumer has all of their records, and its memory then; and the time from
// one change of a resource until the consumer has the endpoint.
func BenchmarkEndpoints(b *testing.B) {
	service.RaiseProcs()
	const partitions = 12
	for _, resources := range []int{10_000, 300_000} {
		b.Run(fmt.Sprintf("resources=%d", resources), func(b *testing.B) {
			s := startServers(b, partitions)
			in := newResourceWriter(b, s.clients, partitions)
			in.network()
			all := make([]int, resources)
			for i := range all {
				all[i] = i
			}
			in.write(all...)
			arrivals := followEndpoints(b, s.clients)
			begin := time.Now()
			p := launch(b, "correlator", common(s.clients)...)
			arrivals.await(resources)
			load := time.Since(begin)
			p.awaitReady()
			memory := residentMemory(b, p)
			var latencies []time.Duration
			for b.Loop() {
				b.StopTimer()
				time.Sleep(idle)
				b.StartTimer()
				changed, seen := time.Now(), arrivals.seen()
				in.write(7)
				arrivals.awaitRecords(seen + 1)
				latencies = append(latencies, time.Since(changed))
			}
			b.ReportMetric(load.Seconds(), "load-s")
			b.ReportMetric(float64(resources)/load.Seconds(), "endpoints/s")
			b.ReportMetric(float64(memory)/(1<<20), "MiB")
			report(b, "", latencies)
		})
	}
}

// resourceWriter writes compute resources as compute-ingest would, but for transactions.
type resourceWriter struct {
	testing.TB
	producer   *kafka.Producer
	partitions int
	serde      *avro.Serde[schemas.ComputeResource]
	maps       *avro.Serde[schemas.NetworkMap]
	used       float64
}

func newResourceWriter(b *testing.B, c service.Config, partitions int) *resourceWriter {
	b.Helper()
	registry, err := avro.Dial(c.Registry())
	if err != nil {
		b.Fatal(err)
	}
	w := &resourceWriter{TB: b, partitions: partitions}
	if w.producer, err = kafka.NewProducer(&kafka.ConfigMap{"bootstrap.servers": c.KafkaBootstrapServers, "linger.ms": 0, "queue.buffering.max.messages": 1_000_000}); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(w.producer.Close)
	go func() {
		for range w.producer.Events() { // delivery reports
		}
	}()
	if w.serde, err = avro.NewSerde[schemas.ComputeResource](registry, schemas.ComputeResourcesTopic, schemas.ComputeResourcesSchema); err == nil {
		err = w.serde.Register()
	}
	if err != nil {
		b.Fatal(err)
	}
	if w.maps, err = avro.NewSerde[schemas.NetworkMap](registry, schemas.NetworkMapsTopic, schemas.NetworkMapsSchema); err == nil {
		err = w.maps.Register()
	}
	if err != nil {
		b.Fatal(err)
	}
	return w
}

const benchPIDs = 1000

// network writes a network map: a /22 for each PID.
func (w *resourceWriter) network() {
	m := alto.NetworkMap{}
	for i := range benchPIDs {
		m[fmt.Sprintf("pid100:%08x", i+1)] = schemas.EndpointAddressGroup{IPv4: []string{fmt.Sprintf("10.%d.%d.0/22", i/64, i%64*4)}}
	}
	value, err := w.maps.Encode(&schemas.NetworkMap{
		Meta: &schemas.NetworkMapMeta{VTag: schemas.VersionTag{ResourceID: networkMapID, Tag: alto.Tag(m)}}, NetworkMap: m,
	})
	if err != nil {
		w.Fatal(err)
	}
	w.produce(schemas.NetworkMapsTopic, networkMapID, "default", value)
}

// write writes resources, each with other amounts than before: 300 in each PID, of 100 sites and 8 sources.
func (w *resourceWriter) write(numbers ...int) {
	w.used++
	for _, n := range numbers {
		used, available := float64(int(w.used)%64), 80.0
		site, source := fmt.Sprintf("site-%d", n%100), fmt.Sprintf("cloud-%d", n%8)
		prefix, host := n%benchPIDs, n/benchPIDs
		value, err := w.serde.Encode(&schemas.ComputeResource{
			Source: source, Kind: "openstack", Name: fmt.Sprintf("host-%06d", n), Site: &site,
			Addresses:     []string{fmt.Sprintf("10.%d.%d.%d", prefix/64, prefix%64*4+host/250, host%250+1)},
			VCPUAvailable: &available, VCPUUsed: &used, RAMAvailable: &available, RAMUsed: &used, DiskAvailable: &available, DiskUsed: &used,
		})
		if err != nil {
			w.Fatal(err)
		}
		w.produce(schemas.ComputeResourcesTopic, fmt.Sprintf("%s|host-%06d", source, n), source, value)
	}
	for len(numbers) > 1 && w.producer.Flush(100) > 0 {
	}
}

func (w *resourceWriter) produce(topic, key, name string, value []byte) {
	to := kafka.TopicPartition{Topic: &topic, Partition: stream.Partition(name, w.partitions)}
	for {
		err := w.producer.Produce(&kafka.Message{TopicPartition: to, Key: []byte(key), Value: value}, nil)
		if err == nil {
			return
		}
		if kafkaError, ok := err.(kafka.Error); !ok || kafkaError.Code() != kafka.ErrQueueFull {
			w.Fatal(err)
		}
		w.producer.Flush(10)
	}
}

// endpointArrivals counts the endpoints that a consumer has.
type endpointArrivals struct {
	mu      sync.Mutex
	changed *sync.Cond
	known   map[string]bool
	records int
}

func followEndpoints(b *testing.B, c service.Config) *endpointArrivals {
	a := &endpointArrivals{known: map[string]bool{}}
	a.changed = sync.NewCond(&a.mu)
	go func() {
		_ = stream.Follow(b.Context(), c, schemas.EndpointPropertiesTopic, func(m *kafka.Message) error {
			if m.Key[0] != 'i' { // ipv4:
				return nil
			}
			a.mu.Lock()
			defer a.mu.Unlock()
			a.known[string(m.Key)] = true
			a.records++
			a.changed.Broadcast()
			return nil
		}, func() error { return nil })
	}()
	return a
}

// await waits until there are n endpoints.
func (a *endpointArrivals) await(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.known) < n {
		a.changed.Wait()
	}
}

func (a *endpointArrivals) seen() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.records
}

// awaitRecords waits until n records have come.
func (a *endpointArrivals) awaitRecords(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.records < n {
		a.changed.Wait()
	}
}
