package bmp

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"
)

// PeerType says what a peer is (RFC 7854 §4.2, RFC 9069 §4.1).
type PeerType uint8

// Peer types.
const (
	GlobalPeer PeerType = iota
	RDPeer              // of a VPN; the distinguisher is its route distinguisher
	LocalPeer           // of a local instance; the distinguisher is the router's own
	LocRIB              // none: the router's own table
)

// Peer is the per-peer header (RFC 7854 §4.2): which table of which peer a message is
// about.
type Peer struct {
	Type          PeerType
	Distinguisher Distinguisher
	Address       netip.Addr // invalid for LocRIB
	ASN           uint32
	ID            netip.Addr // BGP identifier
	Time          time.Time  // zero if not told

	PostPolicy bool // L: after the policy; else before
	AdjRIBOut  bool // O: Adj-RIB-Out (RFC 8671 §4); else Adj-RIB-In
	AS2        bool // A: AS_PATH has AS numbers of two bytes
	Filtered   bool // F: a part of Loc-RIB (RFC 9069 §4.2)
}

// Flags of the per-peer header.
const (
	flagIPv6       = 0x80 // V (RFC 7854 §4.2)
	flagPostPolicy = 0x40 // L (RFC 7854 §4.2)
	flagAS2        = 0x20 // A (RFC 7854 §4.2)
	flagAdjRIBOut  = 0x10 // O (RFC 8671 §4)
	flagFiltered   = 0x80 // F, of LocRIB only (RFC 9069 §4.2)
)

const peerLen = 42

func (c *cursor) peer() (Peer, error) {
	b, err := c.take(peerLen, "the per-peer header")
	if err != nil {
		return Peer{}, err
	}
	p := Peer{
		Type: PeerType(b[0]), Distinguisher: Distinguisher(binary.BigEndian.Uint64(b[2:])),
		ASN: binary.BigEndian.Uint32(b[26:]), ID: netip.AddrFrom4([4]byte(b[30:])),
		Time: timestamp(b[34:]),
	}
	flags := b[1]
	switch p.Type {
	case LocRIB:
		p.Filtered = flags&flagFiltered != 0
		return p, nil
	case GlobalPeer, RDPeer, LocalPeer:
		p.Address = address(b[10:26], flags&flagIPv6 != 0)
		p.PostPolicy, p.AS2, p.AdjRIBOut = flags&flagPostPolicy != 0, flags&flagAS2 != 0, flags&flagAdjRIBOut != 0
		return p, nil
	}
	return p, fmt.Errorf("unknown peer type %d", p.Type)
}

// address reads 16 bytes; an IPv4 address is the last four.
func address(b []byte, ipv6 bool) netip.Addr {
	if ipv6 {
		return netip.AddrFrom16([16]byte(b)).Unmap()
	}
	return netip.AddrFrom4([4]byte(b[12:]))
}

// timestamp reads seconds and microseconds; both are zero if the time is not known.
func timestamp(b []byte) time.Time {
	seconds, micros := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if seconds == 0 && micros == 0 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).Add(time.Duration(micros) * time.Microsecond)
}

// Distinguisher tells peers of different tables of a router apart.
type Distinguisher uint64

// String writes a route distinguisher (RFC 4364 §4.2) so that different ones differ:
// AS:number, address:number, and AS numbers of four bytes as high.low:number (RFC 5396,
// asdot+). Others are 0x and hexadecimal digits.
func (d Distinguisher) String() string {
	switch d >> 48 {
	case 0:
		return fmt.Sprintf("%d:%d", uint16(d>>32), uint32(d))
	case 1:
		return fmt.Sprintf("%d.%d.%d.%d:%d", uint8(d>>40), uint8(d>>32), uint8(d>>24), uint8(d>>16), uint16(d))
	case 2:
		return fmt.Sprintf("%d.%d:%d", uint16(d>>32), uint16(d>>16), uint16(d))
	}
	return fmt.Sprintf("0x%016x", uint64(d))
}
