package streamtest

import (
	"math/rand/v2"
	"slices"
)

// Keyed is one record of an input table's history.
type Keyed[E any] struct {
	Topic, Key string
	Event      E    // what the record says
	Exists     bool // false: the record is a delete
	Delete     E    // says that the key does not exist
}

// Record returns the record of a key as the processor's input makes its event; a
// nil value is a delete.
func Record[E, T any](topic, key string, value *T, event func(key string, value *T) E) Keyed[E] {
	return Keyed[E]{Topic: topic, Key: key, Event: event(key, value), Exists: value != nil, Delete: event(key, nil)}
}

// id names a key in all input tables.
type id struct{ topic, key string }

func (k Keyed[E]) id() id { return id{k.Topic, k.Key} }

// deletion returns the record that deletes the key.
func (k Keyed[E]) deletion() Keyed[E] {
	k.Event, k.Exists = k.Delete, false
	return k
}

// compact returns the last record of each key, deletes included, in the order in
// which the keys first occur.
func compact[E any](history []Keyed[E]) []Keyed[E] {
	at := map[id]int{}
	var last []Keyed[E]
	for _, k := range history {
		i, ok := at[k.id()]
		if !ok {
			i = len(last)
			at[k.id()] = i
			last = append(last, k)
		}
		last[i] = k
	}
	return last
}

// deletions returns a delete of every key.
func deletions[E any](history []Keyed[E]) []Keyed[E] {
	all := compact(history)
	for i := range all {
		all[i] = all[i].deletion()
	}
	return all
}

// repeat returns every record twice.
func repeat[E any](history []Keyed[E]) []Keyed[E] {
	var twice []Keyed[E]
	for _, k := range history {
		twice = append(twice, k, k)
	}
	return twice
}

// interleave returns the history in a random order that keeps the order of the
// records of each key.
func interleave[E any](rng *rand.Rand, history []Keyed[E]) []Keyed[E] {
	queues := map[id][]Keyed[E]{}
	slots := make([]id, len(history))
	for i, k := range history {
		queues[k.id()] = append(queues[k.id()], k)
		slots[i] = k.id()
	}
	rng.Shuffle(len(slots), func(i, j int) { slots[i], slots[j] = slots[j], slots[i] })
	mixed := make([]Keyed[E], len(history))
	for i, slot := range slots {
		mixed[i] = queues[slot][0]
		queues[slot] = queues[slot][1:]
	}
	return mixed
}

// spurious returns the history with deletes of keys that do not exist, or no longer,
// put in at random places.
func spurious[E any](rng *rand.Rand, history []Keyed[E]) []Keyed[E] {
	all := compact(history)
	exists := map[id]bool{}
	var more []Keyed[E]
	for _, k := range history {
		for rng.IntN(2) == 0 {
			if other := all[rng.IntN(len(all))]; !exists[other.id()] {
				more = append(more, other.deletion())
			}
		}
		more = append(more, k)
		exists[k.id()] = k.Exists
	}
	for _, k := range all {
		if !exists[k.id()] {
			more = append(more, k.deletion())
		}
	}
	return more
}

// existing returns the records that are no deletes.
func existing[E any](history []Keyed[E]) []Keyed[E] {
	return slices.DeleteFunc(slices.Clone(history), func(k Keyed[E]) bool { return !k.Exists })
}
