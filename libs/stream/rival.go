package stream

import (
	"context"
	"fmt"
	"sync"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// rival is the instance that publishes, as the output table shows it to one that has left the group: which
// sources it hears.
type rival struct {
	client    *client
	partition kafka.TopicPartition
	source    func(m *kafka.Message) (source string, heard, ok bool)
	own       func() map[string]bool // which sources this instance hears

	mu    sync.Mutex
	heard map[string]bool
	read  bool // the table, to its end
}

func newRival[S, E, V any](t *task[S, E, V]) *rival {
	r := &rival{client: t.shell.client, partition: start(t.shell.spec.Output.Topic, t.number), own: t.hears}
	r.source = func(m *kafka.Message) (source string, heard, ok bool) {
		spec := t.shell.spec
		if spec.Source == nil || m.Value == nil {
			return "", false, false
		}
		v, err := spec.Output.Serde.Decode(m.Value)
		if err != nil {
			return "", false, false // told where the table is loaded
		}
		return spec.Source(string(m.Key), v)
	}
	return r
}

// follow reads the table until ctx ends or the returned function is called, which waits for its end.
func (r *rival) follow(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var reading sync.WaitGroup
	reading.Go(func() {
		if err := r.run(ctx); err != nil {
			r.client.warn(fmt.Errorf("whether this instance hears more speakers than the one that publishes is not known: %w", err))
		}
	})
	return func() {
		cancel()
		reading.Wait()
	}
}

func (r *rival) run(ctx context.Context) error {
	r.forget()
	defer r.forget()
	consumer, err := r.client.consumer() // it does not join
	if err != nil {
		return err
	}
	defer func() { _ = closeInTime(func() { _ = consumer.Close() }) }()
	if err := consumer.Assign([]kafka.TopicPartition{r.partition}); err != nil {
		return err
	}
	for ctx.Err() == nil {
		switch event := consumer.Poll(pollMillis).(type) {
		case *kafka.Message:
			if source, heard, ok := r.source(event); ok {
				r.note(source, heard)
			}
		case kafka.PartitionEOF:
			r.ends()
		}
	}
	return nil
}

func (r *rival) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard, r.read = map[string]bool{}, false
}

func (r *rival) note(source string, heard bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard[source] = heard
}

func (r *rival) ends() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.read = true
}

// hearsLess reports whether this instance hears more sources that the rival does not than the other way
// round. Those that only one of them knows do not count.
func (r *rival) hearsLess() bool {
	own := r.own()
	r.mu.Lock()
	defer r.mu.Unlock()
	more := 0
	for source, heard := range r.heard {
		switch here, known := own[source]; {
		case known && here && !heard:
			more++
		case known && !here && heard:
			more--
		}
	}
	return r.read && more > 0
}
