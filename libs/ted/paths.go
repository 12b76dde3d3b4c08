package ted

import "github.com/altostream/altostream/libs/igp"

// computed is what was computed of paths, as long as nothing changes that it depends on.
type computed struct {
	distances map[pathsOf]*igp.Matrix
	values    map[valuesOf]*igp.Values
	ipv6      *ipv6Routing // nil: not known
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
	for _, m := range d.computed.distances {
		m.Recycle()
	}
	clear(d.computed.distances)
	clear(d.computed.values)
	d.destinations.stale = true
}

// familiesChanged notes that routers may route other address families.
func (d *Database) familiesChanged() { d.computed.ipv6 = nil }

// distances returns the distances between all routers.
func (d *Database) distances(f family, w igp.Weight) *igp.Matrix {
	key := pathsOf{f, w}
	if d.computed.distances[key] == nil {
		d.computed.distances[key] = d.network(f).Distances(w)
	}
	return d.computed.distances[key]
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
