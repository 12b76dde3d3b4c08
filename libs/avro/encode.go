package avro

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
	"unsafe"
)

// encoder appends the Avro binary form of the Go value at p. It was made for the type
// of that value: this is what makes reading it by its address safe, and some ten times
// faster than goavro. The entries of a map are written in the order of their keys:
// equal values have equal bytes.
type encoder func(b []byte, p unsafe.Pointer) ([]byte, error)

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

// scalarEncoder returns nil for a type that the schema does not take.
func scalarEncoder(s *schema, t reflect.Type) encoder {
	switch s.kind {
	case "int", "long":
		if s.branch == timestampMicros && t == reflect.TypeFor[time.Time]() {
			return func(b []byte, p unsafe.Pointer) ([]byte, error) {
				return binary.AppendVarint(b, (*time.Time)(p).UnixMicro()), nil
			}
		}
		return numberEncoder(t.Kind())
	case "double":
		if t.Kind() == reflect.Float64 {
			return func(b []byte, p unsafe.Pointer) ([]byte, error) { return appendDouble(b, *(*float64)(p)), nil }
		}
	case "string":
		if t.Kind() == reflect.String {
			return func(b []byte, p unsafe.Pointer) ([]byte, error) { return appendString(b, *(*string)(p)), nil }
		}
	case "boolean":
		if t.Kind() == reflect.Bool {
			return func(b []byte, p unsafe.Pointer) ([]byte, error) { return append(b, *(*byte)(p)), nil }
		}
	case "bytes":
		if t == reflect.TypeFor[[]byte]() {
			return func(b []byte, p unsafe.Pointer) ([]byte, error) {
				v := *(*[]byte)(p)
				return append(binary.AppendVarint(b, int64(len(v))), v...), nil
			}
		}
	}
	return nil
}

func numberEncoder(kind reflect.Kind) encoder {
	switch kind {
	case reflect.Uint8:
		return number[uint8]
	case reflect.Uint16:
		return number[uint16]
	case reflect.Uint32:
		return number[uint32]
	case reflect.Uint64:
		return number[uint64]
	case reflect.Int32:
		return number[int32]
	case reflect.Int64:
		return number[int64]
	}
	return nil
}

type integer interface {
	uint8 | uint16 | uint32 | uint64 | int32 | int64
}

func number[T integer](b []byte, p unsafe.Pointer) ([]byte, error) {
	return binary.AppendVarint(b, int64(*(*T)(p))), nil
}

func appendDouble(b []byte, x float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendVarint(b, int64(len(s))), s...)
}

// unionEncoder writes the last branch, or null for nil; a Go interface takes the branch
// of the value in it.
func unionEncoder(s *schema, t reflect.Type) (encoder, error) {
	if t.Kind() == reflect.Interface {
		return interfaceEncoder(s, t), nil
	}
	if t == reflect.TypeFor[TextOrNumber]() {
		return textOrNumberEncoder(s)
	}
	item := t
	if t.Kind() == reflect.Pointer {
		item = t.Elem()
	}
	last := len(s.branches) - 1
	encode, err := newEncoder(s.branches[last], item)
	if err != nil {
		return nil, err
	}
	branch := binary.AppendVarint(nil, int64(last))
	null := binary.AppendVarint(nil, int64(slices.IndexFunc(s.branches, func(b *schema) bool { return b.kind == "null" })))
	nullable := s.branches[0].kind == "null" || s.branches[last].kind == "null"
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
	default:
		return func(b []byte, p unsafe.Pointer) ([]byte, error) { return encode(append(b, branch...), p) }, nil
	}
	pointer := t.Kind() == reflect.Pointer
	return func(b []byte, p unsafe.Pointer) ([]byte, error) {
		first := *(*unsafe.Pointer)(p) // of a pointer, slice or map: nil if it is
		if first == nil {
			if !nullable {
				return nil, errors.New("null is not in the union")
			}
			return append(b, null...), nil
		}
		if pointer {
			p = first
		}
		return encode(append(b, branch...), p)
	}, nil
}

