package correlator

import (
	"maps"
	"slices"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/parallel"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// State is what is known of all resources and network maps, and the entities that are
// made of it.
type State struct {
	encode    func(room []byte, r *Record) []byte // appends
	method    *schemas.CATSMethod
	written   *writtenMethod // the same
	owned     owned
	network   network
	resources map[string]*standing // by key
	shares    [shares]share        // of the entities
	index     *index

	// Since the last flush: the resources that changed; maps that did, as they were, nil = not there;
	// and how many flushes there have been.
	changed  []*standing
	wereMaps map[string]*networkMap
	flushes  int
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
		s.tell(e.Key, e.resource)
	case Mapped:
		if e.Key != "" {
			s.replace(e.Key, e.networkMap)
		}
	case Flush:
		s.settle()
		return s, s.records()
	}
	return s, nil
}

// replace puts or, if it is nil, deletes a network map, and notes what there was at the last flush.
func (s *State) replace(id string, m *networkMap) {
	was := s.network.maps[id]
	if m == nil && was == nil {
		return
	}
	if _, noted := s.wereMaps[id]; !noted {
		s.wereMaps[id] = was
	}
	if m == nil {
		delete(s.network.maps, id)
		return
	}
	s.network.maps[id] = m
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
	s.eachShare(true, func(h *share) {
		for id, n := range h.entities {
			if stream.Partition(id, e.Partitions) == int32(e.Partition) {
				h.touch(n)
			}
		}
	})
}

// settle brings tellers and totals up to what the resources and maps are now, and notes
// which entities that concerns.
func (s *State) settle() {
	s.flushes++
	before := s.network
	if len(s.wereMaps) > 0 {
		before = s.before()
		s.network.sort()
	}
	moved := s.moved(before)
	for c := range moved {
		s.concern(c, c.is)
	}
	// Telling does not look at the index, which waits for memory most of the time.
	parallel.Both(func() { s.index.replaceAll(s.changed) }, func() {
		s.eachShare(len(s.changed)+len(moved) > few, func(h *share) { s.retell(h, before) })
	})
	s.sumUp()
	for _, c := range s.changed {
		if c.is == nil {
			delete(s.resources, c.key)
		}
		c.changed, c.was = false, nil
	}
	for id := range s.wereMaps {
		h := s.share(id)
		h.touch(h.node(id))
	}
	clear(s.changed)
	s.changed = s.changed[:0]
	clear(s.wereMaps)
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

// few resources are dealt with sooner by one processor than shared out.
const few = 64

// records makes the records of the owned entities that are to be made, on all processors.
func (s *State) records() []output {
	var dirty []ordered
	for i := range s.shares {
		dirty = s.toMake(dirty, &s.shares[i])
	}
	slices.SortFunc(dirty, byID)
	out, values := make([]output, len(dirty)), make([]avro.Encoded, len(dirty))
	const several = 256
	parallel.Each(len(dirty), several, func() func(int) {
		m := maker{State: s, several: min(len(dirty), several)}
		return func(i int) { out[i] = m.output(dirty[i].node, &values[i]) }
	})
	return out
}
