package mapbuilder

import (
	"strings"
	"time"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
)

// State is the topologies of one partition.
type State struct {
	ownership   ted.Ownership
	syncTimeout time.Duration
	topologies  stream.Shards[topology]
	published   map[string]bool              // resource ids that the output table held at the start
	findings    map[string]map[ted.Count]int // by topology, of those that changed since the last call of news
}

type topology struct {
	db      *ted.Database
	open    bool // may be published
	waiting bool // SyncTimeoutOver has been asked for
}

// Event is one of Told, Published, SyncTimeoutOver and Flush.
type Event any

// Told is a record of raw-topology; nil = gone.
type Told struct {
	Key    string
	Record *schemas.RawTopology
}

// Published says that the output table held a map, or no longer does, when the
// service started.
type Published struct {
	ResourceID string
	Exists     bool
}

// SyncTimeoutOver says that the speakers of a topology have been waited for long
// enough.
type SyncTimeoutOver struct{ Topology string }

// Flush ends a batch: the maps of the topologies that changed are made.
type Flush struct{}

type output = stream.Output[schemas.NetworkMap]

func newState(o ted.Ownership, options ted.Options, syncTimeout time.Duration) *State {
	return &State{
		ownership: o, syncTimeout: syncTimeout, published: map[string]bool{}, findings: map[string]map[ted.Count]int{},
		topologies: stream.Shards[topology]{New: func() *topology { return &topology{db: ted.New(options)} }},
	}
}

// Step takes one event.
func Step(s *State, e Event) (*State, []output) {
	switch e := e.(type) {
	case Told:
		name, _, _ := strings.Cut(e.Key, "|")
		s.topologies.Change(name).db.Put(e.Key, e.Record)
	case Published:
		s.published[e.ResourceID] = e.Exists
	case SyncTimeoutOver:
		t := s.topologies.Change(e.Topology)
		t.waiting = false
		t.open = t.open || !t.db.Empty()
	case Flush:
		return s, s.flush()
	}
	return s, nil
}

func (s *State) flush() []output {
	var out []output
	for name, t := range s.topologies.Changed() {
		s.findings[name] = t.db.FindingCounts()
		out = append(out, s.publish(name, t)...)
	}
	return out
}

// news returns how much is left out of the topologies that changed since the last call, and
// worth a look.
func (s *State) news() map[string]map[ted.Count]int {
	news := s.findings
	s.findings = map[string]map[ted.Count]int{}
	return news
}

// publish returns the map of a topology, or, while its speakers have not told their
// tables and there never was a map, asks to be woken.
func (s *State) publish(name string, t *topology) []output {
	id := alto.NetworkMapID(name)
	t.open = t.open || s.published[id] || !t.db.Empty() && synced(t.db.Peers())
	if t.open {
		return []output{{Key: id, Value: networkMap(id, t.db.NetworkMap(s.ownership), t.db.Freshness())}}
	}
	if t.waiting {
		return nil
	}
	t.waiting = true
	return []output{{Key: name, WakeAfter: s.syncTimeout}}
}

// synced reports whether every speaker has told its whole table.
func synced(peers map[string]string) bool {
	for _, state := range peers {
		if state != schemas.PeerSynced {
			return false
		}
	}
	return true
}

// networkMap returns the record of a map; nil if it has no PIDs.
func networkMap(id string, m alto.NetworkMap, f ted.Freshness) *schemas.NetworkMap {
	if len(m) == 0 {
		return nil
	}
	return &schemas.NetworkMap{
		Meta: &schemas.NetworkMapMeta{
			VTag:       schemas.VersionTag{ResourceID: id, Tag: alto.Tag(m)},
			Sources:    &f.Sources,
			StaleSince: f.StaleSince,
		},
		NetworkMap: m,
	}
}
