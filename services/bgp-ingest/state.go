package bgpingest

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/bgp"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/internal/growth"
)

// State is what every speaker has said and the state of its session.
type State struct {
	topology   string
	group      string // of replicas
	staleTime  time.Duration
	emptyTime  time.Duration // how long a table that shrank to nothing at End-of-RIB is held
	maxObjects int           // of one speaker
	records    *recordEncoder
	decode     func(avro.Encoded) *schemas.RawTopology // nil = not readable
	speakers   map[string]*speaker                     // by source
	admitted   []netip.Prefix                          // of BGP speakers that belong to this ingest
	monitors   bool                                    // BMP speakers belong to it
	routers    Routers                                 // of BMP speakers that do
	files      []string                                // whose speakers do
	complete   bool                                    // AllConfigured has been
	silent     bool                                    // another instance publishes, or the table is not read yet
	touched    map[*speaker]struct{}                   // since the last news
	findings   []finding                               // since the last news
	now        time.Time                               // of the last event that says when it was
	room       []byte                                  // for octets
}

// speaker is one source of objects.
type speaker struct {
	source     string
	configured bool // of this ingest's: objects of other sources are left alone
	departed   bool // it is out of the configuration since another run: when its objects are gone, so is it
	asn        uint32
	state      string        // schemas.Peer…
	reason     string        // why there is no session, "" = none was told
	over       bool          // it told more objects than it may; nothing counts until its next session
	peer       avro.Encoded  // its peer record in the output table
	since      time.Time     // when the session came up or was lost, zero if that is not known
	identifier netip.Addr    // BGP identifier of the last session
	ours       bool          // that record says that replicas of this instance listen to it
	tables     []*adjRIBIn   // one of each family that it told something of
	changes    int           // sessions gained and lost: an alarm from before is void
	keep       time.Duration // how long objects outlive the session
	partial    bool          // what it told is of a table that never came to its end
	premature  bool          // its table shrank to nothing at End-of-RIB, and is held
	growth     growth.Table  // of what it tells in its session, until it has told its table
}

type output = stream.Output[avro.Encoded]

// Step takes one event.
func Step(s *State, e Event) (*State, []output) {
	switch e := e.(type) {
	case Restored:
		s.restore(e)
	case TakenOver:
		s.now = e.At
		return s, s.takeOver()
	case StoodBy:
		s.standBy()
	case Configured:
		s.now = e.At
		return s, append(s.configure(e), s.expect(e.Source))
	case Admitted:
		s.now = e.At
		s.admitted = append(s.admitted, e.Prefix)
		return s, s.admit()
	case Monitored:
		s.now = e.At
		s.monitors, s.routers = true, e.Routers
		return s, s.admit()
	case AllConfigured:
		s.files, s.complete = e.Files, true
		return s, s.sortOut()
	case Up:
		s.now = e.At
		return s, s.up(e)
	case Down:
		s.now = e.At
		return s, s.down(e)
	case Failed:
		return s, s.failed(e)
	case Update:
		return s, s.update(e)
	case RefreshBegun:
		return s, s.refreshing(e)
	case RefreshEnded:
		return s, s.refreshed(e)
	case FirstSessionDue:
		return s, s.firstSessionDue(e)
	case StaleTimeOver:
		return s, s.staleTimeOver(e)
	case Stopped:
		s.now = e.At
		return s, s.stopped()
	}
	return s, nil
}

func (s *State) speaker(source string) *speaker {
	sp, ok := s.speakers[source]
	if !ok {
		sp = &speaker{source: source, state: schemas.PeerIdle, keep: s.staleTime}
		s.speakers[source] = sp
	}
	s.touched[sp] = struct{}{}
	return sp
}

// table is what the speaker tells of a family.
func (sp *speaker) table(f bgp.Family) *adjRIBIn {
	for _, r := range sp.tables {
		if r.family == f {
			return r
		}
	}
	r := newAdjRIBIn(f)
	sp.tables = append(sp.tables, r)
	return r
}

// len is how many objects the speaker has, told ones and those of the output table.
func (sp *speaker) len() (n int) {
	for _, r := range sp.tables {
		n += r.len()
	}
	return n
}

// told is how many objects the speaker told in its session.
func (sp *speaker) told() (n int) {
	for _, r := range sp.tables {
		n += r.told
	}
	return n
}

// restore learns what a speaker had said before this service started.
func (s *State) restore(e Restored) {
	topology, rest, _ := strings.Cut(e.Key, "|")
	source, object, _ := strings.Cut(rest, "|")
	if topology != s.topology {
		return
	}
	sp := s.speaker(source)
	switch {
	case object == schemas.KindPeer && e.Record != nil:
		s.restorePeer(sp, *e.Record)
	case object == schemas.KindPeer:
		sp.peer = nil
	case e.Record == nil:
		delete(sp.table(familyOfKey(object)).loaded, e.Key)
	default:
		sp.table(familyOfKey(object)).loaded[e.Key] = *e.Record
	}
}

// restorePeer learns what the table holds of a speaker's session: whether replicas of
// this instance listen to it, and, if this one has no session with it, since when it is lost.
func (s *State) restorePeer(sp *speaker, record avro.Encoded) {
	sp.peer, sp.ours = record, false
	r := s.decode(record)
	if r == nil || r.Peer == nil {
		return
	}
	sp.ours = r.Peer.ReplicaGroup != nil && *r.Peer.ReplicaGroup == s.group
	partial := r.Peer.Partial != nil && *r.Peer.Partial
	if sp.inSession() {
		sp.partial = sp.partial && (partial || r.Peer.State == schemas.PeerIdle)
		return
	}
	sp.partial = partial
	sp.since = s.now
	if r.Peer.Since != nil && (r.Peer.State == schemas.PeerStale || r.Peer.State == schemas.PeerIdle) {
		sp.since = *r.Peer.Since
	}
	if r.Peer.BGPIdentifier != nil {
		sp.identifier, _ = netip.ParseAddr(*r.Peer.BGPIdentifier)
	}
}

// configure takes a speaker over: what it had said before is stale until it says it
// again.
func (s *State) configure(e Configured) []output {
	sp := s.speaker(e.Source)
	sp.departed = false
	if sp.configured {
		return nil
	}
	sp.asn = e.ASN
	return s.adopt(sp)
}

func (s *State) adopt(sp *speaker) []output {
	sp.configured = true
	if sp.since.IsZero() {
		sp.since = s.now
	}
	return s.lose(sp)
}

// admit takes over, of the speakers known from before, those that belong to this ingest
// by their addresses.
func (s *State) admit() []output {
	var out []output
	for _, source := range s.sources() {
		if s.admits(source) {
			out = append(out, s.configure(Configured{Source: source})...)
		}
	}
	return out
}

func (s *State) admits(source string) bool {
	if router, ok := bmpRouter(source); ok {
		return s.monitors && (len(s.routers) == 0 || s.routers.contain(router))
	}
	address, ok := strings.CutPrefix(source, bgpSourcePrefix)
	addr, err := netip.ParseAddr(address)
	contains := func(p netip.Prefix) bool { return p.Contains(addr.WithZone("")) }
	return ok && err == nil && slices.ContainsFunc(s.admitted, contains)
}

func (s *State) sources() []string { return slices.Sorted(maps.Keys(s.speakers)) }
