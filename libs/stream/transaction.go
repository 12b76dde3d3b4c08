package stream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

const (
	// portionBytes is how much the client is given at once. What is under way when the time of a
	// transaction is over is all that still has to get through.
	portionBytes = 512 << 10
	// oneRecord is the portion that shows which record is refused.
	oneRecord = 1
	// transactionBytes is the most in one transaction, beside a last record.
	transactionBytes = 8 << 20
	// transactionShare is the part of the time after which the brokers end a transaction
	// (transaction.timeout.ms) in which it takes records.
	transactionShare = 4
	// callTime is the longest time in a call of the client that waits for brokers.
	callTime = time.Second
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

// deliver has a batch delivered, in order, in as few transactions as its size and the brokers' speed allow.
// It tries again as long as ctx lives and this instance is the one that publishes (errLost).
func (p *publisher[V]) deliver(ctx context.Context, b *batch) error {
	for sent := 0; sent < len(b.messages); {
		var err error
		if sent, err = p.deliverOne(ctx, b, sent); err != nil {
			return err
		}
	}
	_ = p.begin() // the next one, which takes part of a millisecond
	return nil
}

// deliverOne delivers the records of a batch from one on, as many as a transaction takes, and returns
// the one after them. If brokers refuse a size, records go one by one, so that it is known which it is.
func (p *publisher[V]) deliverOne(ctx context.Context, b *batch, from int) (next int, err error) {
	wait := p.runtime.Wait("publication", fmt.Sprintf("a transaction of partition %d of %s", p.partition.Partition, p.table.Topic))
	defer wait.Done()
	for portion := portionBytes; ; {
		next, oversize, err := p.attempt(ctx, wait, b, from, portion)
		switch {
		case err == nil:
			return next, nil
		case errors.Is(err, errLost) || ctx.Err() != nil:
			if denied(err) { // the next publisher would be as soon
				pause(ctx, startPause)
			}
			return 0, err
		case oversize:
			portion = oneRecord
			continue
		}
		wait.Because(p.explain(err))
		if !pause(ctx, retryPause) {
			return 0, ctx.Err()
		}
	}
}

// attempt is one transaction. If it fails, nothing of it is in the table.
func (p *publisher[V]) attempt(ctx context.Context, wait *service.Wait, b *batch, from, portion int) (next int, oversize bool, err error) {
	if loss := p.end.loss(); loss != nil {
		return 0, false, fmt.Errorf("%w: %w", errLost, loss)
	}
	if err := p.begin(); err != nil {
		return 0, false, fmt.Errorf("%w: %w", errLost, err)
	}
	p.begun = false
	time.Sleep(settleTime - time.Since(p.ended))
	defer func() { p.ended = time.Now() }()
	next, err = p.send(ctx, wait, b, from, portion)
	if err == nil {
		err = p.transact(ctx, wait, p.producer.CommitTransaction)
	} else if cause := p.failure(); cause != nil {
		err = cause // a record that went with it says only that it was purged
	}
	if err == nil {
		return next, false, nil
	}
	var ke kafka.Error
	if errors.As(err, &ke) && ke.IsFatal() {
		return 0, false, fmt.Errorf("%w: %w", errLost, err)
	}
	if abort := p.transact(ctx, wait, p.producer.AbortTransaction); abort != nil {
		return 0, false, fmt.Errorf("%w: %w: %w", errLost, err, abort)
	}
	oversize, refused := p.deliveries.refusal()
	return 0, oversize, cmp.Or(refused, err)
}

// failure is why the transaction under way has failed, nil if it has not: the client tells only
// who calls it.
func (p *publisher[V]) failure() error {
	var ke kafka.Error
	if err := p.producer.BeginTransaction(); errors.As(err, &ke) && (ke.TxnRequiresAbort() || ke.IsFatal()) {
		return err
	}
	return nil
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

// transact calls what waits for brokers until it is done, fails for good, or ctx ends.
func (p *publisher[V]) transact(ctx context.Context, wait *service.Wait, call func(context.Context) error) error {
	for {
		step, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTime)
		err := call(step)
		cancel()
		var ke kafka.Error
		if !errors.As(err, &ke) || !ke.IsRetriable() {
			return err
		}
		wait.Because(p.explain(err))
		if !pause(ctx, queuePause) {
			return ctx.Err()
		}
	}
}

// send hands records of a batch to the client, from one on, with what joins it, and waits until brokers
// have taken them where they belong. It returns the record that the next transaction begins with.
func (p *publisher[V]) send(ctx context.Context, wait *service.Wait, b *batch, from, portion int) (next int, err error) {
	next = from
	for began, bytes := time.Now(), 0; next < len(b.messages); {
		if bytes > transactionBytes || bytes > 0 && time.Since(began) > p.takeTime {
			break
		}
		first := next
		for given := 0; next < len(b.messages) && given < portion; next++ {
			if err := p.hand(ctx, wait, &b.messages[next]); err != nil {
				return 0, err
			}
			size := len(b.messages[next].Key) + len(b.messages[next].Value) + 1
			given, bytes = given+size, bytes+size
		}
		if err := p.taken(ctx, b); err != nil {
			if portion == oneRecord {
				p.blame(&b.messages[first])
			}
			return 0, err
		}
	}
	if loss := p.end.loss(); loss != nil {
		return 0, fmt.Errorf("%w: %w", errLost, loss)
	}
	return next, nil
}

// taken waits until what was sent is settled, a publication joins the batch, or the transaction has failed.
func (p *publisher[V]) taken(ctx context.Context, b *batch) error {
	probe := time.NewTicker(callTime)
	defer probe.Stop()
	for !p.deliveries.settled() {
		select {
		case <-p.deliveries.reported:
		case w := <-b.joining():
			if b.join(w) {
				return nil
			}
		case <-probe.C:
			if err := p.failure(); err != nil {
				return err
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	select {
	case w := <-b.joining():
		b.join(w)
	default:
	}
	return p.deliveries.failure()
}

// blame withdraws the only record under way if it is refused for its size.
func (p *publisher[V]) blame(m *kafka.Message) {
	if p.deliveries.tooLarge() && m.Value != nil {
		p.withdraw(m, fmt.Sprintf("too-large: %d bytes, the brokers' limit is lower", len(m.Value)))
	}
}

// hand hands a record to the client; it waits while the client's queue is full.
func (p *publisher[V]) hand(ctx context.Context, wait *service.Wait, m *kafka.Message) error {
	m.Timestamp = time.Now()
	if limit := p.client.limits.queueBytes; len(m.Value) > limit {
		p.withdraw(m, fmt.Sprintf("too-large: %d bytes, limit %d", len(m.Value), limit))
	}
	for {
		err := p.offer(m)
		var ke kafka.Error
		switch errors.As(err, &ke); {
		case isTooLarge(err) && m.Value != nil:
			p.withdraw(m, fmt.Sprintf("too-large: %d bytes, limit %d", len(m.Value), p.client.limits.recordBytes))
		case ke.Code() == kafka.ErrQueueFull && pause(ctx, queuePause):
			wait.Because(err)
		default:
			return err
		}
	}
}

func (p *publisher[V]) offer(m *kafka.Message) error {
	p.deliveries.add(1)
	err := p.producer.Produce(m, nil)
	if err != nil {
		p.deliveries.add(-1)
	}
	return err
}

func isTooLarge(err error) bool {
	var ke kafka.Error
	return errors.As(err, &ke) && ke.Code() == kafka.ErrMsgSizeTooLarge
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
