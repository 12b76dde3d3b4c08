package igp

import (
	"cmp"
	"net/netip"
	"slices"
)

// Path is a path that packets take: of those that are equally good one with the fewest links.
type Path struct {
	Distance Distance
	Domain   int // of the first leg, by index in the network
	Legs     []Leg
}

// Leg is the part of a path within one area: to the destination, or to a router that sends
// packets on as its own route leads.
type Leg struct {
	Domain   int // by index in the network
	Area     int // by index in the domain
	From, To int // routers
	Why      Why
	// Prefix is the route that is followed, the zero value unless Why is OverTeller.
	Prefix netip.Prefix
	Hops   []Hop
	// Others are the routers that other legs lead to which are equally good.
	Others []int
}

// Why says why packets take a leg.
type Why string

const (
	// Within leads to the destination without leaving the area.
	Within Why = "within"
	// OverTeller leads to a router that tells a prefix that the destination's address is in.
	OverTeller Why = "over-teller"
	// OverBorder leads to a router that reaches the destination in another area, where such
	// prefixes are not told.
	OverBorder Why = "over-border"
	// OverDefault leads towards the nearest router that tells a default route, or that has the
	// attached bit.
	OverDefault Why = "over-default"
)

// Hop is the way from a router to the next: a link, or two with a pseudonode between them.
type Hop struct {
	Links  []int // of the area, by index
	Router int   // that they lead to
	// Others are the first links of other ways to the end of the leg that are equally good.
	Others []int
}

// Path returns the path by IGP metrics from one router to another by the routes of the first domain that
// has any; where BGP has no metrics, that with the fewest links. It does not look for paths
// that Join adds up.
func (n *Network) Path(from, to int) (p Path, ok bool) {
	for _, w := range []Weight{ByIGP, ByIGPThenLinks} {
		if p, ok = n.path(w, from, to); ok {
			return p, true
		}
	}
	return Path{}, false
}

func (n *Network) path(w Weight, from, to int) (p Path, ok bool) {
	if len(n.Domains) == 0 {
		return Path{}, false
	}
	b := n.newBeside(func(d *Domain) *routing {
		r := d.routing(n.Routers, w, (*Area).shortestPaths)
		r.destinations, r.legs = []int{to}, make([][]leg, n.Routers)
		return r
	})
	b.route()
	if p.Distance = b.total.At(from, to); p.Distance == Unreachable {
		return Path{}, false
	}
	for _, r := range b.domains {
		r.nowhere = make([]bool, n.Routers)
		r.begin(to)
	}
	passed := make([]bool, n.Routers)
	domain := noDomain // whose route is followed to its end
	for at := from; at != to; {
		if passed[at] || b.total.At(at, to) == Unreachable {
			return Path{}, false // their words lead in a circle
		}
		passed[at] = true
		if domain == noDomain || b.domains[domain].route(at) == Unreachable {
			domain = b.domainOf(at)
		}
		l := b.leg(domain, at)
		p.Legs = append(p.Legs, l)
		at = l.To
	}
	if len(p.Legs) > 0 {
		p.Domain = p.Legs[0].Domain
	}
	return p, true
}

// leg returns the leg of a router's route in a domain, or if there is none of its default route.
func (b *beside) leg(domain, router int) Leg {
	byDefault := domain == noDomain
	if byDefault {
		domain = b.defaultOf(router)
	}
	r := b.domains[domain]
	if byDefault {
		r.legs[router] = r.overDefault(router, func(via int) Distance { return b.total.At(via, r.to) }).legs
	}
	l := r.explain(router, r.legs[router][0])
	l.Domain = domain
	return l
}

// explain returns a leg of a router's route with its hops.
func (r *routing) explain(router int, l leg) Leg {
	out := Leg{Area: l.from.area, From: router, To: l.via, Why: Within, Hops: r.hops(l)}
	for _, other := range r.legs[router] {
		if other != l {
			out.Others = append(out.Others, other.via)
		}
	}
	switch { // the rule takes the memory of the legs
	case l.via == r.to:
	case r.rule(router).length == Unreachable:
		out.Why = OverDefault
	default:
		if out.Prefix = r.toldBy(l); out.Prefix.IsValid() {
			out.Why = OverTeller
		} else {
			out.Why = OverBorder
		}
	}
	return out
}

// toldBy returns the longest prefix that the end of a leg tells there and that the destination's
// address is in.
func (r *routing) toldBy(l leg) netip.Prefix {
	prefixes := r.domain.Areas[l.from.area].Prefixes
	for _, p := range r.covering {
		if slices.ContainsFunc(prefixes[p.Prefix], func(t Advertisement) bool { return t.Node == l.node }) {
			return p.Prefix
		}
	}
	return netip.Prefix{}
}

// hops returns the hops of a leg.
func (r *routing) hops(l leg) []Hop {
	a, in := r.domain.Areas[l.from.area], r.inside[l.from.area]
	var hops []Hop
	for n := l.from.node; n != l.node; {
		ways := r.waysOn(a, in, n, l.node)
		first := slices.MinFunc(ways, func(a, b wayOn) int { return cmp.Compare(a.length, b.length) })
		h := Hop{Links: first.links, Router: a.Nodes[first.to].Router}
		for _, w := range ways {
			if w.links[0] != first.links[0] && w.length.Metric() == first.length.Metric() && !slices.Contains(h.Others, w.links[0]) {
				h.Others = append(h.Others, w.links[0])
			}
		}
		hops, n = append(hops, h), first.to
	}
	return hops
}

// wayOn is a way from a router to the next.
type wayOn struct {
	links  []int
	to     int      // node
	length Distance // to the end of the leg
}

// waysOn returns the ways on from a router that lead to another one of its area.
func (r *routing) waysOn(a *Area, in *inside, from, end int) []wayOn {
	var ways []wayOn
	add := func(to int, length Distance, links ...int) {
		rest := Unreachable
		if to == end || !a.Nodes[to].NoTransit {
			rest = in.at(to, end)
		}
		if length = length.plus(rest); length != Unreachable {
			ways = append(ways, wayOn{links, to, length})
		}
	}
	for i, l := range a.Links {
		weight, ok := a.weight(l, r.weight)
		switch {
		case l.From != from || !ok:
		case a.Nodes[l.To].Router != Pseudonode:
			add(l.To, weight, i)
		default:
			for j, on := range a.Links {
				if w, ok := a.weight(on, r.weight); ok && on.From == l.To && on.To != from {
					add(on.To, weight.plus(w), i, j)
				}
			}
		}
	}
	return ways
}
