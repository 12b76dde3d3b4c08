package openstack

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// parts are the standard resource classes that have fields of their own in a record.
var parts = map[string]string{"VCPU": "vcpu", "MEMORY_MB": "ram", "DISK_GB": "disk"}

// convert makes a compute resource of a tree of providers and its hypervisor, if there is
// one (its name is not empty). The amounts of nested providers are added to their root's.
func convert(id string, tree []*provider, h host, region string) *schemas.ComputeResource {
	r := &schemas.ComputeResource{ID: &id}
	if region != "" {
		r.Region = &region
	}
	convertHost(r, h)
	slices.SortFunc(tree, func(a, b *provider) int { return strings.Compare(a.ID, b.ID) })
	sums := map[string]*schemas.ClassAmount{}
	var traits []string
	var generation int64
	for _, p := range tree {
		for class, i := range p.Inventories {
			add(sums, class, i, p.Usages[class])
		}
		traits = append(traits, p.Traits...)
		generation += p.Generation
	}
	slices.Sort(traits)
	r.Traits = slices.Compact(traits)
	if tree != nil {
		r.Generation = &generation
	}
	for class, amount := range sums {
		putAmounts(r, class, amount)
	}
	if len(tree) == 0 && h.totals {
		novaTotals(r, h)
	}
	collect.Complete(r)
	return r
}

// convertHost takes what Nova tells.
func convertHost(r *schemas.ComputeResource, h host) {
	if h.name == "" {
		return
	}
	r.Site, r.Zone, r.StateReason = told(h.site), told(h.zone), told(h.reason)
	if h.state == schemas.StateUp || h.state == schemas.StateDown {
		r.State = &h.state
	}
	if h.status != "" {
		enabled := h.status == "enabled"
		r.Schedulable = &enabled
	}
	r.Instances = &h.instances
	if h.address != "" {
		r.Addresses = collect.Canonical([]string{h.address}, collect.Address, func(err error) {
			r.Problems = append(r.Problems, schemas.ResourceProblem{Field: "addresses", Reason: "host_ip " + err.Error()})
		})
	}
}

func told(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// add adds the inventory of one provider to the amounts of its class in the tree. What is
// free is added too: what one provider has too little another one does not give.
func add(sums map[string]*schemas.ClassAmount, class string, i inventory, used float64) {
	a, ok := sums[class]
	if !ok {
		a = &schemas.ClassAmount{
			Capacity: new(float64), Reserved: new(float64), AllocationRatio: &i.AllocationRatio,
			Allocatable: new(float64), Allocated: new(float64), Free: new(float64),
		}
		sums[class] = a
	}
	if !i.told {
		a.Capacity, a.Reserved, a.AllocationRatio = nil, nil, nil
	}
	if a.Capacity != nil {
		*a.Capacity += i.Total
		*a.Reserved += i.Reserved
	}
	*a.Allocatable += i.allocatable
	*a.Allocated += used
	*a.Free += max(0, i.allocatable-used)
	if a.AllocationRatio != nil && *a.AllocationRatio != i.AllocationRatio {
		a.AllocationRatio = nil // there is no one ratio
	}
}

// putAmounts puts the amounts of a class where the record has them.
func putAmounts(r *schemas.ComputeResource, class string, a *schemas.ClassAmount) {
	if part, ok := parts[class]; ok {
		class = part
	}
	for group, amount := range map[string]*float64{
		"capacity": a.Capacity, "reserved": a.Reserved, "allocation_ratio": a.AllocationRatio,
		"allocatable": a.Allocatable, "allocated": a.Allocated, "free": a.Free,
	} {
		collect.Groups[group].Put(r, class, amount)
	}
}

// novaTotals takes what Nova itself tells of amounts, where Placement tells nothing.
func novaTotals(r *schemas.ComputeResource, h host) {
	r.Capacity = &schemas.Amounts{Disk: &h.storage, RAM: &h.memory, VCPU: &h.vcpus}
	r.Allocated = &schemas.Amounts{Disk: &h.storageUsed, RAM: &h.memoryUsed, VCPU: &h.vcpusUsed}
	r.Problems = append(r.Problems, schemas.ResourceProblem{Field: "capacity", Reason: "Placement has no resource provider of it; the amounts are Nova's"})
}

// versionOf is another one whenever a tree of providers is another one.
func versionOf(tree []*provider) uint64 {
	parts := make([]string, len(tree))
	for i, p := range tree {
		parts[i] = p.ID + " " + p.Name + " " + strconv.FormatInt(p.Generation, 10) + " " + strconv.Itoa(p.changes)
	}
	slices.Sort(parts)
	hash := fnv.New64a()
	for _, part := range parts {
		_, _ = hash.Write([]byte(part + "\n"))
	}
	return hash.Sum64()
}
