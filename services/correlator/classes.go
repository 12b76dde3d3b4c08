package correlator

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/schemas"
)

// classes are what there is of each resource class, as a record has it.
type classes []avro.Entry[schemas.Capacity]

// of returns what there is of a class; nil if nothing is said of it.
func (c classes) of(name string) *schemas.Capacity {
	for i := range c {
		if c[i].Key == name {
			return &c[i].Value
		}
	}
	return nil
}

func (c *classes) add(name string, there schemas.Capacity) {
	*c = append(*c, avro.Entry[schemas.Capacity]{Key: name, Value: there})
}

// sort brings them into the order of their names, which most are in.
func (c classes) sort() {
	byName := func(a, b avro.Entry[schemas.Capacity]) int { return strings.Compare(a.Key, b.Key) }
	if !slices.IsSortedFunc(c, byName) {
		slices.SortFunc(c, byName)
	}
}

func (c classes) all() iter.Seq2[string, schemas.Capacity] {
	return func(yield func(string, schemas.Capacity) bool) {
		for i := range c {
			if !yield(c[i].Key, c[i].Value) {
				return
			}
		}
	}
}

// addResource adds what there is of a resource.
func (c *classes) addResource(r *resource) {
	for i := range r.own {
		if r.own[i].told() {
			c.add(ownClasses[i].name, r.own[i].record(ownClasses[i].kind, ownClasses[i].unit))
		}
	}
	for i := range r.classes {
		further := &r.classes[i]
		if !further.capacity.told() {
			continue
		}
		there := further.capacity.record(further.kind, further.unit)
		if held := c.of(further.name); held != nil {
			*held = there
			continue
		}
		c.add(further.name, there)
	}
}

// addMeasured adds what other resources than the first have measured, and only they.
func (c *classes) addMeasured(others []*resource) {
	for _, r := range others {
		var theirs classes
		theirs.addResource(r)
		for name, there := range theirs.all() {
			if there.MeasuredUse == nil {
				continue
			}
			held := c.of(name)
			if held == nil {
				c.add(name, schemas.Capacity{MeasuredUse: there.MeasuredUse, Kind: there.Kind, Unit: there.Unit})
			} else if held.MeasuredUse == nil {
				held.MeasuredUse = there.MeasuredUse
			}
		}
	}
}

// addTotals adds the sums of the classes. Of amounts of one class in different units the first unit counts.
func (c *classes) addTotals(t *totals) {
	put := func(name string, s *sums, kind, unit *string) {
		if there := s.capacity(); there.told() && c.of(name) == nil {
			c.add(name, there.record(kind, unit))
		}
	}
	for i := range t.own {
		put(ownClasses[i].name, &t.own[i], ownClasses[i].kind, ownClasses[i].unit)
	}
	for _, key := range slices.SortedFunc(maps.Keys(t.classes), compareClasses) {
		put(key.name, t.classes[key], optional(key.kind), optional(key.unit))
	}
}

// metricsOf returns the service metrics of an entity: of each, what the first that tells it says.
func metricsOf(tellers []*resource) map[string]schemas.Metric {
	if len(tellers) == 1 {
		return tellers[0].metrics
	}
	all := map[string]schemas.Metric{}
	for _, r := range slices.Backward(tellers) {
		maps.Copy(all, r.metrics)
	}
	return all
}
