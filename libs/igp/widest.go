package igp

import (
	"math"

	"github.com/altostream/altostream/libs/apsp"
)

// Widest returns of a bandwidth what the narrowest link has on the path on which that has the
// most: paths as traffic engineering can lay them, areas and levels joined by the rules of the
// IGP, over the links of which the bandwidth is told. NaN = there is no such path.
func (n *Network) Widest(m Measure) *Values {
	total, _ := n.preferred(func(d *Domain) *routing {
		return newRouting(d, n.Routers, byWidth, func(a *Area) *inside { return a.widest(m) })
	})
	if n.Join {
		total.join(n.common(), byWidth)
	}
	v := newValues(n.Routers)
	for from, row := range total.rows {
		for to, d := range row {
			if d != Unreachable {
				v.rows[from][to] = d.width()
			}
		}
	}
	return v
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
