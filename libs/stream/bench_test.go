package stream_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/sr/srfake"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// bench is a broker, a registry and a toy processor between the topics in and out:
// out holds each map of in, its tag in angle brackets.
type bench struct {
	config     service.Config
	registry   avro.Registry
	cluster    *kfake.Cluster
	partitions int32
	in         *avro.Serde[schemas.NetworkMap]
	out        *avro.Serde[schemas.NetworkMap]
	grow       string           // appended to the tags of out
	exact      bool             // what an ingest puts out is written as it is
	seen       func(key string) // takes what is shown to Step
	resigns    bool             // an ingest resigns when it is told to
}

func newBench(t *testing.T, partitions int) *bench {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.DefaultNumPartitions(partitions))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	registryServer := httptest.NewServer(srfake.New().Handler())
	t.Cleanup(registryServer.Close)
	registry, err := avro.Dial(registryServer.URL, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{
		config:   service.Config{KafkaBootstrapServers: cluster.ListenAddrs()[0], SchemaRegistryURL: registryServer.URL},
		registry: registry, cluster: cluster, partitions: int32(partitions),
	}
	b.in, b.out = b.serde(t, "in"), b.serde(t, "out")
	if err := b.in.Register(); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) serde(t *testing.T, topic string) *avro.Serde[schemas.NetworkMap] {
	t.Helper()
	s, err := avro.NewSerde[schemas.NetworkMap](b.registry, topic, schemas.NetworkMapsSchema)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type event struct {
	key   string
	value *schemas.NetworkMap
	flush bool
}

func (b *bench) spec() stream.Spec[map[string]*schemas.NetworkMap, event, schemas.NetworkMap] {
	type state = map[string]*schemas.NetworkMap
	seen := b.seen
	return stream.Spec[state, event, schemas.NetworkMap]{
		Name:   "toy",
		Inputs: []stream.Input[event]{stream.InputOf("in", b.in, func(k string, v *schemas.NetworkMap) event { return event{key: k, value: v} })},
		Output: stream.Table[schemas.NetworkMap]{Topic: "out", Serde: b.out},
		Init:   func() state { return state{} },
		Step: func(s state, e event) (state, []stream.Output[schemas.NetworkMap]) {
			if e.flush {
				return s, nil
			}
			if seen != nil {
				seen(e.key)
			}
			if e.value == nil {
				return s, []stream.Output[schemas.NetworkMap]{{Key: e.key}}
			}
			return s, []stream.Output[schemas.NetworkMap]{{Key: e.key, Value: mapOf("<" + e.value.Meta.VTag.Tag + ">" + b.grow)}}
		},
		Flush: event{flush: true},
	}
}

func mapOf(tag string) *schemas.NetworkMap {
	return &schemas.NetworkMap{Meta: &schemas.NetworkMapMeta{VTag: schemas.VersionTag{ResourceID: "m", Tag: tag}}}
}

func newRuntime(t *testing.T) *service.Runtime {
	t.Helper()
	var w io.Writer = io.Discard
	if testing.Verbose() {
		w = os.Stderr
	}
	tracer, _, err := service.NewTracer(t.Context(), "toy")
	if err != nil {
		t.Fatal(err)
	}
	rt, err := service.NewRuntime("toy", slog.New(slog.NewTextHandler(w, nil)), prometheus.NewRegistry(), tracer)
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

// run runs the toy processor until the returned function is called, which waits for
// its end and returns its error.
func (b *bench) run(t *testing.T) (rt *service.Runtime, stop func() error) {
	t.Helper()
	rt = newRuntime(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- stream.Run(ctx, b.spec(), b.config, rt) }()
	stop = func() error {
		cancel()
		err, ok := <-done
		if ok {
			close(done)
		}
		return err
	}
	t.Cleanup(func() { _ = stop() })
	await(t, "caught up", rt.IsReady)
	return rt, stop
}

func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s", what)
		}
	}
}

// putAll puts records in one partition.
func (b *bench) putAll(t *testing.T, topic string, partition int32, values map[string][]byte) {
	t.Helper()
	p, err := kafka.NewProducer(&kafka.ConfigMap{"bootstrap.servers": b.config.KafkaBootstrapServers, "enable.metrics.push": false})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	go func() {
		for range p.Events() { // delivery reports
		}
	}()
	for key, value := range values {
		if err := p.Produce(&kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: partition}, Key: []byte(key), Value: value}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if left := p.Flush(10_000); left > 0 {
		t.Fatalf("%d records are not delivered", left)
	}
}

func (b *bench) put(t *testing.T, topic string, partition int32, key string, value []byte, headers ...kafka.Header) {
	t.Helper()
	p, err := kafka.NewProducer(&kafka.ConfigMap{"bootstrap.servers": b.config.KafkaBootstrapServers, "linger.ms": 0, "enable.metrics.push": false})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	delivered := make(chan kafka.Event, 1)
	if err := p.Produce(&kafka.Message{
		TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: partition}, Key: []byte(key), Value: value, Headers: headers,
	}, delivered); err != nil {
		t.Fatal(err)
	}
	if m := (<-delivered).(*kafka.Message); m.TopicPartition.Error != nil {
		t.Fatal(m.TopicPartition.Error)
	}
}

func (b *bench) encode(t *testing.T, tag string) []byte {
	t.Helper()
	v, err := b.in.Encode(mapOf(tag))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// records returns all records of a topic.
func (b *bench) records(t *testing.T, topic string) []*kafka.Message {
	t.Helper()
	c, err := stream.NewConsumer(b.config, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	m, err := c.GetMetadata(&topic, false, 5000)
	if err != nil {
		t.Fatal(err)
	}
	var parts []kafka.TopicPartition
	for _, p := range m.Topics[topic].Partitions {
		parts = append(parts, kafka.TopicPartition{Topic: &topic, Partition: p.ID, Offset: kafka.OffsetBeginning})
	}
	if err := c.Assign(parts); err != nil {
		t.Fatal(err)
	}
	var records []*kafka.Message
	for left := len(parts); left > 0; {
		switch e := c.Poll(1000).(type) {
		case *kafka.Message:
			records = append(records, e)
		case kafka.PartitionEOF:
			left--
		}
	}
	return records
}

// table returns what a topic holds, tags by key, and the records that it is made of.
func (b *bench) table(t *testing.T, topic string) (map[string]string, []*kafka.Message) {
	t.Helper()
	table := map[string]string{}
	records := b.records(t, topic)
	for _, r := range records {
		if r.Value == nil {
			delete(table, string(r.Key))
			continue
		}
		v, err := b.out.Decode(r.Value)
		if err != nil {
			t.Fatal(err)
		}
		table[string(r.Key)] = v.Meta.VTag.Tag
	}
	return table, records
}

func (b *bench) awaitTable(t *testing.T, want map[string]string) []*kafka.Message {
	t.Helper()
	var records []*kafka.Message
	await(t, fmt.Sprintf("out holds %.200v", want), func() bool {
		var got map[string]string
		got, records = b.table(t, "out")
		return maps.Equal(got, want)
	})
	return records
}

// noise is text that lz4 does not make shorter.
func noise(n int) string {
	b := make([]byte, n/4*3)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b)
	return base64.StdEncoding.EncodeToString(b)
}

func headerOf(m *kafka.Message, key string) string {
	for _, h := range m.Headers {
		if h.Key == key {
			return string(h.Value)
		}
	}
	return ""
}
