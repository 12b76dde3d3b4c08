package bmp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Version is the version of the protocol that is spoken. Version 4 (a draft) has
// another layout of Route Monitoring.
const Version = 3

// MaxMessage is the longest message that is read, in bytes; a longer one is taken
// for damage. The longest that is sensible, a Peer Up, has two OPEN messages of 65535
// bytes each at most.
const MaxMessage = 1 << 20

const headerLen = 6 // version, length, type (RFC 7854 §4.1)

// Error says where what a router sent is malformed.
type Error struct {
	Offset int64 // of the message in the connection
	Err    error

	broken bool // the framing is lost
}

func (e *Error) Error() string { return fmt.Sprintf("BMP message at byte %d: %v", e.Offset, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Skippable reports whether Next may go on after the error.
func Skippable(err error) bool {
	var e *Error
	return errors.As(err, &e) && !e.broken
}

// Reader reads messages one by one.
type Reader struct {
	r      io.Reader
	offset int64
}

// NewReader returns a reader of what a router sends.
func NewReader(r io.Reader) *Reader { return &Reader{r: r} }

// Next returns the next message, or io.EOF after the last. A malformed message costs
// itself when Skippable reports so, else the connection.
func (r *Reader) Next() (Message, error) {
	start := r.offset
	broken := func(err error) (Message, error) { return nil, &Error{Offset: start, Err: err, broken: true} }
	var h [headerLen]byte
	n, err := io.ReadFull(r.r, h[:])
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if n > 0 && h[0] != Version {
		return broken(fmt.Errorf("version %d; only version %d is spoken (RFC 7854)", h[0], Version))
	}
	if err != nil {
		return broken(fmt.Errorf("header cut after %d of %d bytes: %w", n, headerLen, err))
	}
	length := binary.BigEndian.Uint32(h[1:])
	if length < headerLen || length > MaxMessage {
		return broken(fmt.Errorf("length %d is not within %d and %d", length, headerLen, MaxMessage))
	}
	body := make([]byte, length-headerLen)
	if n, err := io.ReadFull(r.r, body); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return broken(fmt.Errorf("cut after %d of %d bytes: %w", headerLen+n, length, err))
	}
	r.offset += int64(length)
	m, err := parse(h[5], body)
	if err != nil {
		return nil, &Error{Offset: start, Err: err}
	}
	return m, nil
}
