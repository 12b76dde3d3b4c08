package stream

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// state is how far a task is.
type state int

const (
	standby state = iota // another instance publishes
	resting              // there is nothing in the tables, and no publisher
	opening              // earlier publishers of the partition are being shut out
	loading              // the tables are being read
	live                 // the output table is as the machine says, but for what is under way
)

// task is a processor at work on one partition.
type task[S, E, V any] struct {
	shell    *shell[S, E, V]
	number   int32
	assigned []kafka.TopicPartition // what the consumer reads for it
	resign   func(bool)             // takes whether the processor wants another instance to publish

	mu      sync.Mutex
	flushed *sync.Cond // nothing is to be handed to the writer any more
	state   state
	cancel  context.CancelFunc // of the opening
	machine *Machine[S, E, V]
	dirty   bool // something was applied since the last flush
	order   *order
	pending pending
	left    ends   // of what is being loaded
	inputs  string // the header of the next publication, where the inputs are read whole
	writer  *writer[V]
}

func newTask[S, E, V any](s *shell[S, E, V], number int32) *task[S, E, V] {
	spec := s.spec
	if s.whole != nil {
		spec = spec.comparing()
	}
	t := &task[S, E, V]{
		shell: s, number: number, resign: func(bool) {}, cancel: func() {},
		machine: NewMachine(spec), order: newOrder(), pending: pending{},
	}
	t.flushed = sync.NewCond(&t.mu)
	return t
}

func (t *task[S, E, V]) is(s state) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state == s
}

// opens notes that the task is being opened until cancel is called.
func (t *task[S, E, V]) opens(cancel context.CancelFunc) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.state, t.cancel = opening, cancel
}

// rests notes that there is nothing to read and to publish yet.
func (t *task[S, E, V]) rests() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.state = resting
}

// begins takes a publisher, now the only one, and the ends to which partitions are to be read.
func (t *task[S, E, V]) begins(p *publisher[V], left ends) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.machine.Forget()
	t.order, t.pending, t.left, t.state = newOrder(), pending{}, left, loading
	for p := range left {
		t.order.read(p)
	}
	t.writer = startWriter(t.shell.ctx, p, t.flush, func(w *writer[V]) {
		t.shell.do(func() { t.shell.lost(t, w) })
	})
}

// stops makes the task stand by, and returns its writer, which is still to be stopped; nil if it has none.
func (t *task[S, E, V]) stops() *writer[V] {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cancel()
	w := t.writer
	t.writer, t.left, t.state = nil, nil, standby
	if w != nil && t.shell.spec.StandBy != nil {
		t.machine.Apply(t.shell.spec.StandBy(), Cause{ObservedAt: time.Now()})
		t.dirty = true
	}
	t.flushLocked()
	t.flushed.Broadcast()
	return w
}

// writes reports whether a writer is the task's.
func (t *task[S, E, V]) writes(w *writer[V]) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.writer == w
}

// take takes a record; apply shows it to the machine when the inputs that it was made from are there.
func (t *task[S, E, V]) take(m *kafka.Message, apply func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := partitionOf(m.TopicPartition)
	if t.state != loading && t.state != live {
		return
	}
	if before := t.order.taken[p]; int64(m.TopicPartition.Offset) < before {
		t.writer.end.went(stepBack(m, before))
		return
	}
	t.order.take(m, time.Now(), func() {
		t.pending.take(p, m, time.Now())
		apply()
		t.dirty = true
	})
	t.at(m)
}

// end takes that there is nothing more in a partition (yet).
func (t *task[S, E, V]) end(tp kafka.TopicPartition) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.state != loading && t.state != live {
		return
	}
	p := partitionOf(tp)
	t.order.end(p, int64(tp.Offset), time.Now())
	t.pending.end(p, time.Now())
	t.at(kafka.PartitionEOF(tp))
}

// at makes the task live if an event is at the last of the ends.
func (t *task[S, E, V]) at(event kafka.Event) {
	tp, end := t.left.at(event)
	if !end {
		return
	}
	if *tp.Topic == t.shell.spec.Output.Topic {
		t.shell.unassign(t, tp)
	}
	if len(t.left) > 0 {
		return
	}
	if t.shell.whole != nil {
		t.shell.whole.joins(t)
		return
	}
	t.order.release(time.Now(), true)
	t.state, t.dirty = live, true
	if t.shell.spec.TakeOver != nil {
		t.machine.Apply(t.shell.spec.TakeOver(), Cause{ObservedAt: time.Now()})
	}
	if t.shell.fed() {
		t.shell.runtime.Log.Info("this instance publishes", "group", t.shell.group)
	}
}

// load shows a record of the output table to the machine.
func (t *task[S, E, V]) load(m *kafka.Message) {
	if t.state == loading {
		load(t.machine, t.shell.spec.Output.Serde, m, t.shell.bad, t.shell.decodeRetry)
	}
}

// apply shows events to the machine.
func (t *task[S, E, V]) apply(cause Cause, events ...E) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range events {
		t.machine.Apply(e, cause)
	}
	t.dirty = true
}

// release gives out records that have waited long enough, and publishes what there is.
func (t *task[S, E, V]) release(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.order.release(now, false)
	t.flushLocked()
}

// flush publishes what the machine has to say, if it is caught up and the writer has room.
func (t *task[S, E, V]) flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.flushLocked()
}

func (t *task[S, E, V]) flushLocked() {
	switch {
	case !t.dirty, t.state == live && (t.writer.full() || !t.pending.none(time.Now())), t.state != live && !t.shell.fed():
		return
	case t.state != live && !t.shell.spec.Exact:
		t.machine.Discard() // TakeOver puts out what there is
	default:
		changes, cause := t.machine.Flush()
		t.setAlarms()
		if len(changes) > 0 && t.state == live {
			t.writer.publications <- t.writer.prepare(t.shell.ctx, changes, cause, t.madeFrom())
		}
	}
	t.dirty = false
	t.flushed.Broadcast()
	t.resign(t.machine.Resigned())
}

// hears returns which sources the processor hears, and which not.
func (t *task[S, E, V]) hears() map[string]bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.machine.heard)
}

// awaitRoom waits until what was applied has been handed on, or ctx ends.
func (t *task[S, E, V]) awaitRoom(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.flushed.Broadcast()
	})
	defer stop()
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.flushLocked(); t.dirty && ctx.Err() == nil; {
		t.flushed.Wait()
	}
}

// setAlarms sets the alarms that the machine asks for.
func (t *task[S, E, V]) setAlarms() {
	machine := t.machine
	for _, alarm := range machine.Alarms() {
		time.AfterFunc(alarm.After, func() {
			t.mu.Lock()
			defer t.mu.Unlock()
			if t.machine != machine || t.shell.ctx.Err() != nil {
				return
			}
			machine.Wake(alarm.Name, time.Now())
			t.dirty = true
			t.flushLocked()
		})
	}
}

// madeFrom returns the inputs header of a publication.
func (t *task[S, E, V]) madeFrom() string {
	if t.shell.whole != nil {
		return t.inputs
	}
	return t.order.inputs(t.shell.spec.Output.Topic)
}

// publishes reports whether a publication is under way.
func (t *task[S, E, V]) publishes() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.writer != nil && (t.writer.full() || t.writer.busy.Load())
}

// logEnd is the end of what the task writes; nil while it does not.
func (t *task[S, E, V]) logEnd() *logEnd {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.writer == nil {
		return nil
	}
	return t.writer.end
}

// restarts has the task begin anew, since a table is not what it was.
func (t *task[S, E, V]) restarts(why error) {
	if end := t.logEnd(); end != nil {
		end.went(why)
	}
}
