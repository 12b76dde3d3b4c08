package ted

import (
	"cmp"
	"slices"
	"strings"
)

// lsdb is the link-state database of a scope, as all of its speakers tell it.
type lsdb struct {
	scope         scope
	instance      *instance
	places        map[*vertex]*place
	sources       tally    // of reports
	tellers       tally    // of objects, those whose word counts
	prefixTellers [2]tally // of claims, by family
	stub          int      // how many claims are such as stub areas and NSSAs alone have
	routerBits    int      // how many nodes have the R bit of OSPFv3
	intraArea     int      // how many prefixes count that nodes have in the area itself
	order         []*place // that paths may lead to, in the order of their nodes; nil: to be put in order
	areas         [2]*area // by family; nil: to be made
}

// vertex is a node, which can be in several scopes.
type vertex struct {
	node
	identity    *identity
	places      []*place
	adjacencies []*adjacency
}

// place is a node in one of its scopes.
type place struct {
	*vertex
	lsdb      *lsdb
	heads     []*head
	linkEnds  int       // how many links lead there
	tellers   []teller  // of what is local to it, by name
	believed  []*source // of these, those whose word counts, by name
	counting  int       // how many objects count that are local to it
	ofArea    int       // of these, how many are no prefixes: they say that the node is in the area
	attached  int       // how many links count, and prefixes that it has in the area itself
	claims    [2]int    // how many claims, by family
	ipv6Told  int       // of the claims of IPv6, how many are in topology 2
	used      int       // how many links that paths may lead over lead there or away
	usedIPv6  int       // of these, in topology 2
	flags     routerFlags
	part      int  // of the IGP that it is connected with, as the mainland was found last
	cutOff    bool // from the mainland, as the prefixes were looked at last
	ipv6Apart bool // IPv6 is routed by topology 2
	number    int  // in the order of the nodes of the scope
	index     int  // in views
}

type teller struct {
	source  *source
	reports int
	self    [waysToSelf]int // in how many of them an id of the speaker is one of the node's, by what
}

// isSelf tells by what the node is the speaker's own.
func (t *teller) isSelf() selfBy {
	for by := selfByID; by > notSelf; by-- {
		if t.self[by] > 0 {
			return by
		}
	}
	return notSelf
}

// objects returns what is told of all nodes.
func (l *lsdb) objects() []*object {
	var out []*object
	for _, p := range l.places {
		out = append(out, p.objects()...)
	}
	return out
}

// objects returns what is local to the node.
func (p *place) objects() []*object {
	var out []*object
	for _, h := range p.heads {
		for _, o := range h.objects {
			if o.is(placed) {
				out = append(out, o)
			}
		}
	}
	return out
}

func compareNodes(a, b node) int {
	return cmp.Or(strings.Compare(a.id, b.id), cmp.Compare(a.asn, b.asn), strings.Compare(a.pseudonode, b.pseudonode),
		cmp.Compare(a.igp.protocol, b.igp.protocol), cmp.Compare(a.igp.identifier, b.igp.identifier))
}

// settleASNs displaces what is local to nodes, or leads to such, the ASN of which is
// another one now.
func (d *Database) settleASNs() {
	changed := d.asns.settle()
	if len(changed) == 0 {
		return
	}
	other := func(n descriptor) bool { return n.asn == 0 && changed[n.id] }
	for _, h := range d.heads {
		all := other(h.told.local)
		for _, o := range h.objects {
			if all || o.link != nil && other(o.link.remote) {
				d.displace(o)
				d.queue(o)
			}
		}
	}
}

// placeObjects places what is not placed of the objects that changed.
func (d *Database) placeObjects() {
	for _, o := range d.pending.objects {
		if !o.is(placed) && len(o.reports) > 0 {
			d.place(o)
		}
	}
}

