package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// ends are the partitions that are not read to their end yet: to the offset where it was when
// the reading began. A partition that is written all the time has no other end.
type ends map[partition]int64

// find asks the brokers for the ends of partitions; it waits for brokers that are away as long
// as ctx lives, and tells warn.
func (e ends) find(ctx context.Context, c *kafka.Consumer, partitions []kafka.TopicPartition, warn func(error)) error {
	for _, tp := range partitions {
		for start := time.Now(); ; {
			_, end, err := c.QueryWatermarkOffsets(*tp.Topic, tp.Partition, int(callTime.Milliseconds()))
			if err == nil {
				e[partitionOf(tp)] = end
				break
			}
			err = fmt.Errorf("end of partition %d of %s: %w", tp.Partition, *tp.Topic, err)
			var ke kafka.Error
			errors.As(err, &ke)
			switch ke.Code() {
			case kafka.ErrNotLeaderForPartition, kafka.ErrLeaderNotAvailable: // it was just created, or moves
			case kafka.ErrUnknownTopicOrPart, kafka.ErrUnknownPartition: // or the client has not been told of it yet
				if time.Since(start) > topicPatience {
					return err
				}
			default:
				warn(err)
				start = time.Now()
			}
			if !pause(ctx, retryPause) {
				return ctx.Err()
			}
		}
	}
	return nil
}

// at takes the position that an event has: of a record, or that there is nothing more (yet).
// It reports whether that is the partition's end, once.
func (e ends) at(event kafka.Event) (kafka.TopicPartition, bool) {
	switch event := event.(type) {
	case *kafka.Message:
		p := partitionOf(event.TopicPartition)
		end, reading := e[p]
		if !reading || int64(event.TopicPartition.Offset)+1 < end {
			return event.TopicPartition, false
		}
		delete(e, p)
		return event.TopicPartition, true
	case kafka.PartitionEOF:
		p := partitionOf(kafka.TopicPartition(event))
		_, reading := e[p]
		delete(e, p)
		return kafka.TopicPartition(event), reading
	}
	return kafka.TopicPartition{}, false
}
