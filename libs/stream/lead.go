package stream

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

const (
	// resignTime is how long an instance that gave the lead away leaves it to others.
	resignTime = 3 * time.Second
	// resignInterval is the shortest time between two resignations.
	resignInterval = 30 * time.Second
)

// lead is the part of an instance in a group of replicas: the consumer group gives the
// output table's partition to one of them, which reads it and then publishes.
type lead struct {
	*warnings
	consumer *kafka.Consumer
	group    string
	table    kafka.TopicPartition
	events   chan leadEvent
	resigned time.Time // last
	cancel   context.CancelFunc
	polling  sync.WaitGroup
}

// leadEvent is one of: with the lead a record of the table and the table's end, that
// another has the lead, that it is lost, or an error.
type leadEvent struct {
	record *kafka.Message
	end    bool
	missed bool
	lost   chan<- struct{} // to be closed when the records under way are delivered
	err    error
}

// join makes this instance one of the replicas that share a group.
func join(ctx context.Context, c service.Config, rt *service.Runtime, group, topic, name string) (*lead, error) {
	consumer, err := NewConsumer(c, group, rt.Log)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	l := &lead{cancel: cancel, warnings: newWarnings(c, rt.Log), consumer: consumer, group: group, events: make(chan leadEvent)}
	n, err := partitionCount(consumer, topic, topicPatience)
	if err == nil {
		l.table = kafka.TopicPartition{Topic: &topic, Partition: Partition(name, n), Offset: kafka.OffsetBeginning}
		err = l.subscribe(ctx)
	}
	if err != nil {
		l.close()
		return nil, err
	}
	l.polling.Go(func() { l.poll(ctx) })
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
	l.polling.Wait()
	_ = closeWithin(closeTime, func() { _ = l.consumer.Close() })
}

// poll hands over what comes until ctx ends.
func (l *lead) poll(ctx context.Context) {
	for ctx.Err() == nil {
		switch e := l.consumer.Poll(pollMillis).(type) {
		case *kafka.Message:
			l.send(ctx, leadEvent{record: e})
		case kafka.PartitionEOF:
			if err := l.consumer.Pause([]kafka.TopicPartition{l.table}); err != nil {
				l.warn(err)
			}
			l.send(ctx, leadEvent{end: true})
		case kafka.Error:
			if e.IsFatal() {
				l.send(ctx, leadEvent{err: fmt.Errorf("kafka consumer: %w", e)})
				return
			}
			l.warn(e)
		}
	}
}

func (l *lead) send(ctx context.Context, e leadEvent) {
	select {
	case l.events <- e:
	case <-ctx.Done():
	}
}

func (l *lead) rebalance(ctx context.Context, e kafka.Event) error {
	assigned, ok := e.(kafka.AssignedPartitions)
	if !ok {
		delivered := make(chan struct{})
		l.send(ctx, leadEvent{lost: delivered})
		select {
		case <-delivered:
		case <-ctx.Done():
		}
		return l.consumer.Unassign()
	}
	mine := slices.ContainsFunc(assigned.Partitions, func(tp kafka.TopicPartition) bool { return tp.Partition == l.table.Partition })
	if !mine {
		l.send(ctx, leadEvent{missed: true})
		return l.consumer.Assign([]kafka.TopicPartition{})
	}
	if err := l.consumer.Assign([]kafka.TopicPartition{l.table}); err != nil {
		return err
	}
	return l.consumer.Resume([]kafka.TopicPartition{l.table})
}

// resign gives the lead to another replica, if there is one.
func (l *lead) resign(ctx context.Context) {
	if time.Since(l.resigned) < resignInterval {
		return
	}
	l.resigned = time.Now()
	others, err := l.others(ctx)
	if err != nil {
		l.warn(err)
	}
	if others == 0 {
		return
	}
	if err := l.consumer.Unsubscribe(); err != nil {
		l.warn(err)
		return
	}
	time.AfterFunc(resignTime, func() {
		if ctx.Err() != nil {
			return
		}
		if err := l.subscribe(ctx); err != nil {
			l.send(ctx, leadEvent{err: err})
		}
	})
}

// others is the number of the other replicas.
func (l *lead) others(ctx context.Context) (int, error) {
	admin, err := kafka.NewAdminClientFromConsumer(l.consumer)
	if err != nil {
		return 0, fmt.Errorf("kafka admin client: %w", err)
	}
	defer admin.Close()
	result, err := admin.DescribeConsumerGroups(ctx, []string{l.group}, kafka.SetAdminRequestTimeout(2*time.Second))
	if err != nil {
		return 0, fmt.Errorf("describe group %s: %w", l.group, err)
	}
	members := 0
	for _, g := range result.ConsumerGroupDescriptions {
		members += len(g.Members)
	}
	return max(0, members-1), nil
}
