package bgpingest

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// State is what every speaker has said and the state of its session.
type State struct {
	topology  string
	staleTime time.Duration
	speakers  map[string]*speaker // by source
}

// speaker is one source of objects.
type speaker struct {
	source     string
	configured bool // of this ingest's: objects of other sources are left alone
	asn        uint32
	state      string // schemas.Peer…
	objects    map[string]*object
	session    int           // number of the current or last session
	changes    int           // sessions gained and lost: an alarm from before is void
	keep       time.Duration // how long objects outlive the session
}

// object is one record of a speaker.
type object struct {
	record  *schemas.RawTopology
	session int // the last session that said it
}

// Event is one of Configured, Admitted, Restored, Up, Down, Update, RefreshBegun,
// RefreshEnded, StaleTimeOver, Stopped and Flush.
type Event any

// Configured says that a speaker belongs to this ingest.
type Configured struct {
	Source string
	ASN    uint32
}

// Admitted says that all BGP speakers of a prefix belong to this ingest.
type Admitted struct{ Prefix netip.Prefix }

// Restored is a record that the table held when the service started; nil = gone.
type Restored struct {
	Key    string
	Record *schemas.RawTopology
}

// Up says that a speaker's session is established.
type Up struct {
	Source string
	ASN    uint32
	// RestartTime is what the speaker negotiated for its objects to outlive a
	// session: the restart time (RFC 4724 §3) and the long-lived stale time
	// (RFC 9494 §3) together, 0 if it did not.
	RestartTime time.Duration
}

// Down says that a speaker's session is lost, and why.
type Down struct{ Source, Reason string }

// RefreshBegun says that a speaker begins to tell its whole table again (RFC 7313
// §4.1).
type RefreshBegun struct{ Source string }

// RefreshEnded says that a speaker has told its whole table again: what it did not
// say since RefreshBegun is gone (RFC 7313 §4.2).
type RefreshEnded struct{ Source string }

// Update is an UPDATE message of a speaker.
type Update struct {
	Source string
	Update bgpls.Update
}

// StaleTimeOver says that a speaker's objects have outlived its lost session long
// enough.
type StaleTimeOver struct {
	Source string
	epoch  string
}

// Stopped says that the service ends, and with it all sessions.
type Stopped struct{}

// Flush ends a batch; there is nothing left to do then.
type Flush struct{}

type output = stream.Output[schemas.RawTopology]

const alarmSeparator = "#"

func newState(topology string, staleTime time.Duration) *State {
	return &State{topology: topology, staleTime: staleTime, speakers: map[string]*speaker{}}
}

// Step takes one event.
func Step(s *State, e Event) (*State, []output) {
	switch e := e.(type) {
	case Restored:
		s.restore(e)
	case Configured:
		return s, s.configure(e)
	case Admitted:
		return s, s.admit(e)
	case Up:
		return s, s.up(e)
	case Down:
		return s, s.down(e)
	case Update:
		return s, s.update(e)
	case RefreshBegun:
		return s, s.refreshing(e)
	case RefreshEnded:
		return s, s.refreshed(e)
	case StaleTimeOver:
		return s, s.staleTimeOver(e)
	case Stopped:
		return s, s.stopped()
	}
	return s, nil
}

func (s *State) speaker(source string) *speaker {
	sp, ok := s.speakers[source]
	if !ok {
		sp = &speaker{source: source, state: schemas.PeerIdle, objects: map[string]*object{}, keep: s.staleTime}
		s.speakers[source] = sp
	}
	return sp
}

// restore learns what a speaker had said before this service started.
func (s *State) restore(e Restored) {
	topology, rest, _ := strings.Cut(e.Key, "|")
	source, kind, _ := strings.Cut(rest, "|")
	if topology != s.topology {
		return
	}
	sp := s.speaker(source)
	switch {
	case kind == schemas.KindPeer:
	case e.Record == nil:
		delete(sp.objects, e.Key)
	default:
		sp.objects[e.Key] = &object{record: e.Record}
	}
}

// configure takes a speaker over: what it had said before is stale until it says it
// again.
func (s *State) configure(e Configured) []output {
	sp := s.speaker(e.Source)
	if sp.configured {
		return nil
	}
	sp.configured, sp.asn = true, e.ASN
	return s.lose(sp)
}

// admit takes over, of the speakers known from before, those of a prefix.
func (s *State) admit(e Admitted) []output {
	var out []output
	for _, source := range slices.Sorted(maps.Keys(s.speakers)) {
		address, ok := strings.CutPrefix(source, bgpSourcePrefix)
		addr, err := netip.ParseAddr(address)
		if ok && err == nil && e.Prefix.Contains(addr.WithZone("")) {
			out = append(out, s.configure(Configured{Source: source})...)
		}
	}
	return out
}

