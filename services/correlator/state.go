package correlator

import (
	"maps"
	"slices"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// State is what is known of all resources and network maps, and the entities that are
// made of it.
type State struct {
	encode    func(*schemas.EndpointProperties) avro.Encoded
	method    *schemas.CATSMethod
	owned     owned
	network   network
	resources map[string]*resource   // by key
	tellers   map[string][]*resource // by entity id, the one that counts first
	totals    map[string]*totals     // by entity id

	// Since the last flush: what changed, as it was, nil = not there; and the owned entities
	// whose records are to be made.
	wereResources map[string]*resource
	wereMaps      map[string]*networkMap
	dirty         map[string]struct{}
}

// Event is one of Owned, Told, Mapped and Flush.
type Event any

// Owned says whether records are to be made of the entities of a partition of the output.
type Owned struct {
	Partition, Partitions int
	Owned                 bool
}

// owned are partitions of the output: of their entities records are made; of all, until one is told.
type owned []bool

// has reports whether an entity is in one of them.
func (o owned) has(entity string) bool { return len(o) == 0 || o[stream.Partition(entity, len(o))] }

// Told is a record of compute_resources; nil = gone.
type Told struct {
	Key      string
	resource *resource
}

// Mapped is a network map; nil = there is no such map. Without a key nothing is said of any.
type Mapped struct {
	Key        string
	networkMap *networkMap
}

// Flush ends a batch: the records of the entities that changed are made.
type Flush struct{}

type output = stream.Output[avro.Encoded]

// Step takes one event.
func Step(s *State, e Event) (*State, []output) {
	switch e := e.(type) {
	case Owned:
		s.own(e)
	case Told:
		replace(s.resources, s.wereResources, e.Key, e.resource)
	case Mapped:
		if e.Key != "" {
			replace(s.network.maps, s.wereMaps, e.Key, e.networkMap)
		}
	case Flush:
		s.settle()
		return s, s.records()
	}
	return s, nil
}

// replace puts or, if it is nil, deletes a value, and notes what there was at the last flush.
func replace[V any](values, were map[string]*V, key string, value *V) {
	if value == nil && values[key] == nil {
		return
	}
	if _, noted := were[key]; !noted {
		were[key] = values[key]
	}
	if value == nil {
		delete(values, key)
		return
	}
	values[key] = value
}

// own takes whether a partition is owned; of one that is, all records are to be made.
func (s *State) own(e Owned) {
	if len(s.owned) != e.Partitions {
		s.owned = make(owned, e.Partitions)
	}
	s.owned[e.Partition] = e.Owned
	if !e.Owned {
		return
	}
	only := make(owned, e.Partitions)
	only[e.Partition] = true
	note := func(id string) {
		if only.has(id) {
			s.dirty[id] = struct{}{}
		}
	}
	for id := range s.tellers {
		note(id)
	}
	for id := range s.totals {
		note(id)
	}
	for id := range s.network.maps {
		note(id)
	}
}

// settle brings tellers and totals up to what the resources and maps are now, and notes
// which owned entities that concerns.
func (s *State) settle() {
	before := s.network
	if len(s.wereMaps) > 0 {
		before = s.before()
		s.network.sort()
	}
	counted := s.retold()
	for id := range counted {
		s.touch(id)
	}
	for _, r := range s.moved(before) {
		counted[r.entities[0].id] = struct{}{}
		for _, e := range r.entities {
			s.touch(e.id)
		}
	}
	for id := range counted {
		s.countUnder(id, before, -1)
	}
	s.retell()
	for id := range counted {
		s.countUnder(id, s.network, 1)
	}
	for id := range s.wereMaps {
		s.touch(id)
	}
	clear(s.wereResources)
	clear(s.wereMaps)
}

// touch notes that a record is to be made, if it is an owned one.
func (s *State) touch(id string) {
	if s.owned.has(id) {
		s.dirty[id] = struct{}{}
	}
}

// before is the network as it was at the last flush.
func (s *State) before() network {
	were := network{maps: maps.Clone(s.network.maps), sites: s.network.sites}
	for id, m := range s.wereMaps {
		if m == nil {
			delete(were.maps, id)
			continue
		}
		were.maps[id] = m
	}
	were.sort()
	return were
}

// retold returns the ids of the entities that resources which changed tell of, or did.
func (s *State) retold() map[string]struct{} {
	told := make(map[string]struct{}, len(s.wereResources))
	for key, was := range s.wereResources {
		for _, r := range []*resource{was, s.resources[key]} {
			if r != nil {
				for _, e := range r.entities {
					told[e.id] = struct{}{}
				}
			}
		}
	}
	return told
}

// moved returns the resources that did not change and may have another place than before.
func (s *State) moved(before network) []*resource {
	if len(s.wereMaps) == 0 {
		return nil
	}
	changes := s.mapChanges(before)
	var moved []*resource
	for key, r := range s.resources {
		_, changed := s.wereResources[key]
		if !changed && slices.ContainsFunc(changes, func(c mapChange) bool { return c.mayMove(r, s.network.sites) }) {
			moved = append(moved, r)
		}
	}
	return moved
}

// retell has the resources that changed tell their entities.
func (s *State) retell() {
	for key, was := range s.wereResources {
		if was != nil {
			for _, e := range was.entities {
				s.withdraw(e.id, was)
			}
		}
		now := s.resources[key]
		if now == nil {
			continue
		}
		for _, e := range now.entities {
			tellers := s.tellers[e.id]
			if len(tellers) == 0 {
				s.tellers[e.id] = now.alone
				continue
			}
			at, found := slices.BinarySearchFunc(tellers, now, compareTellers)
			if !found {
				s.tellers[e.id] = slices.Insert(slices.Clone(tellers), at, now)
			}
		}
	}
}

func (s *State) withdraw(id string, r *resource) {
	tellers := slices.DeleteFunc(slices.Clone(s.tellers[id]), func(t *resource) bool { return t == r })
	if len(tellers) == 0 {
		delete(s.tellers, id)
		return
	}
	s.tellers[id] = tellers
}

// records makes the records that are to be made.
func (s *State) records() []output {
	out := make([]output, 0, len(s.dirty))
	for _, id := range slices.Sorted(maps.Keys(s.dirty)) {
		o := output{Key: id}
		if record := s.record(id); record != nil {
			encoded := s.encode(record)
			o.Value = &encoded
		}
		out = append(out, o)
	}
	clear(s.dirty)
	return out
}
