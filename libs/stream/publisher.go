package stream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/altostream/altostream/libs/service"
)

// publisher writes changes of one partition of an output table, in transactions: a reader sees all of
// one or nothing, and the brokers take nothing more from it once another publisher of the same
// transactional id has been opened.
type publisher[V any] struct {
	table      Table[V]
	partition  kafka.TopicPartition
	producer   *kafka.Producer
	limits     limits
	takeTime   time.Duration // in which a transaction takes records
	begun      bool          // a transaction, in the client: the brokers learn of it with its first record
	ended      time.Time     // the last transaction
	deliveries *deliveries
	end        *logEnd
	tracer     trace.Tracer
	runtime    *service.Runtime
	*metrics
	topic    metric.MeasurementOption
	explain  func(error) error
	watching sync.WaitGroup
	unwatch  context.CancelFunc
}

// openPublisher opens the publisher of a partition and ends what an earlier one of the id
// has under way. It waits for brokers that are away, or do not let it in, as long as ctx lives.
func openPublisher[V any](ctx context.Context, c service.Config, rt *service.Runtime, m *metrics, table Table[V], number int32, id string) (*publisher[V], error) {
	what := fmt.Sprintf("transactions of %s at kafka %s (KAFKA_BOOTSTRAP_SERVERS)", id, c.KafkaBootstrapServers)
	var p *publisher[V]
	var wrong error // not to be mended by waiting
	err := retry(ctx, rt, "coordinator", what, func(wait *service.Wait) error {
		var producer *kafka.Producer
		if producer, wrong = newProducer(c, id); wrong != nil {
			return nil
		}
		p = newPublisher(rt, m, table, number, producer, func(err error) error {
			return explain(c, err, access{topics: "Write on topic " + table.Topic, id: id})
		})
		p.limits, p.takeTime = limitsOf(c.KafkaProperties), transactionTimeOf(c.KafkaProperties)/transactionShare
		err := p.transact(ctx, wait, producer.InitTransactions)
		if err == nil {
			err = p.clear(ctx, wait)
		}
		if err != nil {
			p.close()
		}
		if wrong = withoutTransactions(c, err); wrong != nil {
			return nil
		}
		return p.explain(err)
	})
	if err = errors.Join(wrong, err); err != nil {
		return nil, err
	}
	ctx, p.unwatch = context.WithCancel(context.WithoutCancel(ctx))
	p.watching.Go(func() { p.end.watch(ctx, p.producer, p.partition) })
	return p, nil
}

// withoutTransactions returns the error that ends a service whose brokers do not know transactions; nil
// if err says something else.
func withoutTransactions(c service.Config, err error) error {
	var ke kafka.Error
	if !errors.As(err, &ke) || ke.Code() != kafka.ErrUnsupportedFeature && ke.Code() != kafka.ErrUnsupportedVersion {
		return nil
	}
	return fmt.Errorf("kafka %s (KAFKA_BOOTSTRAP_SERVERS) does not support transactions, and every publication is one; a broker that does is needed, such as Apache Kafka: %w", c.KafkaBootstrapServers, err)
}

// clear sees to it that no records of an earlier publisher of the id are pending in the partition: the
// end of the next transaction would bring them to light. They are if a coordinator of Apache Kafka 4
// ended their transaction while the partition had no leader: it does without the partition then.
func (p *publisher[V]) clear(ctx context.Context, wait *service.Wait) error {
	end, err := endOf(ctx, p.producer, p.partition, kafka.IsolationLevelReadUncommitted)
	if err != nil {
		return err
	}
	p.end.starts(end)
	stable, err := endOf(ctx, p.producer, p.partition, kafka.IsolationLevelReadCommitted)
	if err != nil || stable >= end {
		return err
	}
	// A transaction is open there, if only that of another id; the end of an own one ends those of the id.
	if err := p.begin(); err != nil {
		return err
	}
	p.begun = false
	aborted := kafka.Message{TopicPartition: p.partition, Key: []byte("aborted")}
	_, err = p.send(ctx, wait, newBatch(&publication{messages: []kafka.Message{aborted}}, nil), 0, portionBytes)
	return errors.Join(err, p.transact(ctx, wait, p.producer.AbortTransaction))
}

func newPublisher[V any](rt *service.Runtime, m *metrics, table Table[V], number int32, producer *kafka.Producer, explain func(error) error) *publisher[V] {
	p := &publisher[V]{
		table: table, partition: kafka.TopicPartition{Topic: &table.Topic, Partition: number}, producer: producer, tracer: rt.Tracer, runtime: rt, metrics: m, topic: topicAttribute(table.Topic),
		explain: explain, deliveries: newDeliveries(), end: newLogEnd(), unwatch: func() {},
	}
	go drainLogs(producer.Logs(), rt.Log)
	go p.drainEvents()
	return p
}

// drainEvents takes delivery reports until the producer is closed.
func (p *publisher[V]) drainEvents() {
	var why reason
	limit := service.Limit{Interval: 5 * time.Second}
	for e := range p.producer.Events() {
		switch e := e.(type) {
		case *kafka.Message:
			p.report(e.TopicPartition)
		case kafka.Error:
			if e.IsFatal() {
				continue // the next call tells
			}
			why.note(e)
			if held, ok := limit.Allow(); ok {
				p.runtime.Log.Warn("kafka", "error", p.explain(why.of(e, kafka.ErrAllBrokersDown)), "held_back", held)
			}
		}
	}
}

func (p *publisher[V]) report(tp kafka.TopicPartition) {
	if tp.Error == nil {
		p.end.took(int64(tp.Offset))
	}
	p.deliveries.report(tp.Error)
}

// publish writes changes, in order, and returns when readers can see them.
func (p *publisher[V]) publish(ctx context.Context, changes []Change[V], cause Cause, inputs string) error {
	return p.write(ctx, newBatch(p.prepare(ctx, changes, cause, inputs), nil))
}

// write writes a batch and returns when readers can see it.
func (p *publisher[V]) write(ctx context.Context, b *batch) error {
	err := p.deliver(ctx, b)
	for _, w := range b.publications {
		w.span.End()
		if err == nil {
			p.latency.Record(ctx, time.Since(w.observedAt).Seconds(), p.topic)
		}
	}
	if err != nil {
		return fmt.Errorf("%d records of %s: %w", len(b.messages), p.table.Topic, p.explain(err))
	}
	p.published.Add(ctx, int64(len(b.messages)), p.topic)
	return nil
}

// purge gives up what the client has not delivered yet.
func (p *publisher[V]) purge() {
	_ = p.producer.Purge(kafka.PurgeQueue | kafka.PurgeInFlight | kafka.PurgeNonBlocking)
}

// close ends the publisher, which must not be publishing.
func (p *publisher[V]) close() {
	p.unwatch()
	p.watching.Wait()
	p.purge()
	if err := closeInTime(p.producer.Close); err != nil {
		p.runtime.Log.Warn("at the end", "error", err)
	}
}
