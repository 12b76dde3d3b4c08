package stream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

// Event is an event from outside Kafka and when it reached the system.
type Event[E any] struct {
	Event      E
	ObservedAt time.Time
}

// Source is what a processor without Kafka inputs, an ingest, is fed from.
type Source[E any] struct {
	// Name says which partition of the output table is the ingest's.
	Name string
	// Replicas, if not empty, is the consumer group in which instances with the same
	// sources agree on the one that publishes. The others stand by: their machines take
	// events too.
	Replicas string
	Events   <-chan Event[E]
	// Start opens the sources: without Replicas when the output table is read, else at
	// once.
	Start func(context.Context) error
}

// Feed runs a processor without Kafka inputs until ctx ends or something fails for
// good. Events wait while Kafka does not take records.
func Feed[S, E, V any](ctx context.Context, spec Spec[S, E, V], source Source[E], c service.Config, rt *service.Runtime) error {
	m, err := newMetrics(rt.Meter)
	if err != nil {
		return err
	}
	publisher, err := newPublisher(c, rt, m, spec.Output)
	if err != nil {
		return err
	}
	f := &feed[S, E, V]{
		batches: make(chan batch[V], 1), metrics: m,
		spec: spec, source: source, config: c, machine: NewMachine(spec), publisher: publisher, runtime: rt,
		bad: newBadRecords(m, rt), warnings: newWarnings(c, rt.Log), wakes: make(chan string, 64),
	}
	defer func() { f.publisher.close(closeTime) }()
	if err := prepare(ctx, publisher.producer, spec, c, rt); err != nil {
		return err
	}
	writing, stop := context.WithCancel(context.WithoutCancel(ctx))
	var writer sync.WaitGroup
	writer.Go(func() { f.write(writing) })
	defer func() {
		close(f.batches)
		stop()
		writer.Wait()
	}()
	if source.Replicas != "" {
		return f.runReplica(ctx)
	}
	return f.runAlone(ctx)
}

type feed[S, E, V any] struct {
	spec   Spec[S, E, V]
	source Source[E]
	config service.Config
	*warnings
	*metrics
	machine   *Machine[S, E, V]
	publisher *publisher[V] // another one when the lead was lost with records under way
	runtime   *service.Runtime
	bad       *badRecords
	lead      *lead // nil: there are no replicas
	number    int32 // of the output table's partition
	wakes     chan string
	batches   chan batch[V] // on their way to Kafka
	written   sync.WaitGroup
}

// batch is changes of the output table and their cause.
type batch[V any] struct {
	changes []Change[V]
	cause   Cause
}

func (f *feed[S, E, V]) runAlone(ctx context.Context) error {
	if err := f.read(ctx); err != nil {
		return err
	}
	if err := f.takeOver(ctx); err != nil {
		return err
	}
	if err := f.source.Start(ctx); err != nil {
		return err
	}
	f.runtime.Ready(true)
	defer f.settle()
	return f.run(ctx, nil)
}

// read reads the output table's partition to its end.
func (f *feed[S, E, V]) read(ctx context.Context) error {
	consumer, err := NewConsumer(f.config, "altostream-"+f.spec.Name, f.runtime.Log)
	if err != nil {
		return err
	}
	defer func() { _ = closeWithin(closeTime, func() { _ = consumer.Close() }) }()
	topic := f.spec.Output.Topic
	n, err := partitionCount(consumer, topic, topicPatience)
	if err != nil {
		return err
	}
	f.number = Partition(f.source.Name, n)
	if err := consumer.Assign([]kafka.TopicPartition{{Topic: &topic, Partition: f.number, Offset: kafka.OffsetBeginning}}); err != nil {
		return fmt.Errorf("read %s: %w", topic, err)
	}
	for ctx.Err() == nil {
		switch e := consumer.Poll(pollMillis).(type) {
		case *kafka.Message:
			f.load(ctx, e)
		case kafka.PartitionEOF:
			return nil
		case kafka.Error:
			if e.IsFatal() {
				return fmt.Errorf("kafka consumer: %w", e)
			}
			f.warn(e)
		}
	}
	return ctx.Err()
}

func (f *feed[S, E, V]) load(ctx context.Context, m *kafka.Message) {
	load(f.machine, f.spec.Output.Serde, m, f.bad, func(decode func() error) error { return decodeRetry(ctx, f.warn, decode) })
}

// takeOver makes this instance the one that publishes; the output table is read.
func (f *feed[S, E, V]) takeOver(ctx context.Context) error {
	if f.spec.TakeOver != nil {
		f.machine.Apply(f.spec.TakeOver(), Cause{ObservedAt: time.Now()})
	}
	if err := f.flush(ctx); err != nil {
		return err
	}
	f.runtime.Log.Info("caught up")
	return nil
}

