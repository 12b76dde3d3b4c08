package stream_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// owner is the state of a processor that puts out the keys of one partition.
type owner struct{ partition, partitions int }

// owns is the event that says which that is.
type owns owner

// runOwner runs a processor that reads its input whole, until the returned function is called.
func (b *bench) runOwner(t *testing.T) (rt *service.Runtime, stop func()) {
	t.Helper()
	in := stream.InputOf("in", b.in, func(key string, value *schemas.NetworkMap) any { return event{key: key, value: value} })
	in.Global = true
	spec := stream.Spec[owner, any, schemas.NetworkMap]{
		Name:   "owner",
		Inputs: []stream.Input[any]{in},
		Output: stream.Table[schemas.NetworkMap]{Topic: "out", Serde: b.out},
		Init:   func() owner { return owner{} },
		Step: func(s owner, e any) (owner, []stream.Output[schemas.NetworkMap]) {
			switch e := e.(type) {
			case owns:
				return owner(e), nil
			case event:
				if !e.flush && stream.Partition(e.key, s.partitions) == int32(s.partition) {
					return s, []stream.Output[schemas.NetworkMap]{{Key: e.key, Value: e.value}}
				}
			}
			return s, nil
		},
		Flush: event{flush: true},
		Owns:  func(partition, partitions int) any { return owns{partition, partitions} },
	}
	rt = newRuntime(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = stream.Run(ctx, spec, b.config, rt)
	}()
	stop = func() {
		cancel()
		<-done
	}
	t.Cleanup(stop)
	await(t, "caught up", rt.IsReady)
	return rt, stop
}

// TestRunOwns shares out the partitions of the output of a processor that reads all of its inputs whole: every
// key is in its own partition, whoever serves it.
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
	_, stop := b.runOwner(t)
	put("1")
	b.runOwner(t)
	put("2")
	stop()
	put("3")
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
