package mrt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// Subtypes of table dumps (RFC 6396 §4.3, RFC 8050 §4).
const (
	subtypePeerIndexTable    = 1
	subtypeRIBGeneric        = 6
	subtypeRIBGenericAddPath = 12
)

// BGP-LS (RFC 9552 §5.2).
const (
	linkStateAFI  = 16388
	linkStateSAFI = 71
)

const messageUpdate = 2 // BGP message type (RFC 4271 §4.1)

// indexPeer is a peer of the table dump.
type indexPeer struct {
	address netip.Addr
	asn     uint32
}

// table takes a record of a table dump. Routes of BGP-LS become pending; an entry that
// is damaged costs itself and the rest of its record.
func (r *Reader) table(start int64, h [12]byte, body []byte) error {
	switch subtype := binary.BigEndian.Uint16(h[6:]); subtype {
	case subtypePeerIndexTable:
		peers, err := parsePeerIndex(body)
		r.peers = peers
		return err
	case subtypeRIBGeneric, subtypeRIBGenericAddPath:
		if len(body) >= 7 && (binary.BigEndian.Uint16(body[4:]) != linkStateAFI || body[6] != linkStateSAFI) {
			break
		}
		routes, err := r.parseRIB(body, subtype == subtypeRIBGenericAddPath)
		at := time.Unix(int64(binary.BigEndian.Uint32(h[:])), 0)
		for i := range routes {
			routes[i].Time = at
		}
		r.pending = routes
		if err != nil {
			r.failure = &Error{Offset: start, Err: err}
		}
		return nil
	}
	r.skipped++
	return nil
}

// parsePeerIndex reads a PEER_INDEX_TABLE (RFC 6396 §4.3.1).
func parsePeerIndex(b []byte) ([]indexPeer, error) {
	errCut := errors.New("no room for the peers")
	if len(b) < 6 {
		return nil, errCut
	}
	view := int(binary.BigEndian.Uint16(b[4:]))
	if len(b) < 6+view+2 {
		return nil, errCut
	}
	b = b[6+view:]
	peers := make([]indexPeer, 0, min(int(binary.BigEndian.Uint16(b)), len(b)))
	for b = b[2:]; len(b) > 0; {
		const ipv6, as4 = 1, 2 // bits of the type
		addressLen, asLen := 4, 2
		if b[0]&ipv6 != 0 {
			addressLen = 16
		}
		if b[0]&as4 != 0 {
			asLen = 4
		}
		if len(b) < 5+addressLen+asLen {
			return peers, errCut
		}
		b = b[5:] // type and BGP identifier
		var p indexPeer
		p.address, _ = netip.AddrFromSlice(b[:addressLen])
		if b = b[addressLen:]; asLen == 4 {
			p.asn = binary.BigEndian.Uint32(b)
		} else {
			p.asn = uint32(binary.BigEndian.Uint16(b))
		}
		b = b[asLen:]
		peers = append(peers, p)
	}
	return peers, nil
}

// parseRIB reads the routes to one NLRI (RFC 6396 §4.3.3). With path identifiers, which
// are left out of what is returned, RFC 8050 §4.2 has one before the NLRI; but those that
// write it (GoBGP, OpenBGPD) have one in each entry, as RFC 8050 §4.1 for other
// subtypes: what fits the record counts.
func (r *Reader) parseRIB(b []byte, addPath bool) ([]Record, error) {
	const head = 7 // sequence number, AFI, SAFI
	if len(b) < head {
		return nil, errors.New("no room for the NLRI")
	}
	if !addPath {
		return r.parseRoutes(b[head:], 0)
	}
	routes, err := r.parseRoutes(b[head:], pathIDLen)
	if err != nil && len(b) >= head+pathIDLen {
		if other, failure := r.parseRoutes(b[head+pathIDLen:], 0); failure == nil {
			return other, nil
		}
	}
	return routes, err
}

const pathIDLen = 4

