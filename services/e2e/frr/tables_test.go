package frr

import (
	"encoding/json"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/altostream/altostream/services/cost-builder/truthtest"
)

// family is an address family, as FRR's commands call it.
type family struct {
	command  string
	loopback func(router int) string
}

var (
	ip4 = family{"show ip route json", loopback4}
	ip6 = family{"show ipv6 route json", loopback6}
)

// tables holds the routes of each router that it uses.
type tables []map[netip.Prefix]route

type route struct {
	Protocol string
	Selected bool
	Metric   float64
	Nexthops []nexthop
}

type nexthop struct {
	IP            string
	InterfaceName string
	Active        bool
	Blackhole     bool
}

func (n *network) tables(f family) tables {
	n.t.Helper()
	var all tables
	for _, r := range n.routers {
		var told map[netip.Prefix][]route
		text := r.show("zebra", f.command)
		if err := json.Unmarshal([]byte(text), &told); err != nil {
			n.t.Fatalf("%s: %s: %v: %.200s", r.name(), f.command, err, text)
		}
		used := map[netip.Prefix]route{}
		for prefix, routes := range told {
			for _, route := range routes {
				if route.Selected {
					used[prefix] = route
				}
			}
		}
		all = append(all, used)
	}
	return all
}

// lookup returns the most specific route of a router to an address.
func (t tables) lookup(router int, to netip.Addr) (best netip.Prefix, r route, ok bool) {
	for prefix, route := range t[router-1] {
		if prefix.Contains(to) && (!ok || prefix.Bits() > best.Bits()) {
			best, r, ok = prefix, route, true
		}
	}
	return best, r, ok
}

// loopbackMetric is the metric that a router gives its loopback, by protocol.
var loopbackMetric = map[string]float64{"ospf": 0, "ospf6": 10, "isis": 1}

// walk follows the routes to an address.
type walk struct {
	*network
	tables tables
	to     int
	target netip.Addr
}

// costs returns the cost of each way from a router, nil for one that leads nowhere, and
// whether a default route leads there.
func (w walk) costs(from int, passed ...int) (costs []*float64, byDefault bool) {
	prefix, r, ok := w.tables.lookup(from, w.target)
	switch {
	case from == w.to:
		return []*float64{new(float64)}, false
	case !ok || slices.Contains(passed, from) || len(r.Nexthops) == 0 || r.Nexthops[0].Blackhole || !w.leads(r):
		return []*float64{nil}, false
	case prefix.IsSingleIP():
		return []*float64{new(r.own())}, false
	}
	for _, hop := range r.Nexthops {
		e, next := w.hop(from, hop)
		onward, _ := w.costs(next, append(slices.Clone(passed), from)...)
		for _, cost := range onward {
			switch {
			case cost == nil:
			case prefix.Bits() == 0:
				cost = new(*cost + w.linkCost(e, r.Protocol))
			default: // a range: its metric, if the way leads on to the address
				cost = new(r.own())
			}
			if !slices.ContainsFunc(costs, func(c *float64) bool { return same(c, cost) }) {
				costs = append(costs, cost)
			}
		}
	}
	return costs, prefix.Bits() == 0
}

// own is the metric of a route to a loopback less that of the loopback itself.
func (r route) own() float64 { return r.Metric - loopbackMetric[r.Protocol] }

// leads tells whether an IGP gave the route: the routers of a network have no others to
// each other.
func (w walk) leads(r route) bool {
	_, igp := loopbackMetric[r.Protocol]
	return igp
}

func same(a, b *float64) bool { return a == b || a != nil && b != nil && *a == *b }

