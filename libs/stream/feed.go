package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

// Event is an event from outside Kafka and when it reached the system.
type Event[E any] struct {
	Event      E
	ObservedAt time.Time
}

// Feed runs a processor without Kafka inputs, an ingest: it reads the output table's
// partition of name, calls start once caught up, and then takes events until ctx
// ends or something fails for good. Events wait while Kafka does not take records.
func Feed[S, E, V any](ctx context.Context, spec Spec[S, E, V], name string, c service.Config, rt *service.Runtime,
	events <-chan Event[E], start func(context.Context) error,
) error {
	m, err := newMetrics(rt.Meter)
	if err != nil {
		return err
	}
	publisher, err := newPublisher(c, rt, m, spec.Output)
	if err != nil {
		return err
	}
	defer publisher.close(closeTime)
	if err := prepare(ctx, publisher.producer, spec, c, rt); err != nil {
		return err
	}
	f := &feed[S, E, V]{
		machine: NewMachine(spec), publisher: publisher, runtime: rt, stop: spec.Stop,
		bad: newBadRecords(m, rt), wakes: make(chan string, 64),
	}
	if err := f.load(ctx, spec, name, c); err != nil {
		return err
	}
	return f.run(ctx, events, start)
}

type feed[S, E, V any] struct {
	machine   *Machine[S, E, V]
	publisher *publisher[V]
	runtime   *service.Runtime
	bad       *badRecords
	stop      func() E // nil: none
	number    int32
	wakes     chan string
}

// load reads the output table's partition to its end.
func (f *feed[S, E, V]) load(ctx context.Context, spec Spec[S, E, V], name string, c service.Config) error {
	consumer, err := NewConsumer(c, "altostream-"+spec.Name, f.runtime.Log)
	if err != nil {
		return err
	}
	defer func() { _ = closeWithin(closeTime, func() { _ = consumer.Close() }) }()
	topic := spec.Output.Topic
	n, err := partitionCount(consumer, topic, topicPatience)
	if err != nil {
		return err
	}
	f.number = Partition(name, n)
	if err := consumer.Assign([]kafka.TopicPartition{{Topic: &topic, Partition: f.number, Offset: kafka.OffsetBeginning}}); err != nil {
		return fmt.Errorf("read %s: %w", topic, err)
	}
	warn := newWarnings(c, f.runtime.Log).warn
	for ctx.Err() == nil {
		switch e := consumer.Poll(pollMillis).(type) {
		case *kafka.Message:
			load(f.machine, spec.Output.Serde, e, f.bad, func(decode func() error) error { return decodeRetry(ctx, warn, decode) })
		case kafka.PartitionEOF:
			return nil
		case kafka.Error:
			if e.IsFatal() {
				return fmt.Errorf("kafka consumer: %w", e)
			}
			warn(e)
		}
	}
	return ctx.Err()
}

func (f *feed[S, E, V]) run(ctx context.Context, events <-chan Event[E], start func(context.Context) error) error {
	if err := f.flush(ctx); err != nil {
		return err
	}
	f.runtime.Log.Info("caught up")
	if err := start(ctx); err != nil {
		return err
	}
	f.runtime.Ready(true)
	for {
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), f.drain(events))
		case err := <-f.publisher.failed:
			return err
		case name := <-f.wakes:
			f.machine.Wake(name, time.Now())
		case e := <-events:
			f.apply(e, events)
		}
		forget := func(_ int32, key string) { f.machine.Forget(key) }
		if err := f.publisher.withdrawTooLarge(ctx, forget); err != nil {
			return err
		}
		if err := f.flush(ctx); err != nil {
			return err
		}
	}
}

// drain takes the events that wait, and the last one, and publishes what they change.
func (f *feed[S, E, V]) drain(events <-chan Event[E]) error {
	select {
	case e := <-events:
		f.apply(e, events)
	default:
	}
	if f.stop != nil {
		f.machine.Apply(f.stop(), Cause{ObservedAt: time.Now()})
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	return f.flush(ctx)
}

// apply takes an event and those that wait behind it.
func (f *feed[S, E, V]) apply(e Event[E], events <-chan Event[E]) {
	begin := time.Now()
	for {
		f.machine.Apply(e.Event, Cause{ObservedAt: e.ObservedAt})
		if time.Since(begin) > batchTime {
			return
		}
		select {
		case e = <-events:
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
	return f.publisher.publish(ctx, f.number, changes, cause, "")
}