// parseRoutes reads an NLRI, which begins with two bytes of type and two of length
// (RFC 9552 §5.2), and the RIB entries (RFC 6396 §4.3.4), which have some more bytes than
// without a path identifier.
func (r *Reader) parseRoutes(b []byte, more int) (routes []Record, err error) {
	if len(b) < 4 || len(b) < 4+int(binary.BigEndian.Uint16(b[2:]))+2 {
		return nil, errors.New("no room for the NLRI")
	}
	end := 4 + int(binary.BigEndian.Uint16(b[2:]))
	nlri, count := b[:end], int(binary.BigEndian.Uint16(b[end:]))
	b = b[end+2:]
	for range count {
		if len(b) < 8+more {
			return routes, errors.New("no room for an entry")
		}
		peer, length := int(binary.BigEndian.Uint16(b)), int(binary.BigEndian.Uint16(b[6+more:]))
		if b = b[8+more:]; len(b) < length {
			return routes, fmt.Errorf("path attributes have %d of %d bytes", len(b), length)
		}
		if peer >= len(r.peers) {
			return routes, fmt.Errorf("peer %d of %d", peer, len(r.peers))
		}
		body, err := updateBody(nlri, b[:length])
		if err != nil {
			return routes, err
		}
		routes = append(routes, Record{Peer: r.peers[peer].address, PeerASN: r.peers[peer].asn, Type: messageUpdate, Body: body})
		b = b[length:]
	}
	if len(b) > 0 {
		return routes, fmt.Errorf("%d bytes follow the entries", len(b))
	}
	return routes, nil
}

// Path attributes (RFC 4271 §4.3, RFC 4760 §3).
const (
	attributeMPReach = 14
	optional         = 0x80
	extendedLength   = 0x10
)

// updateBody makes the body of an UPDATE with one NLRI: MP_REACH_NLRI comes first
// (RFC 7606 §5.1), then the other path attributes as they are.
func updateBody(nlri, attributes []byte) ([]byte, error) {
	nextHop, others := splitReach(attributes)
	reach := binary.BigEndian.AppendUint16(nil, linkStateAFI)
	reach = append(reach, linkStateSAFI, byte(len(nextHop)))
	reach = append(append(reach, nextHop...), 0) // reserved
	reach = append(reach, nlri...)
	length := 4 + len(reach) + len(others)
	if len(reach) > 0xffff || length > 0xffff {
		return nil, fmt.Errorf("route of %d bytes", length)
	}
	b := make([]byte, 0, 4+length)
	b = append(b, 0, 0) // withdrawn IPv4 routes
	b = binary.BigEndian.AppendUint16(b, uint16(length))
	b = append(b, optional|extendedLength, attributeMPReach)
	b = binary.BigEndian.AppendUint16(b, uint16(len(reach)))
	return append(append(b, reach...), others...), nil
}

// splitReach takes MP_REACH_NLRI out of path attributes and gives its next hop. What is
// malformed stays as it is.
func splitReach(attributes []byte) (nextHop, others []byte) {
	for rest := attributes; len(rest) > 0; {
		length := attributeLen(rest)
		if length > len(rest) {
			return nextHop, append(others, rest...)
		}
		if a := rest[:length]; a[1] == attributeMPReach {
			nextHop = reachNextHop(a)
		} else {
			others = append(others, a...)
		}
		rest = rest[length:]
	}
	return nextHop, others
}

// attributeLen is the length of the first path attribute; beyond b if that is cut.
func attributeLen(b []byte) int {
	switch {
	case len(b) >= 4 && b[0]&extendedLength != 0:
		return 4 + int(binary.BigEndian.Uint16(b[2:]))
	case len(b) >= 3 && b[0]&extendedLength == 0:
		return 3 + int(b[2])
	}
	return len(b) + 1
}

// reachNextHop is the next hop of an MP_REACH_NLRI of a table dump, which is abbreviated
// to length and next hop (RFC 6396 §4.3.4), but not by all that write it; nil if
// malformed.
func reachNextHop(attribute []byte) []byte {
	v := attribute[3:]
	if attribute[0]&extendedLength != 0 {
		v = attribute[4:]
	}
	switch {
	case len(v) >= 4 && binary.BigEndian.Uint16(v) == linkStateAFI && v[2] == linkStateSAFI && len(v) >= 4+int(v[3]):
		return v[4 : 4+int(v[3])]
	case len(v) > 0 && len(v) == 1+int(v[0]):
		return v[1:]
	}
	return nil
}
