package stream

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKeyedState(t *testing.T) {
	s := KeyedState[int]{New: func() *int { return new(10) }}
	changed := func() (out map[string]int) {
		for key, state := range s.Changed() {
			if out == nil {
				out = map[string]int{}
			}
			out[key] = *state
		}
		return out
	}
	if got := changed(); got != nil {
		t.Errorf("changed at the start: %v", got)
	}
	*s.Change("b")++
	*s.Change("a") += 5
	*s.Change("b")++
	if diff := cmp.Diff(map[string]int{"a": 15, "b": 12}, changed()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	*s.Change("a")++
	if diff := cmp.Diff(map[string]int{"a": 16}, changed()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestKeyedStateOrder(t *testing.T) {
	s := KeyedState[int]{New: func() *int { return new(0) }}
	for _, key := range []string{"c", "a", "b"} {
		s.Change(key)
	}
	var got []string
	for key := range s.Changed() {
		got = append(got, key)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
