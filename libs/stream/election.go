package stream

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

const (
	// resignTime is how long an instance that resigned leaves its partition to others at
	// least.
	resignTime = 3 * time.Second
	// resignInterval is the shortest time between two resignations.
	resignInterval = 30 * time.Second
	// presenceInterval is how often an instance looks whether it belongs into the group.
	presenceInterval = time.Second
)

// election is the leader election among the replicas of an ingest: the consumer group gives the
// partition to one of them. One whose processor resigns leaves the group while there is another.
type election struct {
	client   *client
	group    string
	consumer *kafka.Consumer
	resigned atomic.Bool
	changed  chan struct{} // resigned has
	rival    *rival
}

func newElection(c *client, group string, consumer *kafka.Consumer, r *rival) *election {
	return &election{client: c, group: group, consumer: consumer, changed: make(chan struct{}, 1), rival: r}
}

// resign says whether another instance is to publish. One that resigned publishes all the same if
// there is no other.
func (e *election) resign(resigned bool) {
	if e.resigned.Swap(resigned) != resigned {
		select {
		case e.changed <- struct{}{}:
		default:
		}
	}
}

// attend leaves the group when this instance publishes and another one is to, and comes back
// when that has changed, nobody is left, or it hears more than who publishes: a member could be given the
// partition again. Leaving and joining are done by the goroutine that polls.
func (e *election) attend(ctx context.Context, do func(func()) bool, join func() error, publishes func() bool, fail func(error)) *sync.WaitGroup {
	left := func() {
		if err := e.consumer.Unsubscribe(); err != nil {
			fail(fmt.Errorf("leave group %s: %w", e.group, err))
		}
	}
	back := func() {
		if err := join(); err != nil {
			fail(err)
		}
	}
	var running sync.WaitGroup
	running.Go(func() {
		ticker := time.NewTicker(presenceInterval)
		defer ticker.Stop()
		var since time.Time // it left the group, last
		away := false
		ignore := func() {} // the rival
		defer func() { ignore() }()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			case <-e.changed:
			}
			switch {
			case away && time.Since(since) > resignTime && !e.staysAway(ctx):
				ignore()
				away = !do(back)
			case !away && time.Since(since) > resignInterval && e.resigned.Load() && publishes() && e.members(ctx) > 1:
				e.client.runtime.Log.Warn("this instance stands by until it hears all speakers again, or there is no other instance", "group", e.group)
				away, since = do(left), time.Now()
				ignore = e.rival.follow(ctx)
			}
		}
	})
	return &running
}

// staysAway reports whether others see to the table better than this instance.
func (e *election) staysAway(ctx context.Context) bool {
	if e.resigned.Load() && e.rival.hearsLess() {
		e.client.runtime.Log.Info("this instance hears more speakers than the one that publishes", "group", e.group)
		return false
	}
	return e.resigned.Load() && e.members(ctx) != 0
}

// members is the number of instances in the group; -1 if it is not known.
func (e *election) members(ctx context.Context) int {
	n, err := e.describe(ctx)
	if err != nil {
		if ctx.Err() == nil {
			e.client.warn(fmt.Errorf("describe group %s: %w", e.group, err))
		}
		return -1
	}
	return n
}

func (e *election) describe(ctx context.Context) (int, error) {
	admin, err := kafka.NewAdminClientFromConsumer(e.consumer)
	if err != nil {
		return 0, err
	}
	defer admin.Close()
	result, err := admin.DescribeConsumerGroups(ctx, []string{e.group}, kafka.SetAdminRequestTimeout(2*time.Second))
	if err != nil {
		return 0, err
	}
	n := 0
	for _, g := range result.ConsumerGroupDescriptions {
		if g.Error.Code() != kafka.ErrNoError {
			return 0, g.Error
		}
		n += len(g.Members)
	}
	return n, nil
}
