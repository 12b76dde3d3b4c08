package bgpingest

import (
	"slices"
	"strings"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/bgp"
	"github.com/altostream/altostream/libs/bgpls"
)

// adjRIBIn is what one speaker tells of one address family (RFC 4271 §1.1), kept in
// octets: some hundreds of bytes an object.
type adjRIBIn struct {
	family     bgp.Family
	held       map[string]object       // by appendID
	counts     map[string]int          // of held, by kind
	session    uint32                  // number of the current or last session, or of the table told again in it
	told       int                     // of held, in the current session
	paths      map[string][]uint32     // path identifiers that an object was told with in the current session, if with any
	refreshing bool                    // it is told again as a whole; what is not told yet is not gone
	restored   map[string]avro.Encoded // of the output table and not told since this instance took over, by key
	loaded     map[string]avro.Encoded // what the output table holds, before this instance takes over, by key
}

// linkStateVPN is BGP-LS-VPN (RFC 9552 §5.2).
var linkStateVPN = bgp.Family{AFI: bgpls.AFI, SAFI: bgpls.SAFIVPN}

func familyOf(n *bgpls.NLRI) bgp.Family {
	if n.VPN {
		return linkStateVPN
	}
	return bgp.LinkState
}

// familyOfKey is the family of an object of the output table, by the part of its key
// that is bgpls.NLRI.Key.
func familyOfKey(object string) bgp.Family {
	if strings.HasPrefix(object, "nlrivpn") {
		return linkStateVPN
	}
	return bgp.LinkState
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

func newAdjRIBIn(f bgp.Family) *adjRIBIn {
	r := &adjRIBIn{family: f, held: map[string]object{}, counts: map[string]int{}}
	r.forgetTable()
	return r
}

// begin begins a session, or a table that is told again: what was told before is not.
func (r *adjRIBIn) begin() {
	r.session++
	r.told = 0
	r.paths = nil
}

// addPath notes a path of an object that is told with a path identifier (RFC 7911 §3).
func (r *adjRIBIn) addPath(id []byte, path uint32) {
	if r.paths == nil {
		r.paths = map[string][]uint32{}
	}
	if paths := r.paths[string(id)]; !slices.Contains(paths, path) {
		r.paths[string(id)] = append(paths, path)
	}
}

// removePath forgets a path of an object and reports whether it was the last.
func (r *adjRIBIn) removePath(id []byte, path uint32) (last bool) {
	paths := slices.DeleteFunc(r.paths[string(id)], func(p uint32) bool { return p == path })
	if len(paths) > 0 {
		r.paths[string(id)] = paths
		return false
	}
	delete(r.paths, string(id))
	return true
}

// shrinks reports whether less than a tenth is left of the table if what was not told in
// the current session goes.
func (r *adjRIBIn) shrinks() bool { return 10*r.told < r.len() }

// forgetTable forgets what the output table holds.
func (r *adjRIBIn) forgetTable() {
	r.restored, r.loaded = map[string]avro.Encoded{}, map[string]avro.Encoded{}
}

// takeOver makes what was loaded what is to be told again. What the speaker says while
// the table is read must not touch it: nothing is written then.
func (r *adjRIBIn) takeOver() { r.restored, r.loaded = r.loaded, map[string]avro.Encoded{} }

func (r *adjRIBIn) len() int { return len(r.held) + len(r.restored) }

// find returns what is known of an object; key is asked for only if it may be one of a
// former run.
func (r *adjRIBIn) find(id []byte, key func() string) (found object, ok bool) {
	if found, ok = r.held[string(id)]; ok || len(r.restored) == 0 {
		return found, ok
	}
	record, ok := r.restored[key()]
	return object{attributes: string(record), former: ok}, ok
}

// put notes an object.
func (r *adjRIBIn) put(n *bgpls.NLRI, id []byte, found, now object, key func() string) {
	if found.former && len(r.restored) > 0 {
		delete(r.restored, key())
	}
	if found.attributes == now.attributes {
		now.attributes = found.attributes // one copy
	}
	before, ok := r.held[string(id)]
	if !ok {
		r.counts[kind(n)]++
	}
	if !ok || before.session != now.session {
		r.told++
	}
	r.held[string(id)] = now
}

// remove forgets an object that was told, in the current session or another one.
func (r *adjRIBIn) remove(n *bgpls.NLRI, id []byte, key func() string) (known bool) {
	if before, ok := r.held[string(id)]; ok {
		delete(r.held, string(id))
		r.counts[kind(n)]--
		if before.session == r.session {
			r.told--
		}
		return true
	}
	if len(r.restored) > 0 {
		_, known = r.restored[key()]
		delete(r.restored, key())
	}
	return known
}

// sweep forgets what was not told in the current session and calls gone for each key;
// key makes one of an NLRI.
func (r *adjRIBIn) sweep(key func(*bgpls.NLRI) string, gone func(key string)) {
	r.refreshing = false
	r.forgetRestored(gone)
	for id, object := range r.held {
		if object.session == r.session {
			continue
		}
		n := decodeID(id)
		delete(r.held, id)
		r.counts[kind(&n)]--
		gone(key(&n))
	}
}

// forgetRestored forgets what the output table holds and was not told, and calls gone
// for each key.
func (r *adjRIBIn) forgetRestored(gone func(key string)) {
	for k := range r.restored {
		delete(r.restored, k)
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
