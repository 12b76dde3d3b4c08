package ted

import (
	"cmp"
	"slices"
	"strings"

	"github.com/altostream/altostream/libs/igp"
)

// settleBelief chooses, of the speakers that tell of a node, those whose word on it counts.
//
// A router says what is local to it; a speaker passes on what it has heard. Of the routers
// that it reaches it has heard the present; what others said before they were cut off, it
// may keep for long (RFC 9552 §5.9 has speakers leave that out, not all do). So the
// speakers count in whose own view the node is reached, if there are any; of these the
// ones whose sessions are up and whose tables are whole, if there are any.
//
// What OSPF tells in no area counts from speakers whose word on the router counts in its areas, if there is a whole one that tells
// anything there: all areas hear the same.
//
// A speaker that has never told its table to the end does not count while another one has that tells of
// anything: half a network would be taken for a whole one.
//
// What a speaker remembers that has lost its session, or is only just back, counts where
// no whole speaker sees that part of the network: there, what the latter does not tell is
// gone.
func (d *Database) settleBelief() {
	d.settlePartial()
	for a := range d.pending.adjacencies {
		a.told = a.whoTells()
	}
	outside := map[*lsdb]bool{}
	for l := range d.pending.lsdbs {
		for _, other := range l.instance.lsdbs {
			outside[other] = other.isOutside()
		}
		if !l.isOutside() {
			d.settleBeliefIn(l)
		}
	}
	for l, is := range outside {
		if is {
			d.settleBeliefIn(l)
		}
	}
	d.pending.lsdbs = map[*lsdb]bool{}
}

func (d *Database) settleBeliefIn(l *lsdb) {
	views := newViews(l)
	var sources []*source
	for _, p := range l.places {
		sources = sources[:0]
		for _, t := range p.tellers {
			sources = append(sources, t.source)
		}
		if d.leavesPartial {
			sources = slices.DeleteFunc(sources, (*source).isPartial)
		}
		if l.isOutside() && slices.ContainsFunc(l.sources, func(c counted) bool { return c.source.standing() == complete && p.isBelievedInAreas(c.source) }) {
			sources = slices.DeleteFunc(sources, func(s *source) bool { return !p.isBelievedInAreas(s) })
		}
		if now := views.believed(p, sources); !slices.Equal(now, p.believed) {
			d.believe(p, slices.Clone(now))
		}
	}
}

// isOutside tells whether a scope is that of what OSPF tells in no area: external prefixes.
func (l *lsdb) isOutside() bool { return l.scope.area == "" && l.instance.key.rules() == igp.OSPF }

// isBelievedInAreas tells whether the word of a speaker on a router counts in one of its areas.
func (p *place) isBelievedInAreas(s *source) bool {
	return slices.ContainsFunc(p.places, func(other *place) bool {
		return other != p && other.lsdb.instance == p.lsdb.instance && other.believes(s)
	})
}

// settlePartial decides whether speakers count that have never told their tables to the end.
func (d *Database) settlePartial() {
	partial, whole := false, false
	for _, s := range d.sources {
		partial = partial || s.isPartial()
		whole = whole || !s.isPartial() && s.telling > 0
	}
	if leaves := partial && whole; leaves != d.leavesPartial {
		d.leavesPartial = leaves
		for _, l := range d.lsdbs {
			d.pending.lsdbs[l] = true
			for _, o := range l.objects() {
				d.queue(o)
			}
		}
	}
}

// believe makes sources those whose word on a node counts.
func (d *Database) believe(p *place, sources []*source) {
	for _, o := range p.objects() {
		d.uncount(o)
		d.queue(o)
	}
	p.believed = sources
}

func (p *place) believes(s *source) bool { return slices.Contains(p.believed, s) }

// judgeObjects chooses the report that counts of the objects that changed.
func (d *Database) judgeObjects() {
	for _, o := range d.pending.objects {
		o.state &^= queued
		if o.is(placed) && o.head.place != nil {
			d.judge(o)
		}
	}
	d.pending.objects = nil
}

func (d *Database) judge(o *object) {
	winner := o.best()
	if o.counts() && winner == o.winner {
		return
	}
	d.uncount(o)
	p := o.head.place
	switch {
	case winner != noReport:
		o.winner = winner
		d.count(o)
		d.find(believing, o)
	case len(p.believed) > 0:
		names := make([]string, len(p.believed))
		for i, s := range p.believed {
			names[i] = s.name
		}
		d.find(believing, o, finding{NotBelieved, "not told by %s, whose word on %v counts", []any{strings.Join(names, ", "), p.node}})
	case d.leavesPartial && !slices.ContainsFunc(o.reports, func(r report) bool { return !r.source.isPartial() }):
		d.find(believing, o, finding{NotBelieved, "its speaker has not told its whole table yet, others have", nil})
	default:
		d.find(believing, o, finding{NotBelieved, "only remembered: a speaker whose table is whole sees this part of the network and does not tell of %v", []any{p.node}})
	}
}

// best returns the report that counts, of those by speakers whose word on the local node
// counts: attributes that are not lost, then the speaker that stands better, then the lower
// source name.
func (o *object) best() int16 {
	best := int16(noReport)
	for i := range o.reports {
		r := &o.reports[i]
		if !o.head.place.believes(r.source) {
			continue
		}
		if best == noReport || cmp.Or(compareBool(r.lost, o.reports[best].lost), cmp.Compare(o.reports[best].source.standing(), r.source.standing())) < 0 {
			best = int16(i)
		}
	}
	return best
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// count counts an object in, in the words of its record.
func (d *Database) count(o *object) { d.countObject(o, 1) }

// uncount undoes count; nothing may have changed since that it depends on.
func (d *Database) uncount(o *object) {
	if o.counts() {
		d.countObject(o, -1)
		o.winner = noReport
	}
}

func (d *Database) countObject(o *object, count int) {
	p := o.head.place
	for i := range o.reports {
		if s := o.reports[i].source; p.believes(s) {
			s.counting += count
			if p.lsdb.tellers.add(s, count) && p.lsdb.instance.hasAreas() {
				p.lsdb.instance.changed()
			}
		}
	}
	p.counting += count
	p.identity.pid.toldOtherwise()
	if p.counting == 0 || p.counting == 1 && count == 1 {
		p.lsdb.nodesChanged()
	}
	if !p.isPseudonode() {
		d.routers.count(p, o, count)
	}
	if !o.head.isPrefix() {
		p.ofArea += count
		d.destinations.stale = d.destinations.stale || p.ofArea == 0 || p.ofArea == 1 && count == 1 // external prefixes are chosen otherwise
	}
	if o.link != nil || o.head.isPrefix() && o.reach() == intraArea {
		d.countAttached(o, count)
	}
	switch {
	case o.link != nil && o.link.adjacency != nil:
		d.pending.adjacencies[o.link.adjacency] = true
	case o.link != nil && count < 0:
		d.find(linking, o)
	case o.link != nil:
		d.find(linking, o, finding{reason: NoRouterID, format: "its remote node has no router id of a known form"})
	case o.head.isPrefix():
		d.countPrefix(o, count)
	default:
		d.pending.places[p] = true
	}
}
