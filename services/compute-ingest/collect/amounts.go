package collect

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/altostream/altostream/schemas"
)

// Complete fills what follows from what is told: the seven amounts of the seed, what is
// allocatable and what is free, of every class. An amount that is told stays. What is
// less than nothing is nothing, and the problems say so.
func Complete(r *schemas.ComputeResource) {
	for _, name := range slices.Sorted(maps.Keys(Parts)) {
		part := Parts[name]
		amount := schemas.ClassAmount{Available: *part.available(r), Used: *part.used(r)}
		for _, group := range Groups {
			*group.class(&amount) = group.of(r, part)
		}
		complete(r, name, &amount)
		*part.available(r), *part.used(r) = amount.Available, amount.Used
		Groups["allocatable"].Put(r, name, amount.Allocatable)
		Groups["free"].Put(r, name, amount.Free)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Classes)) {
		amount := r.Classes[name]
		amount.Kind = cmp.Or(amount.Kind, kindOf(name))
		complete(r, name, &amount)
		r.Classes[name] = amount
	}
	slices.SortFunc(r.Problems, func(a, b schemas.ResourceProblem) int {
		return cmp.Or(strings.Compare(a.Field, b.Field), strings.Compare(a.Reason, b.Reason))
	})
	r.Problems = slices.Compact(r.Problems)
}

// freeFields is what the field of a problem begins with that more is given out than there is.
const freeFields = "free."

// complete fills what follows of one kind of amount.
func complete(r *schemas.ComputeResource, name string, a *schemas.ClassAmount) {
	a.Available = cmp.Or(a.Available, a.Capacity)
	a.Used = cmp.Or(a.Used, a.Allocated, a.MeasuredUse)
	if a.Allocatable == nil && a.Capacity != nil && (a.Reserved != nil || a.AllocationRatio != nil) {
		a.Allocatable = Allocatable(*a.Capacity, a.Reserved, a.AllocationRatio)
	}
	all, used := a.Allocatable, a.Allocated
	if all == nil || used == nil {
		all, used = a.Available, a.Used
	}
	if all == nil || used == nil {
		return
	}
	left := max(0, *all-*used)
	a.Free = cmp.Or(a.Free, &left)
	if *all < *used {
		r.Problems = append(r.Problems, schemas.ResourceProblem{
			Field: freeFields + name, Reason: fmt.Sprintf("%s of %s are given out: nothing is free", number(*used), number(*all)),
		})
	}
}

// Allocatable is what may be given out of a total, as OpenStack's Placement says it.
func Allocatable(total float64, reserved, ratio *float64) *float64 {
	if reserved != nil {
		total -= *reserved
	}
	if ratio != nil {
		total *= *ratio
	}
	total = max(0, math.Trunc(total))
	return &total
}

func number(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// kindOf returns what a class is by its name; nil = only the name tells.
func kindOf(class string) *string {
	name := strings.ToLower(class)
	if strings.Contains(name, "gpu") && !strings.Contains(name, "mem") || strings.HasPrefix(name, "nvidia.com/mig-") {
		kind := schemas.KindGPU
		return &kind
	}
	return nil
}
