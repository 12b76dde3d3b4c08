package avro

import (
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/linkedin/goavro/v2"
)

// toNative converts a Go value to goavro's native form under schema s.
func toNative(s *schema, v reflect.Value) (any, error) {
	switch s.kind {
	case "union":
		return unionToNative(s, v)
	case "record":
		return recordToNative(s, v)
	case "array":
		items := make([]any, v.Len())
		for i := range items {
			item, err := toNative(s.items, v.Index(i))
			if err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
			items[i] = item
		}
		return items, nil
	case "map":
		m := make(map[string]any, v.Len())
		for it := v.MapRange(); it.Next(); {
			item, err := toNative(s.items, it.Value())
			if err != nil {
				return nil, fmt.Errorf("[%q]: %w", it.Key(), err)
			}
			m[it.Key().String()] = item
		}
		return m, nil
	}
	return scalarToNative(s, v)
}

func scalarToNative(s *schema, v reflect.Value) (any, error) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		return v.Interface(), nil
	case v.CanInt():
		return v.Int(), nil
	case v.CanUint():
		return int64(v.Uint()), nil
	case v.CanFloat():
		return v.Float(), nil
	case v.Kind() == reflect.String:
		return v.String(), nil
	case v.Kind() == reflect.Bool:
		return v.Bool(), nil
	case s.kind == "bytes" && v.Kind() == reflect.Slice:
		return v.Bytes(), nil
	}
	return nil, fmt.Errorf("cannot write %s as %s", v.Type(), s.kind)
}

func unionToNative(s *schema, v reflect.Value) (any, error) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if v.IsNil() {
			return nil, nil
		}
	case reflect.Interface:
		return interfaceToNative(s, v.Elem())
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	b := s.branches[len(s.branches)-1]
	native, err := toNative(b, v)
	if err != nil {
		return nil, err
	}
	return goavro.Union(b.branch, native), nil
}

func interfaceToNative(s *schema, v reflect.Value) (any, error) {
	for _, b := range s.branches {
		if b.kind == "string" && v.Kind() == reflect.String || b.kind == "double" && v.Kind() == reflect.Float64 {
			return goavro.Union(b.branch, v.Interface()), nil
		}
	}
	return nil, fmt.Errorf("no branch of the union takes %v", v)
}

func recordToNative(s *schema, v reflect.Value) (any, error) {
	index := fieldsOf(v.Type())
	m := make(map[string]any, len(s.fields))
	for _, f := range s.fields {
		i, ok := index[f.name]
		if !ok {
			return nil, fmt.Errorf("%s has no field for %s", v.Type(), f.name)
		}
		native, err := toNative(f.schema, v.Field(i))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		m[f.name] = native
	}
	return m, nil
}

var fieldIndex sync.Map // reflect.Type → map[string]int

// fieldsOf maps Avro field names to the indexes of a struct's fields.
func fieldsOf(t reflect.Type) map[string]int {
	if m, ok := fieldIndex.Load(t); ok {
		return m.(map[string]int)
	}
	m := map[string]int{}
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("avro"); name != "" {
			m[name] = i
		}
	}
	fieldIndex.Store(t, m)
	return m
}
