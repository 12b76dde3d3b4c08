package igp

import (
	"math"
	"slices"

	"github.com/altostream/altostream/libs/parallel"
)

// backward is the links of an area as paths from one router after another are followed back
// over them.
type backward struct {
	*inside
	measure Measure
	start   []int32 // by node: its first of arcs, and one more that ends the last
	arcs    []arc   // by the node that they lead to

	// Of the router that paths begin at:
	from     int32
	distance []Distance // by node
	known    []bool     // by node: it has its value
	value    []float64  // by node
}

type arc struct {
	from   int32
	weight Distance
	value  float64
}

// along returns what a measure comes to on the shortest paths within an area, of several the
// worst. Shortest is by the metric alone, but that of ways over links of metric 0 those
// count that have fewer links: these alone lead to somewhere.
func (a *Area) along(in *inside, w Weight, m Measure) [][]float64 {
	return newBackward(a, in, w, m).all()
}

func newBackward(a *Area, in *inside, w Weight, m Measure) *backward {
	b := &backward{inside: in, measure: m}
	b.take(a, w)
	return b
}

// all returns the values of all routers, by the routers that paths begin at.
func (b *backward) all() [][]float64 {
	nodes, routers := len(b.noTransit), len(b.routers)
	values := make([][]float64, routers)
	parallel.Each(routers, several, func() func(from int) {
		b := *b
		b.distance, b.known = make([]Distance, nodes), make([]bool, nodes)
		return func(from int) {
			b.value = make([]float64, nodes)
			b.begin(int32(from))
			for to := range int32(routers) {
				b.valueOf(to)
			}
			values[from] = b.value[:routers]
		}
	})
	return values
}

// take puts the links that have the weight into the order of the nodes that they lead to.
func (b *backward) take(a *Area, w Weight) {
	b.start = make([]int32, len(a.Nodes)+1)
	for _, l := range a.Links {
		if _, ok := a.weight(l, w); ok {
			b.start[b.index[l.To]+1]++
		}
	}
	for n := range a.Nodes {
		b.start[n+1] += b.start[n]
	}
	b.arcs = make([]arc, b.start[len(a.Nodes)])
	next := slices.Clone(b.start)
	for _, l := range a.Links {
		if weight, ok := a.weight(l, w); ok {
			to := b.index[l.To]
			b.arcs[next[to]] = arc{int32(b.index[l.From]), weight, b.measure.of(a, l)}
			next[to]++
		}
	}
}

func (b *backward) arcsTo(n int32) []arc { return b.arcs[b.start[n]:b.start[n+1]] }

// begin takes the distances from a router, and finds those of pseudonodes. One that is
// reached over links of a metric comes before all routers that are as far.
func (b *backward) begin(from int32) {
	b.from = from
	clear(b.known)
	b.known[from], b.value[from] = true, b.measure.nothing()
	routers := copy(b.distance, b.rows[from])
	for n := int32(routers); int(n) < len(b.distance); n++ {
		b.distance[n] = Unreachable
		for _, a := range b.arcsTo(n) {
			if int(a.from) >= routers || b.distance[a.from] == Unreachable || !b.leads(a.from) {
				continue
			}
			d := b.distance[a.from] + a.weight
			if a.weight.Metric() > 0 {
				d = distance(d.Metric(), 0)
			}
			b.distance[n] = min(b.distance[n], d)
		}
	}
}

// leads tells whether paths may lead on from a node.
func (b *backward) leads(n int32) bool { return !b.noTransit[n] || n == b.from }

// valueOf returns the value of a node, from those of the nodes before it.
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

// isOnPath tells whether a link from a node to another is on a shortest path to that.
func (b *backward) isOnPath(from int32, weight Distance, n int32) bool {
	near, to := b.distance[from], b.distance[n]
	if (near+weight).Metric() != to.Metric() || !b.leads(from) {
		return false
	}
	// Other links lead nowhere: over links of metric 0 the fewest count.
	return near < to || near == to && b.isPseudonode(from) && !b.isPseudonode(n)
}

func (b *backward) isPseudonode(n int32) bool { return int(n) >= len(b.routers) }
