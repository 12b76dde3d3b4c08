package ted

import (
	"slices"
)

// areas joins the areas of which speakers tell one direction of a link in the one and
// the other direction in the other. A link is in one area (RFC 2328 §9), so such a
// speaker does not know areas apart, and neither can we.
type areas map[scope]scope

// of returns the scope that stands for a scope and all that are one with it, area 0 if
// it is among them.
func (a areas) of(s scope) scope {
	for {
		to, joined := a[s]
		if !joined {
			return s
		}
		s = to
	}
}

func (a areas) join(s, t scope) {
	s, t = a.of(s), a.of(t)
	if s == t {
		return
	}
	if t.isBackbone() || !s.isBackbone() && t.area < s.area {
		s, t = t, s
	}
	a[t] = s
}

// settleAreas joins the areas in which the directions of links are told, and places anew what
// is in areas that are one with others now, or no longer.
func (d *Database) settleAreas() {
	changed := false
	for a := range d.pending.adjacencies {
		joined := d.joinedAreas(a)
		if slices.Equal(joined, a.areas) {
			continue
		}
		changed = true
		for _, pair := range a.areas {
			if d.joined[pair]--; d.joined[pair] == 0 {
				delete(d.joined, pair)
			}
		}
		for _, pair := range joined {
			d.joined[pair]++
		}
		a.areas = joined
	}
	if !changed {
		return
	}
	d.areas = areas{}
	for pair := range d.joined {
		d.areas.join(pair[0], pair[1])
	}
	for _, h := range d.heads {
		if h.place == nil || h.place.lsdb.scope == d.areas.of(h.told.scope) {
			continue
		}
		for _, o := range h.objects {
			d.displace(o)
			d.queue(o)
		}
	}
	d.placeObjects()
}

// joinedAreas returns the areas of which the directions of links between two nodes are told.
func (d *Database) joinedAreas(a *adjacency) [][2]scope {
	var joined [][2]scope
	for _, o := range a.links {
		found := d.otherAreas(o, a.links)
		d.find(joining, o, found.findings...)
		joined = append(joined, found.areas...)
	}
	return joined
}

type otherAreas struct {
	areas    [][2]scope
	findings []finding
}

// otherAreas returns the areas in which the other direction of a link is told, if neither direction is told
// both ways in its own area: a link that is may have been in another area before, of which one of its ends
// has heard nothing since.
func (d *Database) otherAreas(o *object, links []*object) (other otherAreas) {
	own := o.head.told.scope
	if own.area == "" || o.isTwoWayInArea(links) {
		return other
	}
	for _, b := range links {
		if back := b.head.told.scope; back.area != "" && o.isReverse(b) && !b.isTwoWayInArea(links) {
			other.areas = append(other.areas, [2]scope{own, back})
			other.findings = append(other.findings, finding{AreasJoined, "told in area %s, and in the other direction in area %s", []any{own.area, back.area}})
		}
	}
	return other
}

// isTwoWayInArea tells whether the other direction of a link is told in the same area.
func (o *object) isTwoWayInArea(links []*object) bool {
	return slices.ContainsFunc(links, func(b *object) bool { return b.head.told.scope == o.head.told.scope && o.isReverse(b) })
}

// isReverse tells whether a link can be the other direction of o, and one speaker tells
// of both.
func (o *object) isReverse(b *object) bool {
	return b.head.place.vertex == o.link.to.vertex && b.link.to.vertex == o.head.place.vertex &&
		slices.ContainsFunc(o.reports, func(r report) bool {
			i, tells := b.find(r.source)
			return tells && r.more.ends.matches(b.reports[i].more.ends)
		})
}
