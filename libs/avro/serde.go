package avro

import (
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"unsafe"
)

const headerLen = 5 // magic byte and schema id

// Serde writes and reads the values of one topic as records of type T. It is safe
// for concurrent use.
type Serde[T any] struct {
	registry Registry
	subject  string
	text     string
	encode   encoder

	mu      sync.RWMutex
	id      int
	writers map[uint32]decoder
}

// newReader returns the decoder of records of type T that were written with a schema.
func newReader[T any](ds decoders, id uint32, text string) (decoder, error) {
	s, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("schema id %d: %w", id, err)
	}
	return ds.of(s, reflect.TypeFor[T]()), nil
}

// NewSerde returns the serde of a topic. It does not talk to the registry.
func NewSerde[T any](r Registry, topic, schemaText string) (*Serde[T], error) {
	own, err := parse(schemaText)
	if err != nil {
		return nil, fmt.Errorf("schema of %s: %w", topic, err)
	}
	encode, err := newEncoder(own, reflect.TypeFor[T]())
	if err != nil {
		return nil, fmt.Errorf("schema of %s: %w", topic, err)
	}
	return &Serde[T]{
		registry: r, subject: SubjectOf(topic), text: schemaText, encode: encode,
		writers: map[uint32]decoder{},
	}, nil
}

// Register makes the schema known to the registry, once. Encode needs it; Decode reads what it wrote without
// asking the registry again.
func (s *Serde[T]) Register() error {
	id, err := s.registry.Register(s.subject, s.text)
	if err != nil {
		return err
	}
	own, err := newReader[T](decoders{}, uint32(id), s.text)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id = id
	s.writers[uint32(id)] = own
	return nil
}

// Subject returns what the registry holds under the topic's subject, and where this
// serde's schema stands in it.
func (s *Serde[T]) Subject() (Subject, error) { return s.registry.Subject(s.subject, s.text) }

// rooms are slices that values were encoded in, to be used again: a large one is made by growing many times.
var rooms sync.Pool

// Encode returns v in the Confluent wire format.
func (s *Serde[T]) Encode(v *T) ([]byte, error) {
	room, _ := rooms.Get().(*[]byte)
	if room == nil {
		room = new(make([]byte, 0, 512))
	}
	defer rooms.Put(room)
	b, err := s.Append((*room)[:0], v)
	if err != nil {
		return nil, err
	}
	*room = b
	return slices.Clone(b), nil
}

// Append appends what Encode returns.
func (s *Serde[T]) Append(b []byte, v *T) ([]byte, error) {
	id := s.own()
	if id == 0 {
		return nil, fmt.Errorf("encode %s: schema not registered", s.subject)
	}
	b = binary.BigEndian.AppendUint32(append(b, 0), id)
	b, err := s.encode(b, unsafe.Pointer(v))
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return b, nil
}

// own is the id of the schema that Encode writes with; 0 = not registered.
func (s *Serde[T]) own() uint32 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return uint32(s.id)
}

// schemaID reads the frame of a value.
func schemaID(b []byte) (uint32, error) {
	if len(b) < headerLen || b[0] != 0 {
		return 0, errors.New("value is not in the Confluent wire format (0x00, 4-byte schema id, Avro)")
	}
	return binary.BigEndian.Uint32(b[1:]), nil
}

// Decode reads a value in the Confluent wire format. An error that wraps
// ErrUnavailable says nothing about the value; any other says that it is bad.
func (s *Serde[T]) Decode(b []byte) (*T, error) {
	id, err := schemaID(b)
	if err != nil {
		return nil, err
	}
	writer, err := s.writer(id)
	if err != nil {
		return nil, err
	}
	return decodeWith[T](writer, b[headerLen:])
}

func decodeWith[T any](decode decoder, b []byte) (*T, error) {
	v := new(T)
	in := &input{rest: b}
	if err := decode(in, unsafe.Pointer(v)); err != nil {
		return nil, fmt.Errorf("value is not what its schema says: %w", err)
	}
	if len(in.rest) > 0 {
		return nil, fmt.Errorf("%d bytes follow the Avro record", len(in.rest))
	}
	return v, nil
}

func (s *Serde[T]) writer(id uint32) (decoder, error) {
	s.mu.RLock()
	w, ok := s.writers[id]
	s.mu.RUnlock()
	if ok {
		return w, nil
	}
	text, err := s.schema(id)
	if err != nil {
		return nil, err
	}
	if w, err = newReader[T](decoders{}, id, text); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writers[id] = w
	return w, nil
}

// schema returns the schema of an id.
func (s *Serde[T]) schema(id uint32) (string, error) {
	if id == s.own() && id != 0 {
		return s.text, nil
	}
	return s.registry.Schema(s.subject, int(id))
}
