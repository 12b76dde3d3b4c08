package ted

import (
	"github.com/altostream/altostream/schemas"
)

// scope is the part of a topology that a speaker sees as a whole: one protocol, one
// BGP-LS instance, one OSPF area.
type scope struct {
	protocol   uint8
	identifier uint64
	area       string
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
	return scope{
		protocol:   value(r.ProtocolID),
		identifier: value(r.Identifier),
		area:       value(r.LocalNode.OSPFAreaID),
	}, true
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
// What a speaker tells that is not live (its session is lost, or its state is not
// known) counts only where no synced speaker covers the object's scope, that is,
// tells of any object in it: a link that a live speaker has withdrawn must not live
// on in the memory of a lost one, while an area that only the lost one sees
// survives its stale time.
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
			c := candidate{record: r, source: source, live: d.live(source)}
			if (c.live || !covered[s]) && c.before(best) {
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

// live tells whether a speaker's session is up. A source without a peer record has
// no session that could be lost.
func (d *Database) live(source string) bool {
	state, known := d.peers[source]
	return !known || state == schemas.PeerEstablished || state == schemas.PeerSynced
}

// candidate is one speaker's report of an object.
type candidate struct {
	record *schemas.RawTopology
	source string
	live   bool
}

// before tells whether c is to be taken rather than other: attributes that are not
// lost, then a live speaker, then the lower source name.
func (c candidate) before(other candidate) bool {
	if other.record == nil {
		return true
	}
	if c.record.AttributesLost != other.record.AttributesLost {
		return !c.record.AttributesLost
	}
	if c.live != other.live {
		return c.live
	}
	return c.source < other.source
}
