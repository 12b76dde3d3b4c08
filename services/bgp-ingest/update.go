package bgpingest

import (
	"fmt"
	"slices"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/bgp"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/schemas"
)

// maxRepeated is how many octets of attributes the objects of one UPDATE may have in all,
// each of them those of the UPDATE: no UPDATE of 4096 octets comes near, and what is
// published of one of 64 KiB is in proportion to it.
const maxRepeated = 256 << 10

// telling is what an UPDATE says of each of its objects.
type telling struct {
	object
	attributes *bgpls.Attributes
	encoded    []byte // the part of a record that says so; nil = not made yet
	paths      bool   // its objects have path identifiers
	alone      bool   // it has one object
}

func (s *State) update(e Update) []output {
	sp := s.speaker(e.Source)
	if sp.over {
		return nil
	}
	var out []output
	for i := range e.Update.Unreach {
		n := &e.Update.Unreach[i]
		s.room = appendID(s.room[:0], n)
		key := func() string { return key(s.topology, sp.source, n) }
		r := sp.table(familyOf(n))
		if e.Update.PathIDs && !r.removePath(s.room, n.PathID) {
			continue
		}
		if r.remove(n, s.room, key) && !s.silent {
			out = append(out, output{Key: key()})
		}
	}
	told := s.tell(sp, &e.Update)
	for i := range e.Update.Reach {
		if o, ok := s.reach(sp, &e.Update.Reach[i], &told); ok {
			out = append(slices.Grow(out, len(e.Update.Reach)-i), o)
		}
		if sp.over {
			return append(out, s.exceed(sp)...)
		}
	}
	if e.Update.EndOfRIB && sp.inSession() {
		out = append(out, s.endOfRIB(sp, bgp.LinkState)...)
	}
	if e.Update.EndOfRIBVPN && sp.inSession() {
		out = append(out, s.endOfRIB(sp, linkStateVPN)...)
	}
	return out
}

// tell takes what an UPDATE says of its objects. Attributes that many objects would repeat
// too often count as lost (RFC 9552 §8.2.2).
func (s *State) tell(sp *speaker, u *bgpls.Update) telling {
	told := telling{object: object{attributed: u.Attributes != nil, lost: u.AttributesLost}, attributes: u.Attributes, paths: u.PathIDs, alone: len(u.Reach) == 1}
	if !told.attributed || len(u.Reach) == 0 {
		return told
	}
	s.room = u.Attributes.Append(s.room[:0])
	if len(s.room)*len(u.Reach) > maxRepeated && len(u.Reach) > 1 {
		s.find(sp, attributesRepeated, len(s.room)*len(u.Reach))
		return telling{object: object{lost: true}, paths: u.PathIDs}
	}
	told.object.attributes = string(s.room)
	return told
}

// exceed takes a speaker that tells too many objects for one that lost its session
// (RFC 9552 §8.2.3).
func (s *State) exceed(sp *speaker) []output {
	sp.reason = fmt.Sprintf("it tells more than %d objects (MAX_OBJECTS)", s.maxObjects)
	s.find(sp, tooManyObjects, s.maxObjects)
	return s.lose(sp)
}

// reach takes what a speaker told about an object and returns its record, if that is
// another one.
func (s *State) reach(sp *speaker, n *bgpls.NLRI, told *telling) (output, bool) {
	r := sp.table(familyOf(n))
	s.room = appendID(s.room[:0], n)
	key := func() string { return key(s.topology, sp.source, n) }
	known, ok := r.find(s.room, key)
	if again := ok && known.session == r.session; !again && sp.told() >= s.maxObjects {
		sp.over = true
		return output{}, false
	}
	now := told.object
	now.session = r.session
	if ok && now.lost {
		now.attributes, now.attributed, now.former = known.attributes, known.attributed, known.former
	}
	r.put(n, s.room, known, now, key)
	if told.paths {
		r.addPath(s.room, n.PathID)
	}
	if s.silent || ok && known.same(now) {
		return output{}, false
	}
	var encoded avro.Encoded
	if ok && now.lost {
		encoded = s.encodeObject(sp, n, now)
	} else {
		encoded = s.encodeTold(sp, n, told)
	}
	if known.former && !known.lost && string(encoded) == known.attributes { // what the table holds
		return output{}, false
	}
	return output{Key: key(), Value: &encoded}, true
}

// encodeTold returns the record of an object of an UPDATE; what all of them have in common
// is encoded once.
func (s *State) encodeTold(sp *speaker, n *bgpls.NLRI, told *telling) avro.Encoded {
	if told.alone {
		return s.records.only(s.topology, sp.source, n, told.attributes, told.lost)
	}
	if told.encoded == nil {
		told.encoded = s.records.told(told.attributes, told.lost)
	}
	return s.records.object(s.topology, sp.source, n, told.encoded)
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
