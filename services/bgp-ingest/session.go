package bgpingest

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/bgp"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/internal/growth"
)

func (s *State) up(e Up) []output {
	out := s.configure(Configured{Source: e.Source, ASN: e.ASN})
	sp := s.speaker(e.Source)
	for _, r := range sp.tables {
		r.begin()
		r.refreshing = false
	}
	sp.asn, sp.identifier, sp.since = e.ASN, e.Identifier, e.At
	sp.reason, sp.over, sp.premature = "", false, false
	sp.partial = sp.partial || sp.len() == 0
	sp.keep = s.staleTime
	if e.RestartTime > 0 {
		sp.keep = e.RestartTime
	}
	sp.changes++ // from now on End-of-RIB decides, or the stale time without one
	out = append(out, s.setState(sp, schemas.PeerEstablished)...)
	if sp.file() { // its end decides
		return out
	}
	return append(out, s.watch(sp))
}

// file reports whether the speaker is one of an MRT file.
func (sp *speaker) file() bool { return strings.HasPrefix(sp.source, mrtSourcePrefix) }

func (s *State) down(e Down) []output {
	sp := s.speaker(e.Source)
	if sp.state == schemas.PeerIdle || sp.state == schemas.PeerStale {
		return nil
	}
	sp.reason, sp.since = e.Reason, e.At
	if e.Final {
		sp.keep = min(sp.keep, s.staleTime)
	}
	out := s.lose(sp)
	if !sp.file() {
		out = append(out, s.misses(sp))
	}
	return out
}

// firstSessionTime is how long a configured speaker has for its first session with an instance: routers
// begin again within seconds, and a replica is to take over before the stale time is over.
const firstSessionTime = 30 * time.Second

// expect asks for FirstSessionDue.
func (s *State) expect(source string) output {
	return output{Key: source + alarmSeparator + firstSession, WakeAfter: min(firstSessionTime, s.staleTime/2)}
}

// firstSessionDue notes that this instance, which started a while ago, has not heard a speaker yet.
func (s *State) firstSessionDue(e FirstSessionDue) []output {
	if sp := s.speaker(e.Source); !sp.inSession() {
		return []output{s.misses(sp)}
	}
	return nil
}

// misses asks for another instance, which may hear the speaker.
func (s *State) misses(sp *speaker) output {
	return output{Key: sp.source, Resign: true}
}

// hears says that this instance hears a speaker: takes back that a replica may do so better.
func (s *State) hears(sp *speaker) []output {
	if sp.file() { // so do all instances
		return nil
	}
	return []output{{Key: sp.source, Resume: true}}
}

// stopped loses all sessions, in the order of their sources.
func (s *State) stopped() []output {
	var out []output
	for _, source := range s.sources() {
		if sp := s.speakers[source]; sp.inSession() {
			sp.since = s.now
			out = append(out, s.lose(sp)...)
		}
	}
	return out
}

// lose notes that there is no session: stale while there are objects to keep.
func (s *State) lose(sp *speaker) []output {
	sp.changes++
	if sp.len() == 0 {
		return s.idle(sp)
	}
	return append(s.setState(sp, schemas.PeerStale), s.alarm(sp, sp.keep))
}

// idle notes that a speaker has neither a session nor objects.
func (s *State) idle(sp *speaker) []output {
	sp.partial = false
	if !sp.departed {
		return s.setState(sp, schemas.PeerIdle)
	}
	s.forget(sp)
	if s.silent || sp.peer == nil {
		return nil
	}
	return []output{{Key: s.peerKey(sp)}}
}

// forget forgets a speaker.
func (s *State) forget(sp *speaker) {
	delete(s.speakers, sp.source)
	s.touched[sp] = struct{}{}
}

// peerKey is the key of a speaker's peer record.
func (s *State) peerKey(sp *speaker) string {
	return s.topology + "|" + sp.source + "|" + schemas.KindPeer
}

// watch asks for StaleTimeOver of a speaker that begins to tell its table, and is looked at until it has.
func (s *State) watch(sp *speaker) output {
	sp.growth = growth.Table{}
	return s.look(sp)
}

func (s *State) look(sp *speaker) output { return s.alarm(sp, s.staleTime/growth.Looks) }

