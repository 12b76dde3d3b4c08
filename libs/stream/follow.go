package stream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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
	told := &contact{}
	if err := reach(ctx, c, consumer, told); err != nil {
		return err
	}
	left, err := assignAll(ctx, consumer, topic)
	if err != nil {
		return fmt.Errorf("kafka %s (KAFKA_BOOTSTRAP_SERVERS): %w", c.KafkaBootstrapServers, err)
	}
	ctx, stop := context.WithCancel(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer stop()
	for ctx.Err() == nil {
		event := consumer.Poll(int(pollTime.Milliseconds()))
		told.note(event)
		switch e := event.(type) {
		case *kafka.Message:
			err = record(e)
		case kafka.Error:
			if e.IsFatal() || len(left) > 0 {
				err = fmt.Errorf("kafka %s (KAFKA_BOOTSTRAP_SERVERS): %w", c.KafkaBootstrapServers, told.reason(c, e))
			}
		}
		if _, end := left.at(event); end && len(left) == 0 && err == nil {
			err = caughtUp()
			if away != nil {
				watching.Go(func() { watchBrokers(ctx, c, consumer, told, away) })
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
	n, err := awaitTopic(ctx, consumer, topic)
	if err != nil {
		return nil, err
	}
	var read []kafka.TopicPartition
	left := ends{}
	for number := range int32(n) {
		var away error
		tp := start(topic, number)
		if err := left.find(ctx, consumer, tp, func(err error) { away = err }); err != nil {
			return nil, cmp.Or(away, err)
		}
		read = append(read, tp)
	}
	return left, consumer.Assign(read)
}

// awaitTopic returns the number of a topic's partitions; it waits a while for a topic that is not known,
// and for brokers that are away until ctx ends.
func awaitTopic(ctx context.Context, consumer *kafka.Consumer, topic string) (int, error) {
	for begin := time.Now(); ; {
		n, err := partitionCount(consumer, topic)
		if err == nil || errors.Is(err, errUnknownTopic) && time.Since(begin) > toolPatience {
			return n, err
		}
		if !pause(ctx, topicPause) {
			return 0, err
		}
	}
}
