package ted

import "slices"

// adjacency is two nodes of an IGP, and what is told of the links between them.
type adjacency struct {
	nodes nodePair
	links []*object
	areas [][2]scope // that are told for the two directions of a link
	told  []word     // by whom
	used  []link     // that paths may lead over
}

// word is what a source tells of the links between two nodes in a scope.
type word struct {
	source      *source
	a, b        *place
	there, back bool // from a to b, and back
}

// nodePair names an adjacency; a node comes before the other one.
type nodePair struct {
	igp  igpKey
	a, b *vertex
}

// connect puts a link between its nodes.
func (d *Database) connect(o *object) {
	from := o.head.place
	n, ok := d.asns.node(from.lsdb.scope.igp, o.link.remote)
	if !ok {
		return
	}
	o.link.to = d.placeOf(from.lsdb.scope, n)
	o.link.to.linkEnds++
	pair := nodePair{from.lsdb.scope.igp, from.vertex, o.link.to.vertex}
	if compareNodes(pair.a.node, pair.b.node) > 0 {
		pair.a, pair.b = pair.b, pair.a
	}
	a := d.adjacencies[pair]
	if a == nil {
		a = &adjacency{nodes: pair}
		d.adjacencies[pair] = a
		pair.a.adjacencies = append(pair.a.adjacencies, a)
		if pair.b != pair.a {
			pair.b.adjacencies = append(pair.b.adjacencies, a)
		}
	}
	i, _ := slices.BinarySearchFunc(a.links, o, compareKeys)
	a.links = slices.Insert(a.links, i, o)
	o.link.adjacency = a
	d.pending.adjacencies[a] = true
}

// disconnect undoes connect. Adjacencies without links go when they are settled.
func (d *Database) disconnect(o *object) {
	a, to := o.link.adjacency, o.link.to
	if a == nil {
		return
	}
	o.link.adjacency, o.link.to = nil, nil
	a.links = slices.DeleteFunc(a.links, func(other *object) bool { return other == o })
	d.pending.adjacencies[a] = true
	to.linkEnds--
	d.release(to)
}

// whoTells returns what each source tells of the links.
func (a *adjacency) whoTells() []word {
	var all []word
	for _, o := range a.links {
		t := word{a: o.head.place, b: o.link.to, there: true}
		if t.a.vertex != a.nodes.a {
			t.a, t.b, t.there = t.b, t.a, false
		}
		t.back = !t.there || t.a == t.b
		for i := range o.reports {
			t.source = o.reports[i].source
			at := slices.IndexFunc(all, func(other word) bool { return other.source == t.source && other.a == t.a })
			if at < 0 {
				all = append(all, t)
				continue
			}
			all[at].there, all[at].back = all[at].there || t.there, all[at].back || t.back
		}
	}
	return all
}
