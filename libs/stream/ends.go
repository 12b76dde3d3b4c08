package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

// ends are the partitions that are not read to their end yet: to the offset where it was when
// the reading began. A partition that is written all the time has no other end.
type ends map[partition]int64

// await finds the ends of partitions; those that have none (yet), for want of a leader, say, are waited
// for as long as ctx lives.
func (e ends) await(ctx context.Context, c *kafka.Consumer, partitions []kafka.TopicPartition, rt *service.Runtime) error {
	for _, tp := range partitions {
		wait := rt.Wait("partition", fmt.Sprintf("the end of partition %d of %s", tp.Partition, *tp.Topic))
		err := e.find(ctx, c, tp, wait.Because)
		wait.Done()
		if err != nil {
			return err
		}
	}
	return nil
}

// find asks the brokers for the end of a partition until they tell it or ctx ends; it tells note why they do not.
func (e ends) find(ctx context.Context, c *kafka.Consumer, tp kafka.TopicPartition, note func(error)) error {
	for {
		_, end, err := c.QueryWatermarkOffsets(*tp.Topic, tp.Partition, int(callTime.Milliseconds()))
		if err == nil {
			e[partitionOf(tp)] = end
			return nil
		}
		note(err)
		if !pause(ctx, retryPause) {
			return ctx.Err()
		}
	}
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

// topicPause is the pause before a topic is asked for again that is not known to every broker yet.
const topicPause = 50 * time.Millisecond

// topicPatience is how long a topic that was just created may not be known.
const topicPatience = 10 * time.Second

var errUnknownTopic = errors.New("the brokers do not know the topic")

// partitionCount returns the number of a topic's partitions.
func partitionCount(c *kafka.Consumer, topic string) (int, error) {
	m, err := c.GetMetadata(&topic, false, int(callTime.Milliseconds()))
	if err != nil {
		return 0, fmt.Errorf("partitions of %s: %w", topic, err)
	}
	if n := len(m.Topics[topic].Partitions); n > 0 {
		return n, nil
	}
	return 0, fmt.Errorf("topic %s has no partitions: %w: %w", topic, errUnknownTopic, m.Topics[topic].Error)
}

// awaitPartitions returns the number of a topic's partitions; it waits for a topic that is not known
// (yet), and for brokers that are away, as long as ctx lives.
func awaitPartitions(ctx context.Context, c *kafka.Consumer, topic string, rt *service.Runtime) (int, error) {
	wait := rt.Wait("topic", "the partitions of "+topic)
	defer wait.Done()
	for {
		n, err := partitionCount(c, topic)
		if err == nil {
			return n, nil
		}
		wait.Because(err)
		if !pause(ctx, topicPause) {
			return 0, ctx.Err()
		}
	}
}
