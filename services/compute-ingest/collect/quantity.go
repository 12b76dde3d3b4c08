package collect

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
)

// Units of amounts, in bytes. A host's MB and GB are the binary ones, as in OpenStack.
const (
	Megabyte = 1 << 20
	Gigabyte = 1 << 30
)

// suffixes of quantities, as Kubernetes writes them (and people, with a B behind).
var suffixes = map[string]float64{
	"n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
	"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50, "Ei": 1 << 60,
}

// Quantity reads an amount: a JSON number or a string with one, in the unit of its field,
// or a string with a number and a suffix: 1500m, 2Gi, 64GB. unit is how many bytes (or
// things) the unit of the field has; a suffix counts bytes (or things). null is nil.
func Quantity(value json.RawMessage, unit float64) (*float64, error) {
	text := string(value)
	if text == "null" {
		return nil, nil
	}
	if text == "" {
		return nil, errNoNumber
	}
	if text[0] == '"' {
		if err := json.Unmarshal(value, &text); err != nil {
			return nil, err
		}
		text = strings.TrimSpace(text)
	}
	digits := strings.TrimRightFunc(text, func(r rune) bool { return r > '9' || r < '0' })
	suffix := strings.TrimSpace(text[len(digits):])
	scale := 1.0
	if suffix != "" {
		factor, ok := suffixes[strings.TrimSuffix(suffix, "B")]
		if !ok {
			return nil, errNoNumber
		}
		scale = factor / unit
	}
	if digits == "" || !strings.ContainsRune("-0123456789", rune(digits[0])) || !json.Valid([]byte(digits)) {
		return nil, errNoNumber
	}
	n, err := strconv.ParseFloat(digits, 64)
	if n *= scale; err != nil || math.IsInf(n, 0) {
		return nil, errors.New("is out of range")
	}
	if n == 0 {
		n = 0 // not -0
	}
	return &n, nil
}

var errNoNumber = errors.New("is not a number")

// Whole returns a number as a count.
func Whole(n *float64) (*int64, error) {
	if n == nil {
		return nil, nil
	}
	const exact = 1 << 53
	if *n != math.Trunc(*n) || *n > exact {
		return nil, errors.New("is not a whole number up to 2^53")
	}
	count := int64(*n)
	return &count, nil
}
