package computeingest

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// State is the last good record of each resource of one source, and what was read last.
type State struct {
	source  identity
	sites   Sites                               // nil = not read yet
	told    map[string]*schemas.ComputeResource // by name, what the source told when it last could be used
	whole   bool                                // told is all that there is
	aside   map[string]aside                    // by name: there, and nothing can be made of it now
	stale   *staleness                          // nil = the source is read
	readAt  time.Time                           // when it was last read well
	records map[string]*schemas.ComputeResource // by name, what the table is to hold
}

// identity is what the records say of their source.
type identity struct {
	name, kind string
	topology   *string
}

// aside says of a resource why what the source tells of it now cannot be used.
type aside struct {
	since   time.Time // when that was first seen
	problem schemas.ResourceProblem
}

// staleness says of a source that it cannot be read, and since when.
type staleness struct {
	since  time.Time
	reason string
}

// Event is one of Restored, TakenOver, Read, Failed, SitesRead and Flush.
type Event any

// TakenOver says that this instance publishes from now on, and that all of the table is restored.
type TakenOver struct{}

// Restored is a record that the table held when this instance came to publish; nil = gone.
type Restored struct {
	Key    string
	Record *schemas.ComputeResource
}

// Read is what the source told.
type Read struct {
	Reading collect.Reading
	At      time.Time
}

// Failed says that the source cannot be read, and since when what it told is not current.
type Failed struct {
	Since, At time.Time
	Reason    string
}

// SitesRead is the content of the sites file; empty, not nil, if there is none.
type SitesRead struct {
	Sites Sites
	At    time.Time
}

// Flush ends a batch; there is nothing left to do then.
type Flush struct{}

type output = stream.Output[schemas.ComputeResource]

func newState(source identity) *State {
	return &State{
		source: source, told: map[string]*schemas.ComputeResource{}, aside: map[string]aside{},
		records: map[string]*schemas.ComputeResource{},
	}
}

// Step takes one event.
func Step(s *State, e Event) (*State, []output) {
	switch e := e.(type) {
	case Restored:
		s.restore(e)
	case TakenOver:
		return s, s.takeOver()
	case Read:
		return s, s.read(e)
	case Failed:
		s.stale = &staleness{e.Since, e.Reason}
		return s, s.putAll(e.At)
	case SitesRead:
		s.sites = e.Sites
		return s, s.putAll(e.At)
	}
	return s, nil
}

func (s *State) key(name string) string { return s.source.name + "|" + name }

func (s *State) restore(e Restored) {
	source, name, _ := strings.Cut(e.Key, "|")
	if source != s.source.name {
		return
	}
	if e.Record == nil {
		delete(s.records, name)
		return
	}
	s.records[name] = e.Record
}

// takeOver puts what was read before the table was restored, and withdraws what is not
// there any more.
func (s *State) takeOver() []output {
	return append(s.putAll(s.readAt), s.withdraw()...)
}

// read puts what is new, and withdraws what is gone.
func (s *State) read(e Read) []output {
	again := s.stale != nil
	var changed []string
	for name, r := range e.Reading.Resources {
		_, wasAside := s.aside[name]
		if s.told[name] != r || wasAside {
			changed = append(changed, name)
		}
	}
	s.remember(e)
	for name := range e.Reading.PutAside {
		changed = append(changed, name)
	}
	s.stale, s.readAt = nil, e.At
	if again {
		return append(s.putAll(e.At), s.withdraw()...)
	}
	var out []output
	for _, name := range slices.Sorted(slices.Values(changed)) {
		out = s.put(out, name, e.At)
	}
	return append(out, s.withdraw()...)
}

// remember takes a reading into what is told.
func (s *State) remember(e Read) {
	told, asideBefore := s.told, s.aside
	if e.Reading.Whole {
		s.told, s.aside, s.whole = map[string]*schemas.ComputeResource{}, map[string]aside{}, true
	}
	for name, r := range e.Reading.Resources {
		s.told[name] = r
		delete(s.aside, name)
	}
	for name, problem := range e.Reading.PutAside {
		if r := told[name]; r != nil {
			s.told[name] = r
		}
		a, ok := asideBefore[name]
		if !ok {
			a.since = e.At
		}
		s.aside[name] = aside{a.since, problem}
	}
	for _, name := range e.Reading.Gone {
		delete(s.told, name)
		delete(s.aside, name)
	}
}

// withdraw withdraws what the source does not tell of, once it is known what it does.
func (s *State) withdraw() []output {
	if !s.whole {
		return nil
	}
	var gone []string
	for name := range s.records {
		_, told := s.told[name]
		_, aside := s.aside[name]
		if !told && !aside {
			gone = append(gone, name)
		}
	}
	var out []output
	for _, name := range slices.Sorted(slices.Values(gone)) {
		delete(s.records, name)
		out = append(out, output{Key: s.key(name)})
	}
	return out
}

// putAll puts every resource that there is something to say of.
func (s *State) putAll(at time.Time) []output {
	var out []output
	for _, name := range slices.Sorted(maps.Keys(s.records)) {
		if _, told := s.told[name]; !told {
			out = s.put(out, name, at)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.told)) {
		out = s.put(out, name, at)
	}
	return out
}
