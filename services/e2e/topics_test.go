package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// record is one record of a topic.
type record struct {
	key       string
	partition int32
	raw       []byte // nil = withdrawn
	value     any    // pointer to the topic's record; nil if withdrawn or not decodable
	err       error  // why it is not decodable
	headers   map[string]string
}

// content is what topics hold: topic → key → record.
type content map[string]map[string]any

// endpoints are the properties of the entities that are addresses.
func endpoints(c content) map[string]*schemas.EndpointProperties {
	found := map[string]*schemas.EndpointProperties{}
	for entity, v := range c[schemas.EndpointPropertiesTopic] {
		if r, ok := v.(*schemas.EndpointProperties); ok && strings.HasPrefix(entity, "ipv4:") {
			found[entity] = r
		}
	}
	return found
}

// topics keeps every record of the five topics.
type topics struct {
	mu      sync.Mutex
	records map[string][]record
	cancel  context.CancelFunc
	readers sync.WaitGroup
}

// followTopics reads the five topics until the end of the test.
func followTopics(t testing.TB, clients service.Config) *topics {
	t.Helper()
	registry, err := avro.Dial(clients.Registry())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &topics{records: map[string][]record{}, cancel: cancel}
	for _, topic := range schemas.Topics {
		decode := decoder(t, registry, topic)
		s.readers.Go(func() {
			err := stream.Follow(ctx, clients, topic, func(m *kafka.Message) error {
				r := newRecord(m, decode)
				s.mu.Lock()
				defer s.mu.Unlock()
				s.records[topic] = append(s.records[topic], r)
				return nil
			}, func() error { return nil })
			if ctx.Err() == nil {
				t.Errorf("read %s: %v", topic, err)
			}
		})
	}
	t.Cleanup(s.close)
	return s
}

func (s *topics) close() {
	s.cancel()
	s.readers.Wait()
}

func newRecord(m *kafka.Message, decode func([]byte) (any, error)) record {
	r := record{key: string(m.Key), partition: m.TopicPartition.Partition, raw: m.Value, headers: map[string]string{}}
	for _, h := range m.Headers {
		r.headers[h.Key] = string(h.Value)
	}
	if m.Value != nil {
		r.value, r.err = decode(m.Value)
	}
	return r
}

// decoder returns what reads the values of a topic, by the schema that the registry
// has under the id of each.
func decoder(t testing.TB, registry avro.Registry, topic string) func([]byte) (any, error) {
	switch topic {
	case schemas.RawTopologyTopic:
		return decoderOf[schemas.RawTopology](t, registry, topic)
	case schemas.NetworkMapsTopic:
		return decoderOf[schemas.NetworkMap](t, registry, topic)
	case schemas.CostMapsTopic:
		return decoderOf[schemas.CostMap](t, registry, topic)
	case schemas.ComputeResourcesTopic:
		return decoderOf[schemas.ComputeResource](t, registry, topic)
	case schemas.EndpointPropertiesTopic:
		return decoderOf[schemas.EndpointProperties](t, registry, topic)
	}
	t.Fatalf("no topic of the chain: %s", topic)
	return nil
}

func decoderOf[T any](t testing.TB, registry avro.Registry, topic string) func([]byte) (any, error) {
	t.Helper()
	schema, _ := schemas.Of(topic)
	serde, err := avro.NewSerde[T](registry, topic, schema)
	if err != nil {
		t.Fatal(err)
	}
	return func(raw []byte) (any, error) {
		v, err := serde.Decode(raw)
		if err != nil {
			return nil, err
		}
		return v, nil
	}
}

// log returns all records of a topic so far.
func (s *topics) log(topic string) []record {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]record(nil), s.records[topic]...)
}

// content returns what the topics hold, without what may differ between two runs: the
// time at which a compute resource was read.
func (s *topics) content() content {
	c := content{}
	for _, topic := range schemas.Topics {
		c[topic] = table(s.log(topic))
	}
	return c
}

// table returns what a log of records amounts to.
func table(log []record) map[string]any {
	t := map[string]any{}
	for _, r := range log {
		switch v := r.value.(type) {
		case nil:
			delete(t, r.key)
			if r.err != nil {
				t[r.key] = fmt.Sprintf("not decodable: %v", r.err)
			}
		case *schemas.ComputeResource:
			timeless := *v
			timeless.ObservedAt = time.Time{}
			t[r.key] = &timeless
		default:
			t[r.key] = v
		}
	}
	return t
}

// value returns the record that a topic holds under a key.
func value[T any](s *topics, topic, key string) (*T, error) {
	v, ok := table(s.log(topic))[key].(*T)
	if !ok {
		return nil, fmt.Errorf("%s holds no record %s", topic, key)
	}
	return v, nil
}

// contents is what each map ever written holds, without how current it is, by resource id;
// what follows on the same is left out.
func (s *topics) contents() map[string][]any {
	contents := map[string][]any{}
	add := func(id string, content any) {
		if all := contents[id]; len(all) == 0 || !cmp.Equal(all[len(all)-1], content) {
			contents[id] = append(all, content)
		}
	}
	for _, r := range slices.Concat(s.log(schemas.NetworkMapsTopic), s.log(schemas.CostMapsTopic)) {
		switch m := r.value.(type) {
		case *schemas.NetworkMap:
			add(r.key, m.NetworkMap)
		case *schemas.CostMap:
			add(r.key, m.CostMap)
		default:
			add(r.key, nil)
		}
	}
	return contents
}

// differ returns an error that shows how two things differ, but for the times of sessions.
func differ(what string, want, got any) error {
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(schemas.Peer{}, "Since")); diff != "" {
		return fmt.Errorf("%s is not as it should be (-want +got):\n%s", what, diff)
	}
	return nil
}

// quiet waits until nothing has been written for a time in which each program, caught
// up, would have answered the last change many times over.
func (s *topics) quiet(t testing.TB) {
	t.Helper()
	const silence = 500 * time.Millisecond
	records, since := -1, time.Now()
	await(t, func() error {
		if n := s.size(); n != records {
			records, since = n, time.Now()
		}
		if time.Since(since) < silence {
			return errors.New("the topics do not come to rest")
		}
		return nil
	})
}

// size returns the number of records so far.
func (s *topics) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, log := range s.records {
		n += len(log)
	}
	return n
}
