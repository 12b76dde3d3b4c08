package bgpingest

import (
	"bytes"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// State is what every speaker has said and the state of its session.
type State struct {
	topology   string
	group      string // of replicas
	staleTime  time.Duration
	maxObjects int // of one speaker
	encode     func(*schemas.RawTopology) avro.Encoded
	decode     func(avro.Encoded) *schemas.RawTopology // nil = not readable
	speakers   map[string]*speaker                     // by source
	admitted   []netip.Prefix                          // of BGP speakers that belong to this ingest
	monitors   bool                                    // BMP speakers belong to it
	routers    Routers                                 // of BMP speakers that do
	silent     bool                                    // another instance publishes, or the table is not read yet
	touched    map[*speaker]struct{}                   // since the last news
	exceeding  []string                                // sources that began to tell too much since then
	room       []byte                                  // for octets
}

// speaker is one source of objects.
type speaker struct {
	source     string
	configured bool // of this ingest's: objects of other sources are left alone
	asn        uint32
	state      string       // schemas.Peer…
	reason     string       // why there is no session, "" = none was told
	missed     bool         // it lost its session and has not told its table since
	over       bool         // it told more objects than it may; nothing counts until its next session
	peer       avro.Encoded // its peer record in the output table
	ours       bool         // that record says that replicas of this instance listen to it
	objects    objects
	session    uint32        // number of the current or last session, or of the table told again in it
	refreshing bool          // it tells its whole table again; what it did not yet is not gone
	changes    int           // sessions gained and lost: an alarm from before is void
	keep       time.Duration // how long objects outlive the session
}

// Event is one of Configured, Admitted, Monitored, Restored, TakenOver, StoodBy, Up, Down, Failed,
// Update, RefreshBegun, RefreshEnded, StaleTimeOver, Stopped and Flush.
type Event any

// Configured says that a speaker belongs to this ingest.
type Configured struct {
	Source string
	ASN    uint32
}

// Admitted says that all BGP speakers of a prefix belong to this ingest.
type Admitted struct{ Prefix netip.Prefix }

// Monitored says that all BMP speakers of these routers belong to this ingest.
type Monitored struct{ Routers Routers }

// Restored is a record that the table held when this instance took over; nil = gone.
type Restored struct {
	Key    string
	Record *avro.Encoded
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

// Down says that a speaker's session is lost.
type Down struct {
	Source string
	Reason string // for operators; "" = none is known
	// Final says that the RestartTime of Up does not apply: the session was not lost,
	// but ended.
	Final bool
}

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

	records []avro.Encoded // of the Reach of the Update; nil = not made yet
	decoder *bgpls.Decoder // whose memory the Update is in; nil = its own
}

// StaleTimeOver says that a speaker's objects have outlived its lost session long
// enough.
type StaleTimeOver struct {
	Source string
	epoch  string
}

// TakenOver says that this instance publishes from now on; Restored has told what the
// table holds.
type TakenOver struct{}

// StoodBy says that another instance publishes from now on.
type StoodBy struct{}

// Stopped says that the service ends, and with it all sessions.
type Stopped struct{}

// Flush ends a batch; there is nothing left to do then.
type Flush struct{}

type output = stream.Output[avro.Encoded]

const alarmSeparator = "#"

// Step takes one event.
func Step(s *State, e Event) (*State, []output) {
	switch e := e.(type) {
	case Restored:
		s.restore(e)
	case TakenOver:
		return s, s.takeOver()
	case StoodBy:
		s.standBy()
	case Configured:
		return s, s.configure(e)
	case Admitted:
		s.admitted = append(s.admitted, e.Prefix)
		return s, s.admit()
	case Monitored:
		s.monitors, s.routers = true, e.Routers
		return s, s.admit()
	case Up:
		return s, s.up(e)
	case Down:
		return s, s.down(e)
	case Failed:
		return s, s.failed(e)
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
		sp = &speaker{source: source, state: schemas.PeerIdle, objects: newObjects(), keep: s.staleTime}
		s.speakers[source] = sp
	}
	s.touched[sp] = struct{}{}
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
	case kind == schemas.KindPeer && e.Record != nil:
		sp.peer = *e.Record
		sp.ours = s.isOurs(sp.peer)
	case kind == schemas.KindPeer:
		sp.peer = nil
	case e.Record == nil:
		delete(sp.objects.loaded, e.Key)
	default:
		sp.objects.loaded[e.Key] = *e.Record
	}
}

