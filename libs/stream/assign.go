package stream

import (
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// rebalance starts over on the partitions that the group gives to this instance:
// their machines know nothing, and inputs, output table and global inputs are read
// from the beginning.
func (r *runner[S, E, V]) rebalance(c *kafka.Consumer, event kafka.Event) error {
	r.settle()
	if err := r.startOver(c, event); err != nil {
		r.err = fmt.Errorf("take over partitions: %w", err)
	}
	return r.err
}

func (r *runner[S, E, V]) startOver(c *kafka.Consumer, event kafka.Event) error {
	r.machines = map[int32]*Machine[S, E, V]{}
	r.loading = map[partition]struct{}{}
	r.order = newOrder()
	r.runtime.Ready(false)
	assigned, ok := event.(kafka.AssignedPartitions)
	if !ok {
		return c.Unassign()
	}
	read, err := r.partitions(assigned.Partitions)
	if err != nil {
		return err
	}
	for _, tp := range read {
		p := partitionOf(tp)
		r.loading[p] = struct{}{}
		r.order.read(p)
	}
	r.runtime.Log.Info("partitions assigned", "partitions", len(r.machines))
	if err := c.Assign(read); err != nil {
		return err
	}
	if len(read) == 0 {
		r.runtime.Ready(true) // a spare instance is as ready as it gets
		return nil
	}
	return c.Resume(read) // an output partition may still be paused from before
}

// settle waits, before the partitions change hands, for the records under way: after
// the next owner's they would be wrong.
func (r *runner[S, E, V]) settle() {
	if r.ctx.Err() != nil {
		return
	}
	if left := r.publisher.settle(closeTime); left > 0 {
		r.err = fmt.Errorf("partitions change hands and %d records are not delivered", left)
	}
}

// partitions makes a machine for each partition number assigned, and returns all
// that they read.
func (r *runner[S, E, V]) partitions(assigned []kafka.TopicPartition) ([]kafka.TopicPartition, error) {
	var read []kafka.TopicPartition
	add := func(topic string, number int32) {
		read = append(read, kafka.TopicPartition{Topic: &topic, Partition: number, Offset: kafka.OffsetBeginning})
	}
	for _, tp := range assigned {
		add(*tp.Topic, tp.Partition)
		if _, ok := r.machines[tp.Partition]; !ok {
			r.machines[tp.Partition] = NewMachine(r.spec)
			add(r.spec.Output.Topic, tp.Partition)
		}
	}
	if len(assigned) == 0 {
		return nil, nil
	}
	// A topic outside the subscription starts at once only if its metadata is known.
	if _, err := partitionCount(r.consumer, r.spec.Output.Topic, topicPatience); err != nil {
		return nil, err
	}
	for _, in := range r.spec.Inputs {
		if !in.Global {
			continue
		}
		n, err := partitionCount(r.consumer, in.Topic, topicPatience)
		if err != nil {
			return nil, err
		}
		for number := range n {
			add(in.Topic, int32(number))
		}
	}
	return read, nil
}

// A topic that was just created is not known to every broker at once.
const (
	topicPatience = 10 * time.Second
	topicPause    = 50 * time.Millisecond
)

// partitionCount returns the number of a topic's partitions; it waits a while for a
// topic that is not known (yet).
func partitionCount(c *kafka.Consumer, topic string, patience time.Duration) (int, error) {
	for start := time.Now(); ; time.Sleep(topicPause) {
		m, err := c.GetMetadata(&topic, false, int(topicPatience.Milliseconds()))
		if err != nil {
			return 0, fmt.Errorf("partitions of %s: %w", topic, err)
		}
		if n := len(m.Topics[topic].Partitions); n > 0 {
			return n, nil
		}
		if time.Since(start) > patience {
			return 0, fmt.Errorf("topic %s has no partitions: %w", topic, m.Topics[topic].Error)
		}
	}
}
