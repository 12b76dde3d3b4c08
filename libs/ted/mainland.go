package ted

// settleMainlands finds, where links or nodes came or went, which routers of an IGP are not connected with most of it.
func (d *Database) settleMainlands() {
	for _, k := range d.igps {
		if k.parted {
			k.parted = false
			d.settleMainland(k)
		}
	}
}

// settleMainland finds the mainland, and has the prefixes looked at again that others tell too than routers that are cut off now,
// or no longer.
func (d *Database) settleMainland(k *instance) {
	k.mainland = k.findMainland()
	for _, l := range k.lsdbs {
		for _, p := range l.places {
			if cutOff := k.isCutOff(p.identity.pid); cutOff != p.cutOff {
				p.cutOff = cutOff
				d.neighborsChanged(p)
			}
		}
	}
}

// isCutOff tells whether a router is not connected with most of an IGP.
func (k *instance) isCutOff(p *pid) bool {
	if k.mainland == noPart || p == nil {
		return false
	}
	for at := range p.places() {
		if at.lsdb.instance == k && !at.isPseudonode() && at.part == k.mainland {
			return false
		}
	}
	return true
}

// noPart is before the first connected part.
const noPart = 0

// findMainland returns the largest connected part of an IGP, of several the one with the lowest PID name; noPart
// if no router is connected with another.
func (k *instance) findMainland() (mainland int) {
	for _, l := range k.lsdbs {
		for _, p := range l.places {
			p.part = noPart
		}
	}
	for _, p := range k.db.routers.pids {
		p.part = noPart
	}
	part, most := noPart, 1
	var room []*place
	for _, p := range k.db.routers.pids {
		for at := range p.places() {
			if at.lsdb.instance != k || at.isPseudonode() || at.part != noPart {
				continue
			}
			part++
			var routers int
			if routers, room = at.spread(part, room); routers > most {
				mainland, most = part, routers
			}
		}
	}
	return mainland
}

// spread makes a place, and all of the IGP that links which paths may lead over connect with it, a part, but for what is in
// others, and returns how many routers are in it. It needs room.
func (p *place) spread(part int, room []*place) (routers int, _ []*place) {
	queue := room[:0]
	enter := func(p *place) {
		if p.part == noPart {
			p.part = part
			queue = append(queue, p)
		}
	}
	for enter(p); len(queue) > 0; {
		p := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if pid := p.identity.pid; !p.isPseudonode() && pid.part != part {
			pid.part = part
			routers++
		}
		for _, other := range p.places {
			if other.lsdb.instance == p.lsdb.instance {
				enter(other)
			}
		}
		for _, a := range p.adjacencies {
			for i := range a.used {
				if u := &a.used[i]; u.from == p {
					enter(u.to)
				}
			}
		}
	}
	return routers, queue
}
