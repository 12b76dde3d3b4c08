// Package mrt reads BGP messages and session changes from MRT files (RFC 6396):
// BGP4MP and BGP4MP_ET records. The messages stay raw bytes. Records of other types
// are skipped. Pure: it reads from any io.Reader.
package mrt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"
)

// Record types and subtypes (RFC 6396 §4.4).
const (
	typeBGP4MP   = 16
	typeBGP4MPET = 17

	subtypeStateChange    = 0
	subtypeMessage        = 1
	subtypeMessageAS4     = 4
	subtypeStateChangeAS4 = 5
)

// Established is the BGP FSM state of that name in a state change (RFC 6396 §4.4.1).
const Established = 6

// MaxRecord is the longest record that is read, in bytes; a longer one is taken for
// damage.
const MaxRecord = 1 << 20

const bgpHeaderLen = 19

// Record is a BGP message from a peer, or a change of its session's state.
type Record struct {
	Time    time.Time // to the microsecond in BGP4MP_ET records, else to the second
	Peer    netip.Addr
	PeerASN uint32

	// Type is the BGP message type (RFC 4271 §4.1) and Body the message after its
	// 19-byte header; nil for a state change.
	Type uint8
	Body []byte

	// OldState and NewState are the states of the BGP FSM; 0 for a message.
	OldState, NewState uint16
}

// Error says where a file is damaged.
type Error struct {
	Offset int64 // of the record in the file
	Err    error
}

func (e *Error) Error() string { return fmt.Sprintf("MRT record at byte %d: %v", e.Offset, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Reader reads records one by one.
type Reader struct {
	r      io.Reader
	offset int64
}

// NewReader returns a reader of an MRT file.
func NewReader(r io.Reader) *Reader { return &Reader{r: r} }

// Next returns the next record, or io.EOF after the last. A damaged record costs
// itself when Skippable reports so, else the rest of the file.
func (r *Reader) Next() (Record, error) {
	for {
		start := r.offset
		var h [12]byte
		if n, err := io.ReadFull(r.r, h[:]); err == io.EOF {
			return Record{}, io.EOF
		} else if err != nil {
			return Record{}, &Error{start, fmt.Errorf("header cut after %d of 12 bytes: %w", n, errCut)}
		}
		length := binary.BigEndian.Uint32(h[8:])
		if length > MaxRecord {
			return Record{}, &Error{start, fmt.Errorf("length %d exceeds %d: %w", length, MaxRecord, errCut)}
		}
		body := make([]byte, length)
		if n, err := io.ReadFull(r.r, body); err != nil {
			return Record{}, &Error{start, fmt.Errorf("cut after %d of %d bytes: %w", n, length, errCut)}
		}
		r.offset += int64(len(h)) + int64(length)
		record, ok, err := parse(h, body)
		if err != nil {
			return Record{}, &Error{start, err}
		}
		if ok {
			return record, nil
		}
	}
}

var errCut = errors.New("the rest of the file cannot be read")

// Skippable reports whether Next may go on after the error.
func Skippable(err error) bool {
	var e *Error
	return errors.As(err, &e) && !errors.Is(err, errCut)
}

// parse reads one record; ok is false for a type that is not read here.
func parse(h [12]byte, b []byte) (r Record, ok bool, err error) {
	r.Time = time.Unix(int64(binary.BigEndian.Uint32(h[:])), 0)
	switch binary.BigEndian.Uint16(h[4:]) {
	case typeBGP4MP:
	case typeBGP4MPET:
		if len(b) < 4 {
			return r, false, errors.New("no room for microseconds")
		}
		r.Time = r.Time.Add(time.Duration(binary.BigEndian.Uint32(b)) * time.Microsecond)
		b = b[4:]
	default:
		return r, false, nil
	}
	subtype := binary.BigEndian.Uint16(h[6:])
	switch subtype {
	case subtypeMessage, subtypeMessageAS4, subtypeStateChange, subtypeStateChangeAS4:
	default:
		return r, false, nil
	}
	b, err = parsePeer(&r, b, subtype == subtypeMessageAS4 || subtype == subtypeStateChangeAS4)
	if err != nil {
		return r, false, err
	}
	if subtype == subtypeStateChange || subtype == subtypeStateChangeAS4 {
		if len(b) < 4 {
			return r, false, errors.New("state change without states")
		}
		r.OldState, r.NewState = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
		return r, true, nil
	}
	return parseMessage(r, b)
}

// parsePeer reads ASNs, interface index, address family and addresses.
func parsePeer(r *Record, b []byte, as4 bool) ([]byte, error) {
	asLen := 2
	if as4 {
		asLen = 4
	}
	if len(b) < 2*asLen+4 {
		return nil, errors.New("no room for the peer")
	}
	if as4 {
		r.PeerASN = binary.BigEndian.Uint32(b)
	} else {
		r.PeerASN = uint32(binary.BigEndian.Uint16(b))
	}
	b = b[2*asLen+2:]
	addrLen := 4
	switch afi := binary.BigEndian.Uint16(b); afi {
	case 1:
	case 2:
		addrLen = 16
	default:
		return nil, fmt.Errorf("unknown address family %d", afi)
	}
	b = b[2:]
	if len(b) < 2*addrLen {
		return nil, errors.New("no room for the addresses")
	}
	r.Peer, _ = netip.AddrFromSlice(b[:addrLen])
	return b[2*addrLen:], nil
}

func parseMessage(r Record, b []byte) (Record, bool, error) {
	if len(b) < bgpHeaderLen {
		return r, false, fmt.Errorf("BGP message of %d bytes", len(b))
	}
	if length := int(binary.BigEndian.Uint16(b[16:])); length != len(b) {
		return r, false, fmt.Errorf("BGP message says %d bytes and has %d", length, len(b))
	}
	r.Type, r.Body = b[18], b[bgpHeaderLen:]
	return r, true, nil
}
