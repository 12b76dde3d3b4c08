package bgpls

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"unicode/utf8"
)

func readUint8(_ *memory, x *uint8, v []byte) error {
	if len(v) != 1 {
		return sized(v, 1)
	}
	*x = v[0]
	return nil
}

func readUint32(_ *memory, x *uint32, v []byte) error {
	if len(v) != 4 {
		return sized(v, 4)
	}
	*x = binary.BigEndian.Uint32(v)
	return nil
}

func readUint64(_ *memory, x *uint64, v []byte) error {
	if len(v) != 8 {
		return sized(v, 8)
	}
	*x = binary.BigEndian.Uint64(v)
	return nil
}

// readMultiTopology reads 4 reserved bits and 12 bits of id (RFC 9552 §5.2.2.1).
func readMultiTopology(_ *memory, x *uint16, v []byte) error {
	if len(v) != 2 {
		return sized(v, 2)
	}
	*x = binary.BigEndian.Uint16(v) & 0x0fff
	return nil
}

func readOctets(m *memory, x *[]byte, v []byte) error {
	*x = m.clone(v)
	return nil
}

var errNotUTF8 = fmt.Errorf("%w: text is not UTF-8", ErrValue)

func readText(_ *memory, x *string, v []byte) error {
	if !utf8.Valid(v) {
		return errNotUTF8
	}
	*x = string(v)
	return nil
}

// readBandwidth reads an IEEE 754 single, bytes/s.
func readBandwidth(_ *memory, x *float64, v []byte) error {
	if len(v) != 4 {
		return sized(v, 4)
	}
	*x = float64(math.Float32frombits(binary.BigEndian.Uint32(v)))
	if math.IsNaN(*x) || math.IsInf(*x, 0) || math.Signbit(*x) {
		return fmt.Errorf("%w: bandwidth of %v bytes/s", ErrValue, *x)
	}
	return nil
}

func readIPv4(_ *memory, a *netip.Addr, v []byte) error { return address(a, v, 4) }
func readIPv6(_ *memory, a *netip.Addr, v []byte) error { return address(a, v, 16) }

// readPrefix reads a prefix length in bits and the octets that it needs (RFC 9552
// §5.2.3.2) of an address of size octets. Octets and bits beyond the prefix length
// say nothing; they are an oddity.
func readPrefix(m *memory, p *netip.Prefix, v []byte, size int) error {
	if p.IsValid() {
		return errNoRoom
	}
	if len(v) == 0 {
		return errLength(0, "a prefix length")
	}
	bits, octets := int(v[0]), v[1:]
	if bits > 8*size {
		return &cause{is: ErrValue, format: "prefix of %d bits", args: [2]int{bits}}
	}
	n := (bits + 7) / 8
	if len(octets) < n || len(octets) > size {
		return errLength(len(octets), strconv.Itoa(n)+" for a prefix of "+strconv.Itoa(bits)+" bits")
	}
	var full [16]byte
	copy(full[:], octets)
	a, _ := netip.AddrFromSlice(full[:size])
	*p = netip.PrefixFrom(a, bits).Masked()
	if len(octets) > n || p.Addr() != a {
		m.oddities.Prefixes++
	}
	return nil
}

// uint24 is the number in three octets.
func uint24(v []byte) uint32 { return uint32(v[0])<<16 | uint32(v[1])<<8 | uint32(v[2]) }

func appendUint8(b []byte, x *uint8) []byte   { return append(b, *x) }
func appendUint16(b []byte, x *uint16) []byte { return binary.BigEndian.AppendUint16(b, *x) }
func appendUint32(b []byte, x *uint32) []byte { return binary.BigEndian.AppendUint32(b, *x) }
func appendUint64(b []byte, x *uint64) []byte { return binary.BigEndian.AppendUint64(b, *x) }
func appendText(b []byte, x *string) []byte   { return append(b, *x...) }
func appendOctets(b []byte, x *[]byte) []byte { return append(b, *x...) }

// appendUint24 writes the largest number for one that three octets cannot hold.
func appendUint24(b []byte, x uint32) []byte {
	x = min(x, 1<<24-1)
	return append(b, byte(x>>16), byte(x>>8), byte(x))
}

func appendBandwidth(b []byte, x *float64) []byte {
	return binary.BigEndian.AppendUint32(b, math.Float32bits(float32(*x)))
}

func appendIP(b []byte, a *netip.Addr) []byte {
	if a.Is4() {
		octets := a.As4()
		return append(b, octets[:]...)
	}
	octets := a.As16()
	return append(b, octets[:]...)
}

func appendPrefix(b []byte, p *netip.Prefix) []byte {
	n := (p.Bits() + 7) / 8
	b = append(b, byte(p.Bits()))
	if a := p.Addr(); a.Is4() {
		octets := a.As4()
		return append(b, octets[:n]...)
	}
	octets := p.Addr().As16()
	return append(b, octets[:n]...)
}
