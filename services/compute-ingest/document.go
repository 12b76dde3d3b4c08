package computeingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/altostream/altostream/schemas"
)

// Document is what a source tells of its resources.
type Document struct {
	Resources map[string]schemas.ComputeResource // by name; only the fields that the document tells are set
	PutAside  map[string]bool                    // names that are in the document with something wrong
}

// Problem is a part of a document that was put aside.
type Problem struct {
	Part     string // resource, field, address, attachment or site
	Resource string // name of the resource
	Err      error
}

func (p Problem) Error() string { return fmt.Sprintf("resource %q: %v", clip(p.Resource), p.Err) }

const (
	maxNameLength = 200 // bytes of a resource name
	maxQuoted     = 64  // bytes of a value in an error
)

// ParseDocument reads a source's JSON text. The error says that it is no document;
// the problems are what was put aside of one.
func ParseDocument(text []byte) (Document, []Problem, error) {
	named, err := members(text)
	if err != nil {
		return Document{}, nil, err
	}
	d := Document{Resources: map[string]schemas.ComputeResource{}, PutAside: map[string]bool{}}
	var problems []Problem
	unknown := map[string]bool{}
	for name, m := range named {
		r, others, err := parseResource(name, m)
		if err != nil {
			d.PutAside[name] = true
			problems = append(problems, Problem{"resource", name, err})
			continue
		}
		d.Resources[name] = r
		for _, field := range others {
			if !unknown[field] {
				unknown[field] = true
				problems = append(problems, Problem{"field", name, fmt.Errorf("field %q is not known; it is left out", clip(field))})
			}
		}
	}
	return d, problems, nil
}

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

// parseResource reads one resource; others are the fields that are not known.
func parseResource(name string, m member) (r schemas.ComputeResource, others []string, err error) {
	if err := checkName(name); err != nil {
		return r, nil, err
	}
	if m.twice {
		return r, nil, errors.New("the name is there more than once")
	}
	fields, err := members(m.value)
	if err != nil {
		return r, nil, fmt.Errorf("%s %w", clip(string(m.value)), err)
	}
	for field, m := range fields {
		value, err := number(m.value)
		known := true
		if err == nil || !isField(field) {
			known, err = setField(&r, field, value)
		}
		switch {
		case !known:
			others = append(others, field)
		case m.twice:
			return r, nil, fmt.Errorf("field %s is there more than once", field)
		case err != nil:
			return r, nil, fmt.Errorf("field %s: %s %w", field, clip(string(m.value)), err)
		}
	}
	return r, others, nil
}
