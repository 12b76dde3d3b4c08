package collect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Member is the value of a name in a JSON object.
type Member struct {
	Value json.RawMessage
	Twice bool // the name is there more than once
}

// Members reads a JSON object and nothing after it.
func Members(text []byte) (map[string]Member, error) {
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
	found := map[string]Member{}
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
		found[name.(string)] = Member{value, twice}
	}
	if _, err := d.Token(); err != nil {
		return nil, notJSON(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("is not one JSON object: something follows at byte %d", d.InputOffset())
	}
	return found, nil
}
