package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"golang.org/x/sync/errgroup"

	"github.com/altostream/altostream/libs/service"
)

const (
	pollMillis = 100                   // longest wait for a record
	batchTime  = 20 * time.Millisecond // longest time that a busy input is coalesced
	closeTime  = 5 * time.Second
)

// Run runs a processor on Kafka inputs until ctx ends or something fails for good.
// It creates topics that do not exist and registers the schema of its output; a
// broker or registry that is away is waited for.
func Run[S, E, V any](ctx context.Context, spec Spec[S, E, V], c service.Config, rt *service.Runtime) error {
	r, err := newRunner(spec, c, rt)
	if err != nil {
		return err
	}
	defer r.close()
	if err := prepare(ctx, spec, c, rt); err != nil {
		return err
	}
	return r.run(ctx)
}

// prepare makes sure of the topics and of the output's schema.
func prepare[S, E, V any](ctx context.Context, spec Spec[S, E, V], c service.Config, rt *service.Runtime) error {
	if err := prepareTopics(ctx, c, rt, usesOf(spec)); err != nil {
		return err
	}
	return prepareSchema(ctx, rt, spec.Output)
}

// topicsOf returns all topics of a processor.
func topicsOf[S, E, V any](spec Spec[S, E, V]) []string {
	topics := []string{spec.Output.Topic}
	for _, in := range spec.Inputs {
		topics = append(topics, in.Topic)
	}
	return topics
}

type runner[S, E, V any] struct {
	spec   Spec[S, E, V]
	config service.Config
	group  string
	*warnings
	runtime  *service.Runtime
	metrics  *metrics
	bad      *badRecords
	consumer *kafka.Consumer
	inputs   map[string]Input[E]

	machines   map[int32]*Machine[S, E, V]
	publishers map[int32]*publisher[V]
	loading    ends
	order      *order
	pending    pending
	wakes      chan wake[S, E, V]
	ctx        context.Context // of run; the consumer's callbacks need it
	err        error           // what ends run
}

type wake[S, E, V any] struct {
	machine *Machine[S, E, V]
	name    string
}

func newRunner[S, E, V any](spec Spec[S, E, V], c service.Config, rt *service.Runtime) (*runner[S, E, V], error) {
	m, err := newMetrics(rt.Meter)
	if err != nil {
		return nil, err
	}
	group := "altostream-" + spec.Name
	consumer, err := NewConsumer(c, group, rt.Log)
	if err != nil {
		return nil, err
	}
	inputs := map[string]Input[E]{}
	for _, in := range spec.Inputs {
		inputs[in.Topic] = in
	}
	return &runner[S, E, V]{
		spec: spec, config: c, group: group, runtime: rt, metrics: m, bad: newBadRecords(m, rt), warnings: newWarnings(c, rt.Log, group, topicsOf(spec)...),
		consumer: consumer, inputs: inputs,
		machines: map[int32]*Machine[S, E, V]{}, publishers: map[int32]*publisher[V]{}, order: newOrder(), pending: pending{},
		wakes: make(chan wake[S, E, V], 64),
	}, nil
}

// close leaves the group, and so gives the partitions away.
func (r *runner[S, E, V]) close() {
	r.dropPublishers()
	if err := closeInTime(func() { _ = r.consumer.Close() }); err != nil {
		r.runtime.Log.Warn("at the end", "error", err)
	}
}

func (r *runner[S, E, V]) run(ctx context.Context) error {
	r.ctx = ctx
	if err := r.subscribe(); err != nil {
		return err
	}
	for ctx.Err() == nil && r.err == nil {
		r.batch()
		for number, p := range r.publishers {
			if loss := p.end.loss(); loss != nil {
				r.rejoin(fmt.Errorf("partition %d of %s: %w", number, r.spec.Output.Topic, loss))
			}
		}
	}
	if r.err != nil {
		return r.err
	}
	return ctx.Err()
}

// subscribe joins the group.
func (r *runner[S, E, V]) subscribe() error {
	var topics []string
	for _, in := range r.spec.Inputs {
		if !in.Global {
			topics = append(topics, in.Topic)
		}
	}
	if err := r.consumer.SubscribeTopics(topics, r.rebalance); err != nil {
		return fmt.Errorf("subscribe to %v: %w", topics, err)
	}
	return nil
}

// batch takes events until the inputs are idle or the batch is old enough, and
// flushes.
func (r *runner[S, E, V]) batch() {
	event := r.consumer.Poll(pollMillis)
	start := time.Now()
	for event != nil && r.err == nil {
		r.handle(event)
		if time.Since(start) > batchTime {
			break
		}
		event = r.consumer.Poll(0)
	}
	r.order.release(time.Now(), false, r.give)
	r.wake()
	if r.err != nil || len(r.loading) > 0 || !r.pending.none(time.Now()) {
		return
	}
	r.flush()
	if r.err == nil && len(r.machines) > 0 && !r.runtime.IsReady() {
		r.runtime.Log.Info("caught up", "partitions", len(r.machines))
		r.runtime.Ready(true)
	}
}

