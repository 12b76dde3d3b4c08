package bgpingest

import (
	"slices"
	"strings"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/bgpls"
)

// takeOver makes the output table what the speakers say: while another instance
// published, or none did, the two may have come apart.
func (s *State) takeOver() []output {
	s.silent = false
	for _, sp := range s.speakers {
		for _, r := range sp.tables {
			r.takeOver()
		}
	}
	out := s.admit()
	for _, source := range s.sources() {
		if sp := s.speakers[source]; sp.configured {
			out = append(out, s.reconcile(sp)...)
		}
	}
	return append(out, s.sortOut()...)
}

// sortOut decides, when both the table and the configuration are known, about speakers of the table
// that are not configured: those of this group's former runs are kept for the stale time, others' are
// not this ingest's business.
func (s *State) sortOut() (out []output) {
	if s.silent || !s.complete {
		return nil
	}
	for _, source := range s.sources() {
		sp := s.speakers[source]
		switch read := s.reads(source); {
		case sp.configured, read && !sp.ours:
		case sp.ours:
			sp.departed = !read
			out = append(out, s.adopt(sp)...)
		default:
			s.forget(sp)
		}
	}
	return out
}

// reads reports whether a speaker is one of a file that is read, or will be.
func (s *State) reads(source string) bool {
	return slices.ContainsFunc(s.files, func(path string) bool { return strings.HasPrefix(source, mrtFileSource(path)) })
}

// reconcile returns what the output table lacks of a speaker. What the table holds and
// the speaker did not tell goes if it has told its whole table; else it is like objects
// from before a lost session. What is held stays: its time to go is known already.
func (s *State) reconcile(sp *speaker) (out []output) {
	for _, r := range sp.tables {
		out = append(out, s.lacking(sp, r)...)
	}
	switch {
	case !sp.inSession():
		return append(out, s.lose(sp)...)
	case sp.synced():
		for _, r := range sp.tables {
			r.forgetRestored(func(key string) { out = append(out, output{Key: key}) })
		}
	case !sp.file(): // the alarm of its session may have gone off before
		out = append(out, s.watch(sp))
	}
	return append(out, s.setState(sp, sp.state)...)
}

// lacking returns what the output table lacks of a family.
func (s *State) lacking(sp *speaker, r *adjRIBIn) (out []output) {
	for id, o := range r.held {
		n := decodeID(id)
		key := key(s.topology, sp.source, &n)
		before, restored := r.restored[key]
		delete(r.restored, key)
		if o.lost && !o.attributed && restored {
			o.attributes, o.former = string(before), true
			r.held[id] = o
		}
		if record := s.encodeObject(sp, &n, o); string(record) != string(before) {
			out = append(out, output{Key: key, Value: &record})
		}
	}
	return out
}

// standBy forgets what the output table holds: another instance sees to it.
func (s *State) standBy() {
	s.silent = true
	for _, sp := range s.speakers {
		for _, r := range sp.tables {
			r.forgetTable()
		}
		sp.peer = nil
		if !sp.configured || sp.departed {
			s.forget(sp)
		}
	}
}

// encodeObject returns the record of an object as it is kept.
func (s *State) encodeObject(sp *speaker, n *bgpls.NLRI, o object) avro.Encoded {
	r := record(s.topology, sp.source, n)
	r.Attributes, r.UnknownTLVs = s.attributes(o)
	r.AttributesLost = o.lost
	return s.records.whole(&r)
}
