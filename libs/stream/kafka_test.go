package stream_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
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
	grow       string // appended to the tags of out
	exact      bool   // what an ingest puts out is written as it is
	global     string // an input that is read whole
	resigns    bool   // an ingest resigns when it is told to
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
	spec := stream.Spec[state, event, schemas.NetworkMap]{
		Name:   "toy",
		Inputs: []stream.Input[event]{stream.InputOf("in", b.in, func(k string, v *schemas.NetworkMap) event { return event{key: k, value: v} })},
		Output: stream.Table[schemas.NetworkMap]{Topic: "out", Serde: b.out},
		Init:   func() state { return state{} },
		Step: func(s state, e event) (state, []stream.Output[schemas.NetworkMap]) {
			if e.flush {
				return s, nil
			}
			if e.value == nil {
				return s, []stream.Output[schemas.NetworkMap]{{Key: e.key}}
			}
			return s, []stream.Output[schemas.NetworkMap]{{Key: e.key, Value: mapOf("<" + e.value.Meta.VTag.Tag + ">" + b.grow)}}
		},
		Flush: event{flush: true},
	}
	if b.global != "" {
		in := stream.InputOf(b.global, b.in, func(k string, v *schemas.NetworkMap) event { return event{key: k, value: v} })
		in.Global = true
		spec.Inputs = append(spec.Inputs, in)
	}
	return spec
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

func TestRun(t *testing.T) {
	b := newBench(t, 2)
	_, stop := b.run(t)
	observed := kafka.Header{Key: stream.ObservedAtHeader, Value: []byte("1700000000000001")}
	b.put(t, "in", 0, "a", b.encode(t, "1"), observed)
	b.put(t, "in", 1, "b", b.encode(t, "2"))
	records := b.awaitTable(t, map[string]string{"a": "<1>", "b": "<2>"})
	for _, r := range records {
		if string(r.Key) != "a" {
			continue
		}
		if r.TopicPartition.Partition != 0 {
			t.Errorf("a is in partition %d, want that of its input, 0", r.TopicPartition.Partition)
		}
		if at := stream.ObservedAt(r); !at.Equal(time.UnixMicro(1700000000000001)) {
			t.Errorf("observed-at = %v, want that of the input", at)
		}
	}
	b.put(t, "in", 0, "a", nil)
	b.put(t, "in", 1, "c", b.encode(t, "3"))
	before := len(b.awaitTable(t, map[string]string{"b": "<2>", "c": "<3>"}))

	if err := stop(); err != context.Canceled {
		t.Errorf("Run ended with %v", err)
	}
	b.put(t, "in", 1, "b", nil) // gone while nobody looks
	_, stop = b.run(t)
	after := b.awaitTable(t, map[string]string{"c": "<3>"})
	if len(after) != before+1 {
		t.Errorf("a restart published %d records, want only the withdrawal", len(after)-before)
	}
	_ = stop()
}

func TestRunBadRecord(t *testing.T) {
	b := newBench(t, 1)
	b.run(t)
	b.put(t, "in", 0, "a", b.encode(t, "1"))
	b.awaitTable(t, map[string]string{"a": "<1>"})
	for _, garbage := range [][]byte{{}, {1, 2, 3}, {0, 0, 0, 0, 99, 1}, append(b.encode(t, "x"), 1), b.encode(t, "x")[:8]} {
		b.put(t, "in", 0, "a", garbage)
		b.put(t, "in", 0, "b", b.encode(t, "1"))
		b.awaitTable(t, map[string]string{"b": "<1>"})
		b.put(t, "in", 0, "a", b.encode(t, "2"))
		b.put(t, "in", 0, "b", nil)
		b.awaitTable(t, map[string]string{"a": "<2>"})
	}
}

func TestRunUnreadableOutput(t *testing.T) {
	b := newBench(t, 1)
	_, stop := b.run(t)
	b.put(t, "in", 0, "a", b.encode(t, "1"))
	b.awaitTable(t, map[string]string{"a": "<1>"})
	_ = stop()
	b.put(t, "out", 0, "a", []byte("garbage"))
	b.put(t, "out", 0, "z", []byte("garbage"))
	b.run(t)
	last := map[string][]byte{}
	for _, r := range b.records(t, "out") {
		last[string(r.Key)] = r.Value
	}
	if last["z"] != nil {
		t.Errorf("z still holds %q", last["z"])
	}
	if v, err := b.out.Decode(last["a"]); err != nil || v.Meta.VTag.Tag != "<1>" {
		t.Errorf("a holds %q, %v", last["a"], err)
	}
}

