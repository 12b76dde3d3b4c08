// Package tables reads tables whole and follows them, for whoever only reads: tools, faces, and
// programs of others. Reading needs no consumer group, commits nothing and owns no state.
//
//	tables.go  Read and Watch: a topic as a table of typed values
//	maps.go    WatchMaps: cost maps with the network maps that they are for
//	ranking.go WatchRanking: where there is room for a workload, as package rank answers
package tables

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
)

// Change is a value that a table got after it was read to its end.
type Change[T any] struct {
	Key      string
	Old, New *T // nil = did not exist, does not exist any more
	At       time.Time
	Latency  time.Duration // since the change that caused it reached the system
}

// Handlers are told of a table.
type Handlers[T any] struct {
	// First is told what the table holds when it has been read to its end, by key.
	First func(map[string]*T) error
	// Changed is told of each change after that. Nil: Watch ends after First.
	Changed func(Change[T]) error
	// Bad is told of records that cannot be decoded, which are left out.
	Bad func(key string, err error)
	// Away is told when no broker answers, as stream.FollowAndTell does; nil: nobody is.
	Away func(reason error, since time.Duration)
}

// Read returns what a topic holds, by key. T is the type of its records; large maps are made
// whole: schemas.NetworkMap of network_maps, versioned.CostMap of cost_maps, by resource id.
// Without the registry no record can be decoded, and it fails.
func Read[T any](ctx context.Context, c service.Config, topic string, bad func(key string, err error)) (map[string]*T, error) {
	var read map[string]*T
	err := Watch(ctx, c, topic, Handlers[T]{Bad: bad, First: func(table map[string]*T) error {
		read = table
		return nil
	}})
	return read, err
}

// Watch reads a topic as Read does and follows it until a handler returns an error
// (stream.ErrStop is none) or ctx ends.
func Watch[T any](ctx context.Context, c service.Config, topic string, h Handlers[T]) error {
	t := &table[T]{values: map[string]*T{}, topic: topic, handlers: h}
	registry, err := avro.Dial(c.Registry())
	if err != nil {
		return err
	}
	if t.take, err = takerOf[T](registry, topic); err != nil {
		return err
	}
	return stream.FollowAndTell(ctx, c, topic, t.record, t.caughtUp, h.Away)
}

type table[T any] struct {
	values   map[string]*T
	topic    string
	take     taker[T]
	handlers Handlers[T]
	live     bool
}

// taker takes a record; the value is nil if it is gone, and not told of one that stays as it is.
type taker[T any] func(key string, value []byte) (id string, v *T, told bool, err error)

func (t *table[T]) record(m *kafka.Message) error {
	now := time.Now()
	id, v, told, err := t.take(string(m.Key), m.Value)
	if errors.Is(err, avro.ErrUnavailable) {
		return fmt.Errorf("record %q of %s: %w", m.Key, t.topic, err)
	}
	if err != nil {
		t.handlers.Bad(string(m.Key), err)
	}
	if !told {
		return nil
	}
	change := Change[T]{Key: id, Old: t.values[id], New: v, At: now, Latency: now.Sub(stream.ObservedAt(m))}
	if v == nil {
		delete(t.values, id)
	} else {
		t.values[id] = v
	}
	if !t.live {
		return nil
	}
	return t.handlers.Changed(change)
}

func (t *table[T]) caughtUp() error {
	t.live = true
	if err := t.handlers.First(t.values); err != nil {
		return err
	}
	if t.handlers.Changed == nil {
		return stream.ErrStop
	}
	return nil
}
