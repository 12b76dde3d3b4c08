package avro

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/linkedin/goavro/v2"
)

// encoder appends the Avro binary form of a Go value. The entries of a map are written
// in the order of their keys: equal values have equal bytes.
type encoder func(b []byte, v reflect.Value) ([]byte, error)

// newEncoder returns the encoder of values of a Go type under a schema.
func newEncoder(s *schema, t reflect.Type) (encoder, error) {
	switch s.kind {
	case "union":
		return unionEncoder(s, t)
	case "record":
		return recordEncoder(s, t)
	case "array":
		return arrayEncoder(s, t)
	case "map":
		return mapEncoder(s, t)
	}
	if e := scalarEncoder(s, t); e != nil {
		return e, nil
	}
	return nil, fmt.Errorf("cannot write %s as %s", t, s.branch)
}

func scalarEncoder(s *schema, t reflect.Type) encoder {
	number := s.kind == "int" || s.kind == "long"
	switch {
	case t == reflect.TypeFor[time.Time]() && s.branch == "long.timestamp-micros":
		return func(b []byte, v reflect.Value) ([]byte, error) {
			return binary.AppendVarint(b, v.Interface().(time.Time).UnixMicro()), nil
		}
	case number && reflect.Zero(t).CanInt():
		return func(b []byte, v reflect.Value) ([]byte, error) { return binary.AppendVarint(b, v.Int()), nil }
	case number && reflect.Zero(t).CanUint():
		return func(b []byte, v reflect.Value) ([]byte, error) { return binary.AppendVarint(b, int64(v.Uint())), nil }
	case s.kind == "double" && t.Kind() == reflect.Float64:
		return func(b []byte, v reflect.Value) ([]byte, error) {
			return binary.LittleEndian.AppendUint64(b, math.Float64bits(v.Float())), nil
		}
	case s.kind == "string" && t.Kind() == reflect.String:
		return func(b []byte, v reflect.Value) ([]byte, error) { return appendString(b, v.String()), nil }
	case s.kind == "boolean" && t.Kind() == reflect.Bool:
		return func(b []byte, v reflect.Value) ([]byte, error) {
			if v.Bool() {
				return append(b, 1), nil
			}
			return append(b, 0), nil
		}
	case s.kind == "bytes" && t == reflect.TypeFor[[]byte]():
		return func(b []byte, v reflect.Value) ([]byte, error) {
			return append(binary.AppendVarint(b, int64(v.Len())), v.Bytes()...), nil
		}
	}
	return nil
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendVarint(b, int64(len(s))), s...)
}

// unionEncoder writes the last branch, or null for nil; a Go interface takes the branch
// of the value in it.
func unionEncoder(s *schema, t reflect.Type) (encoder, error) {
	if t.Kind() == reflect.Interface {
		return interfaceEncoder(s), nil
	}
	last := len(s.branches) - 1
	item := t
	if t.Kind() == reflect.Pointer {
		item = t.Elem()
	}
	encode, err := newEncoder(s.branches[last], item)
	if err != nil {
		return nil, err
	}
	null := slices.IndexFunc(s.branches, func(b *schema) bool { return b.kind == "null" })
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
	default:
		return func(b []byte, v reflect.Value) ([]byte, error) {
			return encode(binary.AppendVarint(b, int64(last)), v)
		}, nil
	}
	return func(b []byte, v reflect.Value) ([]byte, error) {
		if v.IsNil() {
			if null < 0 {
				return nil, errors.New("null is not in the union")
			}
			return binary.AppendVarint(b, int64(null)), nil
		}
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		return encode(binary.AppendVarint(b, int64(last)), v)
	}, nil
}

func interfaceEncoder(s *schema) encoder {
	return func(b []byte, v reflect.Value) ([]byte, error) {
		v = v.Elem()
		for i, branch := range s.branches {
			if !v.IsValid() {
				break
			}
			if encode := scalarEncoder(branch, v.Type()); encode != nil {
				return encode(binary.AppendVarint(b, int64(i)), v)
			}
		}
		return nil, fmt.Errorf("no branch of the union takes %v", v)
	}
}

func recordEncoder(s *schema, t reflect.Type) (encoder, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("cannot write %s as record %s", t, s.branch)
	}
	type part struct {
		index  int
		encode encoder
	}
	index := fieldsOf(t)
	parts := make([]part, len(s.fields))
	for i, f := range s.fields {
		at, ok := index[f.name]
		if !ok {
			return nil, fmt.Errorf("%s has no field for %s", t, f.name)
		}
		encode, err := newEncoder(f.schema, t.Field(at).Type)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		parts[i] = part{at, encode}
	}
	return func(b []byte, v reflect.Value) ([]byte, error) {
		var err error
		for i := range parts {
			if b, err = parts[i].encode(b, v.Field(parts[i].index)); err != nil {
				return nil, fmt.Errorf("%s: %w", s.fields[i].name, err)
			}
		}
		return b, nil
	}, nil
}

func arrayEncoder(s *schema, t reflect.Type) (encoder, error) {
	if t.Kind() != reflect.Slice {
		return nil, fmt.Errorf("cannot write %s as array", t)
	}
	encode, err := newEncoder(s.items, t.Elem())
	if err != nil {
		return nil, err
	}
	return func(b []byte, v reflect.Value) ([]byte, error) {
		var err error
		for i := range v.Len() {
			b = appendBlock(b, i, v.Len())
			if b, err = encode(b, v.Index(i)); err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
		}
		return append(b, 0), nil
	}, nil
}

// appendBlock begins a block before the i-th of n items when one is due: readers bound
// the items of one.
func appendBlock(b []byte, i, n int) []byte {
	if i%maxBlock == 0 {
		b = binary.AppendVarint(b, int64(min(n-i, maxBlock)))
	}
	return b
}

var maxBlock = int(goavro.MaxBlockCount)

func mapEncoder(s *schema, t reflect.Type) (encoder, error) {
	if t.Kind() != reflect.Map || t.Key().Kind() != reflect.String {
		return nil, fmt.Errorf("cannot write %s as map", t)
	}
	encode, err := newEncoder(s.items, t.Elem())
	if err != nil {
		return nil, err
	}
	return func(b []byte, v reflect.Value) ([]byte, error) {
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		var err error
		for i, key := range keys {
			b = appendString(appendBlock(b, i, len(keys)), key.String())
			if b, err = encode(b, v.MapIndex(key)); err != nil {
				return nil, fmt.Errorf("[%q]: %w", key, err)
			}
		}
		return append(b, 0), nil
	}, nil
}
