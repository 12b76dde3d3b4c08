package mapbuilder

import (
	"slices"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/internal/growth"
	"github.com/altostream/altostream/services/internal/publication"
)

// State is the topologies of one partition.
type State struct {
	ownership   ted.Ownership
	views       []View
	syncTimeout time.Duration
	topologies  stream.KeyedState[topology]
	published   *publication.Maps[schemas.NetworkMap, alto.NetworkMap]
	changed     map[string]news // by topology, since the last call of news
}

// news is what operators should know of a topology.
type news struct {
	findings map[ted.Count]int // what is left out of the maps, or worth a look
	awaited  []string          // the speakers that its first map waits for, as texts
	// ungrouped is by view how many routers fit no group.
	ungrouped map[string]int
}

type topology struct {
	db      *ted.Database
	pids    alto.NetworkMap // as they are published
	views   []*viewMap      // nil before the first map
	open    bool            // may be published
	waiting bool            // SyncCheck has been asked for
	growth  growth.Table    // of the objects that are told, while it waits

	ungrouped map[string]int // by view: routers that fit no group
}

// Event is one of Told, Held, SyncCheck, More, StoodBy and Flush.
type Event any

// Told is a record of raw-topology; nil = gone.
type Told struct {
	Key    string
	Record *schemas.RawTopology
}

// Held is a record that the output table held at the start.
type Held struct {
	Key    string
	Record *schemas.NetworkMap
}

// SyncCheck asks to see whether the speakers of a topology still tell their tables.
type SyncCheck struct{ Topology string }

// More says that the map of a topology is not published as a whole yet.
type More struct{ Topology string }

// StoodBy says that another instance sees to the topologies from now on.
type StoodBy struct{}

// Flush ends a batch: the maps of the topologies that changed are made.
type Flush struct{}

type output = stream.Output[schemas.NetworkMap]

func newState(o ted.Ownership, views []View, options ted.Options, syncTimeout time.Duration, l versioned.Limits) *State {
	return &State{
		ownership: o, views: views, syncTimeout: syncTimeout, changed: map[string]news{},
		published: publication.New(func(id string) *versioned.Writer[schemas.NetworkMap, alto.NetworkMap] {
			return versioned.NewNetworkWriter(id, l)
		}),
		topologies: stream.KeyedState[topology]{New: func() *topology { return &topology{db: ted.New(options), pids: alto.NetworkMap{}} }},
	}
}

// Step takes one event.
func Step(s *State, e Event) (*State, []output) {
	switch e := e.(type) {
	case Told:
		name, _, _ := strings.Cut(e.Key, "|")
		s.topologies.Change(name).db.Put(e.Key, e.Record)
	case Held:
		s.published.Restore(e.Key, e.Record)
	case More:
		s.topologies.Change(e.Topology)
	case StoodBy:
		s.published.Forget()
	case SyncCheck:
		s.topologies.Change(e.Topology).check()
	case Flush:
		return s, s.flush()
	}
	return s, nil
}

func (s *State) flush() []output {
	var out []output
	for name, t := range s.topologies.Changed() {
		out = append(out, s.publish(name, t)...)
		s.changed[name] = news{findings: t.db.FindingCounts(), awaited: t.awaited(), ungrouped: t.ungrouped}
	}
	return append(out, s.published.Sweep()...)
}

// news returns what there is to know of the topologies that changed since the last call.
func (s *State) news() map[string]news {
	changed := s.changed
	s.changed = map[string]news{}
	return changed
}

// publish returns the map of a topology, or, while its speakers have not told their
// tables and there never was a map, asks to be woken.
func (s *State) publish(name string, t *topology) []output {
	id := alto.NetworkMapID(name)
	t.open = t.open || s.published.Holds(id) || !t.db.Empty() && len(t.unsynced()) == 0
	if t.open {
		return s.networkMaps(name, t)
	}
	if t.waiting || t.db.Empty() {
		return nil
	}
	t.waiting = true
	return []output{{Key: name, WakeAfter: s.syncTimeout / growth.Looks}}
}

// check opens a topology whose speakers have told hardly anything new since the last check.
func (t *topology) check() {
	t.waiting = false
	t.open = t.open || !t.growth.GoesOn(t.db.Objects()) && !t.db.Empty()
}

// awaited describes the speakers that hold the first map of the topology back.
func (t *topology) awaited() []string {
	if t.open || t.db.Empty() {
		return nil
	}
	return t.unsynced()
}

// unsynced describes the speakers that have not told their whole tables, in the order of their
// sources.
func (t *topology) unsynced() []string {
	var all []string
	for source, peer := range t.db.Peers() {
		if peer.State == schemas.PeerSynced {
			continue
		}
		text := source + " " + peer.State
		if peer.Since != nil {
			text += " since " + peer.Since.UTC().Format(time.RFC3339)
		}
		if peer.Reason != nil {
			text += " (" + *peer.Reason + ")"
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}

// networkMaps puts out the map of a topology and its views; there are none without PIDs.
func (s *State) networkMaps(name string, t *topology) []output {
	changed := t.db.UpdateNetworkMap(t.pids, s.ownership)
	out, more := s.networkMap(alto.NetworkMapID(name), t, t.pids, nil, len(changed) == 0)
	if t.views == nil {
		t.views = s.viewsOf(name)
	}
	var routers []*ted.Router
	if len(t.views) > 0 {
		routers = t.db.Routers()
	}
	t.ungrouped = map[string]int{}
	for _, g := range t.views {
		g.update(t.pids, routers, changed)
		t.ungrouped[g.view.Name] = len(g.groups[Ungrouped].Members)
		records, unfinished := s.networkMap(alto.ViewID(name, g.view.Name), t, g.groups, g.view.meta(name), false)
		out, more = append(out, records...), more || unfinished
	}
	if more {
		out = append(out, output{Key: moreOf + name, WakeAfter: 1})
	}
	return out
}

// viewsOf returns the views of a topology, without groups.
func (s *State) viewsOf(topology string) []*viewMap {
	views := []*viewMap{}
	for i := range s.views {
		if s.views[i].of(topology) {
			views = append(views, newViewMap(&s.views[i]))
		}
	}
	return views
}

func (s *State) networkMap(id string, t *topology, m alto.NetworkMap, v *schemas.View, unchanged bool) (out []output, more bool) {
	if err := alto.ValidResourceID(id); err != nil {
		return s.published.Withdraw(id, err.Error()+": the topology or the view needs a shorter name", true), false
	}
	if len(m) == 0 {
		return s.published.Withdraw(id, "", false), false
	}
	f := t.db.Freshness()
	head := func(tag string) *schemas.NetworkMap {
		return &schemas.NetworkMap{Meta: &schemas.NetworkMapMeta{
			VTag:       schemas.VersionTag{ResourceID: id, Tag: tag},
			View:       v,
			Sources:    &f.Sources,
			StaleSince: f.StaleSince,
		}}
	}
	return s.published.Publish(publication.Map[schemas.NetworkMap, alto.NetworkMap]{ID: id, Of: m, Unchanged: unchanged, Head: head})
}

// moreOf begins the name of the alarm that asks for More; no topology has it in its name.
const moreOf = "more|"

// woken is the event of an alarm.
func woken(name string) Event {
	if topology, ok := strings.CutPrefix(name, moreOf); ok {
		return More{topology}
	}
	return SyncCheck{name}
}
