package stream_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// fed is the toy processor as an ingest: events put keys, the last event puts "end",
// and what the table held at the start is noted.
func (b *bench) fed(restored map[string]string) stream.Spec[map[string]*schemas.NetworkMap, event, schemas.NetworkMap] {
	spec := b.spec()
	spec.Inputs = nil
	spec.Exact = b.exact
	if b.resigns {
		spec.Step = resigning(spec.Step)
	}
	spec.Source = func(key string, v *schemas.NetworkMap) (source string, heard, ok bool) {
		source, ok = strings.CutPrefix(key, "lost ")
		return source, false, ok
	}
	spec.Stop = func() event { return event{key: "end", value: mapOf("end")} }
	spec.Restore = func(key string, v *schemas.NetworkMap) event {
		if v == nil {
			delete(restored, key)
		} else {
			restored[key] = v.Meta.VTag.Tag
		}
		return event{flush: true}
	}
	return spec
}

// feed runs an ingest of the name until the returned function is called.
func (b *bench) feed(t *testing.T, name string, restored map[string]string) (chan<- stream.Event[event], func()) {
	t.Helper()
	events := make(chan stream.Event[event])
	ctx, cancel := context.WithCancel(t.Context())
	done, started := make(chan error, 1), make(chan struct{})
	rt := newRuntime(t)
	go func() {
		source := stream.Source[event]{Name: name, Replicas: "replicas-" + name, Events: events, Start: func(context.Context) error {
			close(started)
			return nil
		}}
		done <- stream.Feed(ctx, b.fed(restored), source, b.config, rt)
	}()
	select {
	case <-started:
	case err := <-done:
		t.Fatal(err)
	}
	await(t, "publishes", rt.IsReady)
	return events, func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Feed ended with %v", err)
		}
	}
}

func TestFeed(t *testing.T) {
	t.Parallel()
	b := newBench(t, 3)
	events, stop := b.feed(t, "name", map[string]string{})
	for key, tag := range map[string]string{"a": "1", "b": "2"} {
		events <- stream.Event[event]{Event: event{key: key, value: mapOf(tag)}, ObservedAt: time.UnixMicro(5)}
	}
	stop()
	want := map[string]string{"a": "<1>", "b": "<2>", "end": "<end>"}
	for _, r := range b.awaitTable(t, want) {
		if p := stream.Partition("name", 3); r.TopicPartition.Partition != p {
			t.Errorf("%s is in partition %d, want that of the name, %d", r.Key, r.TopicPartition.Partition, p)
		}
	}

	restored := map[string]string{}
	events, stop = b.feed(t, "name", restored)
	if !maps.Equal(restored, want) {
		t.Errorf("restored %v, want %v", restored, want)
	}
	events <- stream.Event[event]{Event: event{key: "a"}, ObservedAt: time.UnixMicro(6)}
	stop()
	delete(want, "a")
	b.awaitTable(t, want)
}

// TestFeedJoins tells more events than there are transactions: what comes while one is under way
// joins it.
func TestFeedJoins(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	events, stop := b.feed(t, "name", map[string]string{})
	var transactions atomic.Int32
	b.cluster.ControlKey(int16(kmsg.EndTxn), func(kmsg.Request) (kmsg.Response, error, bool) {
		b.cluster.KeepControl()
		transactions.Add(1)
		return nil, nil, false
	})
	want := map[string]string{}
	for i := range 50 {
		key, tag := fmt.Sprint("key", i), fmt.Sprint(i)
		events <- stream.Event[event]{Event: event{key: key, value: mapOf(tag)}, ObservedAt: time.UnixMicro(5)}
		want[key] = "<" + tag + ">"
		time.Sleep(time.Millisecond)
	}
	b.awaitTable(t, want)
	if n := int(transactions.Load()); n == 0 || n > len(want)*9/10 {
		t.Errorf("%d events came in %d transactions", len(want), n)
	}
	stop()
}

func TestFeedStartFails(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	broken := errors.New("broken")
	source := stream.Source[event]{Name: "name", Replicas: "replicas", Start: func(context.Context) error { return broken }}
	err := stream.Feed(t.Context(), b.fed(map[string]string{}), source, b.config, newRuntime(t))
	if !errors.Is(err, broken) {
		t.Errorf("Feed ended with %v, want %v", err, broken)
	}
}

// TestFeedTooLarge withdraws a record that the broker does not take for its size: at
// once, and not what came after it.
func TestFeedTooLarge(t *testing.T) {
	t.Parallel()
	for _, exact := range []bool{false, true} {
		t.Run(fmt.Sprintf("exact %t", exact), func(t *testing.T) {
			b := newBench(t, 1)
			b.config.KafkaProperties = service.Properties{"message.max.bytes": "8000000"}
			b.exact = exact
			b.createTopic(t, "out", "8000000")
			events, stop := b.feed(t, "name", map[string]string{})
			b.alterTopic(t, "out", "max.message.bytes", "1048588") // while the processor runs
			put := func(key, tag string) {
				events <- stream.Event[event]{Event: event{key: key, value: mapOf(tag)}, ObservedAt: time.UnixMicro(5)}
			}
			put("a", "1")
			b.awaitTable(t, map[string]string{"a": "<1>"})
			large := noise(1_500_000)
			put("a", large)
			b.awaitTable(t, map[string]string{})
			for i := range 10 {
				put("b", large)
				time.Sleep(time.Duration(i) * time.Millisecond)
				put("b", "2")
				time.Sleep(50 * time.Millisecond) // a batch
			}
			put("c", "3")
			b.awaitTable(t, map[string]string{"b": "<2>", "c": "<3>"})
			time.Sleep(300 * time.Millisecond)
			put("c", "4")
			b.awaitTable(t, map[string]string{"b": "<2>", "c": "<4>"})
			stop()
		})
	}
}
