package igp

import (
	"math"

	"github.com/altostream/altostream/libs/apsp"
)

// Widest returns of a bandwidth what the narrowest link has on the path on which that has the
// most: paths as traffic engineering can lay them, areas and levels joined by the rules of the
// IGP, over the links of which the bandwidth is told. NaN = there is no such path.
func (n *Network) Widest(m Measure) *Values {
	v := newValues(n.Routers, m)
	v.paths = n.distances(byWidth, func(a *Area, _ Weight) *inside { return a.widest(m) })
	for from, row := range v.rows {
		for to := range row {
			v.takeWidth(from, to)
		}
	}
	return v
}

func (v *Values) takeWidth(from, to int) {
	if d := v.paths.At(from, to); d != Unreachable {
		v.rows[from][to] = d.width()
	} else {
		v.rows[from][to] = math.NaN()
	}
}

// UpdateWidest returns what Widest does. It takes the memory of the values that it returned before for this bandwidth, nil for
// none, and if only links and prefixes of a network of several areas of one IGP are others than then, the values that they change
// nothing of: then these are the same values.
func (n *Network) UpdateWidest(before *Values, m Measure) *Values {
	if before == nil {
		return n.Widest(m)
	}
	paths := before.paths
	if !paths.updateWidest(n, m) {
		paths.Recycle()
		return n.Widest(m)
	}
	before.version, before.changed = before.version+1, paths.changed
	for from, columns := range paths.changed {
		for _, to := range columns {
			before.takeWidth(from, int(to))
		}
	}
	return before
}

func (m *Matrix) updateWidest(n *Network, of Measure) bool {
	return m.routing != nil && n.Routers == len(m.rows) && n.isUpdated() &&
		m.reroute(n.Domains[0], func(in *inside, a *Area) bool { in.updateWidest(a, of); return true })
}

// updateWidest makes the narrownesses those of an area with other links.
func (in *inside) updateWidest(a *Area, m Measure) {
	now := a.widest(m)
	in.changed = make([][]int32, len(in.rows))
	for from, row := range in.rows {
		for to, d := range row {
			if d != now.rows[from][to] {
				in.changed[from] = append(in.changed[from], int32(to))
			}
		}
	}
	rooms.Put(in.room)
	in.room, in.rows = now.room, now.rows
}

// narrowness stands for a width as a Distance, so that the wider is the shorter.
func narrowness(width float64) Distance {
	return Distance(math.Float64bits(math.Inf(1)) - math.Float64bits(max(width, 0)))
}

func (d Distance) width() float64 {
	return math.Float64frombits(math.Float64bits(math.Inf(1)) - uint64(d))
}

// widest returns the narrowness of the widest paths within an area.
func (a *Area) widest(m Measure) *inside {
	in := newInside(a)
	arcs := make([]apsp.Arc[Distance], 0, len(a.Links))
	for _, l := range a.Links {
		if width := m.of(a, l); !math.IsNaN(width) {
			arcs = append(arcs, apsp.Arc[Distance]{From: in.index[l.From], To: in.index[l.To], Weight: narrowness(width)})
		}
	}
	in.take(apsp.New(in.noTransit, len(in.routers), arcs).AllBottlenecks)
	return in
}
