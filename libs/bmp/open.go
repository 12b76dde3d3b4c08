package bmp

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"
)

// Open is a BGP OPEN message (RFC 4271 §4.2).
type Open struct {
	ASN          uint32 // of four bytes if the speaker has that capability (RFC 6793)
	HoldTime     time.Duration
	ID           netip.Addr // BGP identifier
	Capabilities []Capability
}

// Capability is one that a speaker offers (RFC 5492 §4).
type Capability struct {
	Code  uint8
	Value []byte
}

// Capability codes.
const (
	capabilityMultiprotocol = 1  // RFC 4760 §8
	capabilityRestart       = 64 // RFC 4724 §3
	capabilityAS4           = 65 // RFC 6793 §3
	capabilityAddPath       = 69 // RFC 7911 §4
	capabilityLongLived     = 71 // RFC 9494 §3
)

const parameterCapabilities = 2 // RFC 5492 §4

func (c *cursor) open(what string) (Open, error) {
	b, err := c.bgp(bgpOpen, what)
	if err != nil {
		return Open{}, err
	}
	body := cursor(b)
	head, err := body.take(10, what)
	if err != nil {
		return Open{}, err
	}
	o := Open{
		ASN:      uint32(binary.BigEndian.Uint16(head[1:])),
		HoldTime: time.Duration(binary.BigEndian.Uint16(head[3:])) * time.Second,
		ID:       netip.AddrFrom4([4]byte(head[5:])),
	}
	lengthLen := 1
	if head[9] == 255 && len(body) > 2 && body[0] == 255 { // RFC 9072 §2
		body, lengthLen = body[3:], 2
	}
	if err := o.parameters(body, lengthLen); err != nil {
		return o, fmt.Errorf("%s: %w", what, err)
	}
	for _, capability := range o.Capabilities {
		if capability.Code == capabilityAS4 && len(capability.Value) == 4 {
			o.ASN = binary.BigEndian.Uint32(capability.Value)
		}
	}
	return o, nil
}

// parameters reads optional parameters, whose length has one byte or two.
func (o *Open) parameters(c cursor, lengthLen int) error {
	for len(c) > 0 {
		head, err := c.take(1+lengthLen, "a parameter")
		if err != nil {
			return err
		}
		length := int(head[1])
		if lengthLen == 2 {
			length = int(binary.BigEndian.Uint16(head[1:]))
		}
		value, err := c.take(length, "a parameter")
		if err != nil {
			return err
		}
		if head[0] != parameterCapabilities {
			continue
		}
		if err := o.capabilities(value); err != nil {
			return err
		}
	}
	return nil
}

func (o *Open) capabilities(c cursor) error {
	for len(c) > 0 {
		head, err := c.take(2, "a capability")
		if err != nil {
			return err
		}
		value, err := c.take(int(head[1]), "a capability")
		if err != nil {
			return err
		}
		o.Capabilities = append(o.Capabilities, Capability{head[0], value})
	}
	return nil
}

// Offers reports whether the speaker offers an address family (RFC 4760 §8).
func (o Open) Offers(afi uint16, safi uint8) bool {
	for _, c := range o.Capabilities {
		if c.Code == capabilityMultiprotocol && len(c.Value) == 4 && isFamily(c.Value, afi, safi, 3) {
			return true
		}
	}
	return false
}

func isFamily(b []byte, afi uint16, safi uint8, at int) bool {
	return binary.BigEndian.Uint16(b) == afi && b[at] == safi
}

// family finds the entry of an address family, AFI and SAFI first, in the value of a
// capability that has entries of some length after a head.
func (o Open) family(code uint8, head, entryLen int, afi uint16, safi uint8) (value, entry []byte) {
	for _, c := range o.Capabilities {
		if c.Code != code || len(c.Value) < head {
			continue
		}
		for b := c.Value[head:]; len(b) >= entryLen; b = b[entryLen:] {
			if isFamily(b, afi, safi, 2) {
				return c.Value, b[:entryLen]
			}
		}
	}
	return nil, nil
}

// RestartTime is how long routes of an address family are to outlive the session: the
// restart time (RFC 4724 §3) and the long-lived stale time (RFC 9494 §3) together, 0 if
// the speaker does not ask for it.
func (o Open) RestartTime(afi uint16, safi uint8) time.Duration {
	var seconds uint32
	if value, _ := o.family(capabilityRestart, 2, 4, afi, safi); value != nil {
		seconds = uint32(binary.BigEndian.Uint16(value) & 0x0fff)
	}
	if _, entry := o.family(capabilityLongLived, 0, 7, afi, safi); entry != nil {
		seconds += binary.BigEndian.Uint32(entry[3:]) & 0xffffff
	}
	return time.Duration(seconds) * time.Second
}

// AddPath reports whether the speaker can receive and will send path identifiers in
// NLRIs of an address family (RFC 7911 §4).
func (o Open) AddPath(afi uint16, safi uint8) (receives, sends bool) {
	_, entry := o.family(capabilityAddPath, 0, 4, afi, safi)
	if entry == nil {
		return false, false
	}
	return entry[3]&1 != 0, entry[3]&2 != 0
}
