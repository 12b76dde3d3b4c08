package frr

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/altostream/altostream/services/cost-builder/truthtest"
)

// hops returns how many links packets take at least between routers, where each router on every way forwards as the
// first one's cost says. That is not so where one on the way has a route of another kind: then there is no path that is both.
func (n *network) hops(f family, all tables, known truthtest.Tables) truthtest.Costs {
	if n.spec.virtual {
		return nil
	}
	found := truthtest.Costs{}
	for _, costs := range []truthtest.Costs{known.Costs, known.Default} {
		for a, row := range costs {
			for b, cost := range row {
				w := walk{n, all, numberOf(b), netip.MustParseAddr(f.loopback(numberOf(b)))}
				if hops, ok := w.hops(numberOf(a), cost); ok {
					put(found, a, b, float64(hops))
				}
			}
		}
	}
	return found
}

func numberOf(router string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(router, "R"))
	return n
}

// hops returns the least number of links from a router, if all ways from there cost what is left of a cost.
func (w walk) hops(from int, left float64, passed ...int) (least int, ok bool) {
	if from == w.to {
		return 0, left == 0
	}
	_, r, found := w.tables.lookup(from, w.target)
	if !found || slices.Contains(passed, from) || len(r.Nexthops) == 0 || r.Nexthops[0].Blackhole || !w.leads(r) {
		return 0, false
	}
	for i, hop := range r.Nexthops {
		e, next := w.hop(from, hop)
		hops, fits := w.hops(next, left-w.linkCost(e, r.Protocol), append(slices.Clone(passed), from)...)
		if !fits {
			return 0, false
		}
		if i == 0 || hops+1 < least {
			least = hops + 1
		}
	}
	return least, true
}