// place puts an object to the node that it is local to, and a link between its nodes.
func (d *Database) place(o *object) {
	h := o.head
	if !h.told.scoped {
		return
	}
	o.state |= placed
	h.placed++
	if h.place == nil {
		n, ok := d.asns.node(h.told.scope.igp, h.told.local)
		if !ok {
			d.find(placing, o, finding{reason: NoRouterID, format: "its local node has no router id of a known form"})
			return
		}
		h.place = d.placeOf(d.areas.of(h.told.scope), n)
		h.place.heads = append(h.place.heads, h)
	}
	for i := range o.reports {
		d.tell(h.place, &o.reports[i], 1)
	}
	if o.link != nil {
		d.linksTold(h.place.lsdb)
		d.connect(o)
	}
}

// displace undoes place.
func (d *Database) displace(o *object) {
	if !o.is(placed) {
		return
	}
	d.uncount(o)
	h := o.head
	o.state &^= placed
	h.placed--
	for _, s := range []step{placing, believing, linking} {
		d.find(s, o)
	}
	p := h.place
	if p == nil {
		return
	}
	for i := range o.reports {
		d.tell(p, &o.reports[i], -1)
	}
	if o.link != nil {
		d.linksTold(p.lsdb)
		d.disconnect(o)
	}
	if h.placed == 0 {
		p.heads = slices.DeleteFunc(p.heads, func(other *head) bool { return other == h })
		h.place = nil
		d.release(p)
	}
}

// linksTold notes that what speakers see may be another thing; the word of a sole one counts in any
// case.
func (d *Database) linksTold(l *lsdb) {
	if len(l.sources) > 1 {
		d.pending.lsdbs[l] = true
	}
}

// tell counts a report in, or with -1 out.
func (d *Database) tell(p *place, r *report, count int) {
	i, known := slices.BinarySearchFunc(p.tellers, r.source.name, func(t teller, name string) int { return strings.Compare(t.source.name, name) })
	if !known {
		p.tellers = slices.Insert(p.tellers, i, teller{source: r.source})
	}
	t := &p.tellers[i]
	told, self := t.reports > 0, t.isSelf()
	t.reports += count
	t.self[r.self] += count
	if told != (t.reports > 0) || self != t.isSelf() {
		d.pending.lsdbs[p.lsdb] = true
	}
	if t.reports == 0 {
		p.tellers = slices.Delete(p.tellers, i, i+1)
	}
	if p.lsdb.sources.add(r.source, count) {
		d.pending.lsdbs[p.lsdb] = true
	}
}

// placeOf returns the place of a node in a scope.
func (d *Database) placeOf(s scope, n node) *place {
	v := d.nodes[n]
	if v == nil {
		v = &vertex{node: n, identity: d.routers.identity(n.router)}
		v.identity.vertices = append(v.identity.vertices, v)
		d.nodes[n] = v
	}
	l := d.lsdbs[s]
	if l == nil {
		l = &lsdb{scope: s, instance: d.instance(s.igp), places: map[*vertex]*place{}}
		d.lsdbs[s] = l
		l.instance.add(l)
	}
	p := l.places[v]
	if p == nil {
		p = &place{vertex: v, lsdb: l}
		l.places[v] = p
		v.places = append(v.places, p)
	}
	return p
}

// release removes a place, and what it is of, of which nothing is told any more.
func (d *Database) release(p *place) {
	if len(p.heads) > 0 || p.linkEnds > 0 || p.used > 0 {
		return
	}
	l, v := p.lsdb, p.vertex
	if l.places[v] != p {
		return
	}
	delete(l.places, v)
	if len(l.places) == 0 {
		delete(d.lsdbs, l.scope)
		l.instance.remove(l)
		if len(l.instance.lsdbs) == 0 {
			delete(d.igps, l.instance.key)
		}
	}
	v.places = slices.DeleteFunc(v.places, func(other *place) bool { return other == p })
	d.releaseVertex(v)
}

func (d *Database) releaseVertex(v *vertex) {
	if len(v.places) > 0 || len(v.adjacencies) > 0 {
		return
	}
	delete(d.nodes, v.node)
	i := v.identity
	if i.vertices = slices.DeleteFunc(i.vertices, func(other *vertex) bool { return other == v }); len(i.vertices) == 0 {
		d.routers.release(i)
	}
}
