package stream

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

// ErrStop ends Follow without an error.
var ErrStop = errors.New("stop")

// Follow reads a whole topic from the beginning and then what comes: record is
// called for each record, in the order of its partition, and caughtUp once, when
// every partition has been read to its end. It returns when one of them returns an
// error, or ctx ends.
func Follow(ctx context.Context, c service.Config, topic string, record func(*kafka.Message) error, caughtUp func() error) error {
	return FollowAndTell(ctx, c, topic, record, caughtUp, nil)
}

// FollowAndTell is Follow that calls away when the brokers do not answer any more after caughtUp:
// with the reason and how long that has been so, at growing intervals; and, when one answers
// again, with no reason.
func FollowAndTell(ctx context.Context, c service.Config, topic string, record func(*kafka.Message) error, caughtUp func() error, away func(reason error, since time.Duration)) error {
	consumer, err := newToolConsumer(c)
	if err != nil {
		return err
	}
	defer func() { _ = closeInTime(func() { _ = consumer.Close() }) }()
	told := newContact(c)
	if err := reach(ctx, consumer, told); err != nil {
		return err
	}
	left, err := assignAll(ctx, consumer, topic)
	if err != nil {
		return told.about(err)
	}
	ctx, stop := context.WithCancel(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer stop()
	for ctx.Err() == nil {
		event := consumer.Poll(pollMillis)
		told.note(event)
		switch e := event.(type) {
		case *kafka.Message:
			err = record(e)
		case kafka.Error:
			if e.IsFatal() || len(left) > 0 {
				err = told.about(told.reason(e))
			}
		}
		if _, end := left.at(event); end && len(left) == 0 && err == nil {
			err = caughtUp()
			if away != nil {
				watching.Go(func() { watchBrokers(ctx, consumer, told, away) })
			}
		}
		if errors.Is(err, ErrStop) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// assignAll assigns all partitions of a topic.
func assignAll(ctx context.Context, consumer *kafka.Consumer, topic string) (ends, error) {
	ctx, cancel := context.WithTimeout(ctx, topicPatience)
	defer cancel()
	var away error // brokers are waited for, a while
	warn := func(err error) { away = err }
	n, err := partitionCount(ctx, consumer, topic, toolPatience, warn)
	if ctx.Err() != nil {
		return nil, cmp.Or(away, err)
	}
	if err != nil {
		return nil, err
	}
	var read []kafka.TopicPartition
	for number := range int32(n) {
		read = append(read, kafka.TopicPartition{Topic: &topic, Partition: number, Offset: kafka.OffsetBeginning})
	}
	left := ends{}
	if err := left.find(ctx, consumer, read, warn); err != nil {
		return nil, cmp.Or(away, err)
	}
	return left, consumer.Assign(read)
}
