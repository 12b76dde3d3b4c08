package stream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/altostream/altostream/libs/service"
)

// publisher writes changes of an output table to Kafka.
type publisher[V any] struct {
	table    Table[V]
	producer *kafka.Producer
	tracer   trace.Tracer
	runtime  *service.Runtime
	*metrics
	topic    metric.MeasurementOption
	failed   chan error          // the first record that could not be delivered
	tooLarge chan *kafka.Message // records that the broker does not take for their size

	mu        sync.Mutex
	abandoned bool                    // no record is to be delivered any more
	underWay  map[recordKey]*delivery // the large records that are not delivered yet and the last of their keys
}

type recordKey struct {
	number int32 // of the partition
	key    string
}

// publication is what the records that are published together have in common.
type publication struct {
	observedAt time.Time
	left       int // records not delivered yet
}

// delivery is a record of a publication under way.
type delivery struct {
	*publication
	large bool
}

// last counts one record as delivered and reports whether it was the last.
func (p *publication) last() bool {
	p.left--
	return p.left == 0
}

// largeSize is the size, in bytes, from which on a record may be too large for a topic.
const largeSize = 4096

// queuePause is the pause before a record is offered again to a full queue.
const queuePause = time.Millisecond

// maxTooLarge is how many records of tooLarge may wait to be withdrawn.
const maxTooLarge = 1024

func newPublisher[V any](c service.Config, rt *service.Runtime, m *metrics, table Table[V]) (*publisher[V], error) {
	producer, err := newProducer(c)
	if err != nil {
		return nil, err
	}
	p := &publisher[V]{
		table: table, producer: producer, tracer: rt.Tracer, runtime: rt, metrics: m, topic: topicAttribute(table.Topic),
		failed: make(chan error, 1), tooLarge: make(chan *kafka.Message, maxTooLarge), underWay: map[recordKey]*delivery{},
	}
	go drainLogs(producer.Logs(), rt.Log)
	go p.drainEvents()
	return p, nil
}

// drainEvents watches deliveries until the producer is closed.
func (p *publisher[V]) drainEvents() {
	limit := service.Limit{Interval: 5 * time.Second}
	for e := range p.producer.Events() {
		switch e := e.(type) {
		case *kafka.Message:
			p.report(e)
		case kafka.Error:
			if e.IsFatal() {
				p.fail(fmt.Errorf("kafka producer: %w", e))
			} else if held, ok := limit.Allow(); ok {
				p.runtime.Log.Warn("kafka", "error", e, "held_back", held)
			}
		}
	}
}

// report takes a delivery report.
func (p *publisher[V]) report(m *kafka.Message) {
	err, d := m.TopicPartition.Error, m.Opaque.(*delivery)
	if err == nil {
		if d.large {
			p.settled(m, d)
		}
		p.published.Add(context.Background(), 1, p.topic)
		if d.last() {
			p.latency.Record(context.Background(), time.Since(d.observedAt).Seconds(), p.topic)
		}
		return
	}
	if isTooLarge(err) && d.large {
		select {
		case p.tooLarge <- m:
			return
		default:
		}
	}
	p.fail(fmt.Errorf("record %s of %s not delivered: %w", m.Key, p.table.Topic, err))
}

func (p *publisher[V]) isAbandoned() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.abandoned
}

// settled notes that a large record is delivered.
func (p *publisher[V]) settled(m *kafka.Message, d *delivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if k := keyOf(m); p.underWay[k] == d {
		delete(p.underWay, k)
	}
}

// abandon gives up the records that are not delivered, and takes no other ones.
func (p *publisher[V]) abandon() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.abandoned = true
	_ = p.producer.Purge(kafka.PurgeQueue | kafka.PurgeInFlight | kafka.PurgeNonBlocking)
}

// latest reports whether a large record is the last of its key.
func (p *publisher[V]) latest(m *kafka.Message, d *delivery) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.underWay[keyOf(m)] == d
}

func keyOf(m *kafka.Message) recordKey { return recordKey{m.TopicPartition.Partition, string(m.Key)} }

func isTooLarge(err error) bool {
	var ke kafka.Error
	return errors.As(err, &ke) && ke.Code() == kafka.ErrMsgSizeTooLarge
}

func (p *publisher[V]) fail(err error) {
	select {
	case p.failed <- err:
	default:
	}
}

