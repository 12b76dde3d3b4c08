package bgpls

import "encoding/binary"

// Builders of hostile bytes: the lengths are right unless a test breaks them.

// part is a TLV or an NLRI of a type and a value made of hex and of other parts.
func tlvOf(typ uint16, values ...string) string {
	var v []byte
	for _, s := range values {
		v = append(v, s...)
	}
	b := binary.BigEndian.AppendUint16(nil, typ)
	b = binary.BigEndian.AppendUint16(b, uint16(len(v)))
	return string(append(b, v...))
}

func bin(hexDigits string) string { return string(unhex(hexDigits)) }

// attribute is a path attribute with two octets of length.
func attribute(typ byte, values ...string) string {
	p := tlvOf(uint16(typ), values...)
	return string([]byte{optionalExtended, typ}) + p[2:]
}

const family = "\x40\x04\x47" // AFI 16388, SAFI 71

func mpReach(nlris ...string) string {
	return attribute(AttributeMPReach, append([]string{family, bin("04 0a000001 00")}, nlris...)...)
}

func mpUnreach(nlris ...string) string {
	return attribute(AttributeMPUnreach, append([]string{family}, nlris...)...)
}

// bodyOf is an UPDATE body with path attributes.
func bodyOf(attributes ...string) []byte {
	p := tlvOf(0, attributes...) // no withdrawn routes, then the length
	return []byte(p)
}

// nodeBytes is a node NLRI of IS-IS level 2 with a router id, as bytes and as a value.
func nodeBytes(router string) string {
	return tlvOf(1, bin("02 0000000000000000"), tlvOf(256, tlvOf(515, bin(router))))
}

func nodeValue(router string) NLRI {
	return NLRI{Type: NodeNLRI, Protocol: ISISLevel2, Local: &NodeDescriptor{IGPRouterID: unhex(router)}}
}