// isOurs reports whether a peer record is of replicas of this instance.
func (s *State) isOurs(record avro.Encoded) bool {
	r := s.decode(record)
	return r != nil && r.Peer != nil && r.Peer.ReplicaGroup != nil && *r.Peer.ReplicaGroup == s.group
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
		return s.monitors && s.routers.contain(router)
	}
	address, ok := strings.CutPrefix(source, bgpSourcePrefix)
	addr, err := netip.ParseAddr(address)
	contains := func(p netip.Prefix) bool { return p.Contains(addr.WithZone("")) }
	return ok && err == nil && slices.ContainsFunc(s.admitted, contains)
}

func (s *State) sources() []string { return slices.Sorted(maps.Keys(s.speakers)) }

func (s *State) up(e Up) []output {
	out := s.configure(Configured{e.Source, e.ASN})
	sp := s.speaker(e.Source)
	sp.begin()
	sp.asn = e.ASN
	sp.reason, sp.over, sp.refreshing = "", false, false
	sp.keep = s.staleTime
	if e.RestartTime > 0 {
		sp.keep = e.RestartTime
	}
	sp.changes++ // from now on End-of-RIB decides, or the stale time without one
	out = append(out, s.setState(sp, schemas.PeerEstablished)...)
	return append(out, s.alarm(sp, s.staleTime))
}

func (s *State) down(e Down) []output {
	sp := s.speaker(e.Source)
	if sp.state == schemas.PeerIdle || sp.state == schemas.PeerStale {
		return nil
	}
	sp.reason = e.Reason
	if e.Final {
		sp.keep = min(sp.keep, s.staleTime)
	}
	out := s.lose(sp)
	if !strings.HasPrefix(sp.source, mrtSourcePrefix) {
		sp.missed = true
		out = append(out, output{Key: sp.source, Resign: true}) // a replica may still hear it
	}
	return out
}

// hears takes back that a replica may hear a speaker better.
func (s *State) hears(sp *speaker) []output {
	if !sp.missed {
		return nil
	}
	sp.missed = false
	return []output{{Key: sp.source, Resume: true}}
}

// stopped loses all sessions, in the order of their sources.
func (s *State) stopped() []output {
	var out []output
	for _, source := range s.sources() {
		if sp := s.speakers[source]; sp.inSession() {
			out = append(out, s.lose(sp)...)
		}
	}
	return out
}

// lose notes that there is no session: stale while there are objects to keep.
func (s *State) lose(sp *speaker) []output {
	sp.changes++
	if sp.objects.len() == 0 {
		return s.setState(sp, schemas.PeerIdle)
	}
	return append(s.setState(sp, schemas.PeerStale), s.alarm(sp, sp.keep))
}

// alarm asks for StaleTimeOver, unless the session comes or goes before.
func (s *State) alarm(sp *speaker, after time.Duration) output {
	return output{Key: sp.source + alarmSeparator + strconv.Itoa(sp.changes), WakeAfter: after}
}

func (s *State) update(e Update) []output {
	sp := s.speaker(e.Source)
	if sp.over {
		return nil
	}
	out := make([]output, 0, len(e.Update.Unreach)+len(e.Update.Reach))
	for i := range e.Update.Unreach {
		n := &e.Update.Unreach[i]
		s.room = appendID(s.room[:0], n)
		key := func() string { return key(s.topology, sp.source, n) }
		if sp.objects.remove(n, s.room, sp.session, key) && !s.silent {
			out = append(out, output{Key: key()})
		}
	}
	told := object{session: sp.session, attributed: e.Update.Attributes != nil, lost: e.Update.AttributesLost}
	if told.attributed {
		s.room = e.Update.Attributes.Append(s.room[:0])
		told.attributes = string(s.room)
	}
	for i := range e.Update.Reach {
		if o, ok := s.reach(sp, e, i, told); ok {
			out = append(out, o)
		}
		if sp.over {
			return append(out, s.exceed(sp)...)
		}
	}
	if e.Update.EndOfRIB && sp.inSession() {
		if !sp.refreshing {
			out = append(out, s.sweep(sp)...)
		}
		out = append(out, s.setState(sp, schemas.PeerSynced)...)
		out = append(out, s.hears(sp)...)
	}
	return out
}

