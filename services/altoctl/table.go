package altoctl

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// Change is a record that a table got after it was read to its end.
type Change[T any] struct {
	Key      string
	Old, New *T // nil = did not exist, does not exist any more
	At       time.Time
	Latency  time.Duration // since the change that caused it reached the system
}

// Read returns what a topic holds, by key. Records that cannot be decoded are left
// out and given to bad; without the registry none can, and it fails.
func Read[T any](ctx context.Context, c service.Config, topic string, bad func(key string, err error)) (map[string]*T, error) {
	table := map[string]*T{}
	err := follow(ctx, c, topic, table, bad, func() error { return stream.ErrStop }, nil, nil)
	return table, err
}

// Watch calls first with what a topic holds, and then changed for each change, and away as
// stream.FollowAndTell does.
func Watch[T any](ctx context.Context, c service.Config, topic string, bad func(key string, err error), first func(map[string]*T) error, changed func(Change[T]) error, away func(error, time.Duration)) error {
	table := map[string]*T{}
	return follow(ctx, c, topic, table, bad, func() error { return first(table) }, changed, away)
}

// serdeOf reads the values of a topic.
func serdeOf[T any](c service.Config, topic string) (*avro.Serde[T], error) {
	registry, err := avro.Dial(c.Registry())
	if err != nil {
		return nil, err
	}
	schema, _ := schemas.Of(topic)
	return avro.NewSerde[T](registry, topic, schema)
}

func follow[T any](ctx context.Context, c service.Config, topic string, table map[string]*T, bad func(string, error), caughtUp func() error, changed func(Change[T]) error, away func(error, time.Duration)) error {
	serde, err := serdeOf[T](c, topic)
	if err != nil {
		return err
	}
	live := false
	record := func(m *kafka.Message) error {
		now := time.Now()
		key := string(m.Key)
		change := Change[T]{Key: key, Old: table[key], At: now, Latency: now.Sub(stream.ObservedAt(m))}
		if m.Value != nil {
			value, err := serde.Decode(m.Value)
			if errors.Is(err, avro.ErrUnavailable) {
				return fmt.Errorf("record %q of %s: %w", key, topic, err)
			}
			if err != nil {
				bad(key, err)
				return nil
			}
			change.New = value
		}
		if change.New == nil {
			delete(table, key)
		} else {
			table[key] = change.New
		}
		if !live {
			return nil
		}
		return changed(change)
	}
	return stream.FollowAndTell(ctx, c, topic, record, func() error {
		live = true
		return caughtUp()
	}, away)
}
