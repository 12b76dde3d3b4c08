package ted

import (
	"math"
	"slices"

	"github.com/altostream/altostream/libs/igp"
)

// maxMetric is the highest IGP metric of 3 octets (TLV 1095). IS-IS does not use a
// link that has it in its normal SPF (RFC 5305 §3).
const maxMetric = 1<<24 - 1

// Multi-topologies of IS-IS (RFC 5120 §7.5).
const (
	standardTopology    = 0
	ipv6UnicastTopology = 2
)

// link is a link in one direction between two different nodes.
type link struct {
	object *object
	direction
	igp, te  igp.Told
	measured *igp.Measured // nil if nothing is
	index    [2]int        // in areas, by family
}

// direction is where a link leads. Several links can lead there.
type direction struct {
	from, to *place
	topology uint16
}

func (d direction) reversed() direction { d.from, d.to = d.to, d.from; return d }

// ends is what the record that counts tells of them.
func (l *link) ends() ends { return l.object.record().more.ends }

// settleLinks finds the links that paths may lead over, between the nodes between which
// links changed.
func (d *Database) settleLinks() {
	for a := range d.pending.adjacencies {
		e := evaluation{options: d.options, found: map[*object][]finding{}}
		used := e.used(a.links)
		for _, o := range a.links {
			d.find(linking, o, e.found[o]...)
		}
		d.replaceLinks(a, used)
		if len(a.links) == 0 {
			d.releaseAdjacency(a)
		}
	}
	d.pending.adjacencies = map[*adjacency]bool{}
}

// replaceLinks makes other links those of an adjacency that paths may lead over.
func (d *Database) replaceLinks(a *adjacency, used []link) {
	before := a.used
	samePaths := slices.EqualFunc(before, used, link.isSamePath)
	sameMeasured := slices.EqualFunc(before, used, func(x, y link) bool { return equalMeasured(x.measured, y.measured) })
	if samePaths && sameMeasured {
		return
	}
	a.used = used
	for i := range used {
		d.useLink(&used[i], 1)
	}
	for i := range before {
		d.useLink(&before[i], -1)
	}
	if !samePaths {
		d.distancesChanged()
	}
	d.valuesChanged(func(of valuesOf) bool { return !samePaths && !of.widest || !slices.EqualFunc(before, used, of.isSame) })
	k := d.igps[a.nodes.igp]
	k.replaceLinks(before, used)
	if !slices.EqualFunc(before, used, func(x, y link) bool { return x.direction == y.direction }) {
		k.parted = true
		for _, l := range slices.Concat(before, used) {
			d.pending.neighbors[l.from.identity] = true
		}
	}
	for _, l := range before {
		d.release(l.from)
		d.release(l.to)
	}
}

// isSamePath compares what paths are made of.
func (l link) isSamePath(other link) bool {
	return l.object == other.object && l.direction == other.direction && l.igp == other.igp && l.te == other.te
}

