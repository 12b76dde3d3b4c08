package stream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

const (
	// resignTime is how long an instance that gave the lead away leaves it to others at
	// least.
	resignTime = 3 * time.Second
	// resignInterval is the shortest time between two resignations.
	resignInterval = 30 * time.Second
	// presenceInterval is how often an instance looks whether it belongs into the group.
	presenceInterval = time.Second
)

// lead is the part of an instance in a group of replicas: the consumer group gives the
// output table's partition to one of them, which reads it and then publishes.
type lead struct {
	*warnings
	consumer *kafka.Consumer
	group    string
	table    kafka.TopicPartition
	left     ends // of the table, while it is read
	events   chan leadEvent
	cancel   context.CancelFunc
	running  sync.WaitGroup

	leads    atomic.Bool
	unwanted atomic.Bool   // another instance is to lead, if there is one
	changed  chan struct{} // unwanted has
	again    chan struct{} // the group is to be joined again
}

// leadEvent is one of: that this instance is given the lead, and then a record of the table
// and the table's end; that another has the lead; that it is lost; or an error.
type leadEvent struct {
	won    chan<- struct{} // to be closed when no earlier leader can publish any more
	record *kafka.Message
	end    bool
	missed bool
	lost   chan<- struct{} // to be closed when this instance publishes nothing any more
	late   bool            // with lost: another instance may have the lead already
	err    error
}

// join makes this instance one of the replicas that share a group.
func join(ctx context.Context, c service.Config, rt *service.Runtime, group, topic, name string) (*lead, error) {
	consumer, err := NewConsumer(c, group, rt.Log)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	l := &lead{cancel: cancel, warnings: newWarnings(c, rt.Log, group, topic), consumer: consumer, group: group, events: make(chan leadEvent), left: ends{}, changed: make(chan struct{}, 1), again: make(chan struct{}, 1)}
	n, err := partitionCount(ctx, consumer, topic, topicPatience, l.warn)
	if err == nil {
		l.table = kafka.TopicPartition{Topic: &topic, Partition: Partition(name, n), Offset: kafka.OffsetBeginning}
		err = l.subscribe(ctx)
	}
	if err != nil {
		l.close()
		return nil, err
	}
	l.running.Go(func() { l.poll(ctx) })
	l.running.Go(func() { l.attend(ctx) })
	return l, nil
}

func (l *lead) subscribe(ctx context.Context) error {
	err := l.consumer.Subscribe(*l.table.Topic, func(_ *kafka.Consumer, e kafka.Event) error { return l.rebalance(ctx, e) })
	if err != nil {
		return fmt.Errorf("join group %s: %w", l.group, err)
	}
	return nil
}

// close leaves the group.
func (l *lead) close() {
	l.cancel()
	l.running.Wait()
	_ = closeInTime(func() { _ = l.consumer.Close() })
}

// poll hands over what comes until ctx ends.
func (l *lead) poll(ctx context.Context) {
	for ctx.Err() == nil {
		event := l.consumer.Poll(pollMillis)
		switch e := event.(type) {
		case *kafka.Message:
			if len(l.left) > 0 {
				l.send(ctx, leadEvent{record: e})
			}
		case kafka.Error:
			if e.IsFatal() {
				l.send(ctx, leadEvent{err: fmt.Errorf("kafka consumer: %w", e)})
				return
			}
			l.warn(e)
		}
		if _, end := l.left.at(event); end {
			if err := l.consumer.Pause([]kafka.TopicPartition{l.table}); err != nil {
				l.warn(err)
			}
			l.send(ctx, leadEvent{end: true})
		}
	}
}

func (l *lead) send(ctx context.Context, e leadEvent) {
	select {
	case l.events <- e:
	case <-ctx.Done():
	}
}

// sendAndWait sends an event and waits for what the receiver does.
func (l *lead) sendAndWait(ctx context.Context, e leadEvent, done <-chan struct{}) {
	l.send(ctx, e)
	select {
	case <-done:
	case <-ctx.Done():
	}
}

