package igp

import "math"

// Values holds what a measure comes to on the way from every router to every router.
type Values struct {
	rows [][]float64

	// To be updated:
	along   *backward // that they were found with; nil = they are not updated
	paths   *Matrix   // the distances then
	seen    int       // their version
	version int       // how often the values were updated
	changed [][]int32 // by router that paths begin at: those whose values were found anew last
}

func newValues(n int) *Values { return &Values{rows: newRows(n, n, math.NaN())} }

// Routers is how many there are.
func (v *Values) Routers() int { return len(v.rows) }

// At returns the value from one router to another: NaN if there is no path, or if something
// on it is not told.
func (v *Values) At(from, to int) float64 { return v.rows[from][to] }

// Along returns what a measure comes to on the paths that packets take: those of
// Distances(ByIGPThenLinks). Where several are equally good it is that of the worst, for
// packets can take any.
func (n *Network) Along(m Measure) *Values {
	lengths, total := n.preferred(func(d *Domain) *routing { return d.along(n.Routers, m) })
	if n.Join {
		total.join(m, lengths, n.common())
	}
	for r, row := range total.rows {
		row[r] = m.nothing()
	}
	return total
}

// along returns the routing of a domain that finds what the measure comes to.
func (d *Domain) along(routers int, m Measure) *routing {
	w := d.weight(ByIGPThenLinks)
	r := newRouting(d, routers, w, func(a *Area) *inside {
		in := a.shortestPaths(w)
		in.values = a.along(in, w, m)
		return in
	})
	r.measure, r.legs = m, make([][]leg, routers)
	if r.isWhole() {
		r.values = &Values{rows: r.inside[0].values}
	} else {
		r.values = newValues(routers)
	}
	return r
}

// join does what Matrix.join does, and keeps the worst of the ways that are as short.
func (v *Values) join(m Measure, lengths *Matrix, over []int) {
	direct := &Matrix{rows: cloneRows(lengths.rows)}
	for _, via := range over {
		for from := range v.rows {
			first := lengths.At(from, via)
			if first == Unreachable || from == via {
				continue
			}
			for to := range v.rows {
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
	before, cell := known.At(from, to), &v.rows[from][to]
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
	cell := &r.values.rows[from][r.to]
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
