package correlator

import (
	"cmp"
	"math"
	"strings"
	"time"

	"github.com/altostream/altostream/schemas"
)

// resource is a compute resource made ready: what entities, places and totals need of
// its record. It does not change, so the partitions that an instance serves share it.
type resource struct {
	key        string // <source>|<name>
	source     string
	name       string
	entities   []entity     // what it tells of; totals count it under the first
	alone      [1]*resource // itself: the tellers of what nobody else tells
	siteEntity string       // "" = no site told

	measures    bool // it tells what is measured of what others tell
	topology    *string
	site        *string
	region      *string
	zone        *string
	attachments []string
	costs       map[string]float64 // by attachment
	state       *string
	schedulable *bool
	stateReason *string
	taints      []string
	metrics     map[string]schemas.Metric
	staleSince  *time.Time
	amounts     [len(amountProperties)]float64 // NaN = not told
	own         [len(ownClasses)]capacity
	classes     []class // further ones
}

// kindPrometheus is the kind of resources that tell what is measured of others.
const kindPrometheus = "prometheus"

func newResource(key string, r *schemas.ComputeResource) *resource {
	source, name, _ := strings.Cut(key, "|")
	ready := &resource{
		key: key, source: source, name: name, entities: entities(key, r), measures: r.Kind == kindPrometheus, topology: r.Topology,
		site: r.Site, region: r.Region, zone: r.Zone, attachments: r.Attachments, state: r.State, schedulable: r.Schedulable,
		stateReason: r.StateReason, taints: taints(r.Taints), staleSince: r.StaleSince,
		amounts: amounts(r), own: ownCapacities(r), classes: furtherClasses(r),
	}
	if len(r.AttachmentCosts) > 0 {
		ready.costs = r.AttachmentCosts
	}
	if len(r.Metrics) > 0 {
		ready.metrics = r.Metrics
	}
	if r.Site != nil && *r.Site != "" {
		ready.siteEntity = siteEntity(*r.Site)
	}
	ready.alone[0] = ready
	return ready
}

func taints(told []schemas.Taint) []string {
	var texts []string
	for _, t := range told {
		texts = append(texts, t.Key+"="+t.Value+":"+t.Effect)
	}
	return texts
}

// compareTellers says whose word on an entity counts first: that of who tells the
// resource itself before that of who measures it, of sources that can be read before
// those that cannot, of the lower key.
func compareTellers(a, b *resource) int {
	return cmp.Or(
		compareBools(a.measures, b.measures),
		compareBools(a.staleSince != nil, b.staleSince != nil),
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
	return !r.down() && (r.schedulable == nil || *r.schedulable)
}

func (r *resource) down() bool { return r.state != nil && *r.state == schemas.StateDown }

// The seven amounts that every source fills.
const (
	diskAvailable = iota
	diskUsed
	ramAvailable
	ramUsed
	vcpuAvailable
	vcpuUsed
	instances
)

// amountProperties are their properties.
var amountProperties = [...]string{
	"priv:disk_available", "priv:disk_used", "priv:ram_available", "priv:ram_used",
	"priv:vcpu_available", "priv:vcpu_used", "priv:instances",
}

func amounts(r *schemas.ComputeResource) [len(amountProperties)]float64 {
	running := math.NaN()
	if r.Instances != nil {
		running = float64(*r.Instances)
	}
	return [...]float64{
		orNaN(r.DiskAvailable), orNaN(r.DiskUsed), orNaN(r.RAMAvailable), orNaN(r.RAMUsed),
		orNaN(r.VCPUAvailable), orNaN(r.VCPUUsed), running,
	}
}

// orNaN returns the first number that is told, or NaN.
func orNaN(told ...*float64) float64 {
	for _, v := range told {
		if v != nil {
			return *v
		}
	}
	return math.NaN()
}
