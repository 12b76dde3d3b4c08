package computeingest

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// kind is what the records say of their source.
const kind = "static"

// State is the last good record of each resource of one source, and what was read last.
type State struct {
	source   string
	sites    Sites // nil = not read yet
	sitesAt  time.Time
	document *Read                               // nil = none read yet
	records  map[string]*schemas.ComputeResource // by name
}

// Event is one of Restored, TakenOver, Read, SitesRead and Flush.
type Event any

// TakenOver says that this instance publishes from now on, and that all of the table is restored.
type TakenOver struct{}

// Restored is a record that the table held when this instance came to publish; nil = gone.
type Restored struct {
	Key    string
	Record *schemas.ComputeResource
}

// Read is a document of the source.
type Read struct {
	Document Document
	At       time.Time
}

// SitesRead is the content of the sites file; empty, not nil, if there is none.
type SitesRead struct {
	Sites Sites
	At    time.Time
}

// Flush ends a batch; there is nothing left to do then.
type Flush struct{}

type output = stream.Output[schemas.ComputeResource]

func newState(source string) *State {
	return &State{source: source, records: map[string]*schemas.ComputeResource{}}
}

// Step takes one event.
func Step(s *State, e Event) (*State, []output) {
	switch e := e.(type) {
	case Restored:
		s.restore(e)
	case TakenOver:
		return s, s.takeOver()
	case Read:
		s.document = &e
		return s, s.read(e)
	case SitesRead:
		s.sites, s.sitesAt = e.Sites, e.At
		return s, s.locate()
	}
	return s, nil
}

func (s *State) key(name string) string { return s.source + "|" + name }

func (s *State) restore(e Restored) {
	source, name, _ := strings.Cut(e.Key, "|")
	if source != s.source {
		return
	}
	if e.Record == nil {
		delete(s.records, name)
		return
	}
	s.records[name] = e.Record
}

// takeOver puts what was read before the table was restored.
func (s *State) takeOver() (out []output) {
	if s.sites != nil {
		out = s.locate()
	}
	if s.document != nil {
		out = append(out, s.read(*s.document)...)
	}
	return out
}

// read puts what the document tells and withdraws what it no longer names.
func (s *State) read(e Read) []output {
	var out []output
	for _, name := range slices.Sorted(maps.Keys(e.Document.Resources)) {
		out = append(out, s.put(name, e.Document.Resources[name], e.At))
	}
	for _, name := range slices.Sorted(maps.Keys(s.records)) {
		if _, told := e.Document.Resources[name]; !told && !e.Document.PutAside[name] {
			delete(s.records, name)
			out = append(out, output{Key: s.key(name)})
		}
	}
	return out
}

// locate gives all resources their sites. A record that could not be read at the
// start is not touched: there is nothing in it to publish.
func (s *State) locate() []output {
	var out []output
	for _, name := range slices.Sorted(maps.Keys(s.records)) {
		if r := s.records[name]; r.Source != "" {
			out = append(out, s.put(name, *r, s.sitesAt))
		}
	}
	return out
}

// put makes the record of a resource.
func (s *State) put(name string, r schemas.ComputeResource, at time.Time) output {
	r.Source, r.Kind, r.Name, r.ObservedAt = s.source, kind, name, at
	site := s.site(name)
	r.Site, r.Addresses, r.Attachments = site.Site, site.Addresses, site.Attachments
	s.records[name] = &r
	return output{Key: s.key(name), Value: &r}
}

// site returns where a resource stands: what the sites tell, or, if they cannot be
// used, what its last record says.
func (s *State) site(name string) Site {
	if site, ok := s.sites.of(s.source, name); ok {
		return site
	}
	if held := s.records[name]; held != nil {
		return Site{Site: held.Site, Addresses: held.Addresses, Attachments: held.Attachments}
	}
	return Site{}
}
