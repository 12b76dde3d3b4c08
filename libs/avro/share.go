package avro

import (
	"bytes"
	"reflect"
	"unsafe"
)

// Reader reads the values of one topic as records that share memory: a pointer or text is the one of the record
// before where the octets are. Records of a table have much in common, such as attributes that a router tells of
// thousands of prefixes. They must not be changed. A Reader is not safe for concurrent use.
type Reader[T any] struct {
	serde   *Serde[T]
	writers map[uint32]decoder
}

// Reader returns a reader of the serde's topic.
func (s *Serde[T]) Reader() *Reader[T] { return &Reader[T]{serde: s, writers: map[uint32]decoder{}} }

// Decode reads a value as Serde.Decode does.
func (r *Reader[T]) Decode(b []byte) (*T, error) {
	id, err := schemaID(b)
	if err != nil {
		return nil, err
	}
	decode := r.writers[id]
	if decode == nil {
		text, err := r.serde.schema(id)
		if err != nil {
			return nil, err
		}
		if decode, err = newReader[T](decoders{share: true}, id, text); err != nil {
			return nil, err
		}
		r.writers[id] = decode
	}
	return decodeWith[T](decode, b[headerLen:])
}

// sharedPointerDecoder compares octets with those of the value before: none is the beginning of another.
func sharedPointerDecoder(decode decoder, item reflect.Type) decoder {
	var octets []byte
	var before unsafe.Pointer
	return func(d *input, p unsafe.Pointer) error {
		if len(octets) > 0 && bytes.HasPrefix(d.rest, octets) {
			d.rest = d.rest[len(octets):]
			*(*unsafe.Pointer)(p) = before
			return nil
		}
		from, at := d.rest, d.new(item)
		if err := decode(d, at); err != nil {
			return err
		}
		octets, before = append(octets[:0], from[:len(from)-len(d.rest)]...), at
		*(*unsafe.Pointer)(p) = at
		return nil
	}
}

func sharedStringDecoder() decoder {
	var before string
	return func(d *input, p unsafe.Pointer) error {
		b, err := d.octets()
		if string(b) != before {
			before = string(b)
		}
		*(*string)(p) = before
		return err
	}
}
