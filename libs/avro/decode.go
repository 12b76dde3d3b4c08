package avro

import (
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"unsafe"
)

// decoder reads a value into the Go value at p, which is the zero value of the type that
// the decoder was made for. Fields are matched by name; what the Go type does not have is
// skipped.
type decoder func(d *input, p unsafe.Pointer) error

// input is what is being read.
type input struct {
	rest []byte
	text string // rest as it was at the first key of an Entry; keys are parts of it
	slab slab
}

// slab is memory for values behind pointers, so many of one type.
type slab struct {
	item reflect.Type
	next unsafe.Pointer
	left int
}

func newSlab(item reflect.Type, n int) slab {
	return slab{item, reflect.MakeSlice(reflect.SliceOf(item), n, n).UnsafePointer(), n}
}

// new returns memory for a value.
func (d *input) new(item reflect.Type) unsafe.Pointer {
	if d.slab.left == 0 || d.slab.item != item {
		return reflect.New(item).UnsafePointer()
	}
	at := d.slab.next
	if d.slab.left--; d.slab.left > 0 {
		d.slab.next = unsafe.Add(at, item.Size())
	}
	return at
}

var errCut = errors.New("the value ends too soon")

// maxBlock is how many items a block has at most.
const maxBlock = 1 << 20

// decoders makes decoders that all remember nothing, and may be used at once, or that share: what a value
// has in common with the one before is the same memory (share.go).
type decoders struct{ share bool }

// of returns the decoder of values that were written with a schema. What does not
// fit the Go type is an error of the value that has it.
func (ds decoders) of(s *schema, t reflect.Type) decoder {
	if s.kind == "union" {
		return ds.ofUnion(s, t)
	}
	if t.Kind() == reflect.Pointer {
		if ds.share {
			return sharedPointerDecoder(ds.of(s, t.Elem()), t.Elem())
		}
		return pointerDecoder(ds.of(s, t.Elem()), t.Elem())
	}
	if d := ds.ofComposite(s, t); d != nil {
		return d
	}
	if ds.share && s.kind == "string" && t.Kind() == reflect.String {
		return sharedStringDecoder()
	}
	if d := scalarDecoder(s, t); d != nil {
		return d
	}
	return func(*input, unsafe.Pointer) error { return fmt.Errorf("cannot read %s into %s", s.branch, t) }
}

func (ds decoders) ofComposite(s *schema, t reflect.Type) decoder {
	switch {
	case s.kind == "record" && t.Kind() == reflect.Struct:
		return ds.ofRecord(s, t)
	case s.kind == "array" && t.Kind() == reflect.Slice:
		return ds.ofArray(s, t)
	case s.kind == "map" && t.Kind() == reflect.Map && t.Key().Kind() == reflect.String:
		return ds.ofMap(s, t)
	case s.kind == "map" && isEntries(t):
		return ds.ofEntries(s, t)
	}
	return nil
}

func pointerDecoder(decode decoder, item reflect.Type) decoder {
	return func(d *input, p unsafe.Pointer) error {
		at := d.new(item)
		*(*unsafe.Pointer)(p) = at
		return decode(d, at)
	}
}

// ofUnion leaves the zero value for null. An empty array or map is not nil, which
// would be null.
func (ds decoders) ofUnion(s *schema, t reflect.Type) decoder {
	branches := make([]decoder, len(s.branches))
	for i, b := range s.branches {
		if b.kind != "null" {
			branches[i] = ds.of(b, t)
		}
	}
	slice := t.Kind() == reflect.Slice
	return func(d *input, p unsafe.Pointer) error {
		i, err := d.long()
		if err != nil {
			return err
		}
		if i < 0 || i >= int64(len(branches)) {
			return fmt.Errorf("the union has no branch %d", i)
		}
		if branches[i] == nil {
			return nil
		}
		if err := branches[i](d, p); err != nil {
			return err
		}
		if slice && *(*unsafe.Pointer)(p) == nil {
			reflect.NewAt(t, p).Elem().Set(reflect.MakeSlice(t, 0, 0))
		}
		return nil
	}
}

