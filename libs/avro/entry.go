package avro

import (
	"fmt"
	"reflect"
	"strings"
	"unsafe"
)

// Entry is an entry of a map. A slice of entries is written and read as an Avro map is, in its
// order and without a Go map: large maps are many times faster so. Keys share the memory of the value
// that they were read from, and values behind pointers that of each other.
type Entry[V any] struct {
	Key   string
	Value V
}

// isEntries tells whether a type is a slice of entries.
func isEntries(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().PkgPath() == reflect.TypeFor[Entry[int]]().PkgPath() &&
		strings.HasPrefix(t.Elem().Name(), "Entry[")
}

func entriesEncoder(s *schema, t reflect.Type) (encoder, error) {
	entry := t.Elem()
	encode, err := newEncoder(s.items, entry.Field(1).Type)
	if err != nil {
		return nil, err
	}
	size, value := entry.Size(), entry.Field(1).Offset
	return func(b []byte, p unsafe.Pointer) ([]byte, error) {
		entries := *(*[]struct{})(p) // data and length are where those of any slice are
		var err error
		for i := range entries {
			at := unsafe.Add(unsafe.Pointer(unsafe.SliceData(entries)), uintptr(i)*size)
			b = appendString(appendBlock(b, i, len(entries)), *(*string)(at))
			if b, err = encode(b, unsafe.Add(at, value)); err != nil {
				return nil, fmt.Errorf("[%q]: %w", *(*string)(at), err)
			}
		}
		return append(b, 0), nil
	}, nil
}

func (ds decoders) ofEntries(s *schema, t reflect.Type) decoder {
	entry, item := t.Elem(), t.Elem().Field(1).Type
	decode := ds.of(s.items, item)
	size, value := entry.Size(), entry.Field(1).Offset
	return func(d *input, p unsafe.Pointer) error {
		v := reflect.NewAt(t, p).Elem()
		return d.blocks(func(n int) error {
			if item.Kind() == reflect.Pointer {
				d.slab = newSlab(item.Elem(), n)
			}
			first := v.Len()
			v.Grow(n)
			v.SetLen(first + n)
			at := unsafe.Add(v.UnsafePointer(), uintptr(first)*size)
			for i := range n {
				key, err := d.key()
				if err != nil {
					return err
				}
				*(*string)(at) = key
				if err := decode(d, unsafe.Add(at, value)); err != nil {
					return fmt.Errorf("[%q]: %w", key, err)
				}
				if i < n-1 {
					at = unsafe.Add(at, size)
				}
			}
			return nil
		})
	}
}

// key reads a string as a part of the value's text, which is copied once.
func (d *input) key() (string, error) {
	if d.text == "" {
		d.text = string(d.rest)
	}
	b, err := d.octets()
	end := len(d.text) - len(d.rest)
	return d.text[end-len(b) : end], err
}
