package ted

import (
	"slices"
	"strconv"

	"github.com/altostream/altostream/libs/igp"
)

// choice is between routers of an IGP that tell external prefixes, in the order of their claims.
type choice struct {
	name       string
	family     family
	contenders []contender
}

// choiceOf returns the owner by a choice, one for all prefixes that have the same.
func (t *destinations) choiceOf(c *choice) *owner {
	first := c.contenders[0]
	name := strconv.AppendInt(nil, int64(c.family), 10)
	name = strconv.AppendInt(append(name, ' '), int64(first.instance.key.protocol), 10)
	name = strconv.AppendUint(append(name, ' '), first.instance.key.identifier, 10)
	for _, contender := range c.contenders {
		name = append(append(name, ' '), contender.pid.name...)
		name = strconv.AppendInt(append(name, '='), int64(contender.reach), 10)
		name = strconv.AppendUint(append(name, ','), uint64(contender.metric), 10)
	}
	c.name = string(name)
	o := t.choices[c.name]
	if o == nil {
		o = &owner{choice: c}
		t.choices[c.name] = o
	}
	return o
}

// choose makes the choices that are to be made.
func (d *Database) choose() {
	var open [2][]*owner
	for _, o := range d.destinations.choices {
		if o.pid == nil || d.destinations.stale {
			open[o.choice.family] = append(open[o.choice.family], o)
		}
	}
	d.destinations.stale = false
	for f, owners := range open {
		if len(owners) == 0 {
			continue
		}
		paths := d.distancesTo(family(f), owners)
		for _, o := range owners {
			if chosen := o.choice.ofMost(paths, d.routers.pids); chosen != o.pid {
				o.noteChange()
				o.pid = chosen
				o.noteChange()
			}
		}
	}
}

// distancesTo returns the distances to those that choices are between.
func (d *Database) distancesTo(f family, owners []*owner) *igp.Matrix {
	if known := d.computed.distances[pathsOf{f, igp.ByIGP}]; known != nil && !known.stale {
		return known.Matrix
	}
	var routers []int
	for _, o := range owners {
		for _, c := range o.choice.contenders {
			routers = append(routers, c.pid.number)
		}
	}
	slices.Sort(routers)
	return d.network(f).DistancesTo(slices.Compact(routers), igp.ByIGP)
}

// ofMost returns the router that most others choose. No one owner is true for all; of
// several that are chosen as often it is the one with the best claim.
func (c *choice) ofMost(paths *igp.Matrix, pids []*pid) *pid {
	areas := c.contenders[0].instance.areasOf(pids)
	votes := map[*pid]int{}
	for from := range paths.Routers() {
		for _, p := range c.of(from, paths, areas) {
			votes[p]++
		}
	}
	best := c.contenders[0].pid
	for _, contender := range c.contenders {
		if votes[contender.pid] > votes[best] {
			best = contender.pid
		}
	}
	return best
}

// of returns what a router chooses of those that it reaches, or that are in areas that nobody tells of, by RFC 2328
// §16.4 (6): type 1 before type 2; of type 2 the lower external metric; then those to which a path leads within an area other than
// area 0 (§16.4.1), then of type 1 the least sum of the external metric and the way, of type 2 the nearer. A router that tells the
// prefix itself has no choice.
func (c *choice) of(from int, paths *igp.Matrix, areas [][]*lsdb) []*pid {
	var chosen []*pid
	var least [4]uint64
	for _, to := range c.contenders {
		distance := paths.At(from, to.pid.number)
		switch {
		case to.pid.number == from:
			return nil
		case distance == igp.Unreachable && to.pid.isInArea(to.instance):
			continue
		}
		area := uint64(1)
		if shareArea(areas[from], areas[to.pid.number]) {
			area = 0
		}
		way := [4]uint64{uint64(to.reach), uint64(to.metric), area, distance.Metric()}
		if to.reach == external1 {
			way = [4]uint64{uint64(to.reach), area, uint64(to.metric) + distance.Metric()}
		}
		switch order := slices.Compare(way[:], least[:]); {
		case len(chosen) == 0 || order < 0:
			chosen, least = append(chosen[:0], to.pid), way
		case order == 0:
			chosen = append(chosen, to.pid)
		}
	}
	return chosen
}

// isInArea tells whether more is told of a router than prefixes: it, or its links, in an area.
func (p *pid) isInArea(in *instance) bool {
	for at := range p.places() {
		if at.lsdb.instance == in && at.ofArea > 0 {
			return true
		}
	}
	return false
}

// shareArea tells whether there is an area other than area 0 in both lists.
func shareArea(a, b []*lsdb) bool {
	return slices.ContainsFunc(a, func(l *lsdb) bool { return !l.scope.isBackbone() && slices.Contains(b, l) })
}
