package bgpingest

import (
	"fmt"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/schemas"
)

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
