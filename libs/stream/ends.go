package stream

import (
	"context"
	"fmt"
	"math"
	"slices"
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
	for i, tp := range partitions {
		wait := rt.Wait("partition", fmt.Sprintf("the end of partition %d of %s", tp.Partition, *tp.Topic))
		err := e.find(ctx, c, partitions[i:i+1], wait.Because)
		wait.Done()
		if err != nil {
			return err
		}
	}
	return nil
}

// find asks the brokers for the ends of partitions until they tell them or ctx ends; it tells note why
// they do not.
func (e ends) find(ctx context.Context, c *kafka.Consumer, partitions []kafka.TopicPartition, note func(error)) error {
	for _, tp := range partitions {
		for {
			_, end, err := c.QueryWatermarkOffsets(*tp.Topic, tp.Partition, int(callTime.Milliseconds()))
			if err == nil {
				e[partitionOf(tp)] = end
				break
			}
			note(fmt.Errorf("end of partition %d of %s: %w", tp.Partition, *tp.Topic, err))
			if !pause(ctx, retryPause) {
				return ctx.Err()
			}
		}
	}
	return nil
}

// nothing reports whether partitions never held a record.
func (e ends) nothing(partitions []kafka.TopicPartition) bool {
	return !slices.ContainsFunc(partitions, func(tp kafka.TopicPartition) bool { return e[partitionOf(tp)] > 0 })
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

const (
	// topicPatience is how long a topic that was just created may not be known to every broker.
	topicPatience = 10 * time.Second
	// topicPause is the pause before it is asked for again.
	topicPause = 50 * time.Millisecond
	// forever is the patience of who waits as long as it is not told to end.
	forever time.Duration = math.MaxInt64
)

// partitionCount returns the number of a topic's partitions; it waits a while for a topic that is not
// known (yet), and for brokers that are away as long as ctx lives, and tells note.
func partitionCount(ctx context.Context, c *kafka.Consumer, topic string, patience time.Duration, note func(error)) (int, error) {
	for start := time.Now(); ; {
		m, err := c.GetMetadata(&topic, false, int(callTime.Milliseconds()))
		switch {
		case err != nil:
			start = time.Now()
			err = fmt.Errorf("partitions of %s: %w", topic, err)
		case len(m.Topics[topic].Partitions) > 0:
			return len(m.Topics[topic].Partitions), nil
		default:
			err = fmt.Errorf("topic %s has no partitions: %w", topic, m.Topics[topic].Error)
			if time.Since(start) > patience {
				return 0, err
			}
		}
		note(err)
		if !pause(ctx, topicPause) {
			return 0, ctx.Err()
		}
	}
}

// awaitPartitions is partitionCount as long as ctx lives.
func awaitPartitions(ctx context.Context, c *kafka.Consumer, topic string, rt *service.Runtime) (int, error) {
	wait := rt.Wait("topic", "the partitions of "+topic)
	defer wait.Done()
	return partitionCount(ctx, c, topic, forever, wait.Because)
}
