package bgpls

import (
	"encoding/binary"
	"errors"
	"net/netip"
)

// holder is a value that TLVs fill, each a field.
type holder interface {
	// decode reads the value of a TLV; errNoRoom if there is no field for it.
	decode(m *memory, typ uint16, v []byte) error
}

// errNoRoom says that a TLV is of a type that is not decoded, or fills a field that
// is filled already: it is kept as it came.
var errNoRoom = errors.New("no room")

// frame reads the type of the TLV or NLRI at the start of v, and where it ends.
func frame(v []byte) (typ uint16, end int, err error) {
	if len(v) < tlvHeader {
		return 0, 0, errTruncated(tlvHeader, len(v))
	}
	end = tlvHeader + int(binary.BigEndian.Uint16(v[2:]))
	if end > len(v) {
		return 0, 0, errTruncated(end-tlvHeader, len(v)-tlvHeader)
	}
	return binary.BigEndian.Uint16(v), end, nil
}

// framed checks the framing of NLRIs, which have so many octets before each, and counts
// them; an error is about the one at an offset.
func framed(v []byte, before int) (count, at int, err error) {
	for ; at < len(v); count++ {
		if len(v)-at < before {
			return count, at, errTruncated(before, len(v)-at)
		}
		_, end, err := frame(v[at+before:])
		if err != nil {
			return count, at, err
		}
		at += before + end
	}
	return count, at, nil
}

// fill reads descriptors or the TLVs inside of a TLV: one that is malformed spoils
// them all.
func (m *memory) fill(h holder, v []byte) (unknown []TLV, err error) {
	for o := (order{}); len(v) > 0; {
		typ, end, err := frame(v)
		if err != nil {
			return nil, err
		}
		o.see(m, typ)
		if err := h.decode(m, typ, v[tlvHeader:end]); err != nil {
			if !errors.Is(err, errNoRoom) {
				return nil, &inTLV{typ, err}
			}
			unknown = m.keep(unknown, typ, v[tlvHeader:end])
		}
		v = v[end:]
	}
	return ascending(unknown), nil
}

// keep appends a copy of a TLV to the unknown ones.
func (m *memory) keep(unknown []TLV, typ uint16, v []byte) []TLV {
	unknown = m.tlvs.extend(unknown)
	unknown[len(unknown)-1] = TLV{Type: typ, Value: m.clone(v)}
	return unknown
}

// order finds out whether the TLVs of a run ascend (RFC 9552 §5.1).
type order struct {
	last    uint16
	counted bool
}

func (o *order) see(m *memory, typ uint16) {
	if typ < o.last && !o.counted {
		o.counted = true
		m.oddities.Unordered++
	}
	o.last = typ
}

// read reads a value from octets. It finds *x zero; after an error nobody looks at it.
type read[T any] func(m *memory, x *T, v []byte) error

// optional reads a value that is said once; nil = not said.
func optional[T any](m *memory, s *slab[T], p **T, v []byte, read read[T]) error {
	if *p != nil {
		return errNoRoom
	}
	x := s.one()
	if err := read(m, x, v); err != nil {
		s.back(x)
		return err
	}
	*p = x
	return nil
}

// maxRepeats is how many values of one kind are decoded, more than any router has: some
// hundred octets of memory for each are out of proportion to four on the wire. Further
// ones are kept as octets.
const maxRepeats = 256

// repeated reads a value that may be said any number of times.
func repeated[T any](m *memory, s *slab[T], p *[]T, v []byte, read read[T]) error {
	if len(*p) >= maxRepeats {
		return errNoRoom
	}
	xs := s.extend(*p)
	x := &xs[len(xs)-1]
	if err := read(m, x, v); err != nil {
		s.back(x)
		return err
	}
	*p = xs
	return nil
}

// list reads any number of values of one size that are said at once; nil = not said.
func list[T any](m *memory, s *slab[T], p *[]T, v []byte, size int, read read[T]) error {
	if *p != nil {
		return errNoRoom
	}
	if len(v)%size != 0 {
		return &cause{ErrLength, "%d octets, want a multiple of %d", [2]int{len(v), size}}
	}
	xs := s.some(len(v) / size)
	for i := range xs {
		if err := read(m, &xs[i], v[i*size:(i+1)*size]); err != nil {
			return err
		}
	}
	*p = xs
	return nil
}

// group reads a TLV of a part of a value, which is there when one of its TLVs is.
func group[T any, H interface {
	*T
	holder
}](m *memory, s *slab[T], p **T, typ uint16, v []byte) error {
	if *p != nil {
		return H(*p).decode(m, typ, v)
	}
	x := s.one()
	if err := H(x).decode(m, typ, v); err != nil {
		s.back(x)
		return err
	}
	*p = x
	return nil
}

// address reads an IP address of size octets that is said once; the zero address =
// not said.
func address(p *netip.Addr, v []byte, size int) error {
	if p.IsValid() {
		return errNoRoom
	}
	if err := sized(v, size); err != nil {
		return err
	}
	*p, _ = netip.AddrFromSlice(v)
	return nil
}

// anyAddress reads an IPv4 or IPv6 address.
func anyAddress(p *netip.Addr, v []byte) error {
	if len(v) != 4 && len(v) != 16 {
		return errLength(len(v), "4 or 16")
	}
	return address(p, v, len(v))
}

// octets reads octets that are said once; nil = not said.
func octets(m *memory, p *[]byte, v []byte) error {
	if *p != nil {
		return errNoRoom
	}
	*p = m.clone(v)
	return nil
}

// presence reads a TLV without a value, which says yes.
func presence(p *bool, v []byte) error {
	if *p {
		return errNoRoom
	}
	if err := sized(v, 0); err != nil {
		return err
	}
	*p = true
	return nil
}

// sized checks the length of a value.
func sized(v []byte, size int) error {
	if len(v) != size {
		return &cause{ErrLength, "%d octets, want %d", [2]int{len(v), size}}
	}
	return nil
}

// atLeast checks that a value has its fixed part.
func atLeast(v []byte, size int) error {
	if len(v) < size {
		return errTruncated(size, len(v))
	}
	return nil
}
