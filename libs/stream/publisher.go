package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"go.opentelemetry.io/otel/metric"

	"github.com/altostream/altostream/libs/service"
)

// publisher writes changes of one partition of an output table, in transactions: a reader sees all of
// one or nothing, and the brokers take nothing more from it once another publisher of the same
// transactional id has been opened.
type publisher[V any] struct {
	client     *client
	table      Table[V]
	access     access
	partition  kafka.TopicPartition
	producer   *kafka.Producer
	takeTime   time.Duration // in which a transaction takes records
	begun      bool          // a transaction, in the client: the brokers learn of it with its first record
	ended      time.Time     // the last transaction
	deliveries *deliveries
	end        *logEnd
	runtime    *service.Runtime
	*metrics
	topic metric.MeasurementOption
}

// openPublisher opens the publisher of a partition and ends what an earlier one of the id
// has under way. It waits for brokers that are away, or do not let it in, as long as ctx lives.
func openPublisher[V any](ctx context.Context, c *client, m *metrics, table Table[V], number int32, id string) (*publisher[V], error) {
	what := fmt.Sprintf("transactions of %s at %s", id, c.servers())
	var p *publisher[V]
	var wrong error // not to be mended by waiting
	err := retry(ctx, c.runtime, "coordinator", what, func(wait *service.Wait) error {
		var producer *kafka.Producer
		if producer, wrong = c.producer(id); wrong != nil {
			return nil
		}
		p = newPublisher(c, m, table, number, producer, id)
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
	return p, nil
}

// withoutTransactions returns the error that ends a service whose brokers do not know transactions; nil
// if err says something else.
func withoutTransactions(c *client, err error) error {
	var ke kafka.Error
	if !errors.As(err, &ke) || ke.Code() != kafka.ErrUnsupportedFeature && ke.Code() != kafka.ErrUnsupportedVersion {
		return nil
	}
	return fmt.Errorf("%s does not support transactions, and every publication is one; a broker that does is needed, such as Apache Kafka: %w", c.servers(), err)
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

func newPublisher[V any](c *client, m *metrics, table Table[V], number int32, producer *kafka.Producer, id string) *publisher[V] {
	p := &publisher[V]{
		client: c, table: table, partition: kafka.TopicPartition{Topic: &table.Topic, Partition: number},
		access: c.on(table.Topic, "Write"), producer: producer, takeTime: c.limits.transactionTime / transactionShare,
		deliveries: newDeliveries(), end: newLogEnd(), runtime: c.runtime, metrics: m, topic: topicAttribute(table.Topic),
	}
	p.access.id = id
	go p.drainEvents()
	return p
}

func (p *publisher[V]) explain(err error) error { return p.client.explain(err, p.access) }

// drainEvents takes delivery reports until the producer is closed.
func (p *publisher[V]) drainEvents() {
	for e := range p.producer.Events() {
		switch e := e.(type) {
		case *kafka.Message:
			p.report(e.TopicPartition)
		case kafka.Error:
			if !e.IsFatal() { // the next call tells of one that is
				p.client.note(e)
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
	p.purge()
	if err := closeInTime(p.producer.Close); err != nil {
		p.runtime.Log.Warn("at the end", "error", err)
	}
}
