package ted

import "slices"

// settleNeighbors has the prefixes looked at again that are told by routers whose neighbours
// changed, and by others.
func (d *Database) settleNeighbors() {
	for i := range d.pending.neighbors {
		members := []*identity{i}
		if i.pid != nil {
			members = i.pid.members // also by other protocols
		}
		for _, member := range members {
			for _, v := range member.vertices {
				for _, p := range v.places {
					d.neighborsChanged(p)
				}
			}
		}
	}
	d.pending.neighbors = map[*identity]bool{}
}

func (d *Database) neighborsChanged(p *place) {
	for _, h := range p.heads {
		if !h.isPrefix() {
			continue
		}
		for _, o := range h.objects {
			if o.claims && (o.next != nil || o.to.first != o) {
				d.touch(o.to)
			}
		}
	}
}

// findDuplicates finds the routers that have a prefix in their own area or level and are no
// neighbours of another one that has: both ends of a link tell its prefix, others should not.
func (d *Database) findDuplicates(to *destination) {
	var own []*object
	for o := range to.objects() {
		d.find(contesting, o)
		if o.claims && o.reach().own() {
			own = append(own, o)
		}
	}
	if len(own) < 2 {
		return
	}
	slices.SortFunc(own, compareKeys)
	first, prefix := own[0], to.prefix()
	for _, o := range own[1:] {
		a, b := first.head.place, o.head.place
		if a.identity.pid == b.identity.pid || a.lsdb.instance != b.lsdb.instance || first.reach() != o.reach() {
			continue
		}
		if prefix.IsSingleIP() || !areNeighbors(a.identity.pid, b.identity.pid) {
			d.find(contesting, o, finding{Duplicate, "%v has %v in its own area, as %v does", []any{b.node, prefix, a.node}})
		}
	}
}

// areNeighbors tells whether a link leads from one router to another, or both are on a LAN.
func areNeighbors(a, b *pid) bool {
	for l := range a.links() {
		switch {
		case l.to.isPseudonode() && leadTo(l.to, b):
			return true
		case !l.to.isPseudonode() && l.to.identity.pid == b:
			return true
		}
	}
	return false
}

// leadTo tells whether a link leads from a router to a pseudonode.
func leadTo(lan *place, from *pid) bool {
	for _, a := range lan.adjacencies {
		for i := range a.used {
			if a.used[i].to.vertex == lan.vertex && a.used[i].from.identity.pid == from {
				return true
			}
		}
	}
	return false
}

// links yields the links that paths may lead over from a router, or a pseudonode of it.
func (p *pid) links() func(yield func(*link) bool) {
	return func(yield func(*link) bool) {
		for _, i := range p.members {
			for _, v := range i.vertices {
				for _, a := range v.adjacencies {
					for n := range a.used {
						if l := &a.used[n]; l.from.vertex == v && !yield(l) {
							return
						}
					}
				}
			}
		}
	}
}
