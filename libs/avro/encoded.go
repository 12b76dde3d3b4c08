package avro

import "bytes"

// Encoded is a record in the Confluent wire format. Equal records of one schema id
// have equal bytes.
type Encoded []byte

// EncodedSerde is the serde of a topic for those who keep records of type T as bytes.
type EncodedSerde[T any] struct{ *Serde[T] }

// Encode returns v.
func (s EncodedSerde[T]) Encode(v *Encoded) ([]byte, error) { return *v, nil }

// Decode returns b, or if it was written with another schema than the serde's, the
// record written anew. Its errors are those of Serde.Decode.
func (s EncodedSerde[T]) Decode(b []byte) (*Encoded, error) {
	if id, err := schemaID(b); err == nil && id == s.own() {
		e := Encoded(bytes.Clone(b))
		return &e, nil
	}
	v, err := s.Serde.Decode(b)
	if err != nil {
		return nil, err
	}
	e, err := s.Serde.Encode(v)
	return (*Encoded)(&e), err
}
