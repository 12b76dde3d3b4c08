package correlator

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/cats"
	"github.com/altostream/altostream/schemas"
)

// Record is schemas.EndpointProperties as it is written: its maps are lists in the order of their keys, which takes a
// tenth of the time.
type Record struct {
	Entity         string                          `avro:"entity"`
	Properties     []avro.Entry[avro.TextOrNumber] `avro:"properties"`
	Attachments    []schemas.Attachment            `avro:"attachments"`
	DependentVTags []schemas.VersionTag            `avro:"dependent_vtags"`
	Placed         bool                            `avro:"placed"`
	Reason         *string                         `avro:"reason"`
	ToldBy         *string                         `avro:"told_by"`
	AlsoToldBy     []string                        `avro:"also_told_by"`
	StaleSince     *time.Time                      `avro:"stale_since"`
	State          *string                         `avro:"state"`
	Schedulable    *bool                           `avro:"schedulable"`
	StateReason    *string                         `avro:"state_reason"`
	Taints         []string                        `avro:"taints"`
	Classes        classes                         `avro:"classes"`
	CATSMetrics    []schemas.CATSMetric            `avro:"cats_metrics"`
	CATSMethod     *writtenMethod                  `avro:"cats_method"`
}

// writtenMethod is schemas.CATSMethod in the same form.
type writtenMethod struct {
	Aggregation   string                           `avro:"aggregation"`
	Normalization string                           `avro:"normalization"`
	Weights       []avro.Entry[float64]            `avro:"weights"`
	Bounds        []avro.Entry[schemas.CATSBounds] `avro:"bounds"`
}

func written(m *schemas.CATSMethod) *writtenMethod {
	return &writtenMethod{m.Aggregation, m.Normalization, entriesOf(m.Weights), entriesOf(m.Bounds)}
}

func entriesOf[V any](m map[string]V) []avro.Entry[V] {
	entries := make([]avro.Entry[V], 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		entries = append(entries, avro.Entry[V]{Key: key, Value: m[key]})
	}
	return entries
}

// maker makes records, one after the other in the same memory.
type maker struct {
	*State
	record  Record
	octets  []byte // of the last one
	room    []byte // that encoded records are kept in, next to each other
	several int    // records that room is made for at a time
}

// output makes the record of an entity, its value at a place.
func (m *maker) output(n *node, value *avro.Encoded) output {
	r := &m.record
	*r = Record{Entity: n.id, Properties: r.Properties[:0], Attachments: r.Attachments[:0], Classes: r.Classes[:0], CATSMetrics: r.CATSMetrics[:0]}
	switch {
	case len(n.tellers) > 0:
		m.endpoint(n.tellers)
	case n.totals != nil:
		m.totals(n.totals)
	default:
		networkMap := m.network.maps[n.id]
		if networkMap == nil {
			return output{Key: n.id}
		}
		r.Placed, r.DependentVTags, r.StaleSince = true, []schemas.VersionTag{networkMap.vtag}, networkMap.staleSince
	}
	r.sort()
	m.octets = m.encode(m.octets[:0], r)
	*value = m.keep(m.octets)
	return output{Key: n.id, Value: value}
}

// keep returns a copy of an encoded record.
func (m *maker) keep(octets []byte) avro.Encoded {
	if cap(m.room)-len(m.room) < len(octets) {
		m.room = make([]byte, 0, m.several*len(octets))
	}
	begin := len(m.room)
	m.room = append(m.room, octets...)
	return m.room[begin:len(m.room):len(m.room)]
}