func (r *runner[S, E, V]) handle(event kafka.Event) {
	switch e := event.(type) {
	case *kafka.Message:
		if e.TopicPartition.Error != nil {
			r.warn(e.TopicPartition.Error)
			return
		}
		if r.recreated(e.TopicPartition) {
			return
		}
		r.order.take(e, time.Now(), r.give)
	case kafka.PartitionEOF:
		p := partitionOf(kafka.TopicPartition(e))
		if r.recreated(kafka.TopicPartition(e)) {
			return
		}
		r.order.end(p, int64(e.Offset), time.Now(), r.give)
		r.pending.end(p, time.Now())
	case kafka.Error:
		if e.IsFatal() {
			r.err = fmt.Errorf("kafka consumer: %w", e)
			return
		}
		r.warn(e)
	}
	if tp, end := r.loading.at(event); end {
		r.reachedEnd(tp)
	}
}

// recreated reports whether a partition goes on before where it was read to; then everything is
// read again, since what it held is not there any more.
func (r *runner[S, E, V]) recreated(tp kafka.TopicPartition) bool {
	next := r.order.given[partitionOf(tp)]
	if int64(tp.Offset) >= next {
		return false
	}
	r.rejoin(fmt.Errorf("partition %d of %s: %w: offset %d after %d", tp.Partition, *tp.Topic, errRecreated, tp.Offset, next))
	return true
}

// reachedEnd notes that a partition is read to its end; with the last one the
// machines are caught up.
func (r *runner[S, E, V]) reachedEnd(tp kafka.TopicPartition) {
	if *tp.Topic == r.spec.Output.Topic {
		if err := r.consumer.Pause([]kafka.TopicPartition{tp}); err != nil {
			r.warn(err)
		}
	}
	if len(r.loading) == 0 {
		r.order.release(time.Now(), true, r.give)
	}
}

// give shows a record to the machines that it concerns.
func (r *runner[S, E, V]) give(m *kafka.Message) {
	p := partitionOf(m.TopicPartition)
	r.pending.take(p, m, time.Now())
	r.metrics.read.Add(r.ctx, 1, topicAttribute(p.topic))
	if p.topic == r.spec.Output.Topic {
		if machine := r.machines[p.number]; machine != nil && !machine.Live() {
			load(machine, r.spec.Output.Serde, m, r.bad, r.decodeRetry)
		}
		return
	}
	in := r.inputs[p.topic]
	var event E
	err := r.decodeRetry(func() (err error) {
		event, err = in.Decode(string(m.Key), m.Value)
		return err
	})
	if r.ctx.Err() != nil {
		r.err = r.ctx.Err() // stopped while the registry was away: nothing is known of the record
		return
	}
	if err != nil {
		r.bad.putAside(m, err)
		if event, err = in.Decode(string(m.Key), nil); err != nil {
			return
		}
	}
	cause := causeOf(m)
	if in.Global {
		for _, machine := range r.machines {
			machine.Apply(event, cause)
		}
	} else if machine := r.machines[p.number]; machine != nil {
		machine.Apply(event, cause)
	}
}

// decodeRetry calls decode again while the registry is away.
func (r *runner[S, E, V]) decodeRetry(decode func() error) error {
	return decodeRetry(r.ctx, r.warn, decode)
}

// wake delivers the alarms that are due.
func (r *runner[S, E, V]) wake() {
	for {
		select {
		case w := <-r.wakes:
			w.machine.Wake(w.name, time.Now())
		default:
			return
		}
	}
}

// flush publishes what the machines have to say, each partition for itself.
func (r *runner[S, E, V]) flush() {
	var publications errgroup.Group
	for number, machine := range r.machines {
		changes, cause := machine.Flush()
		for _, alarm := range machine.Alarms() {
			time.AfterFunc(alarm.After, func() { r.wakes <- wake[S, E, V]{machine, alarm.Name} })
		}
		if len(changes) == 0 {
			continue
		}
		inputs := r.inputsOf(number)
		publications.Go(func() error { return r.publishers[number].publish(r.ctx, changes, cause, inputs) })
	}
	switch err := publications.Wait(); {
	case errors.Is(err, errLost):
		r.rejoin(err)
	case err != nil:
		r.err = err
	}
}

// rejoin gives all partitions up and asks the group for partitions again, to start over: another
// instance publishes what this one took for its own, or a topic is not what it was.
func (r *runner[S, E, V]) rejoin(lost error) {
	r.runtime.Log.Warn("joining the group again", "group", r.group, "error", lost)
	r.forget()
	if err := r.consumer.Unsubscribe(); err != nil {
		r.err = fmt.Errorf("leave group %s: %w", r.group, err)
		return
	}
	r.err = r.subscribe()
}

// inputsOf returns the inputs header for records of one partition.
func (r *runner[S, E, V]) inputsOf(number int32) string {
	var text []byte
	for _, in := range r.spec.Inputs {
		for p, next := range r.order.given {
			if p.topic == in.Topic && (in.Global || p.number == number) {
				text = appendPosition(text, position{p, next})
			}
		}
	}
	return string(text)
}
