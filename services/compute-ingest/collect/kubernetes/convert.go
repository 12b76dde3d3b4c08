package kubernetes

import (
	"cmp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// amounts are whole numbers: thousandths of a CPU, bytes, and things.
type amounts struct {
	milliCPU, memory, storage int64
	others                    []other // sorted by name
}

type other struct {
	name   string
	amount int64
}

func amountsOf(list corev1.ResourceList) amounts {
	var a amounts
	for name, quantity := range list {
		switch name {
		case corev1.ResourceCPU:
			a.milliCPU = quantity.MilliValue()
		case corev1.ResourceMemory:
			a.memory = quantity.Value()
		case corev1.ResourceEphemeralStorage:
			a.storage = quantity.Value()
		default:
			a.others = append(a.others, other{string(name), quantity.Value()})
		}
	}
	slices.SortFunc(a.others, func(a, b other) int { return strings.Compare(a.name, b.name) })
	return a
}

func (a amounts) equal(b amounts) bool {
	return a.milliCPU == b.milliCPU && a.memory == b.memory && a.storage == b.storage && slices.Equal(a.others, b.others)
}

// put puts amounts into a group of a record's fields.
func (a amounts) put(r *schemas.ComputeResource, group string) {
	g := collect.Groups[group]
	g.Put(r, "vcpu", per(a.milliCPU, 1000))
	g.Put(r, "ram", per(a.memory, collect.Megabyte))
	g.Put(r, "disk", per(a.storage, collect.Gigabyte))
	for _, o := range a.others {
		g.Put(r, o.name, per(o.amount, 1))
	}
}

func per(n int64, unit float64) *float64 {
	value := float64(n) / unit
	return &value
}

// convert makes the compute resource of a node.
func (c *cluster) convert(n *corev1.Node, siteLabel string) *schemas.ComputeResource {
	id := string(n.UID)
	r := &schemas.ComputeResource{ID: &id, Labels: n.Labels}
	r.Region, r.Zone = label(n, corev1.LabelTopologyRegion), label(n, corev1.LabelTopologyZone)
	r.Site = r.Zone
	if siteLabel != "" {
		r.Site = label(n, siteLabel)
	}
	convertState(r, n)
	convertAddresses(r, n)
	c.convertAmounts(r, n)
	collect.Complete(r)
	return r
}

func label(n *corev1.Node, name string) *string {
	if value := n.Labels[name]; value != "" {
		return &value
	}
	return nil
}

// convertState takes the condition Ready, whether the node is cordoned, and its taints.
func convertState(r *schemas.ComputeResource, n *corev1.Node) {
	for _, condition := range n.Status.Conditions {
		if condition.Type != corev1.NodeReady {
			continue
		}
		state := schemas.StateUp
		if condition.Status != corev1.ConditionTrue {
			state = schemas.StateDown
			reason := strings.TrimSpace(condition.Reason + " " + condition.Message)
			r.StateReason = &reason
		}
		r.State = &state
	}
	schedulable := !n.Spec.Unschedulable
	r.Schedulable = &schedulable
	for _, taint := range n.Spec.Taints {
		r.Taints = append(r.Taints, schemas.Taint{Key: taint.Key, Value: taint.Value, Effect: string(taint.Effect)})
	}
	slices.SortFunc(r.Taints, func(a, b schemas.Taint) int {
		return cmp.Or(strings.Compare(a.Key, b.Key), strings.Compare(a.Value, b.Value), strings.Compare(a.Effect, b.Effect))
	})
}

func convertAddresses(r *schemas.ComputeResource, n *corev1.Node) {
	var told []string
	for _, address := range n.Status.Addresses {
		if address.Type == corev1.NodeInternalIP || address.Type == corev1.NodeExternalIP {
			told = append(told, address.Address)
		}
	}
	r.Addresses = collect.Canonical(told, collect.Address, func(err error) {
		r.Problems = append(r.Problems, schemas.ResourceProblem{Field: "addresses", Reason: err.Error()})
	})
}

// convertAmounts takes what is there, what is kept back, what pods request, what claims
// have of devices, and what is measured.
func (c *cluster) convertAmounts(r *schemas.ComputeResource, n *corev1.Node) {
	capacity, allocatable := amountsOf(n.Status.Capacity), amountsOf(n.Status.Allocatable)
	capacity.put(r, "capacity")
	allocatable.put(r, "allocatable")
	difference(n.Status.Capacity, n.Status.Allocatable).put(r, "reserved")
	requested := c.requested(n)
	requested.put(r, "allocated")
	instances := int64(len(c.podsOf[n.Name]))
	r.Instances = &instances
	all, taken := c.devices(n.Name)
	for driver, count := range all {
		collect.Groups["capacity"].Put(r, driver, per(int64(count), 1))
		collect.Groups["allocated"].Put(r, driver, per(int64(taken[driver]), 1))
	}
	if m, ok := c.measured[n.Name]; ok {
		collect.Groups["measured_use"].Put(r, "vcpu", per(m.milliCPU, 1000))
		collect.Groups["measured_use"].Put(r, "ram", per(m.memory, collect.Megabyte))
	}
	for name, class := range r.Classes {
		if strings.HasPrefix(name, corev1.ResourceHugePagesPrefix) {
			unit := "By"
			class.Unit = &unit
			r.Classes[name] = class
		}
	}
}

// requested sums the requests of a node's pods, of every class that the node or a pod has.
func (c *cluster) requested(n *corev1.Node) amounts {
	var sum amounts
	others := map[string]int64{}
	for name := range n.Status.Capacity {
		if !ownField(name) {
			others[string(name)] = 0
		}
	}
	for key := range c.podsOf[n.Name] {
		requests := c.pods[key].requests
		sum.milliCPU += requests.milliCPU
		sum.memory += requests.memory
		sum.storage += requests.storage
		for _, o := range requests.others {
			others[o.name] += o.amount
		}
	}
	if _, ok := others[string(corev1.ResourcePods)]; ok {
		others[string(corev1.ResourcePods)] = int64(len(c.podsOf[n.Name]))
	}
	for name, amount := range others {
		sum.others = append(sum.others, other{name, amount})
	}
	return sum
}

// ownField reports whether a resource has fields of its own in a record.
func ownField(name corev1.ResourceName) bool {
	return name == corev1.ResourceCPU || name == corev1.ResourceMemory || name == corev1.ResourceEphemeralStorage
}

// difference is what of a capacity is not allocatable.
func difference(capacity, allocatable corev1.ResourceList) amounts {
	left := corev1.ResourceList{}
	for name, total := range capacity {
		if free, ok := allocatable[name]; ok {
			rest := total.DeepCopy()
			rest.Sub(free)
			left[name] = *resource.NewMilliQuantity(max(0, rest.MilliValue()), resource.DecimalSI)
		}
	}
	return amountsOf(left)
}
