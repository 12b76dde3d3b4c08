package correlator

import (
	"cmp"
	"math"
	"slices"

	"github.com/altostream/altostream/schemas"
)

// capacity is what there is of a resource class; NaN = not told.
type capacity [5]float64

// Fields of a capacity.
const (
	physical = iota
	total
	used
	free
	measuredUse
)

// class is a resource class and what there is of it.
type class struct {
	name       string
	kind, unit *string
	capacity   capacity
}

var megabytes, gigabytes = "MBy", "GBy"

// ownClasses are the classes that have fields of their own in compute_resources.
var ownClasses = [...]class{{name: "disk", unit: &gigabytes}, {name: "ram", unit: &megabytes}, {name: "vcpu"}}

func ownCapacities(r *schemas.ComputeResource) [len(ownClasses)]capacity {
	groups := [...]*schemas.Amounts{r.Capacity, r.Allocatable, r.Allocated, r.Free, r.MeasuredUse}
	for i, group := range groups {
		if group == nil {
			groups[i] = &schemas.Amounts{}
		}
	}
	of := func(i int) (vcpu, ram, disk *float64) { return groups[i].VCPU, groups[i].RAM, groups[i].Disk }
	var own [len(ownClasses)]capacity
	for field := range own[0] {
		vcpu, ram, disk := of(field)
		own[0][field], own[1][field], own[2][field] = orNaN(disk), orNaN(ram), orNaN(vcpu)
	}
	own[0].complete(r.DiskAvailable, r.DiskUsed)
	own[1].complete(r.RAMAvailable, r.RAMUsed)
	own[2].complete(r.VCPUAvailable, r.VCPUUsed)
	return own
}

func furtherClasses(r *schemas.ComputeResource) []class {
	var classes []class
	for name, c := range r.Classes {
		further := class{name: name, kind: c.Kind, unit: c.Unit, capacity: capacity{
			orNaN(c.Capacity), orNaN(c.Allocatable), orNaN(c.Allocated), orNaN(c.Free), orNaN(c.MeasuredUse),
		}}
		further.capacity.complete(c.Available, c.Used)
		classes = append(classes, further)
	}
	slices.SortFunc(classes, func(a, b class) int { return cmp.Compare(a.name, b.name) })
	return classes
}

// complete fills in what a source does not tell apart: available is what is built in and what may be given out,
// used is what has been given out, and the rest is free.
func (c *capacity) complete(available, inUse *float64) {
	for _, fill := range []struct {
		field int
		with  float64
	}{
		{physical, orNaN(available)}, {total, orNaN(available)}, {used, orNaN(inUse)},
	} {
		if math.IsNaN(c[fill.field]) {
			c[fill.field] = fill.with
		}
	}
	if math.IsNaN(c[free]) {
		c[free] = max(c[total]-c[used], 0) // NaN if one of them is
	}
}

// told reports whether anything is.
func (c *capacity) told() bool {
	for _, v := range c {
		if !math.IsNaN(v) {
			return true
		}
	}
	return false
}

// record is the capacity as a record has it. It shares its numbers.
func (c *capacity) record(kind, unit *string) schemas.Capacity {
	return schemas.Capacity{
		Physical: number(&c[physical]), Total: number(&c[total]), Used: number(&c[used]),
		Free: number(&c[free]), MeasuredUse: number(&c[measuredUse]), Kind: kind, Unit: unit,
	}
}

func number(v *float64) *float64 {
	if math.IsNaN(*v) {
		return nil
	}
	return v
}
