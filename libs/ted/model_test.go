package ted

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/altostream/altostream/libs/seeds"
	"github.com/altostream/altostream/schemas"
)

// model is the links of one level or area written down plainly, and their costs computed
// in the plainest way: all pairs of links for the two-way check, Bellman-Ford for the
// paths. What joins levels and areas has its own model (libs/igp).
type model struct {
	domains  [2]domain // of all links, and another one that shares the routers
	routers  int       // nodes 0 to routers-1; pseudonodes follow
	told     []bool    // by router: there is a node record
	overload []bool    // by router
	lans     int       // pseudonodes
	links    []modelLink
}

type modelLink struct {
	from, to int
	ends     schemas.LinkDescriptor
	igp, te  *uint32
	unused   bool // the IGP metric said so
}

func randomModel(rng *rand.Rand) *model {
	m := &model{routers: 1 + rng.IntN(7), domains: [2]domain{level1, level2}}
	if rng.IntN(2) == 0 {
		m.domains = [2]domain{backbone, backbone}
		m.domains[1].identifier = 7
	}
	for range m.routers {
		m.told = append(m.told, rng.IntN(8) > 0)
		m.overload = append(m.overload, rng.IntN(6) == 0)
	}
	m.lans = rng.IntN(3)
	for range rng.IntN(4 * m.routers) {
		m.addRandomLink(rng)
	}
	return m
}

// addRandomLink adds a link, most often in both directions.
func (m *model) addRandomLink(rng *rand.Rand) {
	there := modelLink{from: rng.IntN(m.routers), to: rng.IntN(m.routers + m.lans)}
	there.igp, there.te = randomMetric(rng), randomMetric(rng)
	there.ends = randomEnds(rng, len(m.links))
	back := modelLink{from: there.to, to: there.from, igp: randomMetric(rng), te: randomMetric(rng)}
	back.ends = schemas.LinkDescriptor{
		LocalID: there.ends.RemoteID, RemoteID: there.ends.LocalID,
		IPv4Interface: there.ends.IPv4Neighbor, IPv4Neighbor: there.ends.IPv4Interface,
		IPv6Interface: there.ends.IPv6Neighbor, IPv6Neighbor: there.ends.IPv6Interface,
		MultiTopologyID: there.ends.MultiTopologyID,
	}
	if rng.IntN(8) == 0 {
		back.ends = randomEnds(rng, len(m.links))
	}
	if rng.IntN(10) > 0 {
		m.links = append(m.links, back)
	}
	if rng.IntN(10) > 0 {
		m.links = append(m.links, there)
	}
}

func randomMetric(rng *rand.Rand) *uint32 {
	switch rng.IntN(12) {
	case 0:
		return nil
	case 1:
		return ptr[uint32](1<<24 - 1)
	case 2:
		return ptr[uint32](1 << 24)
	}
	return ptr(rng.Uint32N(6))
}

// randomEnds tells a random part of what identifies a link.
func randomEnds(rng *rand.Rand, number int) schemas.LinkDescriptor {
	var ends schemas.LinkDescriptor
	if rng.IntN(2) == 0 {
		ends.IPv4Interface = ptr(fmt.Sprintf("10.0.%d.1", number))
		ends.IPv4Neighbor = ptr(fmt.Sprintf("10.0.%d.2", number))
	}
	if rng.IntN(3) == 0 {
		ends.IPv6Interface = ptr(fmt.Sprintf("fd00::%d:1", number))
		ends.IPv6Neighbor = ptr(fmt.Sprintf("fd00::%d:2", number))
	}
	if rng.IntN(3) == 0 {
		ends.LocalID, ends.RemoteID = ptr(rng.Uint32N(3)), ptr(rng.Uint32N(3))
	}
	if rng.IntN(6) == 0 {
		ends.MultiTopologyID = ptr(uint16([]int{0, 1, 3}[rng.IntN(3)])) // 2 is another network, of IPv6
	}
	return ends
}

func (m *model) isISIS() bool { return m.domains[0].protocol == 1 }

// id is the IGP router id of a node. Router 0 originates all pseudonodes.
func (m *model) id(n int) string {
	switch {
	case n < m.routers && m.isISIS():
		return fmt.Sprintf("%012x", n+1)
	case n < m.routers:
		return fmt.Sprintf("%08x", n+1)
	case m.isISIS():
		return m.id(0) + fmt.Sprintf("%02x", n)
	}
	return m.id(0) + fmt.Sprintf("%08x", n)
}

func (m *model) database() *Database {
	d := New(Options{})
	for n := range m.routers {
		if m.told[n] {
			r := m.domains[0].node(m.id(n))
			if m.overload[n] {
				nodeFlags(0x80)(r)
			}
			d.Put(keyOf("a", r), r)
		}
	}
	for i, l := range m.links {
		r := m.domains[0].link(m.id(l.from), m.id(l.to))
		r.Link, r.Attributes = &l.ends, &schemas.Attributes{IGPMetric: l.igp, TEMetric: l.te}
		d.Put(fmt.Sprintf("default|a|link %d", i), r)
	}
	return d
}

