package igp

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"testing"
)

// model simulates the routers of one IGP plainly: each has a routing table made by the
// RFC's procedure from shortest paths within its areas (Bellman-Ford) and from the words
// of others, and says what its own table makes it say, until no word changes.
type model struct {
	*Network
	*Domain
	weight Weight
	within [][][]path // by area, and the nodes of both ends
	at     [][]int    // by area and router: its node, or -1
	base   [][]int    // by area and router: the metric of its address there, or -1
	tables [][]route  // by router and destination
	words  []word

	// Of OSPF:
	filtered map[word]bool // by teller, area and destination
	stubs    map[int]Reach // by area into which no summaries go: how a default is told
	defaults [][]int       // by area and router: the metric of the default it tells
	asbrs    *model        // what routers tell of each other

	// Of IS-IS:
	tellsUp []bool          // by router: it tells in level 2 what it has from level 1
	leaks   map[[2]int]bool // by router and destination: it tells it down
}

type path struct {
	metric, links int
	wide          bool // the metric is how narrow it is
}

var noPath = path{metric: 1 << 40}

func (p path) plus(next path) path {
	if p.wide || next.wide {
		return path{max(p.metric, next.metric), 0, true}
	}
	return path{p.metric + next.metric, p.links + next.links, false}
}

func (p path) less(q path) bool {
	return p.metric < q.metric || p.metric == q.metric && p.links < q.links
}

// String writes a path as a Distance is written.
func (p path) String() string {
	if p.metric >= noPath.metric {
		return "none"
	}
	return fmt.Sprintf("%d/%d", p.metric, p.links)
}

// route is an entry of a routing table.
type route struct {
	ok   bool
	area int // that it leads through
	kind int // by the rules of the IGP
	path     // with the address's metric
	base int // the part of it that is the address's metric
	via  int // the router that told of it
}

// shortest is the shortest of routes of one kind.
func shortest(ways []route) route {
	best := route{path: noPath}
	for _, r := range ways {
		if r.less(best.path) || r.path == best.path && r.net().less(best.net()) {
			best = r
		}
	}
	return best
}

// net is the path without the metric of the address.
func (r route) net() path { return path{r.metric - r.base, r.links, r.wide} }

// word is what a router tells in an area of a destination.
type word struct {
	teller, area, of int
	passed           bool
	path             // as it is told, and the links that nobody tells
	base             int
}

func newModel(n *Network, w Weight) *model {
	m := &model{Network: n, Domain: n.Domains[0], weight: w, filtered: map[word]bool{}, leaks: map[[2]int]bool{}}
	for _, a := range m.Areas {
		at := slices.Repeat([]int{-1}, n.Routers)
		var rows [][]path
		for i, node := range a.Nodes {
			if node.Router != Pseudonode {
				at[node.Router] = i
			}
			rows = append(rows, m.bellmanFord(a, i))
		}
		m.at, m.within = append(m.at, at), append(m.within, rows)
		m.base = append(m.base, slices.Repeat([]int{-1}, n.Routers))
	}
	return m
}

func (m *model) cost(a *Area, l Link) path {
	links := 1
	if a.Nodes[l.From].Router == Pseudonode {
		links = 0
	}
	switch m.weight {
	case ByTE:
		return path{int(l.TE.Value), links, false}
	case byWidth:
		switch width := AvailableBandwidth.of(a, l); {
		case math.IsNaN(width):
			return path{noPath.metric, 0, true}
		case math.IsInf(width, 1):
			return path{0, 0, true}
		default:
			return path{widest - int(width), 0, true}
		}
	case ByLinks:
		return path{links, links, false}
	}
	return path{int(l.IGP.Value), links, false}
}

func (m *model) bellmanFord(a *Area, from int) []path {
	best := slices.Repeat([]path{noPath}, len(a.Nodes))
	best[from] = path{}
	for changed := true; changed; {
		changed = false
		for _, l := range a.Links {
			if l.From != from && a.Nodes[l.From].NoTransit || best[l.From].metric >= noPath.metric {
				continue
			}
			if p := best[l.From].plus(m.cost(a, l)); p.less(best[l.To]) {
				best[l.To], changed = p, true
			}
		}
	}
	return best
}

// in tells whether a router is in an area.
func (m *model) in(router, area int) bool { return m.at[area][router] >= 0 }

// distance is the path between routers within an area.
func (m *model) distance(area, from, to int) path {
	if !m.in(from, area) || !m.in(to, area) {
		return noPath
	}
	return m.within[area][m.at[area][from]][m.at[area][to]]
}

// backbone is the index of area 0 or level 2, or -1.
func (m *model) backbone() int {
	return slices.IndexFunc(m.Areas, func(a *Area) bool { return a.Backbone })
}

// isCore tells whether a router has a neighbour in area 0 or level 2: a router at the
// other end of a link or on a LAN.
func (m *model) isCore(router int) bool {
	b := m.backbone()
	if b < 0 || !m.in(router, b) {
		return false
	}
	a := m.Areas[b]
	for _, l := range a.Links {
		if l.From != m.at[b][router] {
			continue
		}
		if a.Nodes[l.To].Router != Pseudonode {
			return true
		}
		for _, on := range a.Links {
			if on.From == l.To && on.To != l.From {
				return true
			}
		}
	}
	return false
}

// converge runs the routers until none has anything new to say.
func (m *model) converge(table func(router, of int) route, say func(router int) []word) {
	m.tables = make([][]route, m.Routers)
	for {
		for r := range m.Routers {
			m.tables[r] = make([]route, m.Routers)
			for of := range m.Routers {
				m.tables[r][of] = table(r, of)
			}
		}
		var words []word
		for r := range m.Routers {
			words = append(words, say(r)...)
		}
		if slices.Equal(words, m.words) {
			return
		}
		m.words = words
	}
}

