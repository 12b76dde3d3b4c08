package avro

import (
	"reflect"
	"time"
)

// Plain returns a record as plain values under its Avro field names, for JSON: maps,
// slices and scalars; null fields are left out.
func Plain(v any) any { return plain(reflect.ValueOf(v)) }

func plain(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem())
	case reflect.Struct:
		return plainRecord(v)
	case reflect.Map:
		m := make(map[string]any, v.Len())
		for it := v.MapRange(); it.Next(); {
			m[it.Key().String()] = plain(it.Value())
		}
		return m
	case reflect.Slice:
		if v.IsNil() || v.Type().Elem().Kind() == reflect.Uint8 {
			return v.Interface()
		}
		items := make([]any, v.Len())
		for i := range items {
			items[i] = plain(v.Index(i))
		}
		return items
	}
	return v.Interface()
}

func plainRecord(v reflect.Value) any {
	if t, ok := v.Interface().(time.Time); ok {
		return t.UTC()
	}
	m := map[string]any{}
	for name, i := range fieldsOf(v.Type()) {
		f := v.Field(i)
		switch f.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			if f.IsNil() {
				continue
			}
		}
		m[name] = plain(f)
	}
	return m
}
