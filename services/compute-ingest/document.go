package computeingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

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
	for _, name := range slices.Sorted(maps.Keys(named)) {
		r, others, err := parseResource(name, named[name])
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
	var instances *float64
	known := map[string]**float64{
		"disk_available": &r.DiskAvailable, "disk_used": &r.DiskUsed,
		"ram_available": &r.RAMAvailable, "ram_used": &r.RAMUsed,
		"vcpu_available": &r.VCPUAvailable, "vcpu_used": &r.VCPUUsed,
		"instances": &instances,
	}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		told, ok := known[field]
		if !ok {
			others = append(others, field)
			continue
		}
		if fields[field].twice {
			return r, nil, fmt.Errorf("field %s is there more than once", field)
		}
		if *told, err = number(fields[field].value); err != nil {
			return r, nil, fmt.Errorf("field %s: %s %w", field, clip(string(fields[field].value)), err)
		}
	}
	r.Instances, err = whole(instances)
	if err != nil {
		return r, nil, fmt.Errorf("field instances: %w", err)
	}
	return r, others, nil
}

// checkName tells whether a text can be the last part of a key and be logged.
func checkName(name string) error {
	switch {
	case name == "":
		return errors.New("the name is empty")
	case len(name) > maxNameLength:
		return fmt.Errorf("the name has %d bytes, at most %d are allowed", len(name), maxNameLength)
	case strings.ContainsRune(name, '|'):
		return errors.New("the name has a '|'")
	case strings.ContainsFunc(name, unicode.IsControl):
		return errors.New("the name has a control character")
	}
	return nil
}

// number reads an amount: a JSON number, or a string with one; null is nil.
func number(value json.RawMessage) (*float64, error) {
	text := string(value)
	if text == "null" {
		return nil, nil
	}
	if text[0] == '"' {
		if err := json.Unmarshal(value, &text); err != nil {
			return nil, err
		}
		text = strings.TrimSpace(text)
	}
	if text == "" || !strings.ContainsRune("-0123456789", rune(text[0])) || !json.Valid([]byte(text)) {
		return nil, errors.New("is not a number")
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, errors.New("is out of range")
	}
	if n < 0 {
		return nil, errors.New("is negative")
	}
	n = math.Abs(n) // -0
	return &n, nil
}

// whole returns a number as a count.
func whole(n *float64) (*int64, error) {
	if n == nil {
		return nil, nil
	}
	const exact = 1 << 53
	if *n != math.Trunc(*n) || *n > exact {
		return nil, fmt.Errorf("%v is not a whole number up to 2^53", *n)
	}
	count := int64(*n)
	return &count, nil
}

// clip shortens a text for an error.
func clip(text string) string {
	if len(text) <= maxQuoted {
		return text
	}
	return strings.ToValidUTF8(text[:maxQuoted], "") + "…"
}
