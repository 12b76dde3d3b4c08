package stream

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// whole is a processor that reads its inputs whole (Spec.Owns): one state for all partitions of the output that this
// instance serves. What it puts out goes to the tasks of the partitions, which compare it with their tables and
// publish it. Only the goroutine that polls uses it, but for what is locked.
type whole[S, E, V any] struct {
	shell      *shell[S, E, V]
	partitions int // of the output; 0 = the inputs are not read yet
	machine    *Machine[S, E, V]
	order      *order
	pending    pending
	left       ends // of the inputs
	dirty      bool // something was applied since the last flush
	joining    []joining[S, E, V]
	members    []*task[S, E, V] // the machine puts out what belongs into their tables

	cancel   context.CancelFunc // of what locates the inputs; nil = nobody needs them
	locating sync.WaitGroup

	mu     sync.Mutex
	inputs []kafka.TopicPartition
}

// joining is a task whose table is loaded, and which the machine does not know of yet.
type joining[S, E, V any] struct {
	*task[S, E, V]
	since time.Time
}

func newWhole[S, E, V any](s *shell[S, E, V]) *whole[S, E, V] { return &whole[S, E, V]{shell: s} }

// open has the inputs read from the beginning, unless they are.
func (w *whole[S, E, V]) open() {
	if w.cancel != nil {
		return
	}
	ctx, cancel := context.WithCancel(w.shell.ctx)
	w.cancel = cancel
	w.locating.Go(func() {
		inputs, partitions, left, err := w.locate(ctx)
		if err == nil {
			w.shell.do(func() { w.read(ctx, inputs, partitions, left) })
		} else if ctx.Err() == nil {
			w.shell.fail(fmt.Errorf("inputs of %s: %w", w.shell.spec.Name, err))
		}
	})
}

// locate finds the partitions of the inputs and their ends, and how many partitions the output has.
func (w *whole[S, E, V]) locate(ctx context.Context) (inputs []kafka.TopicPartition, partitions int, left ends, err error) {
	s := w.shell
	for _, in := range s.spec.Inputs {
		n, err := awaitPartitions(ctx, s.consumer, in.Topic, s.runtime)
		if err != nil {
			return nil, 0, nil, err
		}
		for number := range n {
			inputs = append(inputs, start(in.Topic, int32(number)))
		}
	}
	if partitions, err = awaitPartitions(ctx, s.consumer, s.spec.Output.Topic, s.runtime); err != nil {
		return nil, 0, nil, err
	}
	left = ends{}
	return inputs, partitions, left, left.await(ctx, s.consumer, inputs, s.runtime)
}

func (w *whole[S, E, V]) read(ctx context.Context, inputs []kafka.TopicPartition, partitions int, left ends) {
	if ctx.Err() != nil {
		return
	}
	w.partitions, w.left, w.machine, w.order, w.pending, w.dirty = partitions, left, NewMachine(w.shell.spec), newOrder(), pending{}, true
	for _, tp := range inputs {
		w.order.read(partitionOf(tp))
	}
	w.reads(inputs)
	if err := w.shell.consumer.IncrementalAssign(inputs); err != nil {
		w.shell.fail(fmt.Errorf("read the inputs of %s: %w", w.shell.spec.Name, err))
	}
}

func (w *whole[S, E, V]) reads(inputs []kafka.TopicPartition) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.inputs = inputs
}

// reading returns the partitions that are read.
func (w *whole[S, E, V]) reading() []kafka.TopicPartition {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.inputs
}

// close stops reading and forgets everything.
func (w *whole[S, E, V]) close() {
	if w.cancel != nil {
		w.cancel()
		w.cancel = nil
	}
	w.shell.stopReading(w.reading())
	w.reads(nil)
	w.partitions, w.machine, w.left, w.joining, w.members = 0, nil, nil, nil, nil
}

// joins takes a task whose table is loaded.
func (w *whole[S, E, V]) joins(t *task[S, E, V]) {
	w.joining = append(w.joining, joining[S, E, V]{t, time.Now()})
}

