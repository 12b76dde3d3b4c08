package stream

import (
	"context"
	"errors"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
)

// load shows a record of the output table to its machine, before that is live.
func load[S, E, V any](machine *Machine[S, E, V], serde Serde[V], m *kafka.Message, bad *badRecords, retry func(func() error) error) {
	if m.Value == nil {
		machine.Load(string(m.Key), nil)
		return
	}
	var value *V
	err := retry(func() (err error) {
		value, err = serde.Decode(m.Value)
		return err
	})
	if errors.Is(err, context.Canceled) {
		return
	}
	if err != nil {
		bad.putAside(m, err)
		machine.LoadUnreadable(string(m.Key))
		return
	}
	machine.Load(string(m.Key), value)
}

// decode makes an event of a record of an input; it reports false if nothing is to be known of it.
func (s *shell[S, E, V]) decode(in Input[E], m *kafka.Message) (event E, ok bool) {
	event, err := in.Decode(string(m.Key), m.Value)
	if errors.Is(err, avro.ErrUnavailable) {
		event, err = s.decodeAgain(in, m)
	}
	if s.ctx.Err() != nil {
		return event, false // stopped while the registry was away
	}
	if err != nil {
		s.bad.putAside(m, err)
		event, err = in.Decode(string(m.Key), nil)
	}
	return event, err == nil
}

// decodeAgain makes an event of a record when the registry is back.
func (s *shell[S, E, V]) decodeAgain(in Input[E], m *kafka.Message) (event E, err error) {
	err = s.decodeRetry(func() (err error) {
		event, err = in.Decode(string(m.Key), m.Value)
		return err
	})
	return event, err
}

// decodeRetry calls decode again while the registry is away.
func (s *shell[S, E, V]) decodeRetry(decode func() error) error {
	return decodeRetry(s.ctx, s.runtime, decode)
}

// decodeRetry calls decode again while the registry is away.
func decodeRetry(ctx context.Context, rt *service.Runtime, decode func() error) error {
	err := decode()
	if !errors.Is(err, avro.ErrUnavailable) {
		return err
	}
	wait := rt.Wait("registry", "the schema of a record, from the schema registry (SCHEMA_REGISTRY_URL)")
	defer wait.Done()
	for errors.Is(err, avro.ErrUnavailable) {
		wait.Because(err)
		if !pause(ctx, time.Second) {
			return ctx.Err()
		}
		err = decode()
	}
	return err
}
