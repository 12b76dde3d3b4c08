// Package mrt reads BGP messages and session changes from MRT files (RFC 6396), also
// compressed with gzip or bzip2: BGP4MP and BGP4MP_ET records, and, of table dumps
// (TABLE_DUMP_V2), the BGP-LS routes, as the UPDATE messages that would tell them. The
// messages stay raw bytes. Records of other types are skipped and counted. Pure: it
// reads from any io.Reader.
//
//	mrt.go      records one by one; BGP4MP
//	table.go    TABLE_DUMP_V2
package mrt

import (
	"bufio"
	"compress/bzip2"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"
)

// Record types and subtypes (RFC 6396 §4.4).
const (
	typeTableDump2 = 13 // RFC 6396 §4.3
	typeBGP4MP     = 16
	typeBGP4MPET   = 17

	subtypeStateChange    = 0
	subtypeMessage        = 1
	subtypeMessageAS4     = 4
	subtypeStateChangeAS4 = 5

	subtypeMessageAddPath    = 8 // RFC 8050 §3
	subtypeMessageAS4AddPath = 9
)

// Established is the BGP FSM state of that name in a state change (RFC 6396 §4.4.1).
const Established = 6

// MaxRecord is the longest record that is read, in bytes; a longer one is taken for
// damage.
const MaxRecord = 1 << 20

const bgpHeaderLen = 19

// Record is a BGP message from a peer, a change of its session's state, or a route of a
// table dump, as an UPDATE message.
type Record struct {
	Time    time.Time // to the microsecond in BGP4MP_ET records, else to the second
	Peer    netip.Addr
	PeerASN uint32

	// Type is the BGP message type (RFC 4271 §4.1) and Body the message after its
	// 19-byte header; nil for a state change.
	Type uint8
	Body []byte

	// PathIDs says that the NLRIs have path identifiers (RFC 8050 §3).
	PathIDs bool

	// OldState and NewState are the states of the BGP FSM; 0 for a message.
	OldState, NewState uint16
}

// Error says where a file is damaged or cannot be read.
type Error struct {
	Offset int64 // of the record in the file, uncompressed
	Err    error

	broken bool // the rest of the file cannot be read
}

func (e *Error) Error() string { return fmt.Sprintf("MRT record at byte %d: %v", e.Offset, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Skippable reports whether Next may go on after the error.
func Skippable(err error) bool {
	var e *Error
	return errors.As(err, &e) && !e.broken
}

// ErrDamaged is the cause when the file itself is at fault; else it could not be read,
// and the error has that cause.
var ErrDamaged = errors.New("the rest of the file cannot be read")

// Reader reads records one by one.
type Reader struct {
	r       *bufio.Reader
	started bool
	offset  int64
	skipped int

	peers   []indexPeer // of the table dump
	pending []Record    // of the last record of the table dump
	failure error       // after them
}

// NewReader returns a reader of an MRT file, which may be compressed with gzip or bzip2.
func NewReader(r io.Reader) *Reader { return &Reader{r: bufio.NewReaderSize(r, 1<<16)} }

// Skipped is the number of records so far that are of types not read here.
func (r *Reader) Skipped() int { return r.skipped }

// Next returns the next record, or io.EOF after the last. A damaged record costs
// itself when Skippable reports so, else the rest of the file.
func (r *Reader) Next() (Record, error) {
	for {
		if len(r.pending) > 0 {
			record := r.pending[0]
			r.pending = r.pending[1:]
			return record, nil
		}
		if err := r.failure; err != nil {
			r.failure = nil
			return Record{}, err
		}
		record, ok, err := r.next()
		if ok || err != nil {
			return record, err
		}
	}
}

// next reads one record; ok is false if it has nothing to return, or a table dump's
// routes, which are pending then.
func (r *Reader) next() (record Record, ok bool, err error) {
	start := r.offset
	var h [12]byte
	if n, err := r.full(h[:]); errors.Is(err, io.EOF) {
		return Record{}, false, io.EOF
	} else if err != nil {
		return Record{}, false, broken(start, fmt.Errorf("header cut after %d of 12 bytes: %w", n, err))
	}
	length := binary.BigEndian.Uint32(h[8:])
	if length > MaxRecord {
		return Record{}, false, broken(start, fmt.Errorf("length %d exceeds %d: %w", length, MaxRecord, ErrDamaged))
	}
	body := make([]byte, length)
	if n, err := r.full(body); err != nil {
		if errors.Is(err, io.EOF) {
			err = ErrDamaged
		}
		return Record{}, false, broken(start, fmt.Errorf("cut after %d of %d bytes: %w", n, length, err))
	}
	r.offset += int64(len(h)) + int64(length)
	if binary.BigEndian.Uint16(h[4:]) == typeTableDump2 {
		err = r.table(start, h, body)
	} else {
		record, ok, err = parse(h, body)
		if !ok && err == nil {
			r.skipped++
		}
	}
	if err != nil {
		return Record{}, false, &Error{Offset: start, Err: err}
	}
	return record, ok, nil
}

func broken(offset int64, err error) error { return &Error{Offset: offset, Err: err, broken: true} }

// gzipMagic begins a gzip file (RFC 1952 §2.3.1); no MRT file since 1986 has a
// timestamp that begins so.
const gzipMagic = "\x1f\x8b"

// isBzip2 reports whether a file that begins so is compressed with bzip2: after the block
// size comes the mark of a block or of the end. Timestamps of 2005 may begin so, and do
// not go on so.
func isBzip2(b []byte) bool {
	const magic, size, mark = "BZh", 1, 6
	if len(b) < len(magic)+size+mark || string(b[:len(magic)]) != magic {
		return false
	}
	follows := string(b[len(magic)+size:][:mark])
	return follows == "1AY&SY" || follows == "\x17rE8P\x90"
}

// full reads as many bytes as b has; io.EOF if there are none. What is too short or
// wrongly compressed is damaged; other errors are those of the source.
func (r *Reader) full(b []byte) (n int, err error) {
	if !r.started {
		r.started = true
		if err := r.decompress(); err != nil {
			return 0, decompression(err)
		}
	}
	n, err = io.ReadFull(r.r, b)
	return n, decompression(err)
}

// decompress finds out how the file is compressed, if at all.
func (r *Reader) decompress() error {
	magic, _ := r.r.Peek(10)
	switch {
	case strings.HasPrefix(string(magic), gzipMagic):
		text, err := gzip.NewReader(r.r)
		if err != nil {
			return err
		}
		r.r = bufio.NewReaderSize(text, 1<<16)
	case isBzip2(magic):
		r.r = bufio.NewReaderSize(bzip2.NewReader(r.r), 1<<16)
	}
	return nil
}

// decompression tells damage from errors of the source.
func decompression(err error) error {
	var corrupt flate.CorruptInputError
	var malformed bzip2.StructuralError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return ErrDamaged
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt), errors.As(err, &malformed):
		return fmt.Errorf("%w: %w", err, ErrDamaged)
	}
	return err
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
	case subtypeMessageAddPath, subtypeMessageAS4AddPath:
		r.PathIDs = true
	default:
		return r, false, nil
	}
	b, err = parsePeer(&r, b, subtype == subtypeMessageAS4 || subtype == subtypeMessageAS4AddPath || subtype == subtypeStateChangeAS4)
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
