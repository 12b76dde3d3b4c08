package ted

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/altostream/altostream/libs/igp"
)

// owners returns the router, by its number, that has the best claim to each prefix.
func (v *view) owners() map[netip.Prefix]int {
	contenders := map[netip.Prefix][]claim{}
	has := v.havingAddress()
	for _, c := range v.claims {
		c.router = c.leadsTo(has)
		contenders[c.prefix] = append(contenders[c.prefix], c)
	}
	paths := v.lazyPaths()
	owners := make(map[netip.Prefix]int, len(contenders))
	for prefix, claims := range contenders {
		owners[prefix] = v.owner(claims, paths)
	}
	return owners
}

// leadsTo returns the router that a claim's prefix is reached over: the one that tells it, or
// the one that has the forwarding address (RFC 2328 §16.4 (3)), as of what a border router
// translates from an NSSA (RFC 3101 §3.2).
func (c claim) leadsTo(has map[string]int) int {
	if a := c.record.Attributes; c.reach.isExternal() && a != nil {
		if router, known := has[value(a.OSPFForwardingAddress)]; known {
			return router
		}
	}
	return c.router
}

// havingAddress returns which router has an address, of an interface or as a host prefix.
func (v *view) havingAddress() map[string]int {
	has := map[string]int{}
	for _, c := range v.claims {
		if c.reach.own() && c.prefix.IsSingleIP() {
			has[c.prefix.Addr().String()] = c.router
		}
	}
	for router, addresses := range v.routers.ends {
		for address := range addresses {
			has[address] = router
		}
	}
	return has
}

// owner returns the router with the best claim of those to one prefix: the way it is
// reached, then the lower metric (any before none), then the lower PID name. Of
// externals the router is the owner that is the nearest for most.
func (v *view) owner(claims []claim, paths func(family) *igp.Matrix) int {
	slices.SortFunc(claims, v.compareClaims)
	best := claims[0]
	if !best.reach.isExternal() {
		return best.router
	}
	var level []claim
	for _, c := range claims {
		if v.compareReach(c, best) == 0 && c.scope.igp == best.scope.igp &&
			(best.reach == external1 || value(c.metric) == value(best.metric)) {
			level = append(level, c)
		}
	}
	if len(level) == 1 {
		return best.router
	}
	return nearestForMost(level, paths(familyOf(best.prefix)))
}

// compareReach orders claims by how the routers would choose (RFC 2328 §11, RFC 5302
// §3.2): what is told as external after all else, then the IGP by preference, then the
// way the router reaches the prefix.
func (v *view) compareReach(a, b claim) int {
	return cmp.Or(
		compareBool(a.reach.isExternal(), b.reach.isExternal()),
		cmp.Compare(v.options.preference(a.scope.igp), v.options.preference(b.scope.igp)),
		cmp.Compare(a.reach, b.reach))
}

func (v *view) compareClaims(a, b claim) int {
	return cmp.Or(
		v.compareReach(a, b),
		compareBool(a.metric == nil, b.metric == nil),
		cmp.Compare(value(a.metric), value(b.metric)),
		cmp.Compare(a.router, b.router))
}

// nearestForMost returns the router that most other routers choose: the nearest, of
// external type 1 by the metric of the way and the external one together (RFC 2328
// §16.4 (6)). No one owner is true for all; of several that are chosen as often it is the
// one with the lowest PID name.
func nearestForMost(claims []claim, paths *igp.Matrix) int {
	total := func(from int, c claim) (uint64, bool) {
		d := paths.At(from, c.router)
		if c.reach == external2 {
			return d.Metric(), d != igp.Unreachable
		}
		return d.Metric() + uint64(value(c.metric)), d != igp.Unreachable
	}
	tells := func(r int) bool {
		return slices.ContainsFunc(claims, func(c claim) bool { return c.router == r })
	}
	votes := map[int]int{}
	for from := range paths.Routers() {
		if tells(from) {
			continue
		}
		var chosen []int
		var least uint64
		for _, c := range claims {
			switch d, reached := total(from, c); {
			case !reached:
			case len(chosen) == 0 || d < least:
				chosen, least = []int{c.router}, d
			case d == least:
				chosen = append(chosen, c.router)
			}
		}
		for _, r := range chosen {
			votes[r]++
		}
	}
	best := claims[0].router
	for _, c := range claims {
		if votes[c.router] > votes[best] || votes[c.router] == votes[best] && c.router < best {
			best = c.router
		}
	}
	return best
}

// lazyPaths returns the distances of an address family, computed when they are asked for.
func (v *view) lazyPaths() func(family) *igp.Matrix {
	var computed [2]*igp.Matrix
	return func(f family) *igp.Matrix {
		if computed[f] == nil {
			computed[f] = v.network(f).Distances(igp.ByIGP)
		}
		return computed[f]
	}
}

// findDuplicates finds prefixes that several routers have in their own area or level which
// are no neighbours: both ends of a link tell its prefix, others should not.
func (v *view) findDuplicates() {
	neighbors := map[[2]int]bool{}
	onLAN := map[node][]int{}
	for _, l := range v.links {
		from, okFrom := v.routers.of(l.local)
		to, okTo := v.routers.of(l.to)
		switch {
		case okFrom && l.to.isPseudonode():
			onLAN[l.to] = append(onLAN[l.to], from)
		case okFrom && okTo:
			neighbors[[2]int{from, to}] = true
		}
	}
	for _, routers := range onLAN {
		for _, a := range routers {
			for _, b := range routers {
				neighbors[[2]int{a, b}] = true
			}
		}
	}
	first := map[netip.Prefix]claim{}
	for _, c := range v.claims {
		if !c.reach.own() {
			continue
		}
		other, told := first[c.prefix]
		switch {
		case !told:
			first[c.prefix] = c
		case other.router == c.router || other.scope.igp != c.scope.igp || other.reach != c.reach:
		case !neighbors[[2]int{other.router, c.router}] || c.prefix.IsSingleIP():
			v.findObject(Duplicate, c.object, "%v has %v in its own area, as %v does", c.local, c.prefix, other.local)
		}
	}
}
