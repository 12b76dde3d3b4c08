package avro

import (
	"encoding/binary"
	"fmt"
	"unsafe"
)

// TextOrNumber is a value of a union of string and double: a text if there is one, else a number. An interface holds the
// same, and allocates memory for it.
type TextOrNumber struct {
	Text   *string
	Number float64
}

func textOrNumberEncoder(s *schema) (encoder, error) {
	branch := map[string][]byte{}
	for i, b := range s.branches {
		branch[b.branch] = binary.AppendVarint(nil, int64(i))
	}
	text, number := branch["string"], branch["double"]
	if text == nil || number == nil {
		return nil, fmt.Errorf("cannot write a text or a number as %s", s.branch)
	}
	return func(b []byte, p unsafe.Pointer) ([]byte, error) {
		v := (*TextOrNumber)(p)
		if v.Text != nil {
			return appendString(append(b, text...), *v.Text), nil
		}
		return appendDouble(append(b, number...), v.Number), nil
	}, nil
}

// textOrNumberDecoder reads one branch of the union; nil if it is neither.
func textOrNumberDecoder(s *schema) decoder {
	switch s.branch {
	case "string":
		return func(d *input, p unsafe.Pointer) error {
			b, err := d.octets()
			text := string(b)
			*(*TextOrNumber)(p) = TextOrNumber{Text: &text}
			return err
		}
	case "double":
		return func(d *input, p unsafe.Pointer) error {
			x, err := d.double()
			*(*TextOrNumber)(p) = TextOrNumber{Number: x}
			return err
		}
	}
	return nil
}
