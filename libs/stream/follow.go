package stream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	consumer, err := NewConsumer(c, "altostream-follow", slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { _ = closeInTime(func() { _ = consumer.Close() }) }()
	left, err := assignAll(ctx, consumer, topic)
	if err != nil {
		return fmt.Errorf("kafka %s (KAFKA_BOOTSTRAP_SERVERS): %w", c.KafkaBootstrapServers, err)
	}
	for ctx.Err() == nil {
		event := consumer.Poll(pollMillis)
		switch e := event.(type) {
		case *kafka.Message:
			err = record(e)
		case kafka.Error:
			if e.IsFatal() || len(left) > 0 {
				err = fmt.Errorf("kafka %s (KAFKA_BOOTSTRAP_SERVERS): %w", c.KafkaBootstrapServers, e)
			}
		}
		if _, end := left.at(event); end && len(left) == 0 && err == nil {
			err = caughtUp()
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

// toolPatience is how long a tool waits for a topic: it may have been created just now.
const toolPatience = 2 * time.Second

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