// endpoint makes the record of an entity of compute resources.
func (m *maker) endpoint(tellers []*resource) {
	record, r := &m.record, tellers[0]
	e := r.entities[slices.IndexFunc(r.entities, func(e entity) bool { return e.id == record.Entity })]
	record.ToldBy, record.StaleSince, record.Taints = &r.key, r.staleSince, r.taints
	record.State, record.Schedulable, record.StateReason = r.state, r.schedulable, r.stateReason
	for _, other := range tellers[1:] {
		record.AlsoToldBy = append(record.AlsoToldBy, other.key)
	}
	record.Attachments = m.network.place(record.Attachments, r, e)
	m.setPIDs()
	record.describe(r)
	record.Classes.addResource(r)
	record.Classes.addMeasured(tellers[1:])
	m.score(metricsOf(tellers), r.takesWork())
	record.Placed = len(record.Attachments) > 0
	if !record.Placed {
		reason := m.network.whyNotPlaced(r, e)
		record.Reason = &reason
	}
}

// totals makes the record of a site or PID.
func (m *maker) totals(t *totals) {
	r := &m.record
	r.Placed = true
	r.set("priv:resources", float64(t.resources))
	r.set("priv:stale", float64(t.stale))
	r.set("priv:down", float64(t.down))
	for i := range t.amounts {
		r.set(amountProperties[i], t.amounts[i].amount())
	}
	r.Classes.addTotals(t)
	m.score(nil, true)
	if t.of.site == "" {
		r.set("priv:multihomed", float64(t.multihomed))
		return
	}
	r.setText("priv:site", &t.of.site)
	r.Attachments = t.attachments()
	if r.Placed = len(r.Attachments) > 0; !r.Placed {
		reason := "none of its resources is placed"
		r.Reason = &reason
	}
}

// score makes the scores of what there is.
func (m *maker) score(metrics map[string]schemas.Metric, takesWork bool) {
	r := &m.record
	r.Classes.sort()
	r.CATSMetrics = cats.Append(r.CATSMetrics, m.method, r.Classes.all(), metrics, takesWork)
	if len(r.CATSMetrics) > 0 {
		r.CATSMethod = m.written
	}
}

// set sets a property; NaN is not told.
func (r *Record) set(property string, number float64) {
	if !math.IsNaN(number) {
		r.Properties = append(r.Properties, avro.Entry[avro.TextOrNumber]{Key: property, Value: avro.TextOrNumber{Number: number}})
	}
}

// setText sets a property; nil is not told.
func (r *Record) setText(property string, text *string) {
	if text != nil {
		r.Properties = append(r.Properties, avro.Entry[avro.TextOrNumber]{Key: property, Value: avro.TextOrNumber{Text: text}})
	}
}

// sort brings the properties into their order, which most are in.
func (r *Record) sort() {
	byKey := func(a, b avro.Entry[avro.TextOrNumber]) int { return cmp.Compare(a.Key, b.Key) }
	if !slices.IsSortedFunc(r.Properties, byKey) {
		slices.SortFunc(r.Properties, byKey)
	}
}

// setPIDs sets the properties of the PIDs: in each network map that whose prefix holds the
// address, by name the first (RFC 9240 §4.6), or, if none does, the first attachment's.
func (m *maker) setPIDs() {
	r := &m.record
	for same := r.Attachments; len(same) > 0; {
		id := same[0].NetworkMap
		end := slices.IndexFunc(same, func(a schemas.Attachment) bool { return a.NetworkMap != id })
		if end < 0 {
			end = len(same)
		}
		at := max(slices.IndexFunc(same[:end], func(a schemas.Attachment) bool { return a.FoundBy == foundByAddress }), 0)
		r.setText(m.network.maps[id].property, &same[at].PID)
		same = same[end:]
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

// describe sets what a resource tells of itself, under private names (RFC 9240 §5.2.1):
// priv:<field of compute_resources>, in the units there.
func (r *Record) describe(of *resource) {
	set := func(amount int) { r.set(amountProperties[amount], of.amounts[amount]) }
	set(diskAvailable)
	set(diskUsed)
	set(instances)
	r.setText("priv:name", &of.name)
	set(ramAvailable)
	set(ramUsed)
	r.setText("priv:region", of.region)
	r.setText("priv:site", of.site)
	r.setText("priv:source", &of.source)
	set(vcpuAvailable)
	set(vcpuUsed)
	r.setText("priv:zone", of.zone)
}