func (l *lead) rebalance(ctx context.Context, e kafka.Event) error {
	assigned, ok := e.(kafka.AssignedPartitions)
	if !ok {
		l.leads.Store(false)
		clear(l.left)
		done := make(chan struct{})
		l.sendAndWait(ctx, leadEvent{lost: done, late: l.consumer.AssignmentLost()}, done)
		return l.consumer.Unassign()
	}
	mine := slices.ContainsFunc(assigned.Partitions, func(tp kafka.TopicPartition) bool { return tp.Partition == l.table.Partition })
	if !mine {
		l.send(ctx, leadEvent{missed: true})
		return l.consumer.Assign([]kafka.TopicPartition{})
	}
	done := make(chan struct{})
	l.sendAndWait(ctx, leadEvent{won: done}, done)
	table := []kafka.TopicPartition{l.table}
	if err := errors.Join(l.left.find(ctx, l.consumer, table, l.warn), l.consumer.Assign(table)); err != nil {
		l.send(ctx, leadEvent{err: fmt.Errorf("take the lead: %w", err)})
		return err
	}
	l.leads.Store(true)
	return l.consumer.Resume(table)
}

// want says whether this instance is to lead. One that is not leads all the same if
// there is no other.
func (l *lead) want(wanted bool) {
	if l.unwanted.Swap(!wanted) == wanted {
		select {
		case l.changed <- struct{}{}:
		default:
		}
	}
}

// rejoin asks the group anew who leads.
func (l *lead) rejoin() {
	select {
	case l.again <- struct{}{}:
	default:
	}
}

// attend leaves the group when this instance leads and another one is to, and comes back
// when that has changed or nobody is left: a member could be given the lead again.
func (l *lead) attend(ctx context.Context) {
	ticker := time.NewTicker(presenceInterval)
	defer ticker.Stop()
	var left time.Time // the group, last
	away := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-l.changed:
		case <-l.again:
			if err := l.leaveAndJoin(ctx); err != nil {
				l.send(ctx, leadEvent{err: err})
				return
			}
		}
		var err error
		switch since := time.Since(left); {
		case away && since > resignTime:
			if away, err = l.staysAway(ctx); err == nil && !away {
				if err := l.subscribe(ctx); err != nil {
					l.send(ctx, leadEvent{err: err})
					return
				}
			}
		case !away && since > resignInterval && l.leads.Load() && l.unwanted.Load():
			if away, err = l.leave(ctx); away {
				left = time.Now()
			}
		}
		if err != nil {
			l.warn(err)
		}
	}
}

func (l *lead) leaveAndJoin(ctx context.Context) error {
	if err := l.consumer.Unsubscribe(); err != nil {
		return fmt.Errorf("leave group %s: %w", l.group, err)
	}
	return l.subscribe(ctx)
}

// leave leaves the group if there is another member.
func (l *lead) leave(ctx context.Context) (left bool, err error) {
	members, err := l.members(ctx)
	if err != nil || members < 2 {
		return false, err
	}
	if err := l.consumer.Unsubscribe(); err != nil {
		return false, fmt.Errorf("leave group %s: %w", l.group, err)
	}
	l.log.Warn("this instance stands by until it hears all speakers again, or there is no other instance", "group", l.group)
	return true, nil
}

// staysAway reports whether others see to the table better than this instance.
func (l *lead) staysAway(ctx context.Context) (bool, error) {
	if !l.unwanted.Load() {
		return false, nil
	}
	members, err := l.members(ctx)
	return err != nil || members > 0, err
}

// members is the number of instances in the group.
func (l *lead) members(ctx context.Context) (int, error) {
	admin, err := kafka.NewAdminClientFromConsumer(l.consumer)
	if err != nil {
		return 0, fmt.Errorf("kafka admin client: %w", err)
	}
	defer admin.Close()
	result, err := admin.DescribeConsumerGroups(ctx, []string{l.group}, kafka.SetAdminRequestTimeout(2*time.Second))
	if err != nil {
		return 0, fmt.Errorf("describe group %s: %w", l.group, err)
	}
	n := 0
	for _, g := range result.ConsumerGroupDescriptions {
		if g.Error.Code() != kafka.ErrNoError {
			return 0, fmt.Errorf("describe group %s: %w", l.group, g.Error)
		}
		n += len(g.Members)
	}
	return n, nil
}