func interfaceEncoder(s *schema, t reflect.Type) encoder {
	return func(b []byte, p unsafe.Pointer) ([]byte, error) {
		v := reflect.NewAt(t, p).Elem().Elem()
		for i, branch := range s.branches {
			if !v.IsValid() {
				break
			}
			switch {
			case branch.kind == "double" && v.Kind() == reflect.Float64:
				return appendDouble(binary.AppendVarint(b, int64(i)), v.Float()), nil
			case branch.kind == "string" && v.Kind() == reflect.String:
				return appendString(binary.AppendVarint(b, int64(i)), v.String()), nil
			}
			if encode := scalarEncoder(branch, v.Type()); encode != nil {
				at := reflect.New(v.Type())
				at.Elem().Set(v)
				return encode(binary.AppendVarint(b, int64(i)), at.UnsafePointer())
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
		offset uintptr
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
		parts[i] = part{t.Field(at).Offset, encode}
	}
	return func(b []byte, p unsafe.Pointer) ([]byte, error) {
		var err error
		for i := range parts {
			if b, err = parts[i].encode(b, unsafe.Add(p, parts[i].offset)); err != nil {
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
	size := t.Elem().Size()
	return func(b []byte, p unsafe.Pointer) ([]byte, error) {
		items := *(*[]struct{})(p) // data and length are where those of any slice are
		var err error
		for i := range items {
			b = appendBlock(b, i, len(items))
			if b, err = encode(b, unsafe.Add(unsafe.Pointer(unsafe.SliceData(items)), uintptr(i)*size)); err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
		}
		return append(b, 0), nil
	}, nil
}

// appendBlock begins a block before the i-th of n items when one is due.
func appendBlock(b []byte, i, n int) []byte {
	if i%maxBlock == 0 {
		b = binary.AppendVarint(b, int64(min(n-i, maxBlock)))
	}
	return b
}

func mapEncoder(s *schema, t reflect.Type) (encoder, error) {
	if isEntries(t) {
		return entriesEncoder(s, t)
	}
	if t.Kind() != reflect.Map || t.Key().Kind() != reflect.String {
		return nil, fmt.Errorf("cannot write %s as map", t)
	}
	if s.items.kind == "double" && t == reflect.TypeFor[map[string]float64]() {
		return encodeDoubles, nil
	}
	encode, err := newEncoder(s.items, t.Elem())
	if err != nil {
		return nil, err
	}
	size := t.Elem().Size()
	return func(b []byte, p unsafe.Pointer) ([]byte, error) {
		keys, items := sortedItems(reflect.NewAt(t, p).Elem())
		var err error
		for i, e := range keys {
			b = appendString(appendBlock(b, i, len(keys)), e.key)
			if b, err = encode(b, unsafe.Add(items, uintptr(e.at)*size)); err != nil {
				return nil, fmt.Errorf("[%q]: %w", e.key, err)
			}
		}
		return append(b, 0), nil
	}, nil
}

// mapKey is a key of a map, and where among the items its item is.
type mapKey struct {
	key string
	at  int
}

// sortedItems returns the keys of a map, sorted, and copies of its items.
func sortedItems(m reflect.Value) ([]mapKey, unsafe.Pointer) {
	if m.Len() == 0 {
		return nil, nil
	}
	keys := make([]mapKey, 0, m.Len())
	items := reflect.MakeSlice(reflect.SliceOf(m.Type().Elem()), m.Len(), m.Len())
	key := reflect.New(m.Type().Key()).Elem()
	for i := m.MapRange(); i.Next(); {
		items.Index(len(keys)).SetIterValue(i)
		key.SetIterKey(i)
		keys = append(keys, mapKey{key.String(), len(keys)})
	}
	slices.SortFunc(keys, func(a, b mapKey) int { return strings.Compare(a.key, b.key) })
	return keys, items.UnsafePointer()
}

// encodeDoubles writes a map of numbers: the rows of cost maps.
func encodeDoubles(b []byte, p unsafe.Pointer) ([]byte, error) {
	m := *(*map[string]float64)(p)
	keys := slices.AppendSeq(make([]string, 0, len(m)), maps.Keys(m))
	slices.Sort(keys)
	for i, key := range keys {
		b = appendString(appendBlock(b, i, len(m)), key)
		b = appendDouble(b, m[key])
	}
	return append(b, 0), nil
}