// equalMeasured compares bit by bit, for what is not told is no number.
func equalMeasured(a, b *igp.Measured) bool {
	if a == nil || b == nil {
		return a == b
	}
	return slices.EqualFunc(a[:], b[:], func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}

// measure returns what is measured of a link, NaN if it is not told.
func (l link) measure(m igp.Measure) float64 {
	if l.measured == nil {
		return math.NaN()
	}
	return l.measured[m]
}

func (d *Database) useLink(l *link, count int) {
	for _, p := range []*place{l.from, l.to} {
		if p.used += count; p.used == 0 || p.used == 1 && count == 1 {
			p.lsdb.nodesChanged()
		}
		if l.topology == ipv6UnicastTopology {
			p.usedIPv6 += count
		}
	}
	if l.topology == ipv6UnicastTopology {
		l.from.lsdb.instance.ipv6 += count
	}
	d.teMetrics.count(l, count)
	if !l.needsReverse() && !l.to.isPseudonode() {
		d.routers.tell(l.to.identity, farEnd, count)
	}
}

func (d *Database) releaseAdjacency(a *adjacency) {
	delete(d.adjacencies, a.nodes)
	for _, v := range []*vertex{a.nodes.a, a.nodes.b} {
		v.adjacencies = slices.DeleteFunc(v.adjacencies, func(other *adjacency) bool { return other == a })
		d.releaseVertex(v)
	}
}

// evaluation judges the links between two nodes.
type evaluation struct {
	options Options
	found   map[*object][]finding
}

func (e *evaluation) find(why Reason, o *object, format string, args ...any) {
	e.found[o] = append(e.found[o], finding{why, format, args})
}

// used returns the links that paths may lead over, and finds those that they may not.
func (e *evaluation) used(told []*object) []link {
	links := inAllTopologies(e.resolve(told))
	inDirection := func(d direction) []*link {
		var found []*link
		for i := range links {
			if links[i].direction == d {
				found = append(found, &links[i])
			}
		}
		return found
	}
	var used []link
	for i := range links {
		l := &links[i]
		back := inDirection(l.reversed())
		if l.needsReverse() && !l.isTwoWay(back, inDirection(l.direction)) {
			e.find(OneWay, l.object, "%v is not told in the other direction by the same speaker", l.name())
			continue
		}
		e.judgeMetrics(l, back)
		used = append(used, *l)
	}
	return used
}

// needsReverse tells whether a link counts only if its other direction is told too
// (RFC 2328 §16.1 (2)(b), ISO 10589 §7.2.8.2). BGP tells of links to neighbours that need
// not speak BGP-LS (RFC 9086 §4).
func (l *link) needsReverse() bool { return l.from.lsdb.scope.igp.protocol != bgp }

// isTwoWay tells whether one of the links back is the other direction of l: one of those
// that one speaker tells together with l, and that fit what l tells of its ends; else one
// that fits none of the links there, for routers look for a link back and not for its
// addresses.
func (l *link) isTwoWay(back, there []*link) bool {
	left := false
	for _, b := range back {
		if !l.sharesTeller(b) {
			continue
		}
		if l.ends().matches(b.ends()) {
			return true
		}
		fits := func(other *link) bool { return other.ends().matches(b.ends()) }
		left = left || !slices.ContainsFunc(there, fits)
	}
	return left
}

// sharesTeller tells whether a speaker tells both of two links whose word on both counts.
func (l *link) sharesTeller(b *link) bool {
	return slices.ContainsFunc(l.object.reports, func(r report) bool {
		_, tells := b.object.find(r.source)
		return tells && l.from.believes(r.source) && b.from.believes(r.source)
	})
}

// resolve returns the links that count, of unicast topologies and between two nodes.
func (e *evaluation) resolve(told []*object) []link {
	var links []link
	for _, o := range told {
		if !o.counts() {
			continue
		}
		l := e.newLink(o)
		isIS := l.from.lsdb.instance.key.rules() == igp.ISIS
		switch {
		case l.to == l.from:
			e.find(SelfLink, o, "both ends are %v", l.to.node)
		case l.topology != standardTopology && (l.topology != ipv6UnicastTopology || !isIS):
			e.find(OtherTopology, o, "%v is in multi-topology %d, which routes no unicast", l.name(), l.topology)
		default:
			links = append(links, l)
		}
	}
	return links
}

// inAllTopologies puts the links of IS-IS pseudonodes, which are in no topology, into each
// in which their router leads to the pseudonode (RFC 5120 §4).
func inAllTopologies(links []link) []link {
	if !slices.ContainsFunc(links, func(l link) bool { return l.from.isPseudonode() }) {
		return links
	}
	var all []link
	for _, l := range links {
		topologies := topologiesTo(l, links)
		if len(topologies) == 0 {
			topologies = []uint16{l.topology}
		}
		for _, topology := range topologies {
			in := l
			in.topology = topology
			all = append(all, in)
		}
	}
	return all
}

// topologiesTo returns the topologies of the links to the IS-IS pseudonode that a link leaves.
func topologiesTo(l link, links []link) []uint16 {
	var topologies []uint16
	if !l.from.isPseudonode() || l.topology != standardTopology || l.from.lsdb.instance.key.rules() != igp.ISIS {
		return nil
	}
	for _, to := range links {
		if to.from == l.to && to.to == l.from && !slices.Contains(topologies, to.topology) {
			topologies = append(topologies, to.topology)
		}
	}
	return topologies
}

// newLink returns a link. One that leaves a pseudonode costs 0 unless its metric is told
// (RFC 2328 §2.1).
func (e *evaluation) newLink(o *object) link {
	l := link{object: o, direction: direction{o.head.place, o.link.to, o.topology}}
	if a := o.record().more.link; a != nil {
		l.igp, l.te = toldMetric(a.IGPMetric), toldMetric(e.options.teMetric(a))
		l.measured = e.options.measured(a)
	}
	if l.from.isPseudonode() {
		l.igp.OK, l.te.OK = true, true
	}
	return l
}

func toldMetric(metric *uint32) igp.Told { return igp.Told{Value: value(metric), OK: metric != nil} }

// judgeMetrics takes an IGP metric away that says the link is not for use, and finds
// metrics that are missing or, once for both directions, differ by direction.
func (e *evaluation) judgeMetrics(l *link, back []*link) {
	switch {
	case !l.igp.OK && l.needsReverse():
		e.find(NoIGPMetric, l.object, "%v has no IGP metric", l.name())
	case l.igp.Value > maxMetric || l.igp.Value == maxMetric && l.from.lsdb.instance.key.rules() == igp.ISIS:
		e.find(MaxMetric, l.object, "%v has the metric %d, which says that it is not for use", l.name(), l.igp.Value)
		l.igp.OK = false
	}
	differs := func(b *link) bool {
		return compareKeys(l.object, b.object) < 0 && b.igp.OK && b.igp.Value != l.igp.Value &&
			!l.from.isPseudonode() && !l.to.isPseudonode() && l.ends().matches(b.ends())
	}
	if i := slices.IndexFunc(back, differs); l.igp.OK && i >= 0 {
		e.find(Asymmetric, l.object, "%v has the metric %d, back %d", l.name(), l.igp.Value, back[i].igp.Value)
	}
}

func (l *link) name() string {
	return "the link from " + l.from.node.String() + " to " + l.to.node.String()
}
