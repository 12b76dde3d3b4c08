package ted

import (
	"time"

	"github.com/altostream/altostream/schemas"
)

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
	peer, known := d.peers[source]
	switch {
	case !known, peer.State == schemas.PeerSynced:
		return complete
	case peer.State == schemas.PeerEstablished:
		return arriving
	}
	return outdated
}

// Freshness says how current the speakers are that a map is made of.
type Freshness struct {
	// Sources is how many speakers tell of objects, and how many of them have lost their
	// session.
	Sources schemas.Sources
	// StaleSince is when the first session was lost of the speakers whose last words still
	// count for something, nil if there is none: then all that the map is made of is current.
	// It is 1970 if that is not known.
	StaleSince *time.Time
}

// Freshness returns that of the records that count now.
func (d *Database) Freshness() Freshness {
	v := d.view()
	var f Freshness
	for source := range v.sources {
		f.Sources.Count++
		if d.standing(source) != outdated {
			continue
		}
		f.Sources.Stale++
		if !v.counting[source] {
			continue
		}
		since := time.UnixMicro(0).UTC()
		if known := d.peers[source].Since; known != nil {
			since = *known
		}
		if f.StaleSince == nil || since.Before(*f.StaleSince) {
			f.StaleSince = &since
		}
	}
	return f
}
