// Package seeds says which seeds the tests with random input draw from: their own few, or others (make test-seeds).
package seeds

import (
	"fmt"
	"iter"
	"os"
	"strconv"
)

// Of returns the seeds of a test that has so many: 0, 1, and so on. SEEDS_FROM in the environment is the first one instead,
// and SEEDS_TIMES how many times as many there are.
func Of(count uint64) iter.Seq[uint64] {
	first, times := variable("SEEDS_FROM", 0), variable("SEEDS_TIMES", 1)
	return func(yield func(uint64) bool) {
		for n := range count * times {
			if !yield(first + n) {
				return
			}
		}
	}
}

func variable(name string, otherwise uint64) uint64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("%s=%s is no number, as 100000", name, text))
	}
	return n
}
