package correlator

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/altostream/altostream/libs/cats"
	"github.com/altostream/altostream/schemas"
)

// record returns the record of an entity; nil if there is none.
func (s *State) record(id string) *schemas.EndpointProperties {
	if tellers := s.tellers[id]; len(tellers) > 0 {
		return s.endpoint(id, tellers)
	}
	if t := s.totals[id]; t != nil {
		return s.totalRecord(id, t)
	}
	if m := s.network.maps[id]; m != nil {
		return &schemas.EndpointProperties{
			Entity: id, Properties: map[string]any{}, Placed: true,
			DependentVTags: []schemas.VersionTag{m.vtag}, StaleSince: m.staleSince,
		}
	}
	return nil
}

// endpoint returns the record of an entity of compute resources.
func (s *State) endpoint(id string, tellers []*resource) *schemas.EndpointProperties {
	r := tellers[0]
	e := r.entities[slices.IndexFunc(r.entities, func(e entity) bool { return e.id == id })]
	classes, metrics := measured(tellers)
	record := &schemas.EndpointProperties{
		Entity: id, Properties: computeProperties(r), Attachments: s.network.place(r, e), ToldBy: &r.key,
		StaleSince: r.record.StaleSince, State: r.record.State, Schedulable: r.record.Schedulable, StateReason: r.record.StateReason,
		Taints: taints(r.record.Taints), Classes: classes,
		CATSMetrics: cats.Metrics(s.method, classes, metrics, r.takesWork()),
	}
	for _, other := range tellers[1:] {
		record.AlsoToldBy = append(record.AlsoToldBy, other.key)
	}
	if record.CATSMetrics != nil {
		record.CATSMethod = s.method
	}
	setPIDs(record)
	record.Placed = len(record.Attachments) > 0
	if !record.Placed {
		reason := s.network.whyNotPlaced(r, e)
		record.Reason = &reason
	}
	return record
}

// setPIDs sets the properties of the PIDs: in each network map that whose prefix holds the
// address, by name the first (RFC 9240 §4.6), or, if none does, the first attachment's.
func setPIDs(record *schemas.EndpointProperties) {
	for _, byAddress := range []bool{true, false} {
		for _, a := range record.Attachments {
			property := a.NetworkMap + ".pid"
			if _, set := record.Properties[property]; !set && (!byAddress || a.FoundBy == foundByAddress) {
				record.Properties[property] = a.PID
			}
		}
	}
}

func taints(told []schemas.Taint) []string {
	var texts []string
	for _, t := range told {
		texts = append(texts, t.Key+"="+t.Value+":"+t.Effect)
	}
	return texts
}

// whyNotPlaced says why an entity has no PID.
func (n network) whyNotPlaced(r *resource, e entity) string {
	attachments := slices.Concat(r.record.Attachments, n.sites.of(r).Attachments)
	switch {
	case !e.addresses.IsValid() && len(attachments) == 0 && r.site == "":
		return "no address"
	case len(n.maps) == 0:
		return "no network map"
	case !n.covers(r.record.Topology):
		return "no network map of topology " + *r.record.Topology
	}
	var reasons []string
	if e.addresses.IsValid() {
		_, text, _ := strings.Cut(e.id, ":")
		reasons = append(reasons, text+" is in no PID's prefix")
	}
	for _, attachment := range attachments {
		reasons = append(reasons, "attachment "+attachment+" is no PID, router or address of a network map")
	}
	if len(reasons) == 0 {
		reasons = append(reasons, "no address, and site "+*r.record.Site+" is no PID")
	}
	return strings.Join(reasons, "; ")
}

// covers reports whether there is a network map for a topology.
func (n network) covers(topology *string) bool {
	for _, m := range n.maps {
		if m.covers(topology) {
			return true
		}
	}
	return false
}

// computeProperties returns what the resource tells of itself, under private names
// (RFC 9240 §5.2.1): priv:<field of compute_resources>, in the units there.
func computeProperties(r *resource) map[string]any {
	source, name, _ := strings.Cut(r.key, "|")
	p := make(map[string]any, 16)
	p["priv:source"], p["priv:name"] = source, name
	for field, value := range map[string]*string{"priv:site": r.record.Site, "priv:region": r.record.Region, "priv:zone": r.record.Zone} {
		if value != nil {
			p[field] = *value
		}
	}
	for field, value := range amounts(r.record) {
		if value != nil {
			p[field] = *value
		}
	}
	return p
}

// amounts are the seven fields that every source fills, by property.
func amounts(r *schemas.ComputeResource) map[string]*float64 {
	var instances *float64
	if r.Instances != nil {
		n := float64(*r.Instances)
		instances = &n
	}
	return map[string]*float64{
		"priv:disk_available": r.DiskAvailable, "priv:disk_used": r.DiskUsed,
		"priv:ram_available": r.RAMAvailable, "priv:ram_used": r.RAMUsed,
		"priv:vcpu_available": r.VCPUAvailable, "priv:vcpu_used": r.VCPUUsed,
		"priv:instances": instances,
	}
}

// totalRecord returns the record of a site or PID.
func (s *State) totalRecord(id string, t *total) *schemas.EndpointProperties {
	record := &schemas.EndpointProperties{
		Entity: id, Classes: t.classes(), Placed: true,
		Properties: map[string]any{
			"priv:resources": float64(t.resources), "priv:multihomed": float64(t.multihomed),
			"priv:stale": float64(t.stale), "priv:down": float64(t.down),
		},
	}
	for key, held := range t.sums {
		if key.class == "" {
			record.Properties[key.field] = float64(held.milli) / 1000
		}
	}
	if record.CATSMetrics = cats.Metrics(s.method, record.Classes, nil, true); record.CATSMetrics != nil {
		record.CATSMethod = s.method
	}
	if t.of.site == "" {
		return record
	}
	record.Properties["priv:site"] = t.of.site
	delete(record.Properties, "priv:multihomed")
	record.Attachments = t.attachments()
	if record.Placed = len(record.Attachments) > 0; !record.Placed {
		reason := "none of its resources is placed"
		record.Reason = &reason
	}
	return record
}

// classes returns the sums of the classes. Amounts of one class in different units do not
// add up: of these the first unit counts.
func (t *total) classes() map[string]schemas.Capacity {
	classes := map[string]schemas.Capacity{}
	units := map[string]sumKey{}
	for _, key := range slices.SortedFunc(maps.Keys(t.sums), compareSums) {
		unit := sumKey{class: key.class, kind: key.kind, unit: key.unit}
		if first, ok := units[key.class]; key.class == "" || ok && first != unit {
			continue
		}
		units[key.class] = unit
		c := classes[key.class]
		c.Kind, c.Unit = optional(key.kind), optional(key.unit)
		amount := float64(t.sums[key].milli) / 1000
		switch key.field {
		case fieldPhysical:
			c.Physical = &amount
		case fieldTotal:
			c.Total = &amount
		case fieldUsed:
			c.Used = &amount
		case fieldFree:
			c.Free = &amount
		}
		classes[key.class] = c
	}
	return classes
}

func compareSums(a, b sumKey) int {
	return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.kind, b.kind), cmp.Compare(a.unit, b.unit), cmp.Compare(a.field, b.field))
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
