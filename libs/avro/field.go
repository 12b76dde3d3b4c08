package avro

import (
	"reflect"
	"sync"
)

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
