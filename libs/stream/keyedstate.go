package stream

import (
	"iter"
	"maps"
	"slices"
)

// KeyedState is a processor's state by key, say by topology, that remembers of which
// keys it changed since it was last asked.
type KeyedState[T any] struct {
	// New returns the state of a key that has none yet.
	New func() *T

	all     map[string]*T
	changed map[string]struct{}
}

// Change returns the state of a key, and notes that it changes.
func (s *KeyedState[T]) Change(key string) *T {
	if s.all == nil {
		s.all, s.changed = map[string]*T{}, map[string]struct{}{}
	}
	state, ok := s.all[key]
	if !ok {
		state = s.New()
		s.all[key] = state
	}
	s.changed[key] = struct{}{}
	return state
}

// Changed yields what changed since the last call, in the order of the keys.
func (s *KeyedState[T]) Changed() iter.Seq2[string, *T] {
	keys := slices.Sorted(maps.Keys(s.changed))
	clear(s.changed)
	return func(yield func(string, *T) bool) {
		for _, key := range keys {
			if !yield(key, s.all[key]) {
				return
			}
		}
	}
}