// publish hands changes to the producer in order; it blocks while the producer's
// queue is full.
func (p *publisher[V]) publish(ctx context.Context, number int32, changes []Change[V], cause Cause, inputs string) error {
	if len(changes) == 0 {
		return nil
	}
	spanContext, span := p.tracer.Start(traceContext.Extract(ctx, cause.Trace), p.runtime.Name+" publish")
	defer span.End()
	cause.Trace = propagation.MapCarrier{}
	traceContext.Inject(spanContext, cause.Trace)
	if cause.ObservedAt.IsZero() {
		cause.ObservedAt = time.Now()
	}
	headers := headersOf(cause, inputs)
	publication := &publication{observedAt: cause.ObservedAt, left: len(changes)}
	deliveries := make([]delivery, len(changes))
	for i, change := range changes {
		deliveries[i].publication = publication
		message := &kafka.Message{
			TopicPartition: kafka.TopicPartition{Topic: &p.table.Topic, Partition: number},
			Key:            []byte(change.Key), Headers: headers, Timestamp: time.Now(),
			Opaque: &deliveries[i],
		}
		if change.Value != nil {
			value, err := p.table.Serde.Encode(change.Value)
			if err != nil {
				return fmt.Errorf("record %s of %s: %w", change.Key, p.table.Topic, err)
			}
			message.Value = value
			deliveries[i].large = len(value) >= largeSize
		}
		if err := p.produce(ctx, message, nil); err != nil {
			return fmt.Errorf("record %s of %s: %w", change.Key, p.table.Topic, err)
		}
	}
	return nil
}

// produce hands a record to the producer; one that stands for another of the key only if
// nothing came after that.
func (p *publisher[V]) produce(ctx context.Context, message *kafka.Message, instead *delivery) error {
	for {
		err := p.offer(message, instead)
		var ke kafka.Error
		if !errors.As(err, &ke) {
			return err
		}
		switch {
		case ke.Code() == kafka.ErrQueueFull && ctx.Err() == nil:
			time.Sleep(queuePause)
		case isTooLarge(err) && message.Opaque.(*delivery).large:
			p.withdraw(message)
		default:
			return err
		}
	}
}

func (p *publisher[V]) offer(message *kafka.Message, instead *delivery) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.abandoned {
		return nil
	}
	if instead != nil && p.underWay[keyOf(message)] != instead {
		return nil
	}
	err := p.producer.Produce(message, nil)
	switch d := message.Opaque.(*delivery); {
	case err != nil:
	case d.large:
		p.underWay[keyOf(message)] = d
	case len(p.underWay) > 0:
		delete(p.underWay, keyOf(message))
	}
	return err
}

// withdraw makes a record that Kafka does not take a withdrawal.
func (p *publisher[V]) withdraw(m *kafka.Message) {
	p.runtime.Log.Error("record too large; withdrawn, since the one before is no longer true (raise message.max.bytes in KAFKA_PROPERTIES and on the topic)",
		"topic", p.table.Topic, "key", string(m.Key))
	p.metrics.tooLarge.Add(context.Background(), 1, p.topic)
	m.Value = nil
	m.TopicPartition.Error = nil
	m.Opaque = &delivery{publication: m.Opaque.(*delivery).publication}
}

// withdrawTooLarge withdraws the records that the broker did not take; forget is told
// of each.
func (p *publisher[V]) withdrawTooLarge(ctx context.Context, forget func(number int32, key string)) error {
	for {
		select {
		case m := <-p.tooLarge:
			if err := p.withdrawal(ctx, m, forget); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// withdrawal withdraws a record that the broker did not take, unless another one of its
// key came after it.
func (p *publisher[V]) withdrawal(ctx context.Context, m *kafka.Message, forget func(number int32, key string)) error {
	refused := m.Opaque.(*delivery)
	if !p.latest(m, refused) {
		return nil
	}
	p.withdraw(m)
	forget(m.TopicPartition.Partition, string(m.Key))
	if err := p.produce(ctx, m, refused); err != nil {
		return fmt.Errorf("withdraw %s of %s: %w", m.Key, p.table.Topic, err)
	}
	return nil
}

// settle waits for what is under way, at most d, and returns how many records are left.
// Records that the broker did not take are withdrawn: later it might not be for this
// instance to do.
func (p *publisher[V]) settle(d time.Duration) int {
	left := p.producer.Flush(int(d.Milliseconds()))
	if left > 0 || len(p.tooLarge) == 0 {
		return left
	}
	if err := p.withdrawTooLarge(context.Background(), func(int32, string) {}); err != nil {
		p.fail(err)
	}
	return p.producer.Flush(int(d.Milliseconds()))
}

// close settles and ends the producer.
func (p *publisher[V]) close(d time.Duration) {
	if left := p.settle(d); left > 0 && !p.isAbandoned() {
		p.runtime.Log.Warn("records not delivered at the end", "records", left)
	}
	if err := closeWithin(time.Second, p.producer.Close); err != nil {
		p.runtime.Log.Warn("at the end", "error", err)
	}
}
