package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

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
	defer func() { _ = closeWithin(closeTime, func() { _ = consumer.Close() }) }()
	left, err := assignAll(consumer, topic)
	if err != nil {
		return fmt.Errorf("kafka %s (KAFKA_BOOTSTRAP_SERVERS): %w", c.KafkaBootstrapServers, err)
	}
	for ctx.Err() == nil {
		switch e := consumer.Poll(pollMillis).(type) {
		case *kafka.Message:
			err = record(e)
		case kafka.PartitionEOF:
			if _, first := left[e.Partition]; first {
				delete(left, e.Partition)
				if len(left) == 0 {
					err = caughtUp()
				}
			}
		case kafka.Error:
			if e.IsFatal() || len(left) > 0 {
				err = fmt.Errorf("kafka %s (KAFKA_BOOTSTRAP_SERVERS): %w", c.KafkaBootstrapServers, e)
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

// assignAll assigns all partitions of a topic and returns their numbers.
func assignAll(consumer *kafka.Consumer, topic string) (map[int32]struct{}, error) {
	n, err := partitionCount(consumer, topic, 0)
	if err != nil {
		return nil, err
	}
	numbers := make(map[int32]struct{}, n)
	var read []kafka.TopicPartition
	for number := range int32(n) {
		numbers[number] = struct{}{}
		read = append(read, kafka.TopicPartition{Topic: &topic, Partition: number, Offset: kafka.OffsetBeginning})
	}
	return numbers, consumer.Assign(read)
}