func (s *State) up(e Up) []output {
	out := s.configure(Configured{e.Source, e.ASN})
	sp := s.speaker(e.Source)
	sp.session++
	sp.asn = e.ASN
	sp.keep = s.staleTime
	if e.RestartTime > 0 {
		sp.keep = e.RestartTime
	}
	sp.changes++ // from now on End-of-RIB decides, or the stale time without one
	return append(out, s.setState(sp, schemas.PeerEstablished), s.alarm(sp, s.staleTime))
}

func (s *State) down(e Down) []output {
	sp := s.speaker(e.Source)
	if sp.state == schemas.PeerIdle || sp.state == schemas.PeerStale {
		return nil
	}
	return s.lose(sp)
}

// stopped loses all sessions, in the order of their sources.
func (s *State) stopped() []output {
	var out []output
	for _, source := range slices.Sorted(maps.Keys(s.speakers)) {
		out = append(out, s.down(Down{Source: source})...)
	}
	return out
}

// lose notes that there is no session: stale while there are objects to keep.
func (s *State) lose(sp *speaker) []output {
	sp.changes++
	if len(sp.objects) == 0 {
		return []output{s.setState(sp, schemas.PeerIdle)}
	}
	return []output{s.setState(sp, schemas.PeerStale), s.alarm(sp, sp.keep)}
}

// alarm asks for StaleTimeOver, unless the session comes or goes before.
func (s *State) alarm(sp *speaker, after time.Duration) output {
	return output{Key: sp.source + alarmSeparator + strconv.Itoa(sp.changes), WakeAfter: after}
}

func (s *State) update(e Update) []output {
	sp := s.speaker(e.Source)
	var out []output
	for _, n := range e.Update.Unreach {
		k := key(s.topology, sp.source, n)
		delete(sp.objects, k)
		out = append(out, output{Key: k})
	}
	for _, n := range e.Update.Reach {
		k := key(s.topology, sp.source, n)
		r := record(s.topology, sp.source, n, e.Update.Attributes, e.Update.AttributesLost)
		if known := sp.objects[k]; known != nil && e.Update.AttributesLost {
			r.Attributes, r.UnknownTLVs = known.record.Attributes, known.record.UnknownTLVs
		}
		sp.objects[k] = &object{record: r, session: sp.session}
		out = append(out, output{Key: k, Value: r})
	}
	if e.Update.EndOfRIB && sp.inSession() {
		out = append(out, s.sweep(sp)...)
		out = append(out, s.setState(sp, schemas.PeerSynced))
	}
	return out
}

// refreshing begins to mark what the speaker says again; if it does not end, the
// stale time decides.
func (s *State) refreshing(e RefreshBegun) []output {
	sp := s.speaker(e.Source)
	if !sp.inSession() {
		return nil
	}
	sp.session++
	sp.changes++
	return []output{s.alarm(sp, s.staleTime)}
}

// refreshed sweeps after a route refresh; without one begun nothing is unsaid.
func (s *State) refreshed(e RefreshEnded) []output {
	sp := s.speaker(e.Source)
	if !sp.inSession() {
		return nil
	}
	return s.sweep(sp)
}

// inSession reports whether the speaker speaks.
func (sp *speaker) inSession() bool {
	return sp.state == schemas.PeerEstablished || sp.state == schemas.PeerSynced
}

// sweep withdraws what the current session has not said.
func (s *State) sweep(sp *speaker) []output {
	var out []output
	for k, o := range sp.objects {
		if o.session != sp.session {
			delete(sp.objects, k)
			out = append(out, output{Key: k})
		}
	}
	return out
}

// staleTimeOver withdraws what the speaker has not said since it lost its session,
// whether it is back (without End-of-RIB so far) or not.
func (s *State) staleTimeOver(e StaleTimeOver) []output {
	sp := s.speaker(e.Source)
	if e.epoch != strconv.Itoa(sp.changes) {
		return nil
	}
	if sp.state != schemas.PeerStale {
		return s.sweep(sp)
	}
	sp.session++
	return append(s.sweep(sp), s.setState(sp, schemas.PeerIdle))
}

// setState changes a speaker's state and returns its peer record.
func (s *State) setState(sp *speaker, state string) output {
	sp.state = state
	peer := &schemas.Peer{State: state}
	if asn := sp.asn; asn != 0 {
		peer.ASN = &asn
	}
	return output{
		Key: s.topology + "|" + sp.source + "|" + schemas.KindPeer,
		Value: &schemas.RawTopology{
			Topology: s.topology, Source: sp.source, Kind: schemas.KindPeer, Peer: peer,
		},
	}
}
