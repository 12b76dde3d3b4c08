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

// publisher writes changes of one partition of an output table. Each publication is a
// transaction: a reader sees all of it or nothing, and the brokers take nothing more from
// it once another publisher of the same transactional id has been opened.
type publisher[V any] struct {
	table     Table[V]
	partition kafka.TopicPartition
	producer  *kafka.Producer
	begun     bool      // a transaction, in the client: the brokers learn of it with its first record
	ended     time.Time // the last transaction
	tracer    trace.Tracer
	runtime   *service.Runtime
	*metrics
	topic   metric.MeasurementOption
	explain func(error) error

	mu       sync.Mutex
	underWay int           // records that were sent and not reported on yet
	refused  error         // why a record under way was not taken
	oversize bool          // one of them, for its size
	reported chan struct{} // something was reported on since this was read

	end      *logEnd
	watching sync.WaitGroup
	unwatch  context.CancelFunc
}

const (
	// transactionTime is how long a transaction may stay open: what comes after it in its
	// partition is not seen meanwhile.
	transactionTime = 10 * time.Second
	// transactionStep is the longest time in a call of the client that waits for brokers.
	transactionStep = time.Second
	// retryPause is the pause before something that failed is tried again.
	retryPause = 100 * time.Millisecond
	// settleTime is the pause between two transactions: brokers still write the end of the one before,
	// and the client waits 20 ms when they answer that (CONCURRENT_TRANSACTIONS).
	settleTime = time.Millisecond
	// queuePause is the pause before a record is offered again to a full queue.
	queuePause = time.Millisecond
)

// errLost says that a publisher cannot go on: another one of its id has been opened, or
// its transaction was ended for it. What it was to publish may or may not be in the table.
var errLost = errors.New("this instance does not publish any more")