func (ds decoders) ofRecord(s *schema, t reflect.Type) decoder {
	type part struct {
		offset uintptr
		null   int // how it begins if it is null, which needs no decoder; -1: it may need one
		decode decoder
	}
	index := fieldsOf(t)
	parts := make([]part, len(s.fields))
	for i, f := range s.fields {
		if at, ok := index[f.name]; ok {
			parts[i] = part{offset: t.Field(at).Offset, decode: ds.of(f.schema, t.Field(at).Type)}
		} else {
			parts[i].decode = func(d *input, _ unsafe.Pointer) error { return d.skip(f.schema, maxDepth) }
		}
		parts[i].null = nullOf(f.schema)
	}
	return func(d *input, p unsafe.Pointer) error {
		for i := range parts {
			if len(d.rest) > 0 && int(d.rest[0]) == parts[i].null {
				d.rest = d.rest[1:]
				continue
			}
			if err := parts[i].decode(d, unsafe.Add(p, parts[i].offset)); err != nil {
				return fmt.Errorf("%s: %w", s.fields[i].name, err)
			}
		}
		return nil
	}
}

// nullOf returns the octet that is null in a union; -1 if there is none.
func nullOf(s *schema) int {
	i := slices.IndexFunc(s.branches, func(b *schema) bool { return b.kind == "null" })
	if i < 0 {
		return -1
	}
	return int(binary.AppendVarint(nil, int64(i))[0])
}

// ofArray leaves nil for an empty array, as it is in a record that was never written.
func (ds decoders) ofArray(s *schema, t reflect.Type) decoder {
	decode := ds.of(s.items, t.Elem())
	return func(d *input, p unsafe.Pointer) error {
		v := reflect.NewAt(t, p).Elem()
		return d.blocks(func(n int) error {
			first := v.Len()
			v.Grow(n)
			v.SetLen(first + n)
			for i := range n {
				if err := decode(d, v.Index(first+i).Addr().UnsafePointer()); err != nil {
					return fmt.Errorf("[%d]: %w", first+i, err)
				}
			}
			return nil
		})
	}
}

func (ds decoders) ofMap(s *schema, t reflect.Type) decoder {
	if t == reflect.TypeFor[map[string]float64]() && s.items.kind == "double" {
		return decodeDoubles
	}
	decode := ds.of(s.items, t.Elem())
	return func(d *input, p unsafe.Pointer) error {
		v := reflect.NewAt(t, p).Elem()
		v.Set(reflect.MakeMap(t))
		return d.blocks(func(n int) error {
			for range n {
				key, err := d.octets()
				if err != nil {
					return err
				}
				item := reflect.New(t.Elem())
				name := reflect.ValueOf(string(key)).Convert(t.Key())
				if err := decode(d, item.UnsafePointer()); err != nil {
					return fmt.Errorf("[%q]: %w", name, err)
				}
				v.SetMapIndex(name, item.Elem())
			}
			return nil
		})
	}
}

// decodeDoubles reads a map of numbers: the rows of cost maps.
func decodeDoubles(d *input, p unsafe.Pointer) error {
	m := map[string]float64{}
	*(*map[string]float64)(p) = m
	return d.blocks(func(n int) error {
		for range n {
			key, err := d.octets()
			if err != nil {
				return err
			}
			if m[string(key)], err = d.double(); err != nil {
				return err
			}
		}
		return nil
	})
}

// blocks calls items with the number of items of each block of an array or map.
func (d *input) blocks(items func(n int) error) error {
	for {
		n, err := d.long()
		if err != nil {
			return err
		}
		if n < 0 { // its size in octets follows
			n = -n
			if _, err := d.long(); err != nil {
				return err
			}
		}
		switch {
		case n == 0:
			return nil
		case n < 0 || n > maxBlock:
			return fmt.Errorf("a block of %d items, at most %d are read", n, maxBlock)
		case n > int64(len(d.rest)): // each takes one octet at least
			return errCut
		}
		if err := items(int(n)); err != nil {
			return err
		}
	}
}

// long reads an int or a long.
func (d *input) long() (int64, error) {
	if len(d.rest) > 0 && d.rest[0] < 0x80 {
		b := d.rest[0]
		d.rest = d.rest[1:]
		return int64(b>>1) ^ -int64(b&1), nil
	}
	n, size := binary.Varint(d.rest)
	if size <= 0 {
		return 0, errCut
	}
	d.rest = d.rest[size:]
	return n, nil
}

// octets reads bytes or a string; they are those of the value.
func (d *input) octets() ([]byte, error) {
	n, err := d.long()
	if err != nil {
		return nil, err
	}
	if n < 0 || n > int64(len(d.rest)) {
		return nil, errCut
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b, nil
}
