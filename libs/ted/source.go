package ted

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/altostream/altostream/schemas"
)

// source is a speaker.
type source struct {
	name     string
	peer     *schemas.Peer // nil: there is no peer record
	ids      []netip.Addr  // its address, and its BGP identifier
	reports  int           // of objects
	telling  int           // of these, of nodes, links and prefixes
	counting int           // of these, where its word counts
	borders  int           // how many nodes it tells the B or the E bit of OSPF of
}

func (d *Database) source(name string) *source {
	s := d.sources[name]
	if s == nil {
		s = &source{name: strings.Clone(name)}
		s.ids = speakerIDs(s.name, nil)
		d.sources[s.name] = s
	}
	return s
}

// speakerIDs returns what a speaker's own node may be recognised by.
func speakerIDs(source string, peer *schemas.Peer) []netip.Addr {
	// bgp:<address>, bmp:<router>/<address>, mrt:<file>/<address>
	address, isBGP := strings.CutPrefix(source, "bgp:")
	if !isBGP {
		address = source[strings.LastIndex(source, "/")+1:]
	}
	texts := []string{address}
	if peer != nil {
		texts = append(texts, value(peer.BGPIdentifier))
	}
	var ids []netip.Addr
	for _, text := range texts {
		if id, err := netip.ParseAddr(text); err == nil {
			ids = append(ids, id.WithZone(""))
		}
	}
	return ids
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
func (s *source) standing() standing {
	switch {
	case s.peer == nil, s.peer.State == schemas.PeerSynced:
		return complete
	case s.peer.State == schemas.PeerEstablished:
		return arriving
	}
	return outdated
}

// isPartial tells whether a speaker has never told its table to the end.
func (s *source) isPartial() bool { return s.peer != nil && value(s.peer.Partial) }

// tally counts by source. A network has few.
type tally []counted

type counted struct {
	source *source
	count  int
}

// add changes the count of a source, and tells whether it came or went.
func (t *tally) add(s *source, count int) bool {
	i := slices.IndexFunc(*t, func(c counted) bool { return c.source == s })
	if i < 0 {
		*t = append(*t, counted{s, count})
		return true
	}
	if (*t)[i].count += count; (*t)[i].count == 0 {
		*t = slices.Delete(*t, i, i+1)
		return true
	}
	return false
}

func (t tally) has(s *source) bool {
	return slices.ContainsFunc(t, func(c counted) bool { return c.source == s })
}

// setPeer takes in a peer record, nil if there is none any more. How a speaker stands matters
// where several tell of the same.
func (d *Database) setPeer(s *source, peer *schemas.Peer) {
	stood, known, partial := s.standing(), s.peer != nil, s.isPartial()
	s.peer = peer
	ids := speakerIDs(s.name, peer)
	recognised := slices.Equal(ids, s.ids)
	s.ids = ids
	if recognised && stood == s.standing() && known == (peer != nil) && partial == s.isPartial() {
		return
	}
	for _, l := range d.lsdbs {
		if !l.sources.has(s) {
			continue
		}
		d.pending.lsdbs[l] = true
		for _, o := range l.objects() {
			i, tells := o.find(s)
			switch {
			case tells && !recognised && o.reports[i].self != s.findSelf(o, &o.reports[i]):
				r := o.reports[i]
				r.self = s.findSelf(o, &r)
				d.report(o, r)
			case tells && (len(o.reports) > 1 || partial != s.isPartial()):
				d.queue(o)
			}
		}
	}
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
	d.settle()
	var f Freshness
	for _, s := range d.sources {
		if s.telling == 0 {
			continue
		}
		f.Sources.Count++
		if s.standing() != outdated {
			continue
		}
		f.Sources.Stale++
		if s.counting == 0 {
			continue
		}
		since := time.UnixMicro(0).UTC()
		if known := s.peer.Since; known != nil {
			since = *known
		}
		if f.StaleSince == nil || since.Before(*f.StaleSince) {
			f.StaleSince = &since
		}
	}
	return f
}
