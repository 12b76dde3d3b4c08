package igp

import "slices"

// outside is a default route to what is outside.
type outside struct {
	Outside
	toTeller *routing
	*routing // to the router that it leads to
}

// findOutside returns the default routes that all areas hear of.
func (r *routing) findOutside() []outside {
	var all []outside
	for _, o := range r.domain.Outside {
		to := outside{o, r.toASBR(o.Teller), nil}
		to.routing = to.toTeller
		if o.Router != o.Teller {
			to.routing = r.towards(o.Router)
		}
		all = append(all, to)
	}
	return all
}

// towards returns the routing to a router whatever is told of prefixes.
func (r *routing) towards(router int) *routing {
	to := r.another()
	to.domain = &Domain{Rules: r.domain.Rules, Areas: r.domain.Areas}
	to.exits, to.legs, to.tracer = make([][]leg, r.routers), make([][]leg, r.routers), nil
	to.begin(router)
	return to
}

// toASBR returns the routing to an AS boundary router as border routers tell of it (RFC 2328 §12.4.3), which none do in
// stub areas.
func (r *routing) toASBR(router int) *routing {
	to := r.towards(router)
	to.homes = slices.DeleteFunc(slices.Clone(to.homes), func(p place) bool { return r.domain.Areas[p.area].Stub || r.isIdle(p) })
	to.borders = slices.Clone(r.borders)
	for i, a := range r.domain.Areas {
		if a.Stub {
			to.borders[i] = nil
		}
	}
	return to
}

// tellsOutside tells whether all areas hear of a default route to a router.
func (d *Domain) tellsOutside(router int) bool {
	return slices.ContainsFunc(d.Outside, func(o Outside) bool { return o.Teller == router || o.Router == router })
}

// ospfDefaults returns what gives the ways to the routers that tell a router the best default route: inter-area, as the
// border routers of a stub area do (RFC 2328 §12.4.3.1), before external type 1 before type 2 (§16.4).
func (r *routing) ospfDefaults(all []outside) func(from int) []candidate {
	return func(from int) []candidate {
		var ways []candidate
		for _, p := range r.looksAt(from) {
			ways = append(ways, r.defaultsWithin(p, Passed)...)
		}
		if len(ways) > 0 {
			return r.nearest(ways, bySum)
		}
		if ways = r.waysOutside(from, External1, all); len(ways) > 0 {
			return r.nearest(ways, bySum)
		}
		if ways = r.waysOutside(from, External2, all); len(ways) > 0 {
			return r.nearest(ways, byWord)
		}
		return nil
	}
}

// waysOutside returns the ways over default routes of one type: of NSSAs that a router is in, and of those that all
// other areas hear of.
func (r *routing) waysOutside(from int, reach Reach, all []outside) []candidate {
	var ways []candidate
	for _, p := range r.places[from] {
		ways = append(ways, r.defaultsWithin(p, reach)...)
	}
	for _, o := range all {
		if o.Reach == reach {
			ways = append(ways, o.ways(from)...)
		}
	}
	return ways
}

// defaultsWithin returns the ways over default routes of an area. Border routers do not follow each other's, which lead
// out of a stub area (RFC 3101 §2.5 (3)).
func (r *routing) defaultsWithin(from place, reach Reach) []candidate {
	ways, borders := r.defaultCandidates(from, reach), r.borders[from.area]
	if r.domain.Areas[from.area].Backbone || !slices.Contains(borders, from.node) {
		return ways
	}
	return slices.DeleteFunc(ways, func(c candidate) bool { return reach == Passed || slices.Contains(borders, c.node) })
}

// ways returns the ways from a router. One within an area other than area 0 counts before the others (RFC 2328 §16.4.1).
func (o outside) ways(from int) []candidate {
	if from == o.Router || o.toTeller.route(from) == Unreachable {
		return nil
	}
	b, after := o.noWay(from), false
	o.offerWithinOther(&b, from, slices.IndexFunc(o.domain.Areas, func(a *Area) bool { return a.Backbone }))
	if b.length == Unreachable {
		b.length, after = o.route(from), true
		b.legs = o.legs[from]
	}
	if b.length == Unreachable {
		return nil
	}
	var ways []candidate
	for _, l := range b.legs {
		ways = append(ways, candidate{l, o.near(l.from.area, l.from.node, l.node), b.length, uint64(o.Metric), after})
	}
	return ways
}
