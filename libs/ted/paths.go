package ted

import (
	"maps"
	"math"
	"slices"

	"github.com/altostream/altostream/libs/igp"
)

// computed is what was computed of paths, as long as nothing changes that it depends on.
type computed struct {
	distances map[pathsOf]*distances
	values    map[valuesOf]*values
	ipv6      *ipv6Routing // nil: not known
}

// distances are those between all routers; stale ones were so before links changed.
type distances struct {
	*igp.Matrix
	stale bool
}

// values are what a measure comes to between all routers; stale ones did so before links changed.
type values struct {
	*igp.Values
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
	d.distancesChanged()
	d.valuesChanged(func(valuesOf) bool { return true })
}

func (d *Database) distancesChanged() {
	for _, known := range d.computed.distances {
		known.stale = true
	}
	d.destinations.stale = true
}

func (d *Database) valuesChanged(of func(valuesOf) bool) {
	for values, known := range d.computed.values {
		known.stale = known.stale || of(values)
	}
}

// isSame compares what is measured of links, of which the widest paths are made.
func (of valuesOf) isSame(a, b link) bool {
	return a.direction == b.direction && math.Float64bits(a.measure(of.measure)) == math.Float64bits(b.measure(of.measure))
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
	maps.DeleteFunc(d.computed.values, func(_ valuesOf, known *values) bool { return known.stale })
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
	known := d.computed.values[of]
	if known == nil {
		known = &values{stale: true}
		d.computed.values[of] = known
	}
	switch n := d.network(of.family); {
	case !known.stale:
	case of.widest:
		*known = values{Values: n.UpdateWidest(known.Values, of.measure)}
	default:
		*known = values{Values: n.UpdateAlong(known.Values, d.distances(of.family, d.byHops(of.family)), of.measure)}
	}
	return known.Values
}

// byHops is the weight of the paths of which the number of links is known too. Distances by IGP metric have it, unless
// there are instances that have links alone.
func (d *Database) byHops(f family) igp.Weight {
	if slices.ContainsFunc(d.routing(f), func(k *instance) bool { return k.key.rules() == igp.Flat }) {
		return igp.ByIGPThenLinks
	}
	return igp.ByIGP
}