// leaves takes a task that does not publish any more.
func (w *whole[S, E, V]) leaves(t *task[S, E, V]) {
	w.joining = slices.DeleteFunc(w.joining, func(j joining[S, E, V]) bool { return j.task == t })
	if i := slices.Index(w.members, t); i >= 0 {
		w.members = slices.Delete(w.members, i, i+1)
		w.machine.step(w.shell.spec.Owns(int(t.number), w.partitions, false))
	}
}

// take shows an event, a record of an input, to the machine when the inputs that it was made from are there.
func (w *whole[S, E, V]) take(m *kafka.Message, event E) {
	if w.machine == nil {
		return // it comes late
	}
	p := partitionOf(m.TopicPartition)
	if before := w.order.taken[p]; int64(m.TopicPartition.Offset) < before {
		w.shell.restartAll(stepBack(m, before))
		return
	}
	w.order.take(m, time.Now(), func() {
		w.pending.take(p, m, time.Now())
		w.machine.Apply(event, causeOf(m))
		w.dirty = true
	})
	w.at(m)
}

// end takes that there is nothing more in a partition (yet).
func (w *whole[S, E, V]) end(tp kafka.TopicPartition) {
	if w.machine == nil {
		return
	}
	p := partitionOf(tp)
	w.order.end(p, int64(tp.Offset), time.Now())
	w.pending.end(p, time.Now())
	w.at(kafka.PartitionEOF(tp))
}

func (w *whole[S, E, V]) at(event kafka.Event) {
	if _, end := w.left.at(event); end && len(w.left) == 0 {
		w.order.release(time.Now(), true)
	}
}

// release gives out records that have waited long enough, and hands what the machine has to say to the tasks.
func (w *whole[S, E, V]) release(now time.Time) {
	if w.machine == nil {
		return
	}
	w.order.release(now, false)
	if len(w.left) > 0 || !w.pending.none(now) {
		return
	}
	joining := w.ripe(now)
	if len(joining) == 0 && (!w.dirty || len(w.members) == 0) {
		return
	}
	for _, t := range joining {
		w.machine.step(w.shell.spec.Owns(int(t.number), w.partitions, true))
	}
	out, cause := w.machine.Outputs()
	w.members = append(w.members, joining...)
	w.share(out, cause, joining)
	w.dirty = false
}

// ripe returns the tasks that join now, which are not joining any more: the inputs have been read as far as by the
// instance that wrote their tables, lest these be made what they were before.
func (w *whole[S, E, V]) ripe(now time.Time) (ripe []*task[S, E, V]) {
	w.joining = slices.DeleteFunc(w.joining, func(j joining[S, E, V]) bool {
		is := w.order.reached(j.order.elsewhere) || now.Sub(j.since) > patience
		if is {
			ripe = append(ripe, j.task)
		}
		return is
	})
	return ripe
}

// share hands outputs to the tasks of their partitions, and even nothing to those that join: their tables are
// to hold nothing else. The tasks compare and encode side by side.
func (w *whole[S, E, V]) share(out []Output[V], cause Cause, joining []*task[S, E, V]) {
	shares := map[int32][]Output[V]{}
	for _, o := range out {
		number := Partition(o.Key, w.partitions)
		shares[number] = append(shares[number], o)
	}
	inputs := w.order.inputs(w.shell.spec.Output.Topic)
	var flushing sync.WaitGroup
	for _, t := range w.members {
		if share := shares[t.number]; len(share) > 0 || slices.Contains(joining, t) {
			flushing.Go(func() { t.give(share, cause, inputs) })
		}
	}
	flushing.Wait()
}

// give takes outputs of a processor that reads its inputs whole, and publishes what they change.
func (t *task[S, E, V]) give(out []Output[V], cause Cause, inputs string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.machine.Take(out, cause)
	t.inputs, t.state, t.dirty = inputs, live, true
	t.flushLocked()
}
