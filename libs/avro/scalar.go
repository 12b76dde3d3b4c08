package avro

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"time"
	"unsafe"
)

const timestampMicros = "long.timestamp-micros"

// scalarDecoder returns nil if the Go type does not take what the schema writes.
func scalarDecoder(s *schema, t reflect.Type) decoder {
	if t.Kind() == reflect.Interface {
		return interfaceDecoder(s, t)
	}
	if t == reflect.TypeFor[TextOrNumber]() {
		return textOrNumberDecoder(s)
	}
	switch s.kind {
	case "int", "long":
		if s.branch == timestampMicros {
			return timeDecoder(t)
		}
		return numberDecoder(s, t)
	case "float", "double":
		return floatDecoder(s, t)
	case "string":
		if t.Kind() == reflect.String {
			return func(d *input, p unsafe.Pointer) error {
				b, err := d.octets()
				*(*string)(p) = string(b)
				return err
			}
		}
	case "boolean":
		if t.Kind() == reflect.Bool {
			return func(d *input, p unsafe.Pointer) (err error) {
				*(*bool)(p), err = d.boolean()
				return err
			}
		}
	case "bytes":
		if t == reflect.TypeFor[[]byte]() {
			return func(d *input, p unsafe.Pointer) error {
				b, err := d.octets()
				*(*[]byte)(p) = bytes.Clone(b)
				return err
			}
		}
	case "null":
		return func(*input, unsafe.Pointer) error { return nil }
	}
	return nil
}

func timeDecoder(t reflect.Type) decoder {
	if t != reflect.TypeFor[time.Time]() {
		return nil
	}
	return func(d *input, p unsafe.Pointer) error {
		n, err := d.long()
		*(*time.Time)(p) = time.UnixMicro(n).UTC()
		return err
	}
}

func numberDecoder(s *schema, t reflect.Type) decoder {
	switch t.Kind() {
	case reflect.Uint8:
		return numbers[uint8](s)
	case reflect.Uint16:
		return numbers[uint16](s)
	case reflect.Uint32:
		return numbers[uint32](s)
	case reflect.Uint64:
		return numbers[uint64](s)
	case reflect.Int32:
		return numbers[int32](s)
	case reflect.Int64:
		return numbers[int64](s)
	case reflect.Float64:
		return func(d *input, p unsafe.Pointer) error {
			n, err := d.number(s)
			*(*float64)(p) = float64(n)
			return err
		}
	}
	return nil
}

// numbers is a decoder that refuses numbers that the Go type cannot hold; uint64 takes all bits.
func numbers[T integer](s *schema) decoder {
	return func(d *input, p unsafe.Pointer) error {
		n, err := d.number(s)
		*(*T)(p) = T(n)
		if err == nil && int64(T(n)) != n {
			err = fmt.Errorf("cannot read %d into %T", n, T(n))
		}
		return err
	}
}

func floatDecoder(s *schema, t reflect.Type) decoder {
	switch {
	case t.Kind() == reflect.Float64 && s.kind == "double":
		return func(d *input, p unsafe.Pointer) (err error) {
			*(*float64)(p), err = d.double()
			return err
		}
	case t.Kind() == reflect.Float64:
		return func(d *input, p unsafe.Pointer) error {
			x, err := d.float()
			*(*float64)(p) = float64(x)
			return err
		}
	}
	return nil
}

// interfaceDecoder boxes the value as the branch of a union says.
func interfaceDecoder(s *schema, t reflect.Type) decoder {
	types := map[string]reflect.Type{
		"int": reflect.TypeFor[int32](), "long": reflect.TypeFor[int64](), "double": reflect.TypeFor[float64](),
		"string": reflect.TypeFor[string](), "boolean": reflect.TypeFor[bool](), "bytes": reflect.TypeFor[[]byte](),
	}
	boxed, ok := types[s.kind]
	if !ok || s.branch != s.kind {
		return nil
	}
	decode := scalarDecoder(s, boxed)
	return func(d *input, p unsafe.Pointer) error {
		v := reflect.New(boxed)
		err := decode(d, v.UnsafePointer())
		reflect.NewAt(t, p).Elem().Set(v.Elem())
		return err
	}
}

var errNoInt = errors.New("the number does not fit an int")

// number reads an int or a long.
func (d *input) number(s *schema) (int64, error) {
	n, err := d.long()
	if err == nil && s.kind == "int" && int64(int32(n)) != n {
		err = fmt.Errorf("%d: %w", n, errNoInt)
	}
	return n, err
}

func (d *input) take(n int) ([]byte, error) {
	if len(d.rest) < n {
		return nil, errCut
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b, nil
}

func (d *input) double() (float64, error) {
	b, err := d.take(8)
	if err != nil {
		return 0, err
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b)), nil
}

func (d *input) float() (float32, error) {
	b, err := d.take(4)
	if err != nil {
		return 0, err
	}
	return math.Float32frombits(binary.LittleEndian.Uint32(b)), nil
}

func (d *input) boolean() (bool, error) {
	b, err := d.take(1)
	if err != nil {
		return false, err
	}
	if b[0] > 1 {
		return false, fmt.Errorf("%d is no boolean", b[0])
	}
	return b[0] == 1, nil
}

// maxDepth is how deep a value that is skipped may be.
const maxDepth = 64

// skip passes over a value.
func (d *input) skip(s *schema, depth int) (err error) {
	if depth == 0 {
		return errors.New("the value is nested too deeply")
	}
	switch s.kind {
	case "int", "long":
		_, err = d.number(s)
	case "float":
		_, err = d.take(4)
	case "double":
		_, err = d.take(8)
	case "boolean":
		_, err = d.boolean()
	case "string", "bytes":
		_, err = d.octets()
	case "record":
		for _, f := range s.fields {
			if err := d.skip(f.schema, depth-1); err != nil {
				return err
			}
		}
	case "union":
		i, err := d.long()
		if err != nil || i < 0 || i >= int64(len(s.branches)) {
			return errors.Join(err, fmt.Errorf("the union has no branch %d", i))
		}
		return d.skip(s.branches[i], depth-1)
	case "array", "map":
		return d.blocks(func(n int) error { return d.skipItems(s, n, depth) })
	}
	return err
}

func (d *input) skipItems(s *schema, n, depth int) error {
	for range n {
		if s.kind == "map" {
			if _, err := d.octets(); err != nil {
				return err
			}
		}
		if err := d.skip(s.items, depth-1); err != nil {
			return err
		}
	}
	return nil
}
