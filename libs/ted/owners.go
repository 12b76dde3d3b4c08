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
	equal := slices.DeleteFunc(claims, func(c claim) bool {
		return v.compareReach(c, best) != 0 || c.scope.igp != best.scope.igp
	})
	if len(equal) == 1 {
		return best.router
	}
	return choice{equal, paths(familyOf(best.prefix)), v.areasOf(best.scope.igp)}.ofMost()
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

// choice is between routers that tell an external prefix in the same way, in the order of
// their claims.
type choice struct {
	claims []claim
	paths  *igp.Matrix
	areas  []map[scope]bool // by router
}

// ofMost returns the router that most others choose. No one owner is true for all; of
// several that are chosen as often it is the one with the best claim.
func (c choice) ofMost() int {
	votes := map[int]int{}
	for from := range c.paths.Routers() {
		for _, router := range c.of(from) {
			votes[router]++
		}
	}
	best := c.claims[0].router
	for _, claim := range c.claims {
		if votes[claim.router] > votes[best] {
			best = claim.router
		}
	}
	return best
}

// of returns what a router chooses, by RFC 2328 §16.4 (6): those first to which a path leads
// within an area other than area 0 (§16.4.1); of type 1 the least sum of the external metric
// and the way, of type 2 the lower external metric and then the nearer. A router that tells
// the prefix itself has no choice.
func (c choice) of(from int) []int {
	var chosen []int
	var least [3]uint64
	for _, claim := range c.claims {
		d := c.paths.At(from, claim.router)
		switch {
		case claim.router == from:
			return nil
		case d == igp.Unreachable:
			continue
		}
		way := [3]uint64{1, uint64(value(claim.metric)), d.Metric()}
		if claim.reach == external1 {
			way[1] += d.Metric()
		}
		if c.sharesArea(from, claim.router) {
			way[0] = 0
		}
		switch order := slices.Compare(way[:], least[:]); {
		case len(chosen) == 0 || order < 0:
			chosen, least = []int{claim.router}, way
		case order == 0:
			chosen = append(chosen, claim.router)
		}
	}
	return chosen
}

// sharesArea tells whether two routers are in one area other than area 0.
func (c choice) sharesArea(a, b int) bool {
	for s := range c.areas[a] {
		if !s.isBackbone() && c.areas[b][s] {
			return true
		}
	}
	return false
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
