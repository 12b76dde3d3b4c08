package bgpls

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"unicode/utf8"
)

// Forms of plain values.
var (
	uint8Form = form[uint8]{
		size: 1,
		get:  func(v []byte) (uint8, error) { return v[0], nil },
		put:  func(b []byte, x uint8) []byte { return append(b, x) },
	}
	uint32Form = form[uint32]{
		size: 4,
		get:  func(v []byte) (uint32, error) { return binary.BigEndian.Uint32(v), nil },
		put:  binary.BigEndian.AppendUint32,
	}
	uint64Form = form[uint64]{
		size: 8,
		get:  func(v []byte) (uint64, error) { return binary.BigEndian.Uint64(v), nil },
		put:  binary.BigEndian.AppendUint64,
	}
	multiTopologyForm = form[uint16]{ // 4 reserved bits and 12 bits of id
		size: 2,
		get:  func(v []byte) (uint16, error) { return binary.BigEndian.Uint16(v) & 0x0fff, nil },
		put:  binary.BigEndian.AppendUint16,
	}
	octetsForm = form[[]byte]{
		get: func(v []byte) ([]byte, error) { return bytes.Clone(v), nil },
		put: appendOctets,
	}
	textForm = form[string]{
		get: text,
		put: func(b []byte, x string) []byte { return append(b, x...) },
	}
	bandwidthForm = form[float64]{size: 4, get: bandwidth, put: appendBandwidth} // IEEE 754 single, bytes/s
)

// Forms of addresses.
var (
	ipv4Form   = form[netip.Addr]{size: 4, get: ip, put: appendIP}
	ipv6Form   = form[netip.Addr]{size: 16, get: ip, put: appendIP}
	ipForm     = form[netip.Addr]{get: ip, put: appendIP}
	ipv4Prefix = form[netip.Prefix]{get: func(v []byte) (netip.Prefix, error) { return prefix(v, 4) }, put: appendPrefix}
	ipv6Prefix = form[netip.Prefix]{get: func(v []byte) (netip.Prefix, error) { return prefix(v, 16) }, put: appendPrefix}
)

func text(v []byte) (string, error) {
	if !utf8.Valid(v) {
		return "", fmt.Errorf("%w: text is not UTF-8", ErrValue)
	}
	return string(v), nil
}

func bandwidth(v []byte) (float64, error) {
	x := float64(math.Float32frombits(binary.BigEndian.Uint32(v)))
	if math.IsNaN(x) || math.IsInf(x, 0) || math.Signbit(x) {
		return 0, fmt.Errorf("%w: bandwidth of %v bytes/s", ErrValue, x)
	}
	return x, nil
}

func appendBandwidth(b []byte, x float64) []byte {
	return binary.BigEndian.AppendUint32(b, math.Float32bits(float32(x)))
}

func ip(v []byte) (netip.Addr, error) {
	a, ok := netip.AddrFromSlice(v)
	if !ok {
		return a, errLength(len(v), "4 or 16")
	}
	return a, nil
}

func appendIP(b []byte, a netip.Addr) []byte { return append(b, a.AsSlice()...) }

// prefix reads a prefix length in bits and as many octets as it needs
// (RFC 9552 §5.2.3.2) of an address of size octets.
func prefix(v []byte, size int) (netip.Prefix, error) {
	if len(v) == 0 {
		return netip.Prefix{}, errLength(0, "a prefix length")
	}
	bits, octets := int(v[0]), v[1:]
	if bits > 8*size {
		return netip.Prefix{}, fmt.Errorf("%w: prefix of %d bits", ErrValue, bits)
	}
	if n := (bits + 7) / 8; len(octets) != n {
		return netip.Prefix{}, errLength(len(octets), fmt.Sprintf("%d for a prefix of %d bits", n, bits))
	}
	var full [16]byte
	copy(full[:], octets)
	a, _ := netip.AddrFromSlice(full[:size])
	return netip.PrefixFrom(a, bits).Masked(), nil
}

func appendPrefix(b []byte, p netip.Prefix) []byte {
	b = append(b, byte(p.Bits()))
	return append(b, p.Addr().AsSlice()[:(p.Bits()+7)/8]...)
}

// uint24 is the number in three octets.
func uint24(v []byte) uint32 { return uint32(v[0])<<16 | uint32(v[1])<<8 | uint32(v[2]) }

// appendUint24 writes the largest number for one that three octets cannot hold.
func appendUint24(b []byte, x uint32) []byte {
	x = min(x, 1<<24-1)
	return append(b, byte(x>>16), byte(x>>8), byte(x))
}
