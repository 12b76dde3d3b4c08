package bgpingest

import (
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/bgpls"
)

// objects is what one speaker says, kept in octets: some hundreds of bytes an object.
type objects struct {
	held     map[string]object       // by appendID
	counts   map[string]int          // of held, by kind
	told     int                     // of held, in the current session
	restored map[string]avro.Encoded // of the output table and not told since this instance took over, by key
	loaded   map[string]avro.Encoded // what the output table holds, before this instance takes over, by key
}

// object is what a speaker says about an object. Of one that is told again without
// attributes the last known ones stay.
type object struct {
	attributes string // octets of the BGP-LS attribute, in canonical order
	session    uint32 // the last session that told it
	attributed bool   // it was told with attributes, if only empty ones
	lost       bool   // the attributes were lost since (RFC 9552 §8.2.2)
	former     bool   // attributes is a record of the output table, from before this service started
}

// same reports whether two objects are one record.
func (o object) same(p object) bool {
	p.session = o.session
	return o == p
}

func newObjects() objects {
	o := objects{held: map[string]object{}, counts: map[string]int{}}
	o.forgetTable()
	return o
}

// forgetTable forgets what the output table holds.
func (o *objects) forgetTable() {
	o.restored, o.loaded = map[string]avro.Encoded{}, map[string]avro.Encoded{}
}

// takeOver makes what was loaded what is to be told again. What the speaker says while
// the table is read must not touch it: nothing is written then.
func (o *objects) takeOver() { o.restored, o.loaded = o.loaded, map[string]avro.Encoded{} }

func (o *objects) len() int { return len(o.held) + len(o.restored) }

// find returns what is known of an object; key is asked for only if it may be one of a
// former run.
func (o *objects) find(id []byte, key func() string) (found object, ok bool) {
	if found, ok = o.held[string(id)]; ok || len(o.restored) == 0 {
		return found, ok
	}
	record, ok := o.restored[key()]
	return object{attributes: string(record), former: ok}, ok
}

// put notes an object.
func (o *objects) put(n *bgpls.NLRI, id []byte, found, now object, key func() string) {
	if found.former && len(o.restored) > 0 {
		delete(o.restored, key())
	}
	if found.attributes == now.attributes {
		now.attributes = found.attributes // one copy
	}
	before, ok := o.held[string(id)]
	if !ok {
		o.counts[kind(n)]++
	}
	if !ok || before.session != now.session {
		o.told++
	}
	o.held[string(id)] = now
}

// remove forgets an object that was told, in the current session or another one.
func (o *objects) remove(n *bgpls.NLRI, id []byte, session uint32, key func() string) (known bool) {
	if before, ok := o.held[string(id)]; ok {
		delete(o.held, string(id))
		o.counts[kind(n)]--
		if before.session == session {
			o.told--
		}
		return true
	}
	if len(o.restored) > 0 {
		_, known = o.restored[key()]
		delete(o.restored, key())
	}
	return known
}

// sweep forgets what was not told in a session and calls gone for each key; key makes
// one of an NLRI.
func (o *objects) sweep(session uint32, key func(*bgpls.NLRI) string, gone func(key string)) {
	o.forgetRestored(gone)
	for id, object := range o.held {
		if object.session == session {
			continue
		}
		n := decodeID(id)
		delete(o.held, id)
		o.counts[kind(&n)]--
		gone(key(&n))
	}
}

// forgetRestored forgets what the output table holds and was not told, and calls gone
// for each key.
func (o *objects) forgetRestored(gone func(key string)) {
	for k := range o.restored {
		delete(o.restored, k)
		gone(k)
	}
}

// appendID appends what an object is held by: its SAFI and the octets of its NLRI, in
// canonical order.
func appendID(b []byte, n *bgpls.NLRI) []byte {
	if n.VPN {
		return n.Append(append(b, bgpls.SAFIVPN))
	}
	return n.Append(append(b, bgpls.SAFI))
}

// decodeID decodes what appendID appended.
func decodeID(id string) bgpls.NLRI {
	n, err := bgpls.DecodeNLRI([]byte(id[1:]), id[0] == bgpls.SAFIVPN)
	if err != nil {
		panic("an NLRI that was encoded here cannot be decoded: " + err.Error())
	}
	return n
}
