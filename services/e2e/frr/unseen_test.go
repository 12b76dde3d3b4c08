package frr

import (
	"net/netip"
	"slices"
	"strings"
)

// place is an OSPF area or IS-IS level.
type place struct{ igp, area string }

// places returns the areas and levels that two ends of a link share.
func (n *network) places(a, b end) []place {
	var places []place
	if area := n.area[a]; area != "" && area == n.area[b] {
		places = append(places, place{"ospf", area})
	}
	if area := n.linkOf(a).area6; area != "" {
		places = append(places, place{"ospf6", area})
	}
	both := func(level string) bool {
		has := func(of string) bool { return of == "" || of == "level-1-2" || strings.HasPrefix(of, level) }
		return n.level[a] != "" && has(n.level[a]) && has(n.level[b]) && has(n.spec.isisLevel[a.router]) && has(n.spec.isisLevel[b.router])
	}
	if both("level-1") && n.spec.isis[a.router] == n.spec.isis[b.router] {
		places = append(places, place{"isis", n.spec.isis[a.router]})
	}
	if both("level-2") {
		places = append(places, place{"isis", "level-2"})
	}
	return places
}

// unseen tells of each router whether no exporter sees it in one of its areas or levels, so that
// nobody can tell what it does now.
func (n *network) unseen(exporters []int) map[int]bool {
	next := map[place]map[int][]int{}
	member := map[int][]place{}
	for i, l := range n.spec.links {
		for _, a := range l.routers {
			for _, b := range l.routers {
				for _, p := range n.places(end{a, i + 1}, end{b, i + 1}) {
					if next[p] == nil {
						next[p] = map[int][]int{}
					}
					if a == b && !slices.Contains(member[a], p) {
						member[a] = append(member[a], p)
					}
					if n.joins(end{a, i + 1}, p) && n.joins(end{b, i + 1}, p) {
						next[p][a] = append(next[p][a], b)
					}
				}
			}
		}
	}
	for r, area := range n.spec.loopback {
		if p := (place{"ospf", area}); !slices.Contains(member[r], p) {
			member[r] = append(member[r], p)
		}
	}
	seen := map[place]map[int]bool{}
	for p, next := range next {
		seen[p] = reachable(next, exporters)
	}
	unseen := map[int]bool{}
	for r, places := range member {
		unseen[r] = slices.ContainsFunc(places, func(p place) bool { return !seen[p][r] })
	}
	return unseen
}

// notTold returns the pairs of routers of which one is unseen.
func (n *network) notTold(exporters []int) [][2]string {
	unseen := n.unseen(exporters)
	var pairs [][2]string
	for a := 1; a <= n.spec.routers; a++ {
		for b := 1; b <= n.spec.routers; b++ {
			if a != b && (unseen[a] || unseen[b]) {
				pairs = append(pairs, [2]string{routerName(a), routerName(b)})
			}
		}
	}
	return pairs
}

// joins tells whether a router has neighbours over a link.
func (n *network) joins(e end, p place) bool { return !n.down[e] && (p.igp != "ospf" || !n.passive[e]) }

func reachable(next map[int][]int, from []int) map[int]bool {
	seen := map[int]bool{}
	for queue := slices.Clone(from); len(queue) > 0; queue = queue[1:] {
		if !seen[queue[0]] {
			seen[queue[0]] = true
			queue = append(queue, next[queue[0]]...)
		}
	}
	return seen
}

// overUnseen returns the pairs whose default route leads over a router that is unseen.
func (n *network) overUnseen(f family, all tables, unseen map[int]bool) [][2]string {
	var pairs [][2]string
	for from := range all {
		for to := range all {
			w := walk{n, all, to + 1, netip.MustParseAddr(f.loopback(to + 1))}
			if w.leadsOver(from+1, unseen) && !unseen[from+1] && !unseen[to+1] {
				pairs = append(pairs, [2]string{routerName(from + 1), routerName(to + 1)})
			}
		}
	}
	return pairs
}

// leadsOver tells whether packets come to one of some routers before one has a route to the address itself.
func (w walk) leadsOver(from int, some map[int]bool, passed ...int) bool {
	prefix, r, ok := w.tables.lookup(from, w.target)
	switch {
	case from == w.to || slices.Contains(passed, from):
		return false
	case some[from]:
		return true
	case !ok || prefix.IsSingleIP() || r.Nexthops[0].Blackhole:
		return false
	}
	return slices.ContainsFunc(r.Nexthops, func(hop nexthop) bool {
		_, next := w.hop(from, hop)
		return w.leadsOver(next, some, append(slices.Clone(passed), from)...)
	})
}
