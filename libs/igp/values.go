package igp

import "math"

// Values holds what a measure comes to on the way from every router to every router.
type Values struct {
	measure Measure
	rows    [][]float64
	areas   []*areaValues // within the areas of one domain

	// To be updated:
	paths   *Matrix   // the distances then
	seen    int       // their version
	version int       // how often the values were updated
	changed [][]int32 // by router that paths begin at: those whose values were found anew last
}

// areaValues are those between the routers of an area.
type areaValues struct {
	links   *backward   // that they were found over
	rows    [][]float64 // by index in rows of inside
	changed [][]int32   // by row: the columns that were found anew last
}

// newValues returns the values between routers that reach themselves alone, or each other within the one area that there is.
func newValues(n int, m Measure, areas ...*backward) *Values {
	v := &Values{measure: m}
	for _, links := range areas {
		v.areas = append(v.areas, &areaValues{links: links, rows: links.all()})
	}
	if len(areas) == 1 && areas[0].isWhole(n) {
		v.rows = v.areas[0].rows
		return v
	}
	v.rows = newRows(n, n, math.NaN())
	for i, row := range v.rows {
		row[i] = m.nothing()
	}
	return v
}

// Routers is how many there are.
func (v *Values) Routers() int { return len(v.rows) }

// At returns the value from one router to another: NaN if there is no path, or if something
// on it is not told.
func (v *Values) At(from, to int) float64 { return v.rows[from][to] }

// Along returns what a measure comes to on the paths that packets take: those of
// Distances(ByIGPThenLinks). Where several are equally good it is that of the worst, for
// packets can take any.
func (n *Network) Along(m Measure) *Values {
	if len(n.Domains) == 0 {
		return newValues(n.Routers, m)
	}
	lengths, total := n.preferred(func(d *Domain) *routing { return d.along(n.Routers, m) })
	if n.Join {
		total.join(lengths, n.common())
	}
	return total
}

// along returns the routing of a domain that finds what the measure comes to.
func (d *Domain) along(routers int, m Measure) *routing {
	r := d.routing(routers, ByIGPThenLinks, (*Area).shortestPaths)
	r.values, r.legs = newValues(routers, m, d.backward(r.inside, m)...), make([][]leg, routers)
	return r
}

// join does what Matrix.join does, and keeps the worst of the ways that are as short.
func (v *Values) join(lengths *Matrix, over []int) {
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
				v.offer(lengths, from, to, length, v.measure.then(v.At(from, via), v.At(via, to)))
				lengths.set(from, to, min(lengths.At(from, to), length))
			}
		}
	}
}

// offer keeps the value of a path if it is shorter than the one whose length is known, and the
// worse one if it is as short.
func (v *Values) offer(known *Matrix, from, to int, length Distance, value float64) {
	before, cell := known.At(from, to), &v.rows[from][to]
	switch {
	case length == Unreachable:
	case before == Unreachable || length.Metric() < before.Metric():
		*cell = value
	case length.Metric() == before.Metric():
		*cell = v.measure.worse(*cell, value)
	}
}

// value returns what the measure comes to from a router to the destination at hand by the
// legs of its route; NaN if these lead in a circle.
func (r *routing) value(from int) float64 {
	cell, m := &r.values.rows[from][r.to], r.values.measure
	if !r.asked[from] {
		return *cell
	}
	r.asked[from], *cell = false, math.NaN()
	if len(r.legs[from]) == 0 {
		return *cell
	}
	worst := m.best()
	for _, l := range r.legs[from] {
		worst = m.worse(worst, m.then(r.values.areas[l.from.area].at(l.from.node, l.node), r.value(l.via)))
	}
	*cell = worst
	return worst
}

func (v *areaValues) at(from, to int) float64 {
	return v.rows[v.links.index[from]][v.links.index[to]]
}
