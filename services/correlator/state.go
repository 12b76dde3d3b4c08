package correlator

import (
	"maps"
	"slices"

	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// State is the compute resources of one partition and all network maps.
type State struct {
	resources   map[string]*schemas.ComputeResource // by key
	networkMaps map[string]*networkMap              // by resource id
	claims      map[string]claims                   // by entity id
	changed     map[string]struct{}                 // entity ids whose record is to be made
	mapChanged  bool                                // every record is to be made
}

// claims are the resources that tell one entity: key → the entity's addresses.
type claims map[string]entity

// Event is one of Told, Mapped and Flush.
type Event any

// Told is a record of compute_resources; nil = gone.
type Told struct {
	Key    string
	Record *schemas.ComputeResource
}

// Mapped is a record of network_maps; nil = gone.
type Mapped struct {
	Key    string
	Record *schemas.NetworkMap
}

// Flush ends a batch: the records of the entities that changed are made.
type Flush struct{}

type output = stream.Output[schemas.EndpointProperties]

func newState() *State {
	return &State{
		resources: map[string]*schemas.ComputeResource{}, networkMaps: map[string]*networkMap{},
		claims: map[string]claims{}, changed: map[string]struct{}{},
	}
}

// Step takes one event.
func Step(s *State, e Event) (*State, []output) {
	switch e := e.(type) {
	case Told:
		s.tell(e.Key, e.Record)
	case Mapped:
		s.replaceMap(e.Key, newNetworkMap(e.Record))
	case Flush:
		return s, s.flush()
	}
	return s, nil
}

// tell replaces a resource and what it claims.
func (s *State) tell(key string, r *schemas.ComputeResource) {
	if before, ok := s.resources[key]; ok {
		for _, e := range entities(key, before) {
			delete(s.claims[e.id], key)
			s.changed[e.id] = struct{}{}
		}
		delete(s.resources, key)
	}
	if r == nil {
		return
	}
	s.resources[key] = r
	for _, e := range entities(key, r) {
		if s.claims[e.id] == nil {
			s.claims[e.id] = claims{}
		}
		s.claims[e.id][key] = e
		s.changed[e.id] = struct{}{}
	}
}

// replaceMap replaces a network map; nil = there is none.
func (s *State) replaceMap(id string, m *networkMap) {
	_, known := s.networkMaps[id]
	s.mapChanged = s.mapChanged || known || m != nil
	if m == nil {
		delete(s.networkMaps, id)
		return
	}
	s.networkMaps[id] = m
}

func (s *State) flush() []output {
	if s.mapChanged {
		for id := range s.claims {
			s.changed[id] = struct{}{}
		}
	}
	var out []output
	for _, id := range slices.Sorted(maps.Keys(s.changed)) {
		out = append(out, output{Key: id, Value: s.record(id)})
	}
	clear(s.changed)
	s.mapChanged = false
	return out
}

// record returns the record of an entity, made from the resource with the lowest key
// of those that tell it; nil if none does.
func (s *State) record(id string) *schemas.EndpointProperties {
	tellers := s.claims[id]
	if len(tellers) == 0 {
		delete(s.claims, id)
		return nil
	}
	owner := slices.Min(slices.Collect(maps.Keys(tellers)))
	return properties(tellers[owner], owner, s.resources[owner], s.networkMaps)
}
