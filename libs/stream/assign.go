package stream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// restartTime is the pause before a task that was shut out opens anew: by then the group has said whether
// the partition is another instance's.
const restartTime = 2 * time.Second

// rebalance takes what the group says: which partitions are this instance's from now on, or are not any
// more. Those that stay are not touched.
func (s *shell[S, E, V]) rebalance(c *kafka.Consumer, event kafka.Event) error {
	switch e := event.(type) {
	case kafka.AssignedPartitions:
		if s.waiting != nil {
			s.waiting.Done()
			s.waiting = nil
		}
		for _, tp := range e.Partitions {
			s.own(tp.Partition)
		}
		if s.whole != nil && len(s.tasks) > 0 {
			s.whole.open()
		}
		if len(e.Partitions) > 0 {
			s.runtime.Log.Info("partitions assigned", "new", len(e.Partitions))
		}
		s.sayStandby()
		return c.IncrementalAssign(nil) // they are read once earlier publishers are shut out
	case kafka.RevokedPartitions:
		patience := closeTime
		if c.AssignmentLost() { // another instance may have them already
			patience = 0
		}
		var tasks []*task[S, E, V]
		for _, tp := range e.Partitions {
			if t := s.tasks[tp.Partition]; t != nil {
				tasks = append(tasks, t)
			}
		}
		s.release(tasks, patience)
		if s.whole != nil && len(s.tasks) == 0 {
			s.whole.close()
		}
		return c.IncrementalUnassign(nil)
	}
	return nil
}

// own makes a partition this instance's.
func (s *shell[S, E, V]) own(number int32) {
	t := s.tasks[number]
	if t == nil {
		if s.fed() {
			return // no source here tells of it
		}
		t = newTask(s, number)
		s.mu.Lock()
		s.tasks[number] = t
		s.mu.Unlock()
	}
	s.open(t, 0)
}

// sayStandby says that another instance publishes for an ingest.
func (s *shell[S, E, V]) sayStandby() {
	for _, t := range s.tasks {
		if t.is(standby) {
			s.runtime.Log.Info("another instance publishes; standing by", "group", s.group)
		}
	}
}

// open shuts out earlier publishers of a task's partition, after a pause, and has it read.
func (s *shell[S, E, V]) open(t *task[S, E, V], after time.Duration) {
	ctx, cancel := context.WithCancel(s.ctx)
	t.opens(cancel)
	before, opened := s.opening[t.number], make(chan struct{})
	s.opening[t.number] = opened
	go func() {
		defer close(opened)
		if before != nil { // it could shut out the later one
			<-before
		}
		if !pause(ctx, after) {
			return
		}
		p, err := openPublisher(ctx, s.client, s.metrics, s.spec.Output, t.number, s.id(t.number))
		if err == nil {
			err = s.locate(ctx, t, p)
		}
		if err != nil && ctx.Err() == nil {
			s.fail(fmt.Errorf("partition %d of %s: %w", t.number, s.spec.Output.Topic, err))
		}
	}()
}

// locate finds what a task has to read, and to which ends, and has it read.
func (s *shell[S, E, V]) locate(ctx context.Context, t *task[S, E, V], p *publisher[V]) error {
	own := []kafka.TopicPartition{start(s.spec.Output.Topic, t.number)}
	if s.whole == nil {
		for _, in := range s.spec.Inputs {
			own = append(own, start(in.Topic, t.number))
		}
	}
	left := ends{}
	err := left.await(ctx, s.consumer, own, s.runtime)
	if err == nil && len(own) > 1 && left.nothing(own) {
		p.close()
		s.do(func() { s.rest(ctx, t, own[1:]) })
		return nil
	}
	if err != nil || !s.do(func() { s.read(ctx, t, p, left, own) }) {
		p.close()
	}
	return err
}

