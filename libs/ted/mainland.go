package ted

// mainland is the routers that are connected with most of an IGP; nil: none are with another.
type mainland map[*pid]bool

// lacks tells whether a router is cut off.
func (m mainland) lacks(p *pid) bool { return m != nil && !m[p] }

// settleMainlands finds, where links or routers came or went, which routers of an IGP are connected with most of it, and has
// the prefixes looked at again that others tell too.
func (d *Database) settleMainlands() {
	for _, k := range d.igps {
		if !k.parted {
			continue
		}
		before := k.mainland
		k.mainland, k.parted = k.findMainland(), false
		for _, l := range k.lsdbs {
			for _, p := range l.places {
				if pid := p.identity.pid; before.lacks(pid) != k.mainland.lacks(pid) {
					d.neighborsChanged(p)
				}
			}
		}
	}
}

// findMainland returns the routers of the largest connected part of an IGP, of several the one with the lowest PID name; nil
// if no router is connected with another.
func (k *instance) findMainland() mainland {
	var largest mainland
	seen := map[*vertex]bool{}
	for _, p := range k.db.routers.pids {
		for at := range p.places() {
			if at.lsdb.instance != k || at.isPseudonode() || seen[at.vertex] {
				continue
			}
			if part := k.partOf(at.vertex, seen); len(part) > max(len(largest), 1) {
				largest = part
			}
		}
	}
	return largest
}

// partOf returns the routers that links which paths may lead over connect with a node, and marks all nodes between.
func (k *instance) partOf(from *vertex, seen map[*vertex]bool) mainland {
	part := mainland{}
	for queue := []*vertex{from}; len(queue) > 0; queue = queue[1:] {
		v := queue[0]
		if seen[v] {
			continue
		}
		seen[v] = true
		if !v.isPseudonode() {
			part[v.identity.pid] = true
		}
		for _, a := range v.adjacencies {
			for i := range a.used {
				if u := &a.used[i]; u.from.vertex == v && u.from.lsdb.instance == k {
					queue = append(queue, u.to.vertex)
				}
			}
		}
	}
	return part
}
