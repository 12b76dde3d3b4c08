package igp

import "slices"

// outside is a default route to what is outside.
type outside struct {
	Outside
	*routing // to the router that it leads to
}

// findOutside returns the default routes that all areas hear of. To the AS boundary routers that tell them, ways lead
// whatever is told of prefixes: border routers tell of these routers themselves (RFC 2328 §12.4.3). None leads through a
// stub area, which has no such routes.
func (r *routing) findOutside() []outside {
	var all []outside
	inStub := func(p place) bool { return r.domain.Areas[p.area].Stub }
	borders := slices.Clone(r.borders)
	for i, a := range r.domain.Areas {
		if a.Stub {
			borders[i] = nil
		}
	}
	for _, o := range r.domain.Outside {
		to := r.another()
		to.domain, to.borders = &Domain{Rules: r.domain.Rules, Areas: r.domain.Areas}, borders
		to.exits, to.legs, to.tracer = make([][]leg, r.routers), make([][]leg, r.routers), nil
		to.begin(o.Router)
		to.homes = slices.DeleteFunc(slices.Clone(to.homes), inStub)
		all = append(all, outside{o, to})
	}
	return all
}

// tellsOutside tells whether all areas hear of a default route to a router.
func (r *routing) tellsOutside(router int) bool {
	return slices.ContainsFunc(r.domain.Outside, func(o Outside) bool { return o.Router == router })
}

// ospfDefaults returns what gives the ways to the routers that tell a router the best default route: inter-area, as the
// border routers of a stub area do (RFC 2328 §12.4.3.1), before external type 1 before type 2 (§16.4).
func (r *routing) ospfDefaults(all []outside) func(from int) []candidate {
	return func(from int) []candidate {
		var ways []candidate
		for _, p := range r.looksAt(from) {
			ways = append(ways, r.defaultCandidates(p, Passed)...)
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
		ways = append(ways, r.nssaDefaults(p, reach)...)
	}
	for _, o := range all {
		if o.Reach == reach && o.Router != from {
			ways = append(ways, o.ways(from)...)
		}
	}
	return ways
}

// nssaDefaults returns the ways over default routes of an NSSA. Its border routers do not follow each other's, which
// lead out of it (RFC 3101 §2.5 (3)).
func (r *routing) nssaDefaults(from place, reach Reach) []candidate {
	ways, borders := r.defaultCandidates(from, reach), r.borders[from.area]
	if !slices.Contains(borders, from.node) {
		return ways
	}
	return slices.DeleteFunc(ways, func(c candidate) bool { return slices.Contains(borders, c.node) })
}

// ways returns the ways from a router. One within an area other than area 0 counts before the others (RFC 2328 §16.4.1).
func (o outside) ways(from int) []candidate {
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
