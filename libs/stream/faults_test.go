package stream_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
)

// log is what a service logs.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *log) says(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), text)
}

// runLogged runs the toy processor, which need not be ready, until the test ends.
func (b *bench) runLogged(t *testing.T) (*service.Runtime, *log) {
	t.Helper()
	rt, l := newRuntime(t), &log{}
	rt.Log = slog.New(slog.NewTextHandler(l, nil))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- stream.Run(ctx, b.spec(), b.config, rt) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != context.Canceled {
			t.Errorf("Run ended with %v", err)
		}
	})
	return rt, l
}

// withoutLeader has a partition without a leader to write to while the returned switch is on.
func (b *bench) withoutLeader(number int32) *atomic.Bool {
	unwritten := &atomic.Bool{}
	leader := kerr.NotLeaderForPartition.Code
	b.cluster.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
		b.cluster.KeepControl()
		request := r.(*kmsg.ProduceRequest)
		partition := request.Topics[0].Partitions[0].Partition
		if !unwritten.Load() || request.TransactionID == nil || partition != number {
			return nil, nil, false
		}
		response := request.ResponseKind().(*kmsg.ProduceResponse)
		response.Topics = []kmsg.ProduceResponseTopic{{Topic: request.Topics[0].Topic, TopicID: request.Topics[0].TopicID, Partitions: []kmsg.ProduceResponseTopicPartition{{Partition: number, ErrorCode: leader}}}}
		return response, nil, true
	})
	return unwritten
}

// TestRunPartitionWithoutLeader has a partition without a leader, first when it is to be read and then when
// it is to be written: that is told, and the other one is served all the time.
func TestRunPartitionWithoutLeader(t *testing.T) {
	t.Parallel()
	b := newBench(t, 2)
	b.createTopic(t, "in", "1048588")
	b.createTopic(t, "out", "1048588")
	var unread atomic.Bool
	unread.Store(true)
	leader := kerr.NotLeaderForPartition.Code
	b.cluster.ControlKey(int16(kmsg.ListOffsets), func(r kmsg.Request) (kmsg.Response, error, bool) {
		b.cluster.KeepControl()
		request := r.(*kmsg.ListOffsetsRequest)
		topic := request.Topics[0]
		if !unread.Load() || topic.Topic != "in" || len(topic.Partitions) > 1 || topic.Partitions[0].Partition != 1 {
			return nil, nil, false
		}
		response := request.ResponseKind().(*kmsg.ListOffsetsResponse)
		response.Topics = []kmsg.ListOffsetsResponseTopic{{Topic: "in", Partitions: []kmsg.ListOffsetsResponseTopicPartition{{Partition: 1, ErrorCode: leader}}}}
		return response, nil, true
	})
	unwritten := b.withoutLeader(1)
	rt, l := b.runLogged(t)
	b.put(t, "in", 0, "a", b.encode(t, "1"))
	b.put(t, "in", 1, "b", b.encode(t, "1"))
	b.awaitTable(t, map[string]string{"a": "<1>"})
	await(t, "the wait is told", func() bool {
		return l.says("msg=waiting") && l.says("for=partition") && l.says("the end of partition 1 of in")
	})
	if rt.IsReady() {
		t.Error("it is ready without a partition")
	}
	unread.Store(false)
	b.awaitTable(t, map[string]string{"a": "<1>", "b": "<1>"})
	await(t, "ready", rt.IsReady)

	unwritten.Store(true)
	b.put(t, "in", 1, "b", b.encode(t, "2"))
	b.put(t, "in", 0, "a", b.encode(t, "2"))
	b.awaitTable(t, map[string]string{"a": "<2>", "b": "<1>"})
	await(t, "the wait is told", func() bool { return l.says("for=publication") && l.says("a transaction of partition 1 of out") })
	b.put(t, "in", 0, "a", b.encode(t, "3"))
	b.awaitTable(t, map[string]string{"a": "<3>", "b": "<1>"})
	unwritten.Store(false)
	b.awaitTable(t, map[string]string{"a": "<3>", "b": "<2>"})
	await(t, "ready again", rt.IsReady)
}

// TestRunRecreatedInput deletes an input, creates it anew and fills it past its old end before anybody looks:
// it is another topic all the same.
func TestRunRecreatedInput(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.createTopic(t, "in", "1048588")
	b.run(t)
	b.put(t, "in", 0, "a", b.encode(t, "1"))
	b.awaitTable(t, map[string]string{"a": "<1>"})
	b.withAdmin(t, func(admin *kafka.AdminClient) {
		if _, err := admin.DeleteTopics(t.Context(), []string{"in"}); err != nil {
			t.Fatal(err)
		}
	})
	b.createTopic(t, "in", "1048588")
	values, want := map[string][]byte{}, map[string]string{}
	for i := range 10 {
		key := fmt.Sprint("key", i)
		values[key], want[key] = b.encode(t, key), "<"+key+">"
	}
	b.putAll(t, "in", 0, values)
	b.awaitTable(t, want)
}

// TestRunTopicGone deletes the output for a while: that is told, and it is filled again when it is back.
func TestRunTopicGone(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.createTopic(t, "out", "1048588")
	rt, l := b.runLogged(t)
	await(t, "ready", rt.IsReady)
	b.put(t, "in", 0, "a", b.encode(t, "1"))
	b.awaitTable(t, map[string]string{"a": "<1>"})
	b.withAdmin(t, func(admin *kafka.AdminClient) {
		if _, err := admin.DeleteTopics(t.Context(), []string{"out"}); err != nil {
			t.Fatal(err)
		}
	})
	await(t, "the wait is told", func() bool { return l.says("topic out, which does not exist") && !rt.IsReady() })
	b.createTopic(t, "out", "1048588")
	b.awaitTable(t, map[string]string{"a": "<1>"})
	await(t, "ready again", rt.IsReady)
}

// TestRunForeignTransaction has another program's transaction open in an input: nothing after it can be
// read, which is told, and the service is not ready until it has ended.
func TestRunForeignTransaction(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.createTopic(t, "in", "1048588")
	rt, l := b.runLogged(t)
	b.put(t, "in", 0, "a", b.encode(t, "1"))
	b.awaitTable(t, map[string]string{"a": "<1>"})
	await(t, "ready", rt.IsReady)

	p, err := kafka.NewProducer(&kafka.ConfigMap{"bootstrap.servers": b.config.KafkaBootstrapServers, "transactional.id": "somebody-else", "enable.metrics.push": false})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	go func() {
		for range p.Events() { // delivery reports
		}
	}()
	topic := "in"
	for _, step := range []func() error{
		func() error { return p.InitTransactions(t.Context()) },
		p.BeginTransaction,
		func() error {
			return p.Produce(&kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: 0}, Key: []byte("x")}, nil)
		},
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	if left := p.Flush(10_000); left > 0 {
		t.Fatal("not delivered")
	}
	b.put(t, "in", 0, "a", b.encode(t, "2"))
	await(t, "the wait is told", func() bool {
		return l.says(`what="partition 0 of in"`) && l.says("a transaction is open there") && !rt.IsReady()
	})
	if err := p.AbortTransaction(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.awaitTable(t, map[string]string{"a": "<2>"})
	await(t, "ready again", func() bool { return rt.IsReady() && l.says("no longer waiting") })
}
