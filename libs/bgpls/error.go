package bgpls

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
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
	More   int    // how many parts of this kind of the same UPDATE could not be decoded either and have no error of their own
}

// maxErrors is how many errors about parts of one kind an UPDATE has; what it costs is in
// proportion to its size then.
const maxErrors = 16

// failures are the errors of an UPDATE.
type failures struct {
	errs []error
	of   map[string]*failuresOf // by DecodeError.What
}

// failuresOf are those about parts of one kind.
type failuresOf struct {
	count int
	last  *DecodeError
}

func (f *failures) add(what string, p part, err error) {
	if f.of == nil {
		f.of = map[string]*failuresOf{}
	}
	same := f.of[what]
	if same == nil {
		same = &failuresOf{}
		f.of[what] = same
	}
	if same.count == maxErrors {
		same.last.More++
		return
	}
	same.count++
	same.last = &DecodeError{What: what, Offset: p.offset, Type: int(p.typ), Raw: bytes.Clone(p.value), Err: err}
	f.errs = append(f.errs, same.last)
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

// cause is why something cannot be decoded; it becomes text when somebody reads it.
type cause struct {
	is     error
	format string
	args   [2]int // as many as format has verbs
}

func (c *cause) Error() string {
	args := make([]any, strings.Count(c.format, "%"))
	for i := range args {
		args[i] = c.args[i]
	}
	return c.is.Error() + ": " + fmt.Sprintf(c.format, args...)
}

func (c *cause) Unwrap() error { return c.is }

func errTruncated(length, left int) error {
	return &cause{ErrTruncated, "length %d, %d octets left", [2]int{length, left}}
}

// errLength is about a value of other octets than want says.
func errLength(got int, want string) error {
	return &cause{is: ErrLength, format: "%d octets, want " + want, args: [2]int{got}}
}

// inTLV is the cause of an error in a TLV.
type inTLV struct {
	typ uint16
	err error
}

func (e *inTLV) Error() string { return fmt.Sprintf("tlv %d: %v", e.typ, e.err) }

func (e *inTLV) Unwrap() error { return e.err }