// openPublisher opens the publisher of a partition and ends what an earlier one of the id
// has under way. It waits for brokers that are away, or do not let it in, as long as ctx lives.
func openPublisher[V any](ctx context.Context, c service.Config, rt *service.Runtime, m *metrics, table Table[V], number int32, id string) (*publisher[V], error) {
	what := fmt.Sprintf("transactions of %s at kafka %s (KAFKA_BOOTSTRAP_SERVERS)", id, c.KafkaBootstrapServers)
	var p *publisher[V]
	var wrong error // not to be mended by waiting
	err := retry(ctx, rt.Log, what, func() error {
		var producer *kafka.Producer
		if producer, wrong = newProducer(c, id); wrong != nil {
			return nil
		}
		p = newPublisher(rt, m, table, number, producer, func(err error) error {
			return explain(c, err, access{topics: "Write on topic " + table.Topic, id: id})
		})
		err := p.transact(ctx, producer.InitTransactions)
		if err == nil {
			err = p.clear(ctx)
		}
		if err != nil {
			p.close()
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

// clear sees to it that no records of an earlier publisher of the id are pending in the partition: the
// end of the next transaction would bring them to light. They are if a coordinator of Apache Kafka 4
// ended their transaction while the partition had no leader: it does without the partition then.
func (p *publisher[V]) clear(ctx context.Context) error {
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
	err = p.send(ctx, newBatch(&publication{messages: []kafka.Message{aborted}}, nil), false)
	return errors.Join(err, p.transact(ctx, p.producer.AbortTransaction))
}

func newPublisher[V any](rt *service.Runtime, m *metrics, table Table[V], number int32, producer *kafka.Producer, explain func(error) error) *publisher[V] {
	p := &publisher[V]{
		table: table, partition: kafka.TopicPartition{Topic: &table.Topic, Partition: number}, producer: producer, tracer: rt.Tracer, runtime: rt, metrics: m, topic: topicAttribute(table.Topic),
		explain: explain, reported: make(chan struct{}, 1), end: newLogEnd(), unwatch: func() {},
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
	p.mu.Lock()
	defer p.mu.Unlock()
	p.underWay--
	if err := tp.Error; err == nil {
		p.end.took(int64(tp.Offset))
	} else {
		p.refused, p.oversize = err, p.oversize || isTooLarge(err)
	}
	select {
	case p.reported <- struct{}{}:
	default:
	}
}

// settled reports whether the brokers have taken what was sent, or refuse it.
func (p *publisher[V]) settled() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.underWay == 0 || p.refused != nil
}

// taken waits until what was sent is settled, a publication joins the batch, which is then to be
// sent, or the transaction has failed.
func (p *publisher[V]) taken(ctx context.Context, b *batch) (joined bool, err error) {
	probe := time.NewTicker(transactionStep)
	defer probe.Stop()
	for !p.settled() {
		select {
		case <-p.reported:
		case w := <-b.joining():
			if b.join(w) {
				return true, nil
			}
		case <-probe.C: // the client tells of a failed transaction only to who calls it
			var ke kafka.Error
			if err := p.producer.BeginTransaction(); errors.As(err, &ke) && (ke.TxnRequiresAbort() || ke.IsFatal()) {
				return false, err
			}
			if ctx.Err() != nil {
				return false, ctx.Err()
			}
		}
	}
	select {
	case w := <-b.joining():
		return b.join(w), nil
	default:
		return false, nil
	}
}

// refusal waits for reports on all records and returns why one was not taken, which it forgets.
func (p *publisher[V]) refusal() (oversize bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.underWay > 0 {
		p.mu.Unlock()
		<-p.reported
		p.mu.Lock()
	}
	oversize, err = p.oversize, p.refused
	p.oversize, p.refused = false, nil
	return oversize, err
}

func isTooLarge(err error) bool {
	var ke kafka.Error
	return errors.As(err, &ke) && ke.Code() == kafka.ErrMsgSizeTooLarge
}

// transact calls what waits for brokers until it is done, fails for good, or ctx ends.
func (p *publisher[V]) transact(ctx context.Context, call func(context.Context) error) error {
	for {
		step, cancel := context.WithTimeout(context.WithoutCancel(ctx), transactionStep)
		err := call(step)
		cancel()
		var ke kafka.Error
		if !errors.As(err, &ke) || !ke.IsRetriable() {
			return err
		}
		if !pause(ctx, queuePause) {
			return ctx.Err()
		}
	}
}

// publish writes changes, in order, and returns when readers can see them. It tries again as
// long as ctx lives and this instance is the one that publishes (errLost).
func (p *publisher[V]) publish(ctx context.Context, changes []Change[V], cause Cause, inputs string) error {
	publication, err := p.prepare(ctx, changes, cause, inputs)
	if err != nil {
		return err
	}
	return p.write(ctx, newBatch(publication, nil))
}

// prepare makes a publication; the changes may change afterwards.
func (p *publisher[V]) prepare(ctx context.Context, changes []Change[V], cause Cause, inputs string) (*publication, error) {
	spanContext, span := p.tracer.Start(traceContext.Extract(ctx, cause.Trace), p.runtime.Name+" publish")
	cause.Trace = propagation.MapCarrier{}
	traceContext.Inject(spanContext, cause.Trace)
	if cause.ObservedAt.IsZero() {
		cause.ObservedAt = time.Now()
	}
	last, now := headersOf(cause, inputs), time.Now()
	var more []kafka.Header
	if len(changes) > 1 {
		more, last = together(last)
	}
	messages := make([]kafka.Message, len(changes))
	for i, change := range changes {
		messages[i] = kafka.Message{
			TopicPartition: p.partition,
			Key:            []byte(change.Key), Headers: more, Timestamp: now,
		}
		if i == len(changes)-1 {
			messages[i].Headers = last
		}
		if change.Value == nil {
			continue
		}
		var err error
		if messages[i].Value, err = p.table.Serde.Encode(change.Value); err != nil {
			return nil, fmt.Errorf("record %s of %s: %w", change.Key, p.table.Topic, err)
		}
	}
	return &publication{messages, cause.ObservedAt, span}, nil
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

// deliver has a batch delivered in one transaction. If brokers refuse a size, messages go one by
// one, so that it is known which it is.
func (p *publisher[V]) deliver(ctx context.Context, b *batch) error {
	limit := service.Limit{Interval: 5 * time.Second}
	for oneByOne := false; ; {
		oversize, err := p.attempt(ctx, b, oneByOne)
		switch {
		case err == nil:
			_ = p.begin() // the next one, which takes part of a millisecond
			return nil
		case errors.Is(err, errLost) || ctx.Err() != nil:
			if denied(err) { // the next publisher would be as soon
				pause(ctx, startPause)
			}
			return err
		case oversize:
			oneByOne = true
			continue
		}
		if held, ok := limit.Allow(); ok {
			p.runtime.Log.Warn("kafka does not take records; trying again", "topic", p.table.Topic, "error", p.explain(err), "held_back", held)
		}
		if !pause(ctx, retryPause) {
			return ctx.Err()
		}
	}
}

// attempt is one transaction. If it fails, nothing of it is in the table.
func (p *publisher[V]) attempt(ctx context.Context, b *batch, oneByOne bool) (oversize bool, err error) {
	if loss := p.end.loss(); loss != nil {
		return false, fmt.Errorf("%w: %w", errLost, loss)
	}
	if err := p.begin(); err != nil {
		return false, fmt.Errorf("%w: %w", errLost, err)
	}
	p.begun = false
	time.Sleep(settleTime - time.Since(p.ended))
	defer func() { p.ended = time.Now() }()
	err = p.send(ctx, b, oneByOne)
	if err == nil {
		err = p.transact(ctx, p.producer.CommitTransaction)
	}
	if err == nil {
		return false, nil
	}
	var ke kafka.Error
	if errors.As(err, &ke) && ke.IsFatal() {
		return false, fmt.Errorf("%w: %w", errLost, err)
	}
	if abort := p.transact(ctx, p.producer.AbortTransaction); abort != nil {
		return false, fmt.Errorf("%w: %w: %w", errLost, err, abort)
	}
	oversize, refused := p.refusal()
	return oversize, errors.Join(err, refused)
}

// begin begins a transaction, if none is begun.
func (p *publisher[V]) begin() error {
	if p.begun {
		return nil
	}
	err := p.producer.BeginTransaction()
	p.begun = err == nil
	return err
}

// send hands a batch to the client, with what joins it, and waits until brokers have taken it where
// it belongs.
func (p *publisher[V]) send(ctx context.Context, b *batch, oneByOne bool) error {
	for sent, joined := 0, true; joined; {
		for ; sent < len(b.messages); sent++ {
			if err := p.hand(ctx, &b.messages[sent]); err != nil {
				return err
			}
			if oneByOne {
				if err := p.takenAlone(ctx, &b.messages[sent]); err != nil {
					return err
				}
			}
		}
		var err error
		if joined, err = p.taken(ctx, b); err != nil {
			return err
		}
	}
	if loss := p.end.loss(); loss != nil {
		return fmt.Errorf("%w: %w", errLost, loss)
	}
	return nil
}

// takenAlone waits until a message, the only one under way, is taken. One that is refused for its size
// is withdrawn.
func (p *publisher[V]) takenAlone(ctx context.Context, m *kafka.Message) error {
	if _, err := p.taken(ctx, &batch{}); err != nil {
		return err
	}
	oversize, refused := p.refusal()
	if oversize && m.Value != nil {
		p.withdraw(m)
	}
	return refused
}

// hand hands a message to the client; it waits while the client's queue is full.
func (p *publisher[V]) hand(ctx context.Context, m *kafka.Message) error {
	for {
		err := p.offer(m)
		var ke kafka.Error
		switch errors.As(err, &ke); {
		case isTooLarge(err) && m.Value != nil:
			p.withdraw(m)
		case ke.Code() == kafka.ErrQueueFull && pause(ctx, queuePause):
		default:
			return err
		}
	}
}

func (p *publisher[V]) offer(m *kafka.Message) error {
	p.mu.Lock()
	p.underWay++
	p.mu.Unlock()
	err := p.producer.Produce(m, nil)
	if err != nil {
		p.mu.Lock()
		p.underWay--
		p.mu.Unlock()
	}
	return err
}

// withdraw makes a record that Kafka does not take a withdrawal.
func (p *publisher[V]) withdraw(m *kafka.Message) {
	p.runtime.Log.Error("record too large; withdrawn, since the one before is no longer true (raise message.max.bytes in KAFKA_PROPERTIES and max.message.bytes of the topic)",
		"topic", p.table.Topic, "key", string(m.Key), "bytes", len(m.Value))
	p.tooLarge.Add(context.Background(), 1, p.topic)
	m.Value = nil
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

// pause waits; it reports false if ctx ended meanwhile.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
