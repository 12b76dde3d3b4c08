package bgpls

import (
	"encoding/binary"
	"net/netip"
)

// Path attributes of an UPDATE: flags, type, length, value.
var (
	ibgp = []byte{
		0x40, 1, 1, 0, // ORIGIN igp (RFC 4271 §5.1.1)
		0x40, 2, 0, // AS_PATH, empty (RFC 4271 §5.1.2)
		0x40, 5, 4, 0, 0, 0, 100, // LOCAL_PREF 100 (RFC 4271 §5.1.5)
	}
	ebgp = []byte{
		0x40, 1, 1, 0, // ORIGIN igp
		0x40, 2, 6, 2, 1, // AS_PATH, a sequence of one AS, whose four octets follow (RFC 6793 §3)
	}
)

// optionalExtended are the flags of an optional non-transitive path attribute with
// two octets of length.
const optionalExtended = optionalFlag | extendedLength

// EncodeUpdate makes the body of an iBGP UPDATE. With nothing to reach or to
// withdraw it is the End-of-RIB marker (RFC 4724 §2). The caller keeps it within
// the size of a message (RFC 4271 §4.1: 4096 octets with the header).
func EncodeUpdate(reach, unreach []NLRI, attrs *Attributes, nextHop netip.Addr) []byte {
	return encodeUpdate(ibgp, reach, unreach, attrs, nextHop)
}

// EncodeExternalUpdate makes the body of an UPDATE of AS asn for another one.
func EncodeExternalUpdate(asn uint32, reach, unreach []NLRI, attrs *Attributes, nextHop netip.Addr) []byte {
	return encodeUpdate(binary.BigEndian.AppendUint32(ebgp[:len(ebgp):len(ebgp)], asn), reach, unreach, attrs, nextHop)
}

func encodeUpdate(path []byte, reach, unreach []NLRI, attrs *Attributes, nextHop netip.Addr) []byte {
	b := []byte{0, 0, 0, 0} // no withdrawn IPv4 routes; the length of the path attributes
	for _, f := range families {
		if f.of(reach) {
			b = f.appendReach(b, reach, nextHop)
		}
	}
	for _, f := range families {
		if f.of(unreach) || f == SAFI && len(reach)+len(unreach) == 0 {
			b = f.appendUnreach(b, unreach)
		}
	}
	if len(reach) > 0 {
		b = append(b, path...)
		if attrs != nil {
			b = appendPathAttribute(b, AttributeBGPLS, attrs.Append)
		}
	}
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)-4))
	return b
}

// safi is one of the address families of BGP-LS.
type safi byte

var families = [...]safi{SAFI, SAFIVPN}

func (f safi) has(n *NLRI) bool { return n.VPN == (f == SAFIVPN) }

func (f safi) of(ns []NLRI) bool {
	for i := range ns {
		if f.has(&ns[i]) {
			return true
		}
	}
	return false
}

// appendReach appends MP_REACH_NLRI. The next hop of a VPN has a route distinguisher
// of 0 before it (RFC 4364 §4.3.2).
func (f safi) appendReach(b []byte, reach []NLRI, nextHop netip.Addr) []byte {
	return appendPathAttribute(b, AttributeMPReach, func(b []byte) []byte {
		hop := nextHop.AsSlice()
		if f == SAFIVPN {
			hop = append(make([]byte, distinguisher), hop...)
		}
		b = append(f.appendTo(b), byte(len(hop)))
		b = append(append(b, hop...), 0)
		return f.appendNLRIs(b, reach)
	})
}

func (f safi) appendUnreach(b []byte, unreach []NLRI) []byte {
	return appendPathAttribute(b, AttributeMPUnreach, func(b []byte) []byte { return f.appendNLRIs(f.appendTo(b), unreach) })
}

func (f safi) appendTo(b []byte) []byte {
	return append(binary.BigEndian.AppendUint16(b, AFI), byte(f))
}

func (f safi) appendNLRIs(b []byte, ns []NLRI) []byte {
	for i := range ns {
		if f.has(&ns[i]) {
			b = ns[i].Append(b)
		}
	}
	return b
}

func appendPathAttribute(b []byte, typ byte, value func([]byte) []byte) []byte {
	b = append(b, optionalExtended, typ, 0, 0)
	start := len(b)
	b = value(b)
	binary.BigEndian.PutUint16(b[start-2:], uint16(len(b)-start))
	return b
}
