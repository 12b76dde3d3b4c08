package stream_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
)

func TestRun(t *testing.T) {
	t.Parallel()
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

// TestRunResting opens a publisher for a partition that never held anything when there is something to
// publish: what an earlier instance may have had under way is ended at the start all the same.
func TestRunResting(t *testing.T) {
	t.Parallel()
	b := newBench(t, 3)
	var opened atomic.Int32
	b.cluster.ControlKey(int16(kmsg.InitProducerID), func(kmsg.Request) (kmsg.Response, error, bool) {
		b.cluster.KeepControl()
		opened.Add(1)
		return nil, nil, false
	})
	b.run(t)
	if n := opened.Load(); n != 3 {
		t.Errorf("%d publishers opened at the start, want one for each partition", n)
	}
	b.put(t, "in", 1, "a", b.encode(t, "1"))
	b.awaitTable(t, map[string]string{"a": "<1>"})
	b.put(t, "in", 1, "b", b.encode(t, "2"))
	b.awaitTable(t, map[string]string{"a": "<1>", "b": "<2>"})
	if n := opened.Load(); n != 3+1 {
		t.Errorf("%d publishers opened, want one more for the partition with records", n)
	}
}

func TestRunBadRecord(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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

// TestRunTooLarge withdraws a record that the client or the broker does not take for its
// size, says why, and goes on.
func TestRunTooLarge(t *testing.T) {
	t.Parallel()
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

// TestRunSlowBroker publishes for the first time more than the broker takes in the time of a transaction:
// it comes in several, in order.
func TestRunSlowBroker(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.config.KafkaProperties = service.Properties{"transaction.timeout.ms": "2000"}
	b.cluster.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
		b.cluster.KeepControl()
		if produce := r.(*kmsg.ProduceRequest); produce.TransactionID != nil {
			const perByte = time.Microsecond // a second for each megabyte
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
	t.Parallel()
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

// TestRunRebalanceKeeps has a partition go to another instance and come back: the one that stays is not read again.
func TestRunRebalanceKeeps(t *testing.T) {
	t.Parallel()
	b := newBench(t, 2)
	var mu sync.Mutex
	shown := map[string]int{}
	b.seen = func(key string) {
		mu.Lock()
		defer mu.Unlock()
		shown[key]++
	}
	one, _ := b.run(t)
	b.put(t, "in", 0, "a", b.encode(t, "1"))
	b.put(t, "in", 1, "b", b.encode(t, "1"))
	b.awaitTable(t, map[string]string{"a": "<1>", "b": "<1>"})
	b.seen = nil
	_, stop := b.run(t)
	b.put(t, "in", 0, "a", nil)
	b.put(t, "in", 1, "b", nil)
	b.awaitTable(t, map[string]string{})
	_ = stop()
	await(t, "the partition is back", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return shown["a"]+shown["b"] >= 5 && one.IsReady() // the one: its record and its end; the other: the record, again, and its end
	})
	mu.Lock()
	defer mu.Unlock()
	if n := min(shown["a"], shown["b"]); n != 2 {
		t.Errorf("records were shown %v times: the partition that stayed was read again", shown)
	}
}

func TestRunWaitsForKafka(t *testing.T) {
	t.Parallel()
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
