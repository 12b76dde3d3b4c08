package bmp

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/altostream/altostream/libs/bgp"
)

// cursor is what is left of a message.
type cursor []byte

func (c *cursor) take(n int, what string) ([]byte, error) {
	if n > len(*c) {
		return nil, fmt.Errorf("no room for %s: %d of %d bytes", what, len(*c), n)
	}
	part := (*c)[:n:n]
	*c = (*c)[n:]
	return part, nil
}

// BGP message types (RFC 4271 §4.1).
const (
	bgpOpen         = 1
	bgpUpdate       = 2
	bgpNotification = 3
)

const bgpHeaderLen = 19 // marker, length, type (RFC 4271 §4.1)

// bgp takes one BGP message of a type and gives what follows its header. Messages may
// be extended, that is up to 65535 bytes long (RFC 8654).
func (c *cursor) bgp(typ uint8, what string) ([]byte, error) {
	if len(*c) < bgpHeaderLen {
		return nil, fmt.Errorf("no room for %s: %d bytes", what, len(*c))
	}
	length := int(binary.BigEndian.Uint16((*c)[16:]))
	if length < bgpHeaderLen || length > len(*c) {
		return nil, fmt.Errorf("%s says %d bytes and has %d", what, length, len(*c))
	}
	message, err := c.take(length, what)
	if err == nil && message[18] != typ {
		err = fmt.Errorf("%s is a BGP message of type %d", what, message[18])
	}
	if err != nil {
		return nil, err
	}
	return message[bgpHeaderLen:], nil
}

// tlvs takes all that is left: two bytes of type, two of length and the value
// (RFC 7854 §4.4).
func (c *cursor) tlvs(each func(typ uint16, value []byte) error) error {
	for len(*c) > 0 {
		head, err := c.take(4, "type and length")
		if err != nil {
			return err
		}
		typ := binary.BigEndian.Uint16(head)
		value, err := c.take(int(binary.BigEndian.Uint16(head[2:])), fmt.Sprintf("TLV %d", typ))
		if err != nil {
			return err
		}
		if err := each(typ, value); err != nil {
			return fmt.Errorf("TLV %d: %w", typ, err)
		}
	}
	return nil
}

var errLength = errors.New("wrong length")

// open takes one OPEN message.
func (c *cursor) open(what string) (bgp.Open, error) {
	b, err := c.bgp(bgpOpen, what)
	if err != nil {
		return bgp.Open{}, err
	}
	o, err := bgp.ParseOpen(b)
	if err != nil {
		return o, fmt.Errorf("%s: %w", what, err)
	}
	return o, nil
}