// exceed takes a speaker that tells too many objects for one that lost its session
// (RFC 9552 §8.2.3).
func (s *State) exceed(sp *speaker) []output {
	sp.reason = fmt.Sprintf("it tells more than %d objects (MAX_OBJECTS)", s.maxObjects)
	s.exceeding = append(s.exceeding, sp.source)
	return s.lose(sp)
}

// reach takes what a speaker told about the i-th object of an UPDATE and returns its
// record, if that is another one.
func (s *State) reach(sp *speaker, e Update, i int, told object) (output, bool) {
	n := &e.Update.Reach[i]
	s.room = appendID(s.room[:0], n)
	key := func() string { return key(s.topology, sp.source, n) }
	known, ok := sp.objects.find(s.room, key)
	if again := ok && known.session == sp.session; !again && sp.objects.told >= s.maxObjects {
		sp.over = true
		return output{}, false
	}
	if ok && told.lost {
		told.attributes, told.attributed, told.former = known.attributes, known.attributed, known.former
	}
	sp.objects.put(n, s.room, known, told, key)
	if s.silent || ok && known.same(told) {
		return output{}, false
	}
	var encoded avro.Encoded
	switch {
	case ok && told.lost:
		encoded = s.encodeObject(sp, n, told)
	case e.records != nil:
		encoded = e.records[i]
	default:
		encoded = s.encode(record(s.topology, sp.source, n, e.Update.Attributes, told.lost))
	}
	if known.former && !known.lost && string(encoded) == known.attributes { // what the table holds
		return output{}, false
	}
	return output{Key: key(), Value: &encoded}, true
}

// attributes decodes what is kept of an object.
func (s *State) attributes(o object) (*schemas.Attributes, []schemas.TLV) {
	switch {
	case o.former:
		if r := s.decode(avro.Encoded(o.attributes)); r != nil {
			return r.Attributes, r.UnknownTLVs
		}
	case o.attributed:
		a, _ := bgpls.DecodeAttributes([]byte(o.attributes))
		return attributes(a), tlvs(a.Unknown)
	}
	return nil, nil
}

// refreshing begins to mark what the speaker says again; if it does not end, the
// stale time decides.
func (s *State) refreshing(e RefreshBegun) []output {
	sp := s.speaker(e.Source)
	if !sp.inSession() {
		return nil
	}
	sp.begin()
	sp.changes++
	sp.refreshing = true
	return []output{s.alarm(sp, s.staleTime)}
}

// refreshed sweeps after a route refresh; without one begun it says nothing.
func (s *State) refreshed(e RefreshEnded) []output {
	sp := s.speaker(e.Source)
	if !sp.inSession() || !sp.refreshing {
		return nil
	}
	return s.sweep(sp)
}

// begin begins a session, or a table that is told again: what was told before is not.
func (sp *speaker) begin() {
	sp.session++
	sp.objects.told = 0
}

// inSession reports whether the speaker speaks.
func (sp *speaker) inSession() bool { return sp.state == schemas.PeerEstablished || sp.synced() }

func (sp *speaker) synced() bool { return sp.state == schemas.PeerSynced }

// sweep withdraws what the current session has not said.
func (s *State) sweep(sp *speaker) []output {
	sp.refreshing = false
	var out []output
	sp.objects.sweep(sp.session,
		func(n *bgpls.NLRI) string { return key(s.topology, sp.source, n) },
		func(key string) { out = append(out, output{Key: key}) })
	if s.silent {
		return nil
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
		return append(s.sweep(sp), s.hears(sp)...)
	}
	sp.begin()
	return append(s.sweep(sp), s.setState(sp, schemas.PeerIdle)...)
}

// setState changes a speaker's state and returns its peer record, if that is another
// one.
func (s *State) setState(sp *speaker, state string) []output {
	sp.state = state
	s.touched[sp] = struct{}{}
	if s.silent {
		return nil
	}
	peer := &schemas.Peer{State: state, ReplicaGroup: &s.group}
	if asn := sp.asn; asn != 0 {
		peer.ASN = &asn
	}
	if reason := sp.reason; reason != "" && !sp.inSession() {
		peer.Reason = &reason
	}
	encoded := s.encode(&schemas.RawTopology{
		Topology: s.topology, Source: sp.source, Kind: schemas.KindPeer, Peer: peer,
	})
	if bytes.Equal(sp.peer, encoded) {
		return nil
	}
	sp.peer = encoded
	return []output{{Key: s.topology + "|" + sp.source + "|" + schemas.KindPeer, Value: &encoded}}
}