// hop returns the end of a link over which a next hop leads, and the router there, whose
// number is the last part of all its addresses on links.
func (n *network) hop(from int, hop nexthop) (over end, next int) {
	n.t.Helper()
	link, err := strconv.Atoi(strings.TrimPrefix(hop.InterfaceName, "l"))
	if err != nil {
		n.t.Fatalf("%s: next hop over %q", routerName(from), hop.InterfaceName)
	}
	if i := strings.LastIndexAny(hop.IP, ".:"); i >= 0 && !n.spec.links[link-1].unnumbered {
		if next, err = strconv.Atoi(hop.IP[i+1:]); err != nil {
			n.t.Fatalf("%s: next hop %q", routerName(from), hop.IP)
		}
		return end{from, link}, next
	}
	for _, r := range n.spec.links[link-1].routers {
		if r != from {
			next = r
		}
	}
	return end{from, link}, next
}

// linkCost is what the first link of a way costs.
func (n *network) linkCost(e end, protocol string) float64 {
	const maxMetric = 0xffff // RFC 6987 §2
	if n.overloaded[e.router] && protocol == "ospf" {
		return maxMetric
	}
	return float64(n.metric[e])
}

// truth returns what the tables of an address family say.
func (n *network) truth(f family, all tables) truthtest.Tables {
	t := truthtest.Tables{Costs: truthtest.Costs{}, Default: truthtest.Costs{}, Several: truthtest.Several{}, Unreachable: [][2]string{}}
	for from := 1; from <= n.spec.routers; from++ {
		for to := 1; to <= n.spec.routers; to++ {
			if from == to {
				continue
			}
			w := walk{n, all, to, netip.MustParseAddr(f.loopback(to))}
			costs, byDefault := w.costs(from)
			a, b := routerName(from), routerName(to)
			switch {
			case len(costs) > 1:
				put(t.Several, a, b, costs)
			case costs[0] == nil:
				t.Unreachable = append(t.Unreachable, [2]string{a, b})
			case byDefault:
				put(t.Default, a, b, *costs[0])
			default:
				put(t.Costs, a, b, *costs[0])
			}
		}
	}
	return t
}

func put[T any](m map[string]map[string]T, a, b string, value T) {
	if m[a] == nil {
		m[a] = map[string]T{}
	}
	m[a][b] = value
}

// owners returns for each external prefix at which router the packets of each router
// end. That is the owner as long as no router on the way has a route of its own to the
// prefix. Prefixes of routers that are unseen are left out.
func (n *network) owners(all tables, unseen map[int]bool) map[string]map[string][]string {
	owners := map[string]map[string][]string{}
	for _, prefix := range n.prefixes(func(teller int) bool { return !unseen[teller] }) {
		owners[prefix] = map[string][]string{}
		for router := range all {
			if ends := n.endsOf(all, router+1, netip.MustParsePrefix(prefix)); len(ends) > 0 {
				owners[prefix][routerName(router+1)] = ends
			}
		}
	}
	return owners
}

// prefixes returns the external prefixes all tellers of which are such.
func (n *network) prefixes(such func(teller int) bool) []string {
	fit := map[string]bool{}
	for teller, prefixes := range n.spec.externals {
		for _, prefix := range prefixes {
			prefix, _, _ = strings.Cut(prefix, " ")
			others, told := fit[prefix]
			fit[prefix] = such(teller) && (others || !told)
		}
	}
	maps.DeleteFunc(fit, func(_ string, is bool) bool { return !is })
	return slices.Collect(maps.Keys(fit))
}

func (n *network) endsOf(all tables, from int, prefix netip.Prefix, passed ...int) []string {
	longest, r, ok := all.lookup(from, prefix.Addr())
	if !ok || slices.Contains(passed, from) || len(passed) == 0 && longest != prefix {
		return nil
	}
	if r.Protocol == "kernel" && r.Nexthops[0].Blackhole {
		return []string{routerName(from)}
	}
	ends := map[string]bool{}
	for _, hop := range r.Nexthops {
		if hop.Blackhole {
			continue
		}
		_, next := n.hop(from, hop)
		for _, e := range n.endsOf(all, next, prefix, append(slices.Clone(passed), from)...) {
			ends[e] = true
		}
	}
	return slices.Sorted(maps.Keys(ends))
}
