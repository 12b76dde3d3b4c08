package igp

import (
	"math"

	"github.com/altostream/altostream/libs/parallel"
)

// backward is the links of an area as paths from one router after another are followed back
// over them.
type backward struct {
	*inside
	measure Measure
	start   []int32 // by router: its first of arcs, and one more that ends the last
	arcs    []arc   // by the router that they lead to

	// Of the router that paths begin at, by router:
	from     int32
	distance []Distance
	known    []bool // it has its value
	value    []float64
}

// arc is a link from a router to another, or the two over a LAN.
type arc struct {
	from   int32
	weight Distance
	value  float64
}

// backward returns the areas as the paths within them are followed back.
func (d *Domain) backward(within []*inside, m Measure) []*backward {
	w := d.weight(ByIGPThenLinks)
	areas := make([]*backward, len(d.Areas))
	for i, a := range d.Areas {
		areas[i] = &backward{inside: within[i], measure: m}
		areas[i].take(a, w)
	}
	return areas
}

// all returns what the measure comes to on the shortest paths from all routers to all, of several the worst. Shortest is by
// the metric alone, but that of ways over links of metric 0 those count that have fewer links: these alone lead to somewhere.
func (b *backward) all() [][]float64 {
	routers := len(b.routers)
	values := make([][]float64, routers)
	parallel.Each(routers, several, func() func(from int) {
		b := *b
		b.known = make([]bool, routers)
		return func(from int) {
			values[from] = make([]float64, routers)
			b.from, b.distance, b.value = int32(from), b.rows[from], values[from]
			clear(b.known)
			b.known[from], b.value[from] = true, b.measure.nothing()
			for to := range int32(routers) {
				b.valueOf(to)
			}
		}
	})
	return values
}

// take puts the links that have the weight into the order of the routers that they lead to, those over a LAN together.
func (b *backward) take(a *Area, w Weight) {
	to := make([][]arc, len(a.Nodes))
	for _, l := range a.Links {
		if weight, ok := a.weight(l, w); ok {
			n := b.index[l.To]
			to[n] = append(to[n], arc{int32(b.index[l.From]), weight, b.measure.of(a, l)})
		}
	}
	routers := int32(len(b.routers))
	b.start = make([]int32, routers+1)
	for n := range routers {
		for _, last := range to[n] {
			if last.from < routers {
				b.arcs = append(b.arcs, last)
				continue
			}
			for _, first := range to[last.from] {
				if first.from < routers { // no path leads from one LAN to another
					b.arcs = append(b.arcs, arc{first.from, first.weight + last.weight, b.measure.then(first.value, last.value)})
				}
			}
		}
		b.start[n+1] = int32(len(b.arcs))
	}
}

func (b *backward) arcsTo(n int32) []arc { return b.arcs[b.start[n]:b.start[n+1]] }

// valueOf returns the value of a router, from those of the routers before it.
func (b *backward) valueOf(n int32) float64 {
	if b.known[n] {
		return b.value[n]
	}
	b.known[n] = true
	worst, several := math.NaN(), false
	if b.distance[n] == Unreachable {
		b.value[n] = worst
		return worst
	}
	arcs := b.arcsTo(n)
	for i := range arcs {
		a := &arcs[i]
		if !b.isOnPath(a.from, a.weight, n) {
			continue
		}
		value := b.measure.then(b.valueOf(a.from), a.value)
		if several {
			value = b.measure.worse(worst, value)
		}
		worst, several = value, true
	}
	b.value[n] = worst
	return worst
}

// isOnPath tells whether an arc from a router to another is on a shortest path to that.
func (b *backward) isOnPath(from int32, weight Distance, n int32) bool {
	near, to := b.distance[from], b.distance[n]
	if (near+weight).Metric() != to.Metric() || b.noTransit[from] && from != b.from {
		return false
	}
	return near < to // other arcs lead nowhere: over links of metric 0 the fewest count
}
