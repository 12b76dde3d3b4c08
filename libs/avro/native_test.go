package avro

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/linkedin/goavro/v2"

	"github.com/altostream/altostream/schemas"
)

func init() {
	goavro.MaxBlockCount = maxBlock
	goavro.MaxBlockSize = 64 << 20
}

// codec is a schema and goavro's codec of it.
type codec struct {
	schema *schema
	avro   *goavro.Codec
}

// codecOf returns the codec of a topic's schema.
func codecOf(t *testing.T, topic string) *codec {
	t.Helper()
	text, _ := schemas.Of(topic)
	c, err := newCodec(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newCodec(text string) (*codec, error) {
	s, err := parse(text)
	if err != nil {
		return nil, err
	}
	c, err := goavro.NewCodec(text)
	return &codec{schema: s, avro: c}, err
}

// decode reads a value with goavro.
func (c *codec) decode(b []byte, v reflect.Value) error {
	native, rest, err := c.avro.NativeFromBinary(b)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("%d bytes follow the Avro record", len(rest))
	}
	return fromNative(c.schema, native, v)
}

// fromNative fills v from goavro's native value n, which was read with schema s.
func fromNative(s *schema, n any, v reflect.Value) error {
	if s.kind == "union" {
		return unionFromNative(s, n, v)
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch s.kind {
	case "record":
		return recordFromNative(s, n.(map[string]any), v)
	case "array":
		return arrayFromNative(s, n.([]any), v)
	case "map":
		return mapFromNative(s, n.(map[string]any), v)
	}
	return scalarFromNative(n, v)
}

func unionFromNative(s *schema, n any, v reflect.Value) error {
	if n == nil {
		v.SetZero()
		return nil
	}
	for name, value := range n.(map[string]any) {
		for _, b := range s.branches {
			if b.branch != name {
				continue
			}
			if err := fromNative(b, value, v); err != nil {
				return err
			}
			if v.Kind() == reflect.Slice && v.IsNil() {
				v.Set(reflect.MakeSlice(v.Type(), 0, 0)) // nil would be null
			}
			return nil
		}
	}
	return fmt.Errorf("unknown union branch in %v", n)
}

func recordFromNative(s *schema, n map[string]any, v reflect.Value) error {
	if v.Kind() != reflect.Struct {
		return fmt.Errorf("cannot read a record into %s", v.Type())
	}
	index := fieldsOf(v.Type())
	for _, f := range s.fields {
		i, ok := index[f.name]
		if !ok {
			continue
		}
		if err := fromNative(f.schema, n[f.name], v.Field(i)); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

// arrayFromNative reads an array; an empty one is nil, as it is in a record that was
// never written.
func arrayFromNative(s *schema, n []any, v reflect.Value) error {
	if v.Kind() != reflect.Slice {
		return fmt.Errorf("cannot read an array into %s", v.Type())
	}
	if len(n) == 0 {
		v.SetZero()
		return nil
	}
	out := reflect.MakeSlice(v.Type(), len(n), len(n))
	for i, item := range n {
		if err := fromNative(s.items, item, out.Index(i)); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	v.Set(out)
	return nil
}

func mapFromNative(s *schema, n map[string]any, v reflect.Value) error {
	if v.Kind() != reflect.Map {
		return fmt.Errorf("cannot read a map into %s", v.Type())
	}
	out := reflect.MakeMapWithSize(v.Type(), len(n))
	for key, item := range n {
		value := reflect.New(v.Type().Elem()).Elem()
		if err := fromNative(s.items, item, value); err != nil {
			return fmt.Errorf("[%q]: %w", key, err)
		}
		out.SetMapIndex(reflect.ValueOf(key), value)
	}
	v.Set(out)
	return nil
}

func scalarFromNative(n any, v reflect.Value) error {
	if n == nil {
		v.SetZero()
		return nil
	}
	nv := reflect.ValueOf(n)
	switch {
	case v.Kind() == reflect.Interface, nv.Type() == v.Type():
		v.Set(nv)
	case v.CanInt() && nv.CanInt() && !v.OverflowInt(nv.Int()):
		v.SetInt(nv.Int())
	case v.Kind() == reflect.Uint64 && nv.CanInt():
		v.SetUint(uint64(nv.Int()))
	case v.CanUint() && nv.CanInt() && nv.Int() >= 0 && !v.OverflowUint(uint64(nv.Int())):
		v.SetUint(uint64(nv.Int()))
	case v.CanFloat() && nv.CanFloat():
		v.SetFloat(nv.Float())
	case v.CanFloat() && nv.CanInt():
		v.SetFloat(float64(nv.Int()))
	default:
		return fmt.Errorf("cannot read %v (%T) into %s", n, n, v.Type())
	}
	return nil
}
