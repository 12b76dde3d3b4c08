package collect

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

const (
	maxNameLength = 200 // bytes of a resource name
	maxQuoted     = 64  // bytes of a value in an error
)

// CheckName tells whether a text can be the last part of a key and be logged.
func CheckName(name string) error {
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

// Clip shortens a text for an error.
func Clip(text string) string {
	if len(text) <= maxQuoted {
		return text
	}
	return strings.ToValidUTF8(text[:maxQuoted], "") + "…"
}

// ConsumerGroup is that of the instances of compute-ingest that have a source, one of which publishes.
func ConsumerGroup(source string) string { return "altostream-compute-ingest-" + source }
