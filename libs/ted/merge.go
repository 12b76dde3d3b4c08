package ted

import (
	"github.com/altostream/altostream/schemas"
)

// scope is the part of a topology that a speaker sees as a whole: of IS-IS level 2 the
// domain, of OSPF an area, of any other protocol one node, since two level-1 areas are
// not told apart and direct or static routes are a router's own.
type scope struct {
	protocol   uint8
	identifier uint64
	asn        uint32
	area       string
	node       string
}

// scopeOf returns the scope of a node, link or prefix; ok is false for any other
// record.
func scopeOf(r *schemas.RawTopology) (s scope, ok bool) {
	switch r.Kind {
	case schemas.KindNode, schemas.KindLink, schemas.KindPrefix4, schemas.KindPrefix6:
	default:
		return scope{}, false
	}
	if r.LocalNode == nil {
		return scope{}, false
	}
	s = scope{
		protocol:   value(r.ProtocolID),
		identifier: value(r.Identifier),
		asn:        value(r.LocalNode.ASN),
		area:       value(r.LocalNode.OSPFAreaID),
	}
	switch s.protocol {
	case isisLevel2, ospfv2, ospfv3:
	default:
		s.node = nodeID(value(r.LocalNode.IGPRouterID))
	}
	return s, true
}

// domain returns the part of a topology that has multi-topologies in common: one
// protocol, one instance, one OSPF area.
func (s scope) domain() scope {
	return scope{protocol: s.protocol, identifier: s.identifier, area: s.area}
}

// value is what p points to, or zero.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// countingRecords returns the one record of each object that counts.
//
// What a speaker tells that is not complete (its session is lost, or it is back and
// has not told its whole table again) counts only where no synced speaker covers the
// object's scope, that is, tells of any object in it: a link that a synced speaker has
// withdrawn must not live on in the memory of a lost one, while an area that only the
// lost one sees survives its stale time.
func (d *Database) countingRecords() []*schemas.RawTopology {
	covered := d.scopesOfSyncedSpeakers()
	records := make([]*schemas.RawTopology, 0, len(d.objects))
	for _, reports := range d.objects {
		var best candidate
		for source, r := range reports {
			s, ok := scopeOf(r)
			if !ok {
				continue
			}
			c := candidate{record: r, source: source, standing: d.standing(source)}
			if (c.standing == complete || !covered[s]) && c.before(best) {
				best = c
			}
		}
		if best.record != nil {
			records = append(records, best.record)
		}
	}
	return records
}

func (d *Database) scopesOfSyncedSpeakers() map[scope]bool {
	covered := map[scope]bool{}
	for _, reports := range d.objects {
		for source, r := range reports {
			if d.peers[source] != schemas.PeerSynced {
				continue
			}
			if s, ok := scopeOf(r); ok {
				covered[s] = true
			}
		}
	}
	return covered
}

// standing orders speakers by how far what they tell is the present.
type standing int

const (
	outdated standing = iota // the session is lost, or its state not known
	arriving                 // the session is up, the table not told again
	complete                 // the table is told
)

// standing returns how a speaker stands. A source without a peer record has no session
// that could be lost.
func (d *Database) standing(source string) standing {
	state, known := d.peers[source]
	switch {
	case !known, state == schemas.PeerSynced:
		return complete
	case state == schemas.PeerEstablished:
		return arriving
	}
	return outdated
}

// candidate is one speaker's report of an object.
type candidate struct {
	record   *schemas.RawTopology
	source   string
	standing standing
}

// before tells whether c is to be taken rather than other: attributes that are not
// lost, then the speaker that stands better, then the lower source name.
func (c candidate) before(other candidate) bool {
	if other.record == nil {
		return true
	}
	if c.record.AttributesLost != other.record.AttributesLost {
		return !c.record.AttributesLost
	}
	if c.standing != other.standing {
		return c.standing > other.standing
	}
	return c.source < other.source
}
