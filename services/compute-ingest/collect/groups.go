package collect

import "github.com/altostream/altostream/schemas"

// Group is one of the fields of a record that hold an amount of each class: disk, ram,
// vcpu, and further ones in classes.
type Group struct {
	amounts func(*schemas.ComputeResource) **schemas.Amounts
	class   func(*schemas.ClassAmount) **float64
}

// Groups are the groups by the names of their fields.
var Groups = map[string]Group{
	"capacity":         {func(r *schemas.ComputeResource) **schemas.Amounts { return &r.Capacity }, func(c *schemas.ClassAmount) **float64 { return &c.Capacity }},
	"reserved":         {func(r *schemas.ComputeResource) **schemas.Amounts { return &r.Reserved }, func(c *schemas.ClassAmount) **float64 { return &c.Reserved }},
	"allocation_ratio": {func(r *schemas.ComputeResource) **schemas.Amounts { return &r.AllocationRatio }, func(c *schemas.ClassAmount) **float64 { return &c.AllocationRatio }},
	"allocatable":      {func(r *schemas.ComputeResource) **schemas.Amounts { return &r.Allocatable }, func(c *schemas.ClassAmount) **float64 { return &c.Allocatable }},
	"allocated":        {func(r *schemas.ComputeResource) **schemas.Amounts { return &r.Allocated }, func(c *schemas.ClassAmount) **float64 { return &c.Allocated }},
	"measured_use":     {func(r *schemas.ComputeResource) **schemas.Amounts { return &r.MeasuredUse }, func(c *schemas.ClassAmount) **float64 { return &c.MeasuredUse }},
	"free":             {func(r *schemas.ComputeResource) **schemas.Amounts { return &r.Free }, func(c *schemas.ClassAmount) **float64 { return &c.Free }},
}

// Part is a class that has a field of its own in every group.
type Part struct {
	Unit            float64 // bytes or things of one
	of              func(*schemas.Amounts) **float64
	available, used func(*schemas.ComputeResource) **float64
}

// Parts are those classes by name.
var Parts = map[string]Part{
	"disk": {
		Gigabyte, func(a *schemas.Amounts) **float64 { return &a.Disk },
		func(r *schemas.ComputeResource) **float64 { return &r.DiskAvailable }, func(r *schemas.ComputeResource) **float64 { return &r.DiskUsed },
	},
	"ram": {
		Megabyte, func(a *schemas.Amounts) **float64 { return &a.RAM },
		func(r *schemas.ComputeResource) **float64 { return &r.RAMAvailable }, func(r *schemas.ComputeResource) **float64 { return &r.RAMUsed },
	},
	"vcpu": {
		1, func(a *schemas.Amounts) **float64 { return &a.VCPU },
		func(r *schemas.ComputeResource) **float64 { return &r.VCPUAvailable }, func(r *schemas.ComputeResource) **float64 { return &r.VCPUUsed },
	},
}

// Put puts an amount of a class into the group; nil leaves it as it is.
func (g Group) Put(r *schemas.ComputeResource, class string, amount *float64) {
	if amount == nil {
		return
	}
	if part, ok := Parts[class]; ok {
		amounts := g.amounts(r)
		if *amounts == nil {
			*amounts = &schemas.Amounts{}
		}
		*part.of(*amounts) = amount
		return
	}
	if r.Classes == nil {
		r.Classes = map[string]schemas.ClassAmount{}
	}
	c := r.Classes[class]
	*g.class(&c) = amount
	r.Classes[class] = c
}

// of returns the amount of a part in the group; nil = not told.
func (g Group) of(r *schemas.ComputeResource, part Part) *float64 {
	amounts := *g.amounts(r)
	if amounts == nil {
		return nil
	}
	return *part.of(amounts)
}
