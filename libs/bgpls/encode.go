package bgpls

import (
	"encoding/binary"
	"net/netip"
)

// Path attributes of an iBGP UPDATE: flags, type, length, value.
var ibgp = []byte{
	0x40, 1, 1, 0, // ORIGIN igp (RFC 4271 §5.1.1)
	0x40, 2, 0, // AS_PATH, empty (RFC 4271 §5.1.2)
	0x40, 5, 4, 0, 0, 0, 100, // LOCAL_PREF 100 (RFC 4271 §5.1.5)
}

// optionalExtended are the flags of an optional non-transitive path attribute with
// two octets of length.
const optionalExtended = 0x80 | extendedLength

// EncodeUpdate makes the body of an iBGP UPDATE. With nothing to reach or to
// withdraw it is the End-of-RIB marker (RFC 4724 §2). The caller keeps it within
// the size of a message (RFC 4271 §4.1: 4096 octets with the header).
func EncodeUpdate(reach, unreach []NLRI, attrs *Attributes, nextHop netip.Addr) []byte {
	b := []byte{0, 0, 0, 0} // no withdrawn IPv4 routes; the length of the path attributes
	if len(reach) > 0 {
		b = appendPathAttribute(b, AttributeMPReach, func(b []byte) []byte {
			hop := nextHop.AsSlice()
			b = append(append(b, byte(len(hop))), hop...)
			return appendNLRIs(append(b, 0), reach)
		})
	}
	if len(unreach) > 0 || len(reach) == 0 {
		b = appendPathAttribute(b, AttributeMPUnreach, func(b []byte) []byte { return appendNLRIs(b, unreach) })
	}
	if len(reach) > 0 {
		b = append(b, ibgp...)
		if attrs != nil {
			b = appendPathAttribute(b, AttributeBGPLS, attrs.Append)
		}
	}
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)-4))
	return b
}

func appendPathAttribute(b []byte, typ byte, value func([]byte) []byte) []byte {
	b = append(b, optionalExtended, typ, 0, 0)
	start := len(b)
	if typ != AttributeBGPLS {
		b = append(binary.BigEndian.AppendUint16(b, AFI), SAFI)
	}
	b = value(b)
	binary.BigEndian.PutUint16(b[start-2:], uint16(len(b)-start))
	return b
}

func appendNLRIs(b []byte, ns []NLRI) []byte {
	for i := range ns {
		b = ns[i].Append(b)
	}
	return b
}
