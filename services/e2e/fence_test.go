package e2e

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// copier copies network maps from one topic to another.
type copier struct {
	clients service.Config
	in, out *avro.Serde[schemas.NetworkMap]
}

const copierIn, copierOut = "fence-in", "fence-out"

func newCopier(t *testing.T, clients service.Config) *copier {
	t.Helper()
	registry, err := avro.Dial(clients.Registry())
	if err != nil {
		t.Fatal(err)
	}
	c := &copier{clients: clients}
	for topic, serde := range map[string]**avro.Serde[schemas.NetworkMap]{copierIn: &c.in, copierOut: &c.out} {
		if *serde, err = avro.NewSerde[schemas.NetworkMap](registry, topic, schemas.NetworkMapsSchema); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.in.Register(); err != nil {
		t.Fatal(err)
	}
	return c
}

type copied struct {
	key   string
	value *schemas.NetworkMap // nil with no key: flush
}

// held is a serde that stops at the moment between computing and publishing.
type held struct {
	*avro.Serde[schemas.NetworkMap]
	hold    atomic.Bool
	holds   chan struct{} // gets a value when it holds
	release chan struct{}
}

func (h *held) Encode(v *schemas.NetworkMap) ([]byte, error) {
	b, err := h.Serde.Encode(v)
	if h.hold.CompareAndSwap(true, false) {
		h.holds <- struct{}{}
		<-h.release
	}
	return b, err
}

// instance is a copier that runs.
type instance struct {
	*held
	runtime *service.Runtime
}

// run runs a copier that loses its partitions if it does not poll for six seconds, as a
// process that is stopped does.
func (c *copier) run(t *testing.T) *instance {
	t.Helper()
	tracer, _, err := service.NewTracer(t.Context(), "fence")
	if err != nil {
		t.Fatal(err)
	}
	rt, err := service.NewRuntime("fence", slog.New(slog.DiscardHandler), prometheus.NewRegistry(), tracer)
	if err != nil {
		t.Fatal(err)
	}
	h := &held{Serde: c.out, holds: make(chan struct{}), release: make(chan struct{})}
	type state struct{}
	spec := stream.Spec[state, copied, schemas.NetworkMap]{
		Name:   "fence",
		Inputs: []stream.Input[copied]{stream.InputOf(copierIn, c.in, func(k string, v *schemas.NetworkMap) copied { return copied{k, v} })},
		Output: stream.Table[schemas.NetworkMap]{Topic: copierOut, Serde: h},
		Init:   func() state { return state{} },
		Step: func(s state, e copied) (state, []stream.Output[schemas.NetworkMap]) {
			if e.key == "" {
				return s, nil
			}
			return s, []stream.Output[schemas.NetworkMap]{{Key: e.key, Value: e.value}}
		},
	}
	config := c.clients
	config.KafkaProperties = service.Properties{"max.poll.interval.ms": "6000"}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- stream.Run(ctx, spec, config, rt) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; ctx.Err() == nil {
			t.Errorf("an instance ended: %v", err)
		}
	})
	awaitFor(t, takeOverTime, ready(rt))
	return &instance{h, rt}
}

func (c *copier) put(t *testing.T, key, tag string) {
	t.Helper()
	value, err := c.in.Encode(&schemas.NetworkMap{Meta: &schemas.NetworkMapMeta{VTag: schemas.VersionTag{ResourceID: key, Tag: tag}}})
	if err != nil {
		t.Fatal(err)
	}
	topic := copierIn
	deliver(t, c.clients, &kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic}, Key: []byte(key), Value: value})
}

// tags returns the tags that were published under a key, in the order of the log.
func (c *copier) tags(t *testing.T, key string) (tags []string) {
	t.Helper()
	err := stream.Follow(t.Context(), c.clients, copierOut, func(m *kafka.Message) error {
		if v, err := c.out.Decode(m.Value); err != nil {
			t.Errorf("record %s: %v", m.Key, err)
		} else if string(m.Key) == key {
			tags = append(tags, v.Meta.VTag.Tag)
		}
		return nil
	}, func() error { return stream.ErrStop })
	if err != nil {
		t.Fatal(err)
	}
	return tags
}

// TestFence holds the instance that publishes between computing and publishing until another
// one has its partition and has published what came later: what the first one then publishes
// does not get into the table. It takes its part again afterwards.
func TestFence(t *testing.T) {
	t.Parallel()
	c := newCopier(t, startBroker(t, 1))
	first := c.run(t)
	c.put(t, "a", "1")
	await(t, func() error { return differ("published", []string{"1"}, c.tags(t, "a")) })

	first.hold.Store(true)
	c.put(t, "a", "2")
	<-first.holds
	second := c.run(t)
	await(t, func() error { return differ("published", []string{"1", "2"}, c.tags(t, "a")) })
	c.put(t, "a", "3")
	await(t, func() error { return differ("published", []string{"1", "2", "3"}, c.tags(t, "a")) })
	close(first.release)

	awaitFor(t, takeOverTime, ready(first.runtime))
	awaitFor(t, takeOverTime, ready(second.runtime))
	c.put(t, "a", "4")
	await(t, func() error { return differ("published", []string{"1", "2", "3", "4"}, c.tags(t, "a")) })
}

func ready(rt *service.Runtime) func() error {
	return func() error {
		if !rt.IsReady() {
			return errors.New("an instance is not ready")
		}
		return nil
	}
}