// noise is text that lz4 does not make shorter.
func noise(n int) string {
	b := make([]byte, n/4*3)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b)
	return base64.StdEncoding.EncodeToString(b)
}

// TestRunTooLarge withdraws a record that the client or the broker does not take for its
// size, says why, and goes on.
func TestRunTooLarge(t *testing.T) {
	for name, test := range map[string]struct{ properties, reason string }{
		"client": {"message.max.bytes=1000000", "too-large: 1100"},
		"queue":  {"message.max.bytes=8000000,queue.buffering.max.kbytes=1024", "limit 1048576"},
		"broker": {"message.max.bytes=8000000", "too-large: 1100"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, 1)
			if err := b.config.KafkaProperties.Decode(test.properties); err != nil {
				t.Fatal(err)
			}
			// The output is larger than the input, which just fits.
			b.grow = noise(200_000)
			b.createTopic(t, "out", "8000000")
			b.run(t)
			b.alterTopic(t, "out", "max.message.bytes", "1048588") // while the processor runs
			b.put(t, "in", 0, "a", b.encode(t, "1"))
			b.put(t, "in", 0, "b", b.encode(t, "1"))
			b.awaitTable(t, map[string]string{"a": "<1>" + b.grow, "b": "<1>" + b.grow})
			b.put(t, "in", 0, "a", b.encode(t, noise(900_000)))
			records := b.awaitTable(t, map[string]string{"b": "<1>" + b.grow})
			if reason := headerOf(records[len(records)-1], stream.ReasonHeader); !strings.Contains(reason, test.reason) {
				t.Errorf("reason %q, want %q", reason, test.reason)
			}
			b.put(t, "in", 0, "a", b.encode(t, "2"))
			b.awaitTable(t, map[string]string{"a": "<2>" + b.grow, "b": "<1>" + b.grow})
		})
	}
}

func headerOf(m *kafka.Message, key string) string {
	for _, h := range m.Headers {
		if h.Key == key {
			return string(h.Value)
		}
	}
	return ""
}

// TestRunSlowBroker publishes for the first time more than the broker takes in the time of a transaction:
// it comes in several, in order.
func TestRunSlowBroker(t *testing.T) {
	b := newBench(t, 1)
	b.config.KafkaProperties = service.Properties{"transaction.timeout.ms": "1000"} // the least
	b.cluster.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
		b.cluster.KeepControl()
		if produce := r.(*kmsg.ProduceRequest); produce.TransactionID != nil {
			const perByte = 500 * time.Nanosecond // half a second for each megabyte
			b.cluster.SleepControl(func() { time.Sleep(time.Duration(len(produce.Topics[0].Partitions[0].Records)) * perByte) })
		}
		return nil, nil, false
	})
	want := map[string]string{}
	text := noise(4_000_000)
	values := map[string][]byte{}
	for i := range 1000 {
		key, tag := fmt.Sprint("key", i), text[i*4000:(i+1)*4000]
		values[key], want[key] = b.encode(t, tag), "<"+tag+">"
	}
	b.createTopic(t, "in", "1048588")
	b.putAll(t, "in", 0, values)
	b.run(t)
	records := b.awaitTable(t, want)
	if len(records) != len(want) {
		t.Errorf("%d records were published, want each once: %d", len(records), len(want))
	}
}

// TestRunRebalance keeps every partition served while a second instance comes and goes.
func TestRunRebalance(t *testing.T) {
	b := newBench(t, 2)
	one, _ := b.run(t)
	put := func(tag string) {
		t.Helper()
		for p, key := range []string{"a", "b"} {
			b.put(t, "in", int32(p), key, b.encode(t, tag))
		}
		b.awaitTable(t, map[string]string{"a": "<" + tag + ">", "b": "<" + tag + ">"})
	}
	put("1")
	two, stopTwo := b.run(t)
	await(t, "both caught up", func() bool { return one.IsReady() && two.IsReady() })
	put("2")
	three, stopThree := b.run(t) // has no partition
	await(t, "all caught up", func() bool { return one.IsReady() && two.IsReady() && three.IsReady() })
	put("3")
	_ = stopTwo()
	_ = stopThree()
	await(t, "one caught up", one.IsReady)
	put("4")
}

func TestRunWaitsForKafka(t *testing.T) {
	b := newBench(t, 1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.config.KafkaBootstrapServers = l.Addr().String()
	l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if err := stream.Run(ctx, b.spec(), b.config, newRuntime(t)); ctx.Err() == nil {
		t.Errorf("Run did not wait for the broker: %v", err)
	}
}
