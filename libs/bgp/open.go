package bgp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"
)

const (
	version = 4
	// asTrans stands in the 2-octet field for an AS number of 4 octets (RFC 6793 §9).
	asTrans = 23456

	parameterCapabilities = 2   // RFC 5492 §4
	parameterExtended     = 255 // RFC 9072 §2
)

// open is an OPEN message (RFC 4271 §4.2).
type open struct {
	version  uint8
	asn      uint32 // of the 4-octet AS capability, if it is there
	holdTime uint16 // seconds
	routerID netip.Addr
	capabilities
}

// Open is the OPEN message of a speaker, as a third party sees it.
type Open struct {
	ASN      uint32        // of four octets if the speaker has that capability (RFC 6793)
	HoldTime time.Duration // as offered
	RouterID netip.Addr    // BGP identifier

	offers capabilities
}

// ParseOpen reads the body of an OPEN message (RFC 4271 §4.2).
func ParseOpen(body []byte) (Open, error) {
	if len(body) < minSize[typeOpen] {
		return Open{}, fmt.Errorf("OPEN of %d octets", len(body))
	}
	o, err := parseOpen(body)
	if err == nil && o.version != version {
		err = fmt.Errorf("OPEN of version %d", o.version)
	}
	return Open{o.asn, time.Duration(o.holdTime) * time.Second, o.routerID, o.capabilities}, err
}

// Offers reports whether the speaker offers an address family (RFC 4760 §8).
func (o Open) Offers(f Family) bool { return slices.Contains(o.offers.families, f) }

// RestartTime is how long the speaker asks for its routes of a family to outlive a
// session: the restart time (RFC 4724 §3) and the long-lived stale time (RFC 9494 §3)
// together, 0 if it does not ask.
func (o Open) RestartTime(f Family) time.Duration { return o.offers.keepFor(f) }

// AddPath reports whether the speaker takes, and will send, path identifiers in NLRIs of
// a family (RFC 7911 §4).
func (o Open) AddPath(f Family) (takes, sends bool) {
	mode := o.offers.addPath[f]
	return mode&1 != 0, mode&2 != 0
}

var errParameters = errors.New("the optional parameters do not fit their length")

// parseOpen reads the body of an OPEN message, of which minSize is there. Unknown
// optional parameters are passed over.
func parseOpen(body []byte) (open, error) {
	o := open{
		version:  body[0],
		asn:      uint32(binary.BigEndian.Uint16(body[1:])),
		holdTime: binary.BigEndian.Uint16(body[3:]),
		routerID: netip.AddrFrom4([4]byte(body[5:9])),
	}
	if o.version != version {
		return o, nil // the rest may have another form
	}
	rest, sizeOfLength, err := parameters(body[9:])
	for err == nil && len(rest) > 0 {
		var typ uint8
		var value []byte
		if typ, value, rest, err = nextParameter(rest, sizeOfLength); err == nil && typ == parameterCapabilities {
			err = o.read(value)
		}
	}
	if o.fourOctetAS != 0 {
		o.asn = o.fourOctetAS
	}
	return o, err
}

// parameters returns the optional parameters and how many octets their lengths have:
// one, or two in the extended form (RFC 9072 §2), which begins with 255, 255.
func parameters(b []byte) (rest []byte, sizeOfLength int, err error) {
	length, rest, sizeOfLength := int(b[0]), b[1:], 1
	if length != 0 && len(rest) >= 3 && rest[0] == parameterExtended {
		length, rest, sizeOfLength = int(binary.BigEndian.Uint16(rest[1:])), rest[3:], 2
	}
	if length != len(rest) {
		return nil, 0, errParameters
	}
	return rest, sizeOfLength, nil
}

func nextParameter(b []byte, sizeOfLength int) (typ uint8, value, rest []byte, err error) {
	start := 1 + sizeOfLength
	if len(b) < start {
		return 0, nil, nil, errParameters
	}
	length := int(b[1])
	if sizeOfLength == 2 {
		length = int(binary.BigEndian.Uint16(b[1:]))
	}
	if len(b) < start+length {
		return 0, nil, nil, errParameters
	}
	return b[0], b[start : start+length], b[start+length:], nil
}

// openMessage returns an OPEN message with one parameter: the capabilities.
func openMessage(asn uint32, holdTime uint16, routerID netip.Addr, capabilities []byte) []byte {
	as2 := uint16(asTrans)
	if asn <= 0xffff {
		as2 = uint16(asn)
	}
	b := binary.BigEndian.AppendUint16([]byte{version}, as2)
	b = binary.BigEndian.AppendUint16(b, holdTime)
	b = append(b, routerID.AsSlice()...)
	b = append(b, byte(len(capabilities)+2), parameterCapabilities, byte(len(capabilities)))
	return short(typeOpen, append(b, capabilities...)...)
}