// rest has a task whose tables never held anything wait for the first record of its inputs. A publisher
// costs something all the time, and is opened again then. Inputs that are read whole come at any time.
func (s *shell[S, E, V]) rest(ctx context.Context, t *task[S, E, V], inputs []kafka.TopicPartition) {
	if ctx.Err() != nil {
		return
	}
	t.rests()
	s.assign(t, inputs)
}

// begin has a task begin that rested.
func (s *shell[S, E, V]) begin(t *task[S, E, V]) {
	s.stopReading(t.assigned)
	t.assigned = nil
	s.open(t, 0)
}

// assign has a task's own partitions read.
func (s *shell[S, E, V]) assign(t *task[S, E, V], own []kafka.TopicPartition) {
	t.assigned = own
	if err := s.consumer.IncrementalAssign(own); err != nil {
		s.fail(fmt.Errorf("read partition %d: %w", t.number, err))
	}
}

// start is the beginning of a partition.
func start(topic string, number int32) kafka.TopicPartition {
	return kafka.TopicPartition{Topic: &topic, Partition: number, Offset: kafka.OffsetBeginning}
}

// read has a task's partitions read from the beginning.
func (s *shell[S, E, V]) read(ctx context.Context, t *task[S, E, V], p *publisher[V], left ends, own []kafka.TopicPartition) {
	if ctx.Err() != nil {
		p.close()
		return
	}
	t.begins(p, left)
	s.assign(t, own)
}

// unassign stops reading a partition for a task.
func (s *shell[S, E, V]) unassign(t *task[S, E, V], tp kafka.TopicPartition) {
	for i, assigned := range t.assigned {
		if *assigned.Topic == *tp.Topic {
			t.assigned = append(t.assigned[:i:i], t.assigned[i+1:]...)
			s.stopReading([]kafka.TopicPartition{assigned})
			return
		}
	}
}

func (s *shell[S, E, V]) stopReading(partitions []kafka.TopicPartition) {
	if len(partitions) == 0 {
		return
	}
	if err := s.consumer.IncrementalUnassign(partitions); err != nil {
		s.client.warn(fmt.Errorf("stop reading: %w", err))
	}
}

// release ends the publishing of tasks; what is under way is waited for, at most d. All but an ingest's
// are given up.
func (s *shell[S, E, V]) release(tasks []*task[S, E, V], d time.Duration) {
	var stopping sync.WaitGroup
	for _, t := range tasks {
		if s.whole != nil {
			s.whole.leaves(t)
		}
		w := t.stops()
		s.stopReading(t.assigned)
		t.assigned = nil
		if w != nil {
			stopping.Go(func() {
				if !w.stop(d) && d > 0 {
					s.runtime.Log.Warn("this instance does not publish any more; what was under way is given up", "partition", t.number)
				}
			})
		}
		if !s.fed() {
			s.mu.Lock()
			delete(s.tasks, t.number)
			s.mu.Unlock()
		}
	}
	stopping.Wait()
}

// lost takes that a task's writer cannot go on.
func (s *shell[S, E, V]) lost(t *task[S, E, V], w *writer[V]) {
	if t.writes(w) {
		s.restart(t, w.err)
	}
}

// restartAll has everything begin anew.
func (s *shell[S, E, V]) restartAll(why error) {
	if s.whole != nil {
		s.whole.close()
		s.whole.open()
	}
	for _, t := range s.all() {
		t.restarts(why)
	}
}

// restart has a task begin anew.
func (s *shell[S, E, V]) restart(t *task[S, E, V], why error) {
	if s.ctx.Err() != nil {
		return
	}
	s.runtime.Log.Warn("a partition begins anew", "partition", t.number, "topic", s.spec.Output.Topic, "error", why)
	s.release([]*task[S, E, V]{t}, 0)
	if !s.fed() {
		t = newTask(s, t.number)
		s.mu.Lock()
		s.tasks[t.number] = t
		s.mu.Unlock()
	}
	after := restartTime
	if errors.Is(why, errRecreated) {
		after = 0
	}
	s.open(t, after)
}