// alarm asks for StaleTimeOver, unless the session comes or goes before.
func (s *State) alarm(sp *speaker, after time.Duration) output {
	return output{Key: sp.source + alarmSeparator + strconv.Itoa(sp.changes), WakeAfter: after}
}

const (
	alarmSeparator = "#"
	firstSession   = "first" // in the place of the number of changes: an alarm for FirstSessionDue
)

// refreshing begins to mark what the speaker says again; if it does not end, the
// stale time decides.
func (s *State) refreshing(e RefreshBegun) []output {
	sp := s.speaker(e.Source)
	if !sp.inSession() {
		return nil
	}
	r := sp.table(e.Family)
	r.begin()
	r.refreshing = true
	sp.changes++
	return []output{s.watch(sp)}
}

// refreshed sweeps after a route refresh; without one begun it says nothing.
func (s *State) refreshed(e RefreshEnded) []output {
	sp := s.speaker(e.Source)
	if r := sp.table(e.Family); sp.inSession() && r.refreshing {
		return s.sweep(sp, r)
	}
	return nil
}

// inSession reports whether the speaker speaks.
func (sp *speaker) inSession() bool { return sp.state == schemas.PeerEstablished || sp.synced() }

func (sp *speaker) synced() bool { return sp.state == schemas.PeerSynced }

// sweep withdraws what the current session has not said of a family.
func (s *State) sweep(sp *speaker, r *adjRIBIn) []output {
	var out []output
	r.sweep(
		func(n *bgpls.NLRI) string { return key(s.topology, sp.source, n) },
		func(key string) { out = append(out, output{Key: key}) })
	if s.silent {
		return nil
	}
	return out
}

// endOfRIB sweeps a table that is told (RFC 4724 §2), unless it was begun again since. A
// router that restarts may say so before its IGP has told it anything: a table that
// shrinks to nothing is held for a while.
func (s *State) endOfRIB(sp *speaker, f bgp.Family) (out []output) {
	r := sp.table(f)
	if s.emptyTime > 0 && !r.refreshing && !sp.synced() && r.shrinks() {
		if sp.premature {
			return nil
		}
		sp.premature = true
		sp.changes++
		s.find(sp, prematureEndOfRIB, r.len()-r.told)
		return []output{s.alarm(sp, s.emptyTime)}
	}
	if !r.refreshing {
		out = s.sweep(sp, r)
	}
	if f != bgp.LinkState {
		return out
	}
	return append(out, s.sync(sp)...)
}

// sync notes that a speaker has told its whole table.
func (s *State) sync(sp *speaker) []output {
	sp.premature, sp.partial = false, false
	return append(s.setState(sp, schemas.PeerSynced), s.hears(sp)...)
}

// staleTimeOver withdraws what the speaker has not said since it lost its session,
// whether it is back or not, unless it is still telling its table. One that is back and sent no
// End-of-RIB, which is an option (RFC 4724 §2), counts as synced from then on.
func (s *State) staleTimeOver(e StaleTimeOver) (out []output) {
	sp, known := s.speakers[e.Source]
	if !known || e.epoch != strconv.Itoa(sp.changes) {
		return nil
	}
	if sp.inSession() && !sp.premature && sp.growth.GoesOn(sp.told()) {
		return []output{s.look(sp)}
	}
	gone := sp.state == schemas.PeerStale
	for _, r := range sp.tables {
		if gone {
			r.begin()
		}
		out = append(out, s.sweep(sp, r)...)
	}
	if gone {
		return append(out, s.idle(sp)...)
	}
	return append(out, s.sync(sp)...)
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
	if since := sp.since; !since.IsZero() {
		peer.Since = &since
	}
	if sp.identifier.IsValid() {
		identifier := sp.identifier.String()
		peer.BGPIdentifier = &identifier
	}
	if sp.partial {
		peer.Partial = &sp.partial
	}
	encoded := s.records.whole(&schemas.RawTopology{
		Topology: s.topology, Source: sp.source, Kind: schemas.KindPeer, Peer: peer,
	})
	if bytes.Equal(sp.peer, encoded) {
		return nil
	}
	sp.peer = encoded
	return []output{{Key: s.peerKey(sp), Value: &encoded}}
}
