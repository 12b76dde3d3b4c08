package bgpls

import (
	"fmt"
	"net/netip"
	"slices"
)

// form is how a value is written in octets.
type form[T any] struct {
	size int // octets; 0 = get says which lengths are right
	get  func(v []byte) (T, error)
	put  func(b []byte, x T) []byte
}

func (f form[T]) decode(v []byte) (x T, err error) {
	if f.size > 0 && len(v) != f.size {
		return x, errLength(len(v), fmt.Sprint(f.size))
	}
	return f.get(v)
}

// codec decodes and encodes the TLV of one type as a field of S.
type codec[S any] struct {
	typ    uint16
	decode func(s *S, v []byte) (held bool, err error) // held = the field had room for it
	append func(b []byte, s *S) []byte
}

// once is the codec of a TLV that fills a field; a second one finds no room.
func once[S, T any](typ uint16, f form[T], absent func(T) bool, field func(*S) *T) codec[S] {
	return codec[S]{
		typ: typ,
		decode: func(s *S, v []byte) (bool, error) {
			p := field(s)
			if !absent(*p) {
				return false, nil
			}
			x, err := f.decode(v)
			if err != nil {
				return false, err
			}
			*p = x
			return true, nil
		},
		append: func(b []byte, s *S) []byte {
			if x := *field(s); !absent(x) {
				b = appendTLV(b, typ, x, f.put)
			}
			return b
		},
	}
}

// optional is the codec of a scalar; nil = not said.
func optional[S, T any](typ uint16, f form[T], field func(*S) **T) codec[S] {
	pointer := form[*T]{
		get: func(v []byte) (*T, error) {
			x, err := f.decode(v)
			return &x, err
		},
		put: func(b []byte, x *T) []byte { return f.put(b, *x) },
	}
	return once(typ, pointer, isNil[T], field)
}

func isNil[T any](x *T) bool { return x == nil }

// octets is the codec of octets of any length; nil = not said.
func octets[S any](typ uint16, field func(*S) *[]byte) codec[S] {
	return once(typ, octetsForm, func(v []byte) bool { return v == nil }, field)
}

// list is the codec of a TLV that holds any number of values of one size.
func list[S, T any](typ uint16, f form[T], field func(*S) *[]T) codec[S] {
	values := form[[]T]{
		get: func(v []byte) ([]T, error) {
			if len(v)%f.size != 0 {
				return nil, errLength(len(v), fmt.Sprintf("a multiple of %d", f.size))
			}
			xs := make([]T, 0, len(v)/f.size)
			for item := range slices.Chunk(v, f.size) {
				x, err := f.get(item)
				if err != nil {
					return nil, err
				}
				xs = append(xs, x)
			}
			return xs, nil
		},
		put: func(b []byte, xs []T) []byte {
			for _, x := range xs {
				b = f.put(b, x)
			}
			return b
		},
	}
	return once(typ, values, func(xs []T) bool { return xs == nil }, field)
}

// address is the codec of an IP address; the zero address = not said.
func address[S any](typ uint16, f form[netip.Addr], field func(*S) *netip.Addr) codec[S] {
	return once(typ, f, func(a netip.Addr) bool { return !a.IsValid() }, field)
}

// repeated is the codec of a TLV that may occur any number of times.
func repeated[S, T any](typ uint16, f form[T], field func(*S) *[]T) codec[S] {
	return codec[S]{
		typ: typ,
		decode: func(s *S, v []byte) (bool, error) {
			x, err := f.decode(v)
			if err != nil {
				return false, err
			}
			p := field(s)
			*p = append(*p, x)
			return true, nil
		},
		append: func(b []byte, s *S) []byte {
			for _, x := range *field(s) {
				b = appendTLV(b, typ, x, f.put)
			}
			return b
		},
	}
}

// table holds the codecs of a run of TLVs, in ascending order.
type table[S any] []codec[S]

// decode reads one TLV; held is false for one that S has no room for.
func (t table[S]) decode(s *S, part tlv) (held bool, err error) {
	i, ok := slices.BinarySearchFunc(t, part.typ, func(c codec[S], typ uint16) int { return int(c.typ) - int(typ) })
	if !ok {
		return false, nil
	}
	return t[i].decode(s, part.value)
}

// decodeAll reads descriptors: one that is malformed spoils them all.
func (t table[S]) decodeAll(s *S, c cursor) (unknown []TLV, err error) {
	for c.more() {
		part, err := c.next()
		if err != nil {
			return nil, err
		}
		held, err := t.decode(s, part)
		if err != nil {
			return nil, fmt.Errorf("tlv %d: %w", part.typ, err)
		}
		if !held {
			unknown = append(unknown, part.keep())
		}
	}
	return ascending(unknown), nil
}

// append writes the TLVs of s and the unknown ones, merged in ascending order.
func (t table[S]) append(b []byte, s *S, unknown []TLV) []byte {
	for i := range t {
		for len(unknown) > 0 && unknown[0].Type < t[i].typ {
			b = appendTLV(b, unknown[0].Type, unknown[0].Value, appendOctets)
			unknown = unknown[1:]
		}
		b = t[i].append(b, s)
	}
	for _, u := range unknown {
		b = appendTLV(b, u.Type, u.Value, appendOctets)
	}
	return b
}
