package bgpls

import (
	"bytes"
	"errors"
	"fmt"
)

// Parts of an UPDATE that a DecodeError is about.
const (
	PartUpdate    = "update"    // the framing of the UPDATE itself (RFC 4271 §4.3)
	PartAttribute = "attribute" // a path attribute; Type is its code
	PartNLRI      = "nlri"      // an NLRI; Type is its NLRI type
	PartTLV       = "tlv"       // a TLV of the BGP-LS attribute; Type is its code point
)

// DecodeError says what could not be decoded, where, and why.
type DecodeError struct {
	What   string // PartUpdate, PartAttribute, PartNLRI or PartTLV
	Offset int    // of the part's header in the UPDATE body, in octets
	Type   int    // type of the part, 0 for PartUpdate
	Raw    []byte // the octets that were not decoded
	Err    error  // the cause
}

func (e *DecodeError) Error() string {
	if e.What == PartUpdate {
		return fmt.Sprintf("cannot decode update at octet %d: %v", e.Offset, e.Err)
	}
	return fmt.Sprintf("cannot decode %s %d at octet %d: %v", e.What, e.Type, e.Offset, e.Err)
}

// Unwrap returns the cause.
func (e *DecodeError) Unwrap() error { return e.Err }

// Causes that a caller may tell apart with errors.Is.
var (
	ErrTruncated = errors.New("truncated")    // a length goes past the end of what holds it
	ErrLength    = errors.New("wrong length") // a value has not the length of its type
	ErrValue     = errors.New("wrong value")  // a value is outside the range of its type
	ErrMissing   = errors.New("missing")      // a mandatory descriptor is not there; the NLRI is kept as octets
	ErrAmbiguous = errors.New("ambiguous")    // a descriptor says more than it may; the NLRI is kept as octets
	ErrRepeated  = errors.New("repeated")     // a second BGP-LS attribute (RFC 7606 §3.g)
)

func decodeError(what string, p part, err error) *DecodeError {
	return &DecodeError{What: what, Offset: p.offset, Type: int(p.typ), Raw: bytes.Clone(p.value), Err: err}
}

func errTruncated(length, left int) error {
	return fmt.Errorf("%w: length %d, %d octets left", ErrTruncated, length, left)
}

func errLength(got int, want string) error {
	return fmt.Errorf("%w: %d octets, want %s", ErrLength, got, want)
}