func (m *model) exists(router int) bool {
	for _, l := range m.links {
		if l.from == router {
			return true
		}
	}
	return m.told[router]
}

func fits(a, b modelLink) bool {
	for _, texts := range [][2]*string{
		{a.ends.IPv4Interface, b.ends.IPv4Neighbor}, {a.ends.IPv4Neighbor, b.ends.IPv4Interface},
		{a.ends.IPv6Interface, b.ends.IPv6Neighbor}, {a.ends.IPv6Neighbor, b.ends.IPv6Interface},
	} {
		if texts[0] != nil && texts[1] != nil && *texts[0] != *texts[1] {
			return false
		}
	}
	for _, ids := range [][2]uint32{
		{value(a.ends.LocalID), value(b.ends.RemoteID)}, {value(a.ends.RemoteID), value(b.ends.LocalID)},
	} {
		if ids[0] != 0 && ids[1] != 0 && ids[0] != ids[1] {
			return false
		}
	}
	return true
}

// parallel returns the links from one node to another in the topology of l.
func (m *model) parallel(l modelLink, from, to int) []modelLink {
	var found []modelLink
	for _, other := range m.links {
		if other.from == from && other.to == to && value(other.ends.MultiTopologyID) == value(l.ends.MultiTopologyID) {
			found = append(found, other)
		}
	}
	return found
}

// twoWay tells whether a link back fits, or one that fits no link there.
func (m *model) twoWay(l modelLink) bool {
	for _, back := range m.parallel(l, l.to, l.from) {
		fitted := false
		for _, there := range m.parallel(l, l.from, l.to) {
			fitted = fitted || fits(there, back)
		}
		if fits(l, back) || !fitted {
			return true
		}
	}
	return false
}

// used returns the links of the standard topology that count.
func (m *model) used() []modelLink {
	var used []modelLink
	for _, l := range m.links {
		if l.from == l.to || value(l.ends.MultiTopologyID) != 0 || !m.twoWay(l) {
			continue
		}
		if metric := value(l.igp); metric > 0xFFFFFF || metric == 0xFFFFFF && m.isISIS() {
			l.igp, l.unused = nil, true
		}
		used = append(used, l)
	}
	return used
}

// length is the length of a link, or of a path: by links only where the first part
// is the same.
type length struct{ sum, links uint64 }

func (a length) less(b length) bool { return a.sum < b.sum || a.sum == b.sum && a.links < b.links }

func (m *model) length(l modelLink, metric Metric) (length, bool) {
	told, hop := l.igp, uint64(1)
	if metric == RoutingTE {
		told = l.te
	}
	if l.from >= m.routers {
		hop = 0
		if told == nil && (metric == RoutingTE || !l.unused) {
			told = ptr[uint32](0)
		}
	}
	switch {
	case metric == RoutingHops:
		return length{sum: hop}, true
	case told == nil:
		return length{}, false
	case metric == HopCount:
		return length{uint64(*told), hop}, true
	}
	return length{sum: uint64(*told)}, true
}

// from computes by Bellman-Ford what is reached from one router.
func (m *model) from(source int, metric Metric) map[int]length {
	reached := map[int]length{source: {}}
	links := m.used()
	for changed := true; changed; {
		changed = false
		for _, l := range links {
			via, ok := reached[l.from]
			step, has := m.length(l, metric)
			transit := l.from == source || l.from >= m.routers || !m.told[l.from] || !m.overload[l.from] || !m.isISIS()
			if !ok || !has || !transit {
				continue
			}
			total := length{via.sum + step.sum, via.links + step.links}
			if known, ok := reached[l.to]; !ok || total.less(known) {
				reached[l.to] = total
				changed = true
			}
		}
	}
	return reached
}

func (m *model) costs(metric Metric) costs {
	c := costs{}
	for source := range m.routers {
		if !m.exists(source) {
			continue
		}
		cells := row{}
		for destination, length := range m.from(source, metric) {
			switch {
			case destination >= m.routers:
			case metric == HopCount:
				cells["pid100:"+m.id(destination)] = float64(length.links)
			default:
				cells["pid100:"+m.id(destination)] = float64(length.sum)
			}
		}
		c["pid100:"+m.id(source)] = cells
	}
	return c
}

func TestCostsAgreeWithNaiveModel(t *testing.T) {
	for seed := range seeds.Of(2000) {
		m := randomModel(rand.New(rand.NewPCG(seed, 3)))
		g := m.database().Graph()
		for metric, name := range metricNames {
			wantEqual(t, fmt.Sprintf("seed %d: %s", seed, name), m.costs(metric), g.Costs(metric))
		}
		d := m.database()
		counted := usedLinks(d)
		for reason, links := range leftOut(d) {
			if reason != NoIGPMetric && reason != NoTEMetric && reason != MaxMetric {
				counted += links
			}
		}
		if counted != len(m.links) {
			t.Errorf("seed %d: %d of %d links are used or left out", seed, counted, len(m.links))
		}
		if t.Failed() {
			return
		}
	}
}
