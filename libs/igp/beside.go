package igp

import (
	"slices"

	"github.com/altostream/altostream/libs/parallel"
)

// beside is the domains of a network side by side. Where two routers reach each other in several, the preferred one
// counts. A default route counts where a router has no other one in any domain, for the longest match comes first
// (RFC 1812 §5.2.4.3); and who gets its packets sends them on by its own routes, of whatever domain.
type beside struct {
	domains []*routing
	several []bool  // by router: it is in several domains
	total   *Matrix // discarded where a route leads nowhere
	values  *Values // of the measure of the domains; nil = none is asked for
}

// discarded is the distance where a route leads nowhere, so that no default route counts.
const discarded = Unreachable + 1

// preferred returns the distances between all routers, and the values if the domains find some.
func (n *Network) preferred(routing func(*Domain) *routing) (*Matrix, *Values) {
	switch {
	case len(n.Domains) == 0:
		return newMatrix(n.Routers), nil
	case !n.followsDefaultsLast():
		r := routing(n.Domains[0])
		return r.all(), r.values
	}
	b := n.newBeside(routing)
	b.route()
	for _, r := range b.domains {
		r.recycle()
	}
	return b.total, b.values
}

// followsDefaultsLast tells whether default routes are followed when the routes of all domains are known: of several domains,
// and of one area in which a router without transit tells one, for it sends on what it gets to where no path leads over it.
func (n *Network) followsDefaultsLast() bool {
	if len(n.Domains) != 1 || len(n.Domains[0].Areas) != 1 {
		return len(n.Domains) > 1
	}
	d := n.Domains[0]
	a := d.Areas[0]
	for i, node := range a.Nodes {
		if node.NoTransit && (node.Attached || a.tellsDefault(i, Own, Passed, External1, External2) || d.tellsOutside(node.Router)) {
			return true
		}
	}
	return false
}

func (n *Network) newBeside(routing func(*Domain) *routing) *beside {
	b := &beside{several: make([]bool, n.Routers)}
	for _, r := range n.common() {
		b.several[r] = true
	}
	followsDefaultsLast := n.followsDefaultsLast()
	for _, d := range n.Domains {
		r := routing(d)
		if followsDefaultsLast {
			r.beside = b
		}
		b.domains = append(b.domains, r)
	}
	return b
}

// route finds the distances, and the values. No default route of an IGP leads into a domain that is none, as of BGP
// (those are Flat).
func (b *beside) route() {
	igps := len(b.domains)
	for igps > 0 && b.domains[igps-1].domain.Rules == Flat {
		igps--
	}
	b.fill(b.domains[:igps])
	if slices.ContainsFunc(b.domains, func(r *routing) bool { return r.beside != nil && r.hasExits() }) {
		b.followDefaults()
	}
	b.fill(b.domains[igps:])
	for _, row := range b.total.rows {
		for to, d := range row {
			row[to] = min(d, Unreachable)
		}
	}
}

// fill takes what domains reach and those before them do not.
func (b *beside) fill(domains []*routing) {
	for _, r := range domains {
		within := r.all()
		if b.total == nil {
			if b.total, b.values = within, r.values; r.isWhole() { // what is within the area stays as it is
				b.total = &Matrix{rows: cloneRows(within.rows)}
			}
			continue
		}
		for from, row := range within.rows {
			for to, d := range row {
				if b.total.At(from, to) < Unreachable || d == Unreachable {
					continue
				}
				b.total.set(from, to, d)
				if r.values != nil {
					b.values.rows[from][to] = r.values.At(from, to)
				}
			}
		}
	}
}

// followDefaults finds the ways over default routes.
func (b *beside) followDefaults() {
	destinations := b.domains[0].allDestinations()
	parallel.Each(len(destinations), several, func() func(int) {
		asked := make([]bool, len(b.several))
		return func(i int) {
			clear(asked)
			for from := range asked {
				b.follow(from, destinations[i], asked)
			}
		}
	})
}

func (r *routing) hasExits() bool {
	return slices.ContainsFunc(r.exits, func(exits []leg) bool { return len(exits) > 0 })
}

// follow returns the distance from a router, over its default route if it has no other one. Default routes that lead in
// a circle lead nowhere.
func (b *beside) follow(from, to int, asked []bool) Distance {
	if b.total.At(from, to) != Unreachable || asked[from] {
		return min(b.total.At(from, to), Unreachable)
	}
	asked[from] = true
	domain := b.defaultOf(from)
	if domain == noDomain {
		return Unreachable
	}
	r := b.domains[domain]
	for _, e := range r.exits[from] {
		d := r.plus(r.near(e.from.area, e.from.node, e.node), b.follow(e.via, to, asked))
		if b.values != nil {
			near := r.values.areas[e.from.area].at(e.from.node, e.node)
			b.values.offer(b.total, from, to, d, b.values.measure.then(near, b.values.At(e.via, to)))
		}
		b.total.set(from, to, min(b.total.At(from, to), d))
	}
	return b.total.At(from, to)
}

// noDomain is the index of no domain.
const noDomain = -1

// domainOf returns the first domain in which a router has a route to the destination at hand, noDomain if there is none.
func (b *beside) domainOf(router int) int {
	return slices.IndexFunc(b.domains, func(r *routing) bool { return r.route(router) != Unreachable })
}

// defaultOf returns the first domain in which a router has a default route, noDomain if there is none.
func (b *beside) defaultOf(router int) int {
	return slices.IndexFunc(b.domains, func(r *routing) bool { return r.exits != nil && len(r.exits[router]) > 0 })
}
