package stream

import (
	"iter"
	"maps"
	"slices"
)

// Shards is a processor's state divided by name, say by topology, that remembers which
// shards changed since it was last asked.
type Shards[T any] struct {
	// New returns the shard of a name that has none yet.
	New func() *T

	all     map[string]*T
	changed map[string]struct{}
}

// Change returns the shard of a name, and notes that it changes.
func (s *Shards[T]) Change(name string) *T {
	if s.all == nil {
		s.all, s.changed = map[string]*T{}, map[string]struct{}{}
	}
	shard, ok := s.all[name]
	if !ok {
		shard = s.New()
		s.all[name] = shard
	}
	s.changed[name] = struct{}{}
	return shard
}

// Changed yields the shards that changed since the last call, in the order of their
// names.
func (s *Shards[T]) Changed() iter.Seq2[string, *T] {
	names := slices.Sorted(maps.Keys(s.changed))
	clear(s.changed)
	return func(yield func(string, *T) bool) {
		for _, name := range names {
			if !yield(name, s.all[name]) {
				return
			}
		}
	}
}
