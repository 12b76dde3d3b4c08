package correlator

import (
	"cmp"
	"math"
	"slices"

	"github.com/altostream/altostream/schemas"
)

// resource is a compute resource made ready. It does not change, so the partitions that
// an instance serves share it.
type resource struct {
	key      string
	record   *schemas.ComputeResource
	entities []entity // what it tells of; totals count it under the first
	site     string   // entity id; "" = none told
	classes  map[string]schemas.Capacity
	sums     []summand
	alone    []*resource // itself: the tellers of what nobody else tells
}

func newResource(key string, r *schemas.ComputeResource) *resource {
	ready := &resource{key: key, record: r, entities: entities(key, r), classes: classesOf(r)}
	if r.Site != nil && *r.Site != "" {
		ready.site = siteEntity(*r.Site)
	}
	ready.sums = summands(ready)
	ready.alone = []*resource{ready}
	return ready
}

// kindPrometheus is the kind of resources that tell what is measured of others.
const kindPrometheus = "prometheus"

// compareTellers says whose word on an entity counts first: that of who tells the
// resource itself before that of who measures it, of sources that can be read before
// those that cannot, of the lower key.
func compareTellers(a, b *resource) int {
	return cmp.Or(
		compareBools(a.record.Kind == kindPrometheus, b.record.Kind == kindPrometheus),
		compareBools(a.record.StaleSince != nil, b.record.StaleSince != nil),
		cmp.Compare(a.key, b.key))
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// takesWork reports whether the platform gives it new workload.
func (r *resource) takesWork() bool {
	return !r.down() && (r.record.Schedulable == nil || *r.record.Schedulable)
}

func (r *resource) down() bool { return r.record.State != nil && *r.record.State == schemas.StateDown }

// Resource classes that have fields of their own in compute_resources.
const (
	classVCPU = "vcpu"
	classRAM  = "ram"
	classDisk = "disk"
)

var megabytes, gigabytes = "MBy", "GBy"

// classesOf returns what there is of each class that something is told of.
func classesOf(r *schemas.ComputeResource) map[string]schemas.Capacity {
	classes := make(map[string]schemas.Capacity, 3+len(r.Classes))
	put := func(name string, c schemas.Capacity) {
		if c.Free == nil && c.Total != nil && c.Used != nil {
			free := max(*c.Total-*c.Used, 0)
			c.Free = &free
		}
		if c.Physical != nil || c.Total != nil || c.Used != nil || c.Free != nil || c.MeasuredUse != nil {
			classes[name] = c
		}
	}
	of := func(amounts *schemas.Amounts, field func(*schemas.Amounts) *float64) *float64 {
		if amounts == nil {
			return nil
		}
		return field(amounts)
	}
	own := func(available, used *float64, unit *string, field func(*schemas.Amounts) *float64) schemas.Capacity {
		return schemas.Capacity{
			Physical: cmp.Or(of(r.Capacity, field), available), Total: cmp.Or(of(r.Allocatable, field), available),
			Used: cmp.Or(of(r.Allocated, field), used), Free: of(r.Free, field), MeasuredUse: of(r.MeasuredUse, field), Unit: unit,
		}
	}
	put(classVCPU, own(r.VCPUAvailable, r.VCPUUsed, nil, func(a *schemas.Amounts) *float64 { return a.VCPU }))
	put(classRAM, own(r.RAMAvailable, r.RAMUsed, &megabytes, func(a *schemas.Amounts) *float64 { return a.RAM }))
	put(classDisk, own(r.DiskAvailable, r.DiskUsed, &gigabytes, func(a *schemas.Amounts) *float64 { return a.Disk }))
	for name, c := range r.Classes {
		put(name, schemas.Capacity{
			Physical: cmp.Or(c.Capacity, c.Available), Total: cmp.Or(c.Allocatable, c.Available),
			Used: cmp.Or(c.Allocated, c.Used), Free: c.Free, MeasuredUse: c.MeasuredUse, Kind: c.Kind, Unit: c.Unit,
		})
	}
	return classes
}

// measured returns the classes and service metrics of an entity: those of the teller that
// counts, and what only others have measured.
func measured(tellers []*resource) (map[string]schemas.Capacity, map[string]schemas.Metric) {
	classes, metrics := tellers[0].classes, tellers[0].record.Metrics
	if len(tellers) == 1 {
		return classes, metrics
	}
	classes, metrics = copied(classes), copied(metrics)
	for _, other := range tellers[1:] {
		for name, c := range other.classes {
			held := classes[name]
			if held.MeasuredUse == nil && c.MeasuredUse != nil {
				held.MeasuredUse = c.MeasuredUse
				held.Kind, held.Unit = cmp.Or(held.Kind, c.Kind), cmp.Or(held.Unit, c.Unit)
				classes[name] = held
			}
		}
		for name, m := range other.record.Metrics {
			if _, ok := metrics[name]; !ok {
				metrics[name] = m
			}
		}
	}
	return classes, metrics
}

// copied returns a copy to be added to; maps.Clone of nil is nil.
func copied[V any](m map[string]V) map[string]V {
	c := make(map[string]V, len(m))
	for name, v := range m {
		c[name] = v
	}
	return c
}

// summand is an amount that adds up over resources.
type summand struct {
	sumKey
	milli int64 // thousandths, so that sums do not depend on their order
}

// sumKey names a sum: a property, or a field of a class in a unit.
type sumKey struct{ class, kind, unit, field string }

const (
	fieldPhysical = "physical"
	fieldTotal    = "total"
	fieldUsed     = "used"
	fieldFree     = "free"
)

func summands(r *resource) []summand {
	var sums []summand
	add := func(class, field string, value *float64, c schemas.Capacity) {
		if value != nil {
			sums = append(sums, summand{sumKey{class, textOf(c.Kind), textOf(c.Unit), field}, thousandths(*value)})
		}
	}
	for name, value := range amounts(r.record) {
		add("", name, value, schemas.Capacity{})
	}
	for name, c := range r.classes {
		add(name, fieldPhysical, c.Physical, c)
		add(name, fieldTotal, c.Total, c)
		add(name, fieldUsed, c.Used, c)
		if c.Free != nil && !r.takesWork() {
			c.Free = new(float64) // nothing of it can be given out now
		}
		add(name, fieldFree, c.Free, c)
	}
	return slices.Clip(sums)
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func thousandths(v float64) int64 {
	const most = 1 << 52
	return int64(min(max(math.Round(v*1000), -most), most))
}
