package correlator

import (
	"math"
	"slices"
	"strings"

	"github.com/altostream/altostream/libs/cats"
	"github.com/altostream/altostream/schemas"
)

// record returns the record of an entity; nil if there is none.
func (s *State) record(n *node) *schemas.EndpointProperties {
	if len(n.tellers) > 0 {
		return s.endpoint(n.id, n.tellers)
	}
	if n.totals != nil {
		return s.totalsRecord(n.id, n.totals)
	}
	if m := s.network.maps[n.id]; m != nil {
		return &schemas.EndpointProperties{
			Entity: n.id, Properties: map[string]any{}, Placed: true,
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
		StaleSince: r.staleSince, State: r.state, Schedulable: r.schedulable, StateReason: r.stateReason,
		Taints: r.taints, Classes: classes,
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

// whyNotPlaced says why an entity has no PID.
func (n network) whyNotPlaced(r *resource, e entity) string {
	attachments := slices.Concat(r.attachments, n.sites.of(r).Attachments)
	switch {
	case !e.addresses.IsValid() && len(attachments) == 0 && r.siteEntity == "":
		return "no address"
	case len(n.maps) == 0:
		return "no network map"
	case !n.covers(r.topology):
		return "no network map of topology " + *r.topology
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
		reasons = append(reasons, "no address, and site "+*r.site+" is no PID")
	}
	return strings.Join(reasons, "; ")
}

// covers reports whether there is a network map for a topology.
func (n network) covers(topology *string) bool {
	for _, m := range n.order {
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
	p := make(map[string]any, 5+len(amountProperties)+1)
	p["priv:source"], p["priv:name"] = source, name
	for _, field := range []struct {
		property string
		text     *string
	}{
		{"priv:site", r.site}, {"priv:region", r.region}, {"priv:zone", r.zone},
	} {
		if field.text != nil {
			p[field.property] = *field.text
		}
	}
	for i, v := range r.amounts {
		if !math.IsNaN(v) {
			p[amountProperties[i]] = v
		}
	}
	return p
}

// totalsRecord returns the record of a site or PID.
func (s *State) totalsRecord(id string, t *totals) *schemas.EndpointProperties {
	record := &schemas.EndpointProperties{
		Entity: id, Classes: t.classRecords(), Placed: true,
		Properties: map[string]any{"priv:resources": float64(t.resources), "priv:stale": float64(t.stale), "priv:down": float64(t.down)},
	}
	for i := range t.amounts {
		if v := t.amounts[i].amount(); !math.IsNaN(v) {
			record.Properties[amountProperties[i]] = v
		}
	}
	if record.CATSMetrics = cats.Metrics(s.method, record.Classes, nil, true); record.CATSMetrics != nil {
		record.CATSMethod = s.method
	}
	if t.of.site == "" {
		record.Properties["priv:multihomed"] = float64(t.multihomed)
		return record
	}
	record.Properties["priv:site"] = t.of.site
	record.Attachments = t.attachments()
	if record.Placed = len(record.Attachments) > 0; !record.Placed {
		reason := "none of its resources is placed"
		record.Reason = &reason
	}
	return record
}
