package stream

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"golang.org/x/sync/errgroup"
)

// rebalance starts over on the partitions that the group gives to this instance:
// their machines know nothing, and inputs, output table and global inputs are read
// from the beginning. Before that, no earlier owner can publish any more.
func (r *runner[S, E, V]) rebalance(c *kafka.Consumer, event kafka.Event) error {
	if r.err == nil {
		r.err = r.startOver(c, event)
	}
	return r.err
}

func (r *runner[S, E, V]) startOver(c *kafka.Consumer, event kafka.Event) error {
	r.forget()
	assigned, ok := event.(kafka.AssignedPartitions)
	if !ok {
		return c.Unassign()
	}
	read, err := r.partitions(assigned.Partitions)
	if err != nil {
		return fmt.Errorf("take over partitions: %w", err)
	}
	if err := r.openPublishers(); err != nil {
		return fmt.Errorf("take over partitions: %w", err)
	}
	if err := r.loading.find(r.ctx, c, read, r.warn); err != nil {
		return fmt.Errorf("take over partitions: %w", err)
	}
	for _, tp := range read {
		r.order.read(partitionOf(tp))
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

// forget forgets all partitions.
func (r *runner[S, E, V]) forget() {
	r.runtime.Ready(false)
	r.dropPublishers()
	r.machines = map[int32]*Machine[S, E, V]{}
	r.loading = ends{}
	r.order = newOrder()
	r.pending = pending{}
}

func (r *runner[S, E, V]) dropPublishers() {
	var closing sync.WaitGroup
	for _, p := range r.publishers {
		closing.Go(p.close)
	}
	closing.Wait()
	clear(r.publishers)
}

// openPublishers opens a publisher for each machine.
func (r *runner[S, E, V]) openPublishers() error {
	var mu sync.Mutex
	var opening errgroup.Group
	for number := range r.machines {
		opening.Go(func() error {
			id := fmt.Sprintf("%s-%d", r.group, number)
			p, err := openPublisher(r.ctx, r.config, r.runtime, r.metrics, r.spec.Output, number, id)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			r.publishers[number] = p
			return nil
		})
	}
	return opening.Wait()
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
	if _, err := partitionCount(r.ctx, r.consumer, r.spec.Output.Topic, topicPatience, r.warn); err != nil {
		return nil, err
	}
	for _, in := range r.spec.Inputs {
		if !in.Global {
			continue
		}
		n, err := partitionCount(r.ctx, r.consumer, in.Topic, topicPatience, r.warn)
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

// partitionCount returns the number of a topic's partitions; it waits a while for a topic that is
// not known (yet), and for brokers that are away as long as ctx lives, and tells warn.
func partitionCount(ctx context.Context, c *kafka.Consumer, topic string, patience time.Duration, warn func(error)) (int, error) {
	for start := time.Now(); ; {
		m, err := c.GetMetadata(&topic, false, int(callTime.Milliseconds()))
		if err != nil {
			warn(fmt.Errorf("partitions of %s: %w", topic, err))
			start = time.Now()
		} else if n := len(m.Topics[topic].Partitions); n > 0 {
			return n, nil
		} else if time.Since(start) > patience {
			return 0, fmt.Errorf("topic %s has no partitions: %w", topic, m.Topics[topic].Error)
		}
		if !pause(ctx, topicPause) {
			return 0, ctx.Err()
		}
	}
}
