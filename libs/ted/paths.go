package ted

import "github.com/altostream/altostream/libs/igp"

// computed is what was computed of paths, as long as nothing changes that it depends on.
type computed struct {
	distances map[pathsOf]*distances
	values    map[valuesOf]*igp.Values
	ipv6      *ipv6Routing // nil: not known
}

// distances are those between all routers; stale ones were so before links changed.
type distances struct {
	*igp.Matrix
	stale bool
}

// pathsOf names the paths of an address family by a weight.
type pathsOf struct {
	family family
	weight igp.Weight
}

// valuesOf names what a measure comes to on the paths of an address family.
type valuesOf struct {
	family  family
	measure igp.Measure
	widest  bool
}

func (d *Database) pathsChanged() {
	for _, known := range d.computed.distances {
		known.stale = true
	}
	clear(d.computed.values)
	d.destinations.stale = true
}

// familiesChanged notes that routers may route other address families.
func (d *Database) familiesChanged() {
	d.computed.ipv6 = nil
	for of, known := range d.computed.distances {
		if known.stale { // perhaps nobody asks for it any more
			known.Recycle()
			delete(d.computed.distances, of)
		}
	}
}

// distances returns the distances between all routers.
func (d *Database) distances(f family, w igp.Weight) *igp.Matrix {
	known := d.computed.distances[pathsOf{f, w}]
	switch {
	case known == nil:
		known = &distances{Matrix: d.network(f).Distances(w)}
		d.computed.distances[pathsOf{f, w}] = known
	case known.stale:
		*known = distances{Matrix: d.network(f).Update(known.Matrix, w)}
	}
	return known.Matrix
}

// values returns what a measure comes to between all routers.
func (d *Database) values(of valuesOf) *igp.Values {
	if d.computed.values[of] == nil {
		n := d.network(of.family)
		if of.widest {
			d.computed.values[of] = n.Widest(of.measure)
		} else {
			d.computed.values[of] = n.Along(of.measure)
		}
	}
	return d.computed.values[of]
}
