package igp

import "math"

// Values holds what a measure comes to on the way from every router to every router.
type Values struct {
	n     int
	cells []float64
}

func newValues(n int) *Values {
	v := &Values{n: n, cells: make([]float64, n*n)}
	for i := range v.cells {
		v.cells[i] = math.NaN()
	}
	return v
}

// Routers is how many there are.
func (v *Values) Routers() int { return v.n }

// At returns the value from one router to another: NaN if there is no path, or if something
// on it is not told.
func (v *Values) At(from, to int) float64 { return v.cells[from*v.n+to] }

// Along returns what a measure comes to on the paths that packets take: those of
// Distances(ByIGPThenLinks). Where several are equally good it is that of the worst, for
// packets can take any.
func (n *Network) Along(m Measure) *Values {
	lengths, total := newMatrix(n.Routers), newValues(n.Routers)
	for _, d := range n.Domains {
		within, values := d.along(n.Routers, m)
		for i, length := range within.cells {
			if lengths.cells[i] == Unreachable || length == 0 && math.IsNaN(total.cells[i]) {
				lengths.cells[i], total.cells[i] = length, values.cells[i]
			}
		}
	}
	if n.Join {
		total.join(m, lengths, n.common())
	}
	for r := range n.Routers {
		total.cells[r*n.Routers+r] = m.nothing()
	}
	return total
}

func (d *Domain) along(routers int, m Measure) (*Matrix, *Values) {
	w := d.weight(ByIGPThenLinks)
	r := newRouting(d, routers, w, func(a *Area) *inside {
		in := a.shortestPaths(w)
		in.values = a.along(in, w, m)
		return in
	})
	r.measure, r.values, r.legs = m, newValues(routers), make([][]leg, routers)
	return r.all(), r.values
}

// join does what Matrix.join does, and keeps the worst of the ways that are as short.
func (v *Values) join(m Measure, lengths *Matrix, over []int) {
	direct := lengths.clone()
	for _, via := range over {
		for from := range v.n {
			first := lengths.At(from, via)
			if first == Unreachable || from == via {
				continue
			}
			for to := range v.n {
				if direct.At(from, to) != Unreachable {
					continue
				}
				length := first.plus(lengths.At(via, to))
				v.offer(m, lengths, from, to, length, m.then(v.At(from, via), v.At(via, to)))
				lengths.set(from, to, min(lengths.At(from, to), length))
			}
		}
	}
}

// offer keeps the value of a path if it is shorter than the one whose length is known, and the
// worse one if it is as short.
func (v *Values) offer(m Measure, known *Matrix, from, to int, length Distance, value float64) {
	before, cell := known.At(from, to), &v.cells[from*v.n+to]
	switch {
	case length == Unreachable:
	case before == Unreachable || length.Metric() < before.Metric():
		*cell = value
	case length.Metric() == before.Metric():
		*cell = m.worse(*cell, value)
	}
}

// value returns what the measure comes to from a router to the destination at hand by the
// legs of its route; NaN if these lead in a circle.
func (r *routing) value(from int) float64 {
	if from == r.to {
		return r.measure.nothing()
	}
	cell := &r.values.cells[from*r.routers+r.to]
	if !r.asked[from] {
		return *cell
	}
	r.asked[from] = false
	worst := r.measure.best()
	for _, l := range r.legs[from] {
		worst = r.measure.worse(worst, r.measure.then(r.inside[l.from.area].value(l.from.node, l.node), r.value(l.via)))
	}
	if len(r.legs[from]) > 0 {
		*cell = worst
	}
	return *cell
}