func (f *feed[S, E, V]) runReplica(ctx context.Context) error {
	lead, err := join(ctx, f.config, f.runtime, f.source.Replicas, f.spec.Output.Topic, f.source.Name)
	if err != nil {
		return err
	}
	defer lead.close()
	f.lead, f.number = lead, lead.table.Partition
	if err := f.source.Start(ctx); err != nil {
		return err
	}
	defer f.settle()
	return f.run(ctx, lead.events)
}

// follow takes what the group of replicas says.
func (f *feed[S, E, V]) follow(ctx context.Context, e leadEvent) error {
	switch {
	case e.err != nil:
		return e.err
	case e.record != nil:
		f.load(ctx, e.record)
	case e.end:
		if err := f.takeOver(ctx); err != nil {
			return err
		}
		f.runtime.Log.Info("this instance publishes", "group", f.source.Replicas)
		f.runtime.Ready(true)
	case e.missed:
		f.runtime.Log.Info("another instance publishes; standing by", "group", f.source.Replicas)
		f.runtime.Ready(true)
	case e.lost != nil:
		defer close(e.lost)
		if e.late || f.settle() > 0 {
			if err := f.abandon(); err != nil {
				return err
			}
		}
		f.machine.Apply(f.spec.StandBy(), Cause{ObservedAt: time.Now()})
	}
	return nil
}

func (f *feed[S, E, V]) run(ctx context.Context, lead <-chan leadEvent) error {
	forget := func(_ int32, key string) { f.machine.Forget(key) }
	for {
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), f.drain())
		case err := <-f.publisher.failed:
			return err
		case m := <-f.publisher.tooLarge:
			if err := f.publisher.withdrawal(ctx, m, forget); err != nil {
				return err
			}
		case e := <-lead:
			if err := f.follow(ctx, e); err != nil {
				return err
			}
		case name := <-f.wakes:
			f.machine.Wake(name, time.Now())
		case e := <-f.source.Events:
			f.apply(e)
		}
		if err := f.flush(ctx); err != nil {
			return err
		}
		if f.lead != nil {
			f.lead.want(!f.machine.Resigned())
		}
	}
}

// drain takes the events that wait, and the last one, and publishes what they change.
func (f *feed[S, E, V]) drain() error {
	select {
	case e := <-f.source.Events:
		f.apply(e)
	default:
	}
	if f.spec.Stop != nil {
		f.machine.Apply(f.spec.Stop(), Cause{ObservedAt: time.Now()})
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	return f.flush(ctx)
}

// apply takes an event and those that wait behind it.
func (f *feed[S, E, V]) apply(e Event[E]) {
	begin := time.Now()
	for {
		f.machine.Apply(e.Event, Cause{ObservedAt: e.ObservedAt})
		if time.Since(begin) > batchTime {
			return
		}
		select {
		case e = <-f.source.Events:
		default:
			return
		}
	}
}

func (f *feed[S, E, V]) flush(ctx context.Context) error {
	changes, cause := f.machine.Flush()
	for _, alarm := range f.machine.Alarms() {
		time.AfterFunc(alarm.After, func() { f.wakes <- alarm.Name })
	}
	if len(changes) == 0 {
		return nil
	}
	if !f.spec.Exact {
		return f.publisher.publish(ctx, f.number, changes, cause, "") // what the next step may change
	}
	f.written.Add(1)
	for {
		select {
		case f.batches <- batch[V]{changes, cause}:
			return nil
		case <-ctx.Done():
			f.written.Done()
			return ctx.Err()
		case e := <-f.leadEvents():
			if e.lost != nil {
				f.written.Done() // the next instance finds out what has changed
			}
			if err := f.follow(ctx, e); err != nil || e.lost != nil {
				return err
			}
		}
	}
}

// leadEvents is what the group of replicas says; nil if there are none.
func (f *feed[S, E, V]) leadEvents() <-chan leadEvent {
	if f.lead == nil {
		return nil
	}
	return f.lead.events
}

// abandon gives up the records under way, with the producer that has them: another
// instance may publish by now, and what this one delivered late would stay. When it
// publishes again it compares the table with its state.
func (f *feed[S, E, V]) abandon() error {
	p, err := newPublisher(f.config, f.runtime, f.metrics, f.spec.Output)
	if err != nil {
		return err
	}
	f.publisher.abandon()
	f.written.Wait()
	left := f.publisher.producer.Len()
	go f.publisher.close(0)
	f.publisher = p
	if left > 0 {
		f.runtime.Log.Warn("this instance does not publish any more; records under way are given up", "records", left)
	}
	return nil
}

// write hands batches to Kafka while the next one is made.
func (f *feed[S, E, V]) write(ctx context.Context) {
	for b := range f.batches {
		if err := f.publisher.publish(ctx, f.number, b.changes, b.cause, ""); err != nil {
			f.publisher.fail(err)
		}
		f.written.Done()
	}
}

// settle waits for what is under way and returns how many records, or batches, are left.
func (f *feed[S, E, V]) settle() int {
	if err := closeWithin(closeTime, f.written.Wait); err != nil {
		return max(1, f.publisher.settle(0))
	}
	return f.publisher.settle(closeTime)
}
