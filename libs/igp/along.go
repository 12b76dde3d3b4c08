package igp

import (
	"math"
	"slices"
)

// forward is the links of an area as the paths from one router after another lead over them.
type forward struct {
	*inside
	noTransit []bool
	measure   Measure
	start     []int32 // by node: its first of arcs, and one more that ends the last
	arcs      []arc   // by node

	// Of the router that paths begin at:
	from     int
	distance []Distance // by node
	left     []int32    // by node: arcs to it that paths lead over and that are not yet followed
	value    []float64  // by node
	next     []int32    // nodes to go on from
}

type arc struct {
	to     int32
	weight Distance
	value  float64
}

// along returns what a measure comes to on the shortest paths within an area, of several the
// worst. Shortest is by the metric alone, but that of ways over links of metric 0 those
// count that have fewer links: these alone lead to somewhere.
func (a *Area) along(in *inside, w Weight, m Measure) [][]float64 {
	f := &forward{inside: in, measure: m}
	_, f.noTransit = newInside(a)
	f.take(a, w)
	nodes := len(a.Nodes)
	f.distance, f.left, f.value = make([]Distance, nodes), make([]int32, nodes), make([]float64, nodes)
	values := make([][]float64, len(in.routers))
	for from := range values {
		f.run(from)
		values[from] = slices.Clone(f.value[:len(values)])
	}
	return values
}

// take puts the links that have the weight into the order of the nodes that they leave.
func (f *forward) take(a *Area, w Weight) {
	f.start = make([]int32, len(a.Nodes)+1)
	for _, l := range a.Links {
		if _, ok := a.weight(l, w); ok {
			f.start[f.index[l.From]+1]++
		}
	}
	for n := range a.Nodes {
		f.start[n+1] += f.start[n]
	}
	f.arcs = make([]arc, f.start[len(a.Nodes)])
	next := slices.Clone(f.start)
	for _, l := range a.Links {
		if weight, ok := a.weight(l, w); ok {
			from := f.index[l.From]
			f.arcs[next[from]] = arc{int32(f.index[l.To]), weight, f.measure.of(a, l)}
			next[from]++
		}
	}
}

func (f *forward) arcsOf(n int) []arc { return f.arcs[f.start[n]:f.start[n+1]] }

// leads tells whether paths can lead on from a node.
func (f *forward) leads(n int) bool {
	return f.distance[n] != Unreachable && (n == f.from || !f.noTransit[n])
}

// run finds the values from one router: a node's is known when all arcs that lead to it on
// shortest paths are followed.
func (f *forward) run(from int) {
	f.from = from
	f.findDistances()
	for n := range f.distance {
		f.left[n], f.value[n] = 0, math.NaN()
	}
	for n := range f.distance {
		if f.leads(n) {
			for _, a := range f.arcsOf(n) {
				if f.shortest(n, a) {
					f.left[a.to]++
					f.value[a.to] = f.measure.best()
				}
			}
		}
	}
	f.value[from] = f.measure.nothing()
	for f.next = append(f.next[:0], int32(from)); len(f.next) > 0; {
		n := int(f.next[len(f.next)-1])
		f.next = f.next[:len(f.next)-1]
		if f.leads(n) {
			f.follow(n)
		}
	}
}

func (f *forward) follow(n int) {
	for _, a := range f.arcsOf(n) {
		if !f.shortest(n, a) {
			continue
		}
		f.value[a.to] = f.measure.worse(f.value[a.to], f.measure.then(f.value[n], a.value))
		if f.left[a.to]--; f.left[a.to] == 0 {
			f.next = append(f.next, a.to)
		}
	}
}

// findDistances takes those of routers, and from them finds those of pseudonodes.
func (f *forward) findDistances() {
	routers := len(f.routers)
	copy(f.distance, f.rows[f.from])
	for n := routers; n < len(f.distance); n++ {
		f.distance[n] = Unreachable
	}
	for n := range routers {
		if f.leads(n) {
			for _, a := range f.arcsOf(n) {
				if int(a.to) >= routers {
					f.distance[a.to] = min(f.distance[a.to], f.distance[n]+a.weight)
				}
			}
		}
	}
}

// shortest tells whether shortest paths lead over an arc.
func (f *forward) shortest(n int, a arc) bool {
	to, length := f.distance[a.to], f.distance[n]+a.weight
	if length.Metric() != to.Metric() {
		return false
	}
	fromPseudonode := n >= len(f.routers)
	return f.distance[n] < to || fromPseudonode && f.distance[n] == to && int(a.to) < len(f.routers)
}
