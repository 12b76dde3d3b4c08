package bgp

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Message types (RFC 4271 §4.1, RFC 2918 §3).
const (
	typeOpen         = 1
	typeUpdate       = 2
	typeNotification = 3
	typeKeepalive    = 4
	typeRouteRefresh = 5
)

// Sizes of messages (RFC 4271 §4.1, RFC 8654 §4).
const (
	headerSize         = 19
	markerSize         = 16
	maxMessage         = 4096
	maxExtendedMessage = 65535
)

// minSize is the shortest body of each type of message (RFC 4271 §6.1). That of an
// UPDATE is 4 there, but one that is shorter is no reason to lose a session: the frame is
// whole, and the handler puts it aside like any other that cannot be decoded.
var minSize = [...]int{typeOpen: 10, typeUpdate: 0, typeNotification: 2, typeKeepalive: 0, typeRouteRefresh: 4}

// header is the start of every message (RFC 4271 §4.1).
type header struct {
	typ  uint8
	size int // of the body
}

// parseHeader reads the first 19 octets of a message; a message longer than limit is
// taken only if its type may be so long (RFC 8654 §4).
func parseHeader(b []byte, limit int) (header, *Notification) {
	for _, octet := range b[:markerSize] {
		if octet != 0xff {
			return header{}, &Notification{Code: headerError, Subcode: notSynchronized}
		}
	}
	length := int(binary.BigEndian.Uint16(b[markerSize:]))
	h := header{typ: b[headerSize-1], size: length - headerSize}
	if h.typ == 0 || int(h.typ) >= len(minSize) {
		return header{}, &Notification{Code: headerError, Subcode: badType, Data: []byte{h.typ}}
	}
	if h.typ == typeOpen || h.typ == typeKeepalive {
		limit = maxMessage
	}
	if h.size < minSize[h.typ] || length > limit || h.typ == typeKeepalive && h.size > 0 {
		return header{}, &Notification{Code: headerError, Subcode: badLength, Data: bytes.Clone(b[markerSize : markerSize+2])}
	}
	return h, nil
}

// message returns a message with a body.
func message(typ uint8, body []byte) ([]byte, error) {
	length := headerSize + len(body)
	if length > maxExtendedMessage {
		return nil, fmt.Errorf("a message of %d octets does not exist in BGP", length)
	}
	b := make([]byte, markerSize, length)
	for i := range b {
		b[i] = 0xff
	}
	b = binary.BigEndian.AppendUint16(b, uint16(length))
	return append(append(b, typ), body...), nil
}

// short returns a message whose body is known to fit.
func short(typ uint8, body ...byte) []byte {
	b, err := message(typ, body)
	if err != nil {
		panic(err)
	}
	return b
}

var keepalive = short(typeKeepalive)

// Subtypes of ROUTE-REFRESH (RFC 7313 §3.2).
const (
	refreshRequest = 0
	refreshBegins  = 1 // BoRR
	refreshEnds    = 2 // EoRR
)

// routeRefresh asks for the routes of a family (RFC 2918 §3).
func routeRefresh(f Family) []byte {
	return short(typeRouteRefresh, byte(f.AFI>>8), byte(f.AFI), refreshRequest, f.SAFI)
}

// parseRouteRefresh reads the body of a ROUTE-REFRESH message (RFC 7313 §3.2, §5).
func parseRouteRefresh(body []byte) (Family, uint8, *Notification) {
	f := Family{AFI: binary.BigEndian.Uint16(body), SAFI: body[3]}
	subtype := body[2]
	if (subtype == refreshBegins || subtype == refreshEnds) && len(body) != 4 {
		whole := short(typeRouteRefresh, body...)
		return f, subtype, &Notification{Code: refreshError, Subcode: 1, Data: whole[:min(len(whole), maxMessage-headerSize-2)]}
	}
	return f, subtype, nil
}

// endOfRIB is the UPDATE that ends a table, here one without routes (RFC 4724 §2): an
// empty MP_UNREACH_NLRI (RFC 4760 §4).
func endOfRIB(f Family) []byte {
	return short(typeUpdate, 0, 0, 0, 6, 0x80, 15, 3, byte(f.AFI>>8), byte(f.AFI), f.SAFI)
}
