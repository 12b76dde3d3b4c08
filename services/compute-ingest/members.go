package computeingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// member is the value of a name in a JSON object.
type member struct {
	value json.RawMessage
	twice bool // the name is there more than once
}

// members reads a JSON object and nothing after it.
func members(text []byte) (map[string]member, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	notJSON := func(err error) error { return fmt.Errorf("is not JSON: byte %d: %w", d.InputOffset(), err) }
	open, err := d.Token()
	if err != nil {
		return nil, notJSON(err)
	}
	if open != json.Delim('{') {
		return nil, errors.New("is not a JSON object")
	}
	found := map[string]member{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, notJSON(err)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, notJSON(err)
		}
		_, twice := found[name.(string)]
		found[name.(string)] = member{value, twice}
	}
	if _, err := d.Token(); err != nil {
		return nil, notJSON(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("is not one JSON object: something follows at byte %d", d.InputOffset())
	}
	return found, nil
}
