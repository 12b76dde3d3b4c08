package stream_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// owner is the state of a processor that reads its input whole, and puts out the keys of some partitions.
type owner struct {
	held       map[string]*schemas.NetworkMap
	owned      map[int]bool
	partitions int
	changed    map[string]bool
}

// owns is the event that says which they are.
type owns struct {
	partition, partitions int
	owned                 bool
}

func (s *owner) step(e any) (*owner, []stream.Output[schemas.NetworkMap]) {
	switch e := e.(type) {
	case owns:
		s.owned[e.partition], s.partitions = e.owned, e.partitions
		for key := range s.held {
			s.changed[key] = s.changed[key] || e.owned && stream.Partition(key, e.partitions) == int32(e.partition)
		}
	case event:
		if e.flush {
			return s, s.flush()
		}
		s.held[e.key], s.changed[e.key] = e.value, true
	}
	return s, nil
}

func (s *owner) flush() (out []stream.Output[schemas.NetworkMap]) {
	for _, key := range slices.Sorted(maps.Keys(s.changed)) {
		if s.owned[int(stream.Partition(key, s.partitions))] {
			out = append(out, stream.Output[schemas.NetworkMap]{Key: key, Value: s.held[key]})
		}
	}
	clear(s.changed)
	return out
}

// startOwner starts such a processor, which ends with the test; it counts the records that it reads.
func (b *bench) startOwner(t *testing.T, read *atomic.Int64) (rt *service.Runtime, stop func(), done <-chan error) {
	t.Helper()
	spec := stream.Spec[*owner, any, schemas.NetworkMap]{
		Name: "owner",
		Inputs: []stream.Input[any]{stream.InputOf("in", b.in, func(key string, value *schemas.NetworkMap) any {
			read.Add(1)
			return event{key: key, value: value}
		})},
		Output: stream.Table[schemas.NetworkMap]{Topic: "out", Serde: b.out},
		Init: func() *owner {
			return &owner{held: map[string]*schemas.NetworkMap{}, owned: map[int]bool{}, changed: map[string]bool{}}
		},
		Step:  func(s *owner, e any) (*owner, []stream.Output[schemas.NetworkMap]) { return s.step(e) },
		Flush: event{flush: true},
		Owns:  func(partition, partitions int, owned bool) any { return owns{partition, partitions, owned} },
	}
	rt = newRuntime(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended, why := make(chan struct{}), make(chan error, 1)
	go func() {
		defer close(ended)
		why <- stream.Run(ctx, spec, b.config, rt)
	}()
	stop = func() {
		cancel()
		<-ended
	}
	t.Cleanup(stop)
	await(t, "caught up", rt.IsReady)
	return rt, stop, why
}

// runOwner runs such a processor until the returned function is called.
func (b *bench) runOwner(t *testing.T, read *atomic.Int64) (rt *service.Runtime, stop func()) {
	t.Helper()
	rt, stop, _ = b.startOwner(t, read)
	return rt, stop
}

// TestRunOwns shares out the partitions of the output of a processor that reads its inputs whole: every
// key is in its own partition, whoever serves it; and an instance reads a record once, whatever becomes its own.
func TestRunOwns(t *testing.T) {
	t.Parallel()
	b := newBench(t, 3)
	want := map[string]string{}
	put := func(tag string) {
		t.Helper()
		for i := range 20 {
			key := fmt.Sprint("key", i)
			want[key] = tag
			b.put(t, "in", int32(i%3), key, b.encode(t, tag))
		}
		b.awaitTable(t, want)
	}
	b.createTopic(t, "out", "1048588")
	b.put(t, "out", stream.Partition("old", 3), "old", b.encode(t, "0")) // nothing yields it any more
	var one, other atomic.Int64
	_, stopOne := b.runOwner(t, &one)
	put("1")
	_, stop := b.runOwner(t, &other)
	put("2")
	stop()
	put("3")
	if one.Load() != 3*20 {
		t.Errorf("%d records were read by the one, of 60", one.Load())
	}
	_, _ = b.runOwner(t, &other)
	stopOne()
	put("4")
	used := map[int32]bool{}
	for _, r := range b.records(t, "out") {
		used[r.TopicPartition.Partition] = true
		if want := stream.Partition(string(r.Key), 3); r.TopicPartition.Partition != want {
			t.Errorf("%s is in partition %d, want %d", r.Key, r.TopicPartition.Partition, want)
		}
	}
	if len(used) != 3 {
		t.Errorf("of three partitions are used %v", used)
	}
}

// TestRunOwnsRecreatedInput deletes an input that is read whole and creates it anew: the output is what the new one
// says.
func TestRunOwnsRecreatedInput(t *testing.T) {
	b := newBench(t, 2)
	b.createTopic(t, "in", "1048588")
	var read atomic.Int64
	b.runOwner(t, &read)
	b.put(t, "in", 0, "a", b.encode(t, "1"))
	b.put(t, "in", 1, "b", b.encode(t, "1"))
	b.awaitTable(t, map[string]string{"a": "1", "b": "1"})
	b.withAdmin(t, func(admin *kafka.AdminClient) {
		if _, err := admin.DeleteTopics(t.Context(), []string{"in"}); err != nil {
			t.Fatal(err)
		}
	})
	b.createTopic(t, "in", "1048588")
	b.put(t, "in", 0, "b", b.encode(t, "2"))
	b.put(t, "in", 0, "c", b.encode(t, "2"))
	b.awaitTable(t, map[string]string{"b": "2", "c": "2"})
}

// TestRunOwnsMorePartitions adds a partition to the input or the output of a processor: it ends and says why, and when it
// is started again every key is in its own partition.
func TestRunOwnsMorePartitions(t *testing.T) {
	t.Parallel()
	for _, topic := range []string{"in", "out"} {
		b := newBench(t, 2)
		b.createTopic(t, "in", "1048588")
		b.createTopic(t, "out", "1048588")
		var read atomic.Int64
		_, _, done := b.startOwner(t, &read)
		want := map[string]string{}
		for i := range 20 {
			key := fmt.Sprint("key", i)
			want[key] = "1"
			b.put(t, "in", int32(i%2), key, b.encode(t, "1"))
		}
		b.awaitTable(t, want)
		b.withAdmin(t, func(admin *kafka.AdminClient) {
			if _, err := admin.CreatePartitions(t.Context(), []kafka.PartitionsSpecification{{Topic: topic, IncreaseTo: 3}}); err != nil {
				t.Fatal(err)
			}
		})
		select {
		case err := <-done:
			if wanted := "topic " + topic + " has 3 partitions, and had 2"; err == nil || !strings.Contains(err.Error(), wanted) {
				t.Fatalf("it ended with %v, want %s", err, wanted)
			}
		case <-time.After(time.Minute):
			t.Fatalf("a partition more of %s goes unnoticed", topic)
		}
		partitions := map[string]int{"in": 2, "out": 3}[topic]
		b.partitions = int32(partitions)
		b.runOwner(t, &read)
		await(t, "every key is in its own partition", func() bool {
			last := map[string]bool{}
			for _, r := range b.records(t, "out") {
				last[fmt.Sprint(string(r.Key), " ", r.TopicPartition.Partition)] = r.Value != nil
			}
			maps.DeleteFunc(last, func(_ string, there bool) bool { return !there })
			for key := range want {
				if !last[fmt.Sprint(key, " ", stream.Partition(key, partitions))] {
					return false
				}
			}
			return len(last) == len(want)
		})
	}
}

// TestRunOwnsWithoutLeader has one partition of the output without a leader: the others are kept up, and it follows
// with the last of what was put out meanwhile.
func TestRunOwnsWithoutLeader(t *testing.T) {
	b := newBench(t, 2)
	keys := map[int32]string{}
	for i := 0; len(keys) < 2; i++ {
		keys[stream.Partition(fmt.Sprint("key", i), 2)] = fmt.Sprint("key", i)
	}
	var read atomic.Int64
	b.runOwner(t, &read)
	put := func(tag string) {
		t.Helper()
		b.put(t, "in", 0, keys[1], b.encode(t, tag))
		b.put(t, "in", 0, keys[0], b.encode(t, tag))
	}
	put("1")
	b.awaitTable(t, map[string]string{keys[0]: "1", keys[1]: "1"})
	unwritten := b.withoutLeader(1)
	unwritten.Store(true)
	for _, tag := range []string{"2", "3", "4", "5"} {
		put(tag)
		b.awaitTable(t, map[string]string{keys[0]: tag, keys[1]: "1"})
	}
	unwritten.Store(false)
	b.awaitTable(t, map[string]string{keys[0]: "5", keys[1]: "5"})
}

// TestRunOwnsBehind begins with a table that was made from more of the input than has come: nothing in it is made what
// it was before, unless the rest does not come within a second.
func TestRunOwnsBehind(t *testing.T) {
	t.Parallel()
	const attempts = 10 // on a machine that is busy
	for range attempts {
		if late, records := ownBehind(t); late < time.Second {
			if len(records) != 1 {
				t.Errorf("%d records in the output, want the one that was there: %q", len(records), records)
			}
			return
		}
	}
	t.Fatal("the rest of the input was written too late each time")
}

// ownBehind returns how long after the beginning of the input its rest came, and what the output has then.
func ownBehind(t *testing.T) (late time.Duration, records []*kafka.Message) {
	b := newBench(t, 1)
	b.createTopic(t, "in", "1048588")
	b.createTopic(t, "out", "1048588")
	b.put(t, "in", 0, "a", b.encode(t, "1"))
	b.put(t, "out", 0, "a", b.encode(t, "2"), kafka.Header{Key: stream.InputsHeader, Value: []byte("in/0=2")})
	var read atomic.Int64
	var rest sync.WaitGroup
	rest.Go(func() {
		for read.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		begin := time.Now()
		time.Sleep(700 * time.Millisecond) // in which the table is loaded, and a record could be made
		b.put(t, "in", 0, "a", b.encode(t, "2"))
		late = time.Since(begin)
	})
	_, stop := b.runOwner(t, &read)
	defer stop()
	rest.Wait()
	await(t, "all is read", func() bool { return read.Load() == 2 })
	return late, b.awaitTable(t, map[string]string{"a": "2"})
}