// tell puts the words of the routers into the network.
func (m *model) tell() {
	m.Addresses = make([]netip.Prefix, m.Routers)
	for area, a := range m.Areas {
		a.TellsPrefixes, a.Prefixes = true, map[netip.Prefix][]Advertisement{}
		for r, base := range m.base[area] {
			if base >= 0 {
				m.Addresses[r] = addressOf(r)
				m.advertise(area, r, addressOf(r), base, Own)
			}
		}
	}
	for _, w := range m.words {
		reach := Own
		if w.passed {
			reach = Passed
		}
		m.advertise(w.area, w.teller, addressOf(w.of), w.metric, reach)
	}
	for area, reach := range m.stubs {
		for r, metric := range m.defaults[area] {
			if metric >= 0 {
				m.advertise(area, r, netip.MustParsePrefix("0.0.0.0/0"), metric, reach)
			}
		}
	}
}

func (m *model) advertise(area, router int, prefix netip.Prefix, metric int, reach Reach) {
	a := m.Areas[area]
	a.Prefixes[prefix] = append(a.Prefixes[prefix], Advertisement{m.at[area][router], uint32(metric), reach})
}

// tellNothing makes the network one of which no prefixes are told.
func (m *model) tellNothing() {
	m.Addresses = make([]netip.Prefix, m.Routers)
	for _, a := range m.Areas {
		a.TellsPrefixes, a.Prefixes = false, nil
	}
}

// way is where a default route leads: to a router, in an area.
type way struct{ area, router int }

// paths returns the whole paths that packets can take, hop by hop where they follow
// default routes: several where default routes are equally good, none where they lead in a
// circle until the hop limit is reached.
func (m *model) paths(from, to, hopLimit int, nearest func(router int) []way) map[path]bool {
	if from == to {
		return map[path]bool{{}: true}
	}
	if r := m.tables[from][to]; r.ok {
		return map[path]bool{r.net(): true}
	}
	found := map[path]bool{}
	for _, w := range nearest(from) {
		if hopLimit > 0 {
			m.walk(w, m.at[w.area][from], path{}, func(router int, gone path) {
				for rest := range m.paths(router, to, hopLimit-1, nearest) {
					if rest.metric >= noPath.metric {
						found[noPath] = true
					} else {
						found[gone.plus(rest)] = true
					}
				}
			})
		}
	}
	if len(found) == 0 {
		found[noPath] = true
	}
	return found
}

// walk leads from a node to the next routers of the shortest paths on a way.
func (m *model) walk(w way, node int, gone path, next func(router int, gone path)) {
	a, goal := m.Areas[w.area], m.at[w.area][w.router]
	for _, l := range a.Links {
		step := m.cost(a, l)
		if l.From != node || l.To != goal && a.Nodes[l.To].NoTransit || step.plus(m.within[w.area][l.To][goal]) != m.within[w.area][node][goal] {
			continue
		}
		if router := a.Nodes[l.To].Router; router != Pseudonode {
			next(router, gone.plus(step))
		} else {
			m.walk(w, l.To, gone.plus(step), next)
		}
	}
}

// compare holds the distances of the network against the paths of the model.
func (m *model) compare(t *testing.T, what string, nearest func(router int) []way, skip func(from, to int) bool) (compared int) {
	t.Helper()
	got := m.Distances(m.weight)
	for from := range m.Routers {
		for to := range m.Routers {
			if skip != nil && skip(from, to) {
				continue
			}
			compared++
			want := map[string]bool{}
			for p := range m.paths(from, to, m.Routers, nearest) {
				want[p.String()] = true
			}
			if d := got.At(from, to).String(); !want[d] {
				t.Fatalf("%s: %c>%c: got %s, want %v\n%s", what, 'A'+from, 'A'+to, d, want, format(m.Network))
			}
			if compared%10 != 0 || m.weight != ByIGP {
				continue
			}
			if p := m.along(t, from, to).String(); !want[p] {
				t.Fatalf("%s: %c>%c: the path has %s, want %v\n%s", what, 'A'+from, 'A'+to, p, want, format(m.Network))
			}
		}
	}
	return compared
}

// along adds up the links of Network.Path, which must lead from one router to the other.
func (m *model) along(t *testing.T, from, to int) path {
	t.Helper()
	found, ok := m.Network.Path(from, to)
	if !ok {
		return noPath
	}
	var sum path
	at := from
	for _, leg := range found.Legs {
		a := m.Areas[leg.Area]
		if leg.From != at {
			t.Fatalf("a leg begins at %c, want %c", 'A'+leg.From, 'A'+at)
		}
		for _, h := range leg.Hops {
			node := m.at[leg.Area][at]
			for _, i := range h.Links {
				if a.Links[i].From != node {
					t.Fatalf("link %v does not begin where the one before ends", a.Links[i])
				}
				sum, node = sum.plus(m.cost(a, a.Links[i])), a.Links[i].To
			}
			if at = h.Router; a.Nodes[node].Router != at {
				t.Fatalf("a hop does not lead to %c", 'A'+at)
			}
		}
		if leg.To != at {
			t.Fatalf("a leg ends at %c, want %c", 'A'+at, 'A'+leg.To)
		}
	}
	if at != to {
		t.Fatalf("the path ends at %c, want %c", 'A'+at, 'A'+to)
	}
	return sum
}
