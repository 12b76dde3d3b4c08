package correlator

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/cats"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/stream/streamtest"
	"github.com/altostream/altostream/schemas"
)

func ptr[T any](v T) *T { return &v }

const defaultMap = "networkmap-default"

func vtag(topology string, m alto.NetworkMap) schemas.VersionTag {
	return schemas.VersionTag{ResourceID: alto.NetworkMapID(topology), Tag: alto.Tag(m)}
}

// processor is the processor at work, and its output table.
type processor struct {
	t       *testing.T
	read    *avro.Serde[schemas.EndpointProperties]
	machine *stream.Machine[*State, Event, avro.Encoded]
	table   map[string]*schemas.EndpointProperties
}

func newSpec(t testing.TB, c Config) (stream.Spec[*State, Event, avro.Encoded], Serdes) {
	serdes := Serdes{
		Resources:  streamtest.Serde[schemas.ComputeResource](t, schemas.ComputeResourcesTopic),
		Maps:       streamtest.Serde[schemas.NetworkMap](t, schemas.NetworkMapsTopic),
		Properties: streamtest.Serde[Record](t, schemas.EndpointPropertiesTopic),
	}
	return Spec(c, method, serdes), serdes
}

var method = cats.NewMethod(cats.WeightedAverage, cats.MinMax, nil, cats.Bounds{"ttft": {Best: 0, Worst: 2}})

func newProcessor(t *testing.T) *processor { return newProcessorWith(t, Config{}) }

func newProcessorWith(t *testing.T, c Config) *processor {
	spec, _ := newSpec(t, c)
	return &processor{t, streamtest.Serde[schemas.EndpointProperties](t, schemas.EndpointPropertiesTopic), stream.NewMachine(spec), map[string]*schemas.EndpointProperties{}}
}

// apply shows a batch of events and returns the keys that changed.
func (p *processor) apply(events ...Event) []string {
	p.t.Helper()
	for _, e := range events {
		p.machine.Apply(e, stream.Cause{})
	}
	changes, _ := p.machine.Flush()
	var keys []string
	for _, c := range changes {
		keys = append(keys, c.Key)
		if c.Value == nil {
			delete(p.table, c.Key)
			continue
		}
		record, err := p.read.Decode(*c.Value)
		if err != nil {
			p.t.Fatal(err)
		}
		p.table[c.Key] = record
	}
	return keys
}

func (p *processor) want(entity string, want *schemas.EndpointProperties) {
	p.t.Helper()
	if diff := cmp.Diff(want, p.table[entity]); diff != "" {
		p.t.Errorf("%s (-want +got):\n%s", entity, diff)
	}
}

func (p *processor) wantChanged(want, got []string) {
	p.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		p.t.Errorf("changed (-want +got):\n%s", diff)
	}
}

func (p *processor) wantKeys(want ...string) {
	p.t.Helper()
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(p.table))); diff != "" {
		p.t.Errorf("keys (-want +got):\n%s", diff)
	}
}

func (p *processor) wantPID(entity, want string) {
	p.t.Helper()
	if got := p.table[entity].Properties["networkmap-default.pid"]; got != want {
		p.t.Errorf("%s is in PID %v, want %s", entity, got, want)
	}
}

func (p *processor) wantAttachments(entity string, want ...schemas.Attachment) {
	p.t.Helper()
	if diff := cmp.Diff(want, p.table[entity].Attachments); diff != "" {
		p.t.Errorf("%s (-want +got):\n%s", entity, diff)
	}
}

func (p *processor) wantSums(entity string, want map[string]any) {
	p.t.Helper()
	if diff := cmp.Diff(want, p.table[entity].Properties); diff != "" {
		p.t.Errorf("%s (-want +got):\n%s", entity, diff)
	}
}

func resourceOf(addresses, attachments []string) *schemas.ComputeResource {
	return &schemas.ComputeResource{Source: "static", Kind: "static", Name: "compute5", Addresses: addresses, Attachments: attachments}
}

func TestTheSeedsResource(t *testing.T) {
	p := newProcessor(t)
	p.apply(mapped(defaultMap, wholeMap("default", groups())), told("static|compute5", &schemas.ComputeResource{
		Source: "static", Kind: "static", Name: "compute5", Site: ptr("madrid"), Addresses: []string{"192.168.24.10"},
		DiskAvailable: ptr(1833.0), DiskUsed: ptr(984.0), RAMAvailable: ptr(130520.0), RAMUsed: ptr(127296.0),
		VCPUAvailable: ptr(80.0), VCPUUsed: ptr(20.0), Instances: ptr[int64](29),
	}))
	classes := map[string]schemas.Capacity{
		"vcpu": {Physical: ptr(80.0), Total: ptr(80.0), Used: ptr(20.0), Free: ptr(60.0)},
		"ram":  {Physical: ptr(130520.0), Total: ptr(130520.0), Used: ptr(127296.0), Free: ptr(3224.0), Unit: ptr("MBy")},
		"disk": {Physical: ptr(1833.0), Total: ptr(1833.0), Used: ptr(984.0), Free: ptr(849.0), Unit: ptr("GBy")},
	}
	scores := []schemas.CATSMetric{
		{MetricType: "ram_headroom", Level: "L0", Value: 3224.0 / 130520, Source: "aggregation", Statistic: ptr("cur")},
		{MetricType: "vcpu_headroom", Level: "L0", Value: .75, Source: "aggregation", Statistic: ptr("cur")},
		{MetricType: "compute_norm", Level: "L1", Value: 4, Source: "normalization"},
		{MetricType: "norm_fi", Level: "L2", Value: 4, Source: "normalization"},
	}
	p.want("ipv4:192.168.24.10", &schemas.EndpointProperties{
		Entity: "ipv4:192.168.24.10", Placed: true,
		Properties: map[string]any{
			"networkmap-default.pid": p2, "priv:source": "static", "priv:name": "compute5", "priv:site": "madrid",
			"priv:disk_available": 1833.0, "priv:disk_used": 984.0, "priv:ram_available": 130520.0, "priv:ram_used": 127296.0,
			"priv:vcpu_available": 80.0, "priv:vcpu_used": 20.0, "priv:instances": 29.0,
		},
		Attachments: []schemas.Attachment{{NetworkMap: defaultMap, PID: p2, FoundBy: "address"}},
		ToldBy:      ptr("static|compute5"), Classes: classes, CATSMetrics: scores, CATSMethod: method,
	})
	sums := map[string]any{
		"priv:resources": 1.0, "priv:stale": 0.0, "priv:down": 0.0, "priv:instances": 29.0,
		"priv:disk_available": 1833.0, "priv:disk_used": 984.0, "priv:ram_available": 130520.0, "priv:ram_used": 127296.0,
		"priv:vcpu_available": 80.0, "priv:vcpu_used": 20.0,
	}
	ofSite := maps.Clone(sums)
	ofSite["priv:site"] = "madrid"
	p.want(".ane:madrid", &schemas.EndpointProperties{
		Entity: ".ane:madrid", Placed: true, Properties: ofSite,
		Attachments: []schemas.Attachment{{NetworkMap: defaultMap, PID: p2, FoundBy: "address"}},
		Classes:     classes, CATSMetrics: scores, CATSMethod: method,
	})
	sums["priv:multihomed"] = 0.0
	p.want(defaultMap+".pid:"+p2, &schemas.EndpointProperties{
		Entity: defaultMap + ".pid:" + p2, Placed: true, Properties: sums, Classes: classes, CATSMetrics: scores, CATSMethod: method,
	})
	p.want(defaultMap, &schemas.EndpointProperties{
		Entity: defaultMap, Placed: true, Properties: map[string]any{}, Classes: map[string]schemas.Capacity{},
		DependentVTags: []schemas.VersionTag{vtag("default", groups())},
	})
	p.wantKeys(".ane:madrid", "ipv4:192.168.24.10", defaultMap, defaultMap+".pid:"+p2)
}

func TestWhyAResourceIsNotPlaced(t *testing.T) {
	tests := []struct {
		name                   string
		addresses, attachments []string
		site, topology         *string
		withMap                bool
		entity, want           string
	}{
		{"nothing is known", nil, nil, nil, nil, true, ".ane:static.compute5", "no address"},
		{"nothing is known and there is no map", nil, nil, nil, nil, false, ".ane:static.compute5", "no address"},
		{"no map", []string{"192.168.24.10"}, nil, nil, nil, false, "ipv4:192.168.24.10", "no network map"},
		{"no map for the attachment", nil, []string{p1}, nil, nil, false, ".ane:static.compute5", "no network map"},
		{"an address of the default PID", []string{"192.0.2.1"}, nil, nil, nil, true, "ipv4:192.0.2.1", "192.0.2.1 is in no PID's prefix"},
		{"an IPv6 address", []string{"2001:db8::1"}, nil, nil, nil, true, "ipv6:2001:db8::1", "2001:db8::1 is in no PID's prefix"},
		{"a router that is not there", nil, []string{"9.9.9.9"}, nil, nil, true, ".ane:static.compute5",
			"attachment 9.9.9.9 is no PID, router or address of a network map"},
		{"neither", []string{"192.0.2.1"}, []string{"9.9.9.9"}, nil, nil, true, "ipv4:192.0.2.1",
			"192.0.2.1 is in no PID's prefix; attachment 9.9.9.9 is no PID, router or address of a network map"},
		{"a site alone", nil, nil, ptr("madrid"), nil, true, ".ane:static.compute5", "no address, and site madrid is no PID"},
		{"another topology", []string{"192.168.24.10"}, nil, nil, ptr("metro"), true, "networkmap-metro.ipv4:192.168.24.10",
			"no network map of topology metro"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newProcessor(t)
			if tt.withMap {
				p.apply(mapped(defaultMap, wholeMap("default", groups())))
			}
			r := resourceOf(tt.addresses, tt.attachments)
			r.Site, r.Topology = tt.site, tt.topology
			p.apply(told("static|compute5", r))
			got := p.table[tt.entity]
			if got == nil || got.Placed || got.Reason == nil || *got.Reason != tt.want {
				t.Fatalf("got %+v, want the reason %q", got, tt.want)
			}
			if _, ok := got.Properties["networkmap-default.pid"]; ok || got.Attachments != nil {
				t.Errorf("it has a place: %+v", got)
			}
		})
	}
}

// What has no place comes in when a prefix appears, and when a map does.
func TestAPlaceAppears(t *testing.T) {
	p := newProcessor(t)
	p.apply(told("static|a", resourceOf([]string{"192.0.2.1"}, nil)), told("static|b", resourceOf(nil, []string{"9.9.9.9"})))
	p.wantChanged([]string{".ane:static.b", "ipv4:192.0.2.1", defaultMap}, p.apply(mapped(defaultMap, wholeMap("default", groups()))))
	more := groups()
	more[p1] = schemas.EndpointAddressGroup{IPv4: append(slices.Clone(more[p1].IPv4), "192.0.2.0/24")}
	more["pid100:09090909"] = schemas.EndpointAddressGroup{}
	p.wantChanged([]string{".ane:static.b", "ipv4:192.0.2.1", defaultMap, defaultMap + ".pid:" + p1, defaultMap + ".pid:pid100:09090909"},
		p.apply(mapped(defaultMap, wholeMap("default", more))))
	p.wantPID("ipv4:192.0.2.1", p1)
	p.wantPID(".ane:static.b", "pid100:09090909")
}

// Losing one attachment leaves the others, and the PID moves without a gap.
func TestLosingAnAttachment(t *testing.T) {
	p := newProcessor(t)
	r := resourceOf(nil, []string{p1, p4})
	r.AttachmentCosts = map[string]float64{p4: 7}
	p.apply(mapped(defaultMap, wholeMap("default", groups())), told("static|compute5", r))
	p.wantPID(".ane:static.compute5", p1)
	p.wantAttachments(".ane:static.compute5", schemas.Attachment{NetworkMap: defaultMap, PID: p1, FoundBy: "router"},
		schemas.Attachment{NetworkMap: defaultMap, PID: p4, FoundBy: "router", Cost: ptr(7.0)})
	less := groups()
	delete(less, p1)
	p.wantChanged([]string{".ane:static.compute5", defaultMap, defaultMap + ".pid:" + p1, defaultMap + ".pid:" + p4},
		p.apply(mapped(defaultMap, wholeMap("default", less))))
	p.wantPID(".ane:static.compute5", p4)
	p.wantKeys(".ane:static.compute5", defaultMap, defaultMap+".pid:"+p4)
}

// With every advertiser in the map (PREFIX_OWNERSHIP=all) an address is attached to all of them.
func TestAPrefixOfSeveralPIDs(t *testing.T) {
	m := groups()
	m[p4] = schemas.EndpointAddressGroup{IPv4: []string{"192.168.24.0/24"}}
	p := newProcessor(t)
	p.apply(mapped(defaultMap, wholeMap("default", m)), told("static|a", resourceOf([]string{"192.168.24.10"}, []string{p4})))
	p.wantPID("ipv4:192.168.24.10", p2)
	p.wantAttachments("ipv4:192.168.24.10", schemas.Attachment{NetworkMap: defaultMap, PID: p2, FoundBy: "address"},
		schemas.Attachment{NetworkMap: defaultMap, PID: p4, FoundBy: "address"})
}

// Of several resources that tell one address one counts; the others are named, and take over when it goes.
func TestTakingOver(t *testing.T) {
	p := newProcessor(t)
	const entity = "ipv4:192.168.24.10"
	address := []string{"192.168.24.10"}
	stale := resourceOf(address, nil)
	stale.StaleSince = ptr(time.Unix(1_800_000_000, 0))
	steps := []struct {
		name    string
		event   Event
		changed []string
		owner   string
		others  []string
	}{
		{"the higher comes", told("b|x", resourceOf(address, nil)), []string{entity}, "b|x", nil},
		{"the lower comes", told("a|y", resourceOf(address, nil)), []string{entity}, "a|y", []string{"b|x"}},
		{"the higher changes", told("b|x", resourceOf(address, []string{p1})), nil, "a|y", []string{"b|x"}},
		{"the lower is stale", told("a|y", stale), []string{entity}, "b|x", []string{"a|y"}},
		{"another one comes", told("c|z", resourceOf(address, nil)), []string{entity}, "b|x", []string{"c|z", "a|y"}},
		{"the lower is back", told("a|y", resourceOf(address, nil)), []string{entity}, "a|y", []string{"b|x", "c|z"}},
		{"the lower moves", told("a|y", resourceOf([]string{"192.168.24.11"}, nil)), []string{entity, "ipv4:192.168.24.11"}, "b|x", []string{"c|z"}},
		{"the lower comes back", told("a|y", resourceOf(address, nil)), []string{entity, "ipv4:192.168.24.11"}, "a|y", []string{"b|x", "c|z"}},
		{"the lower goes", told("a|y", nil), []string{entity}, "b|x", []string{"c|z"}},
		{"the last one goes", told("c|z", nil), []string{entity}, "b|x", nil},
		{"all are gone", told("b|x", nil), []string{entity}, "", nil},
	}
	for _, step := range steps {
		got := p.apply(step.event)
		if diff := cmp.Diff(step.changed, got); diff != "" {
			t.Errorf("%s: changed (-want +got):\n%s", step.name, diff)
		}
		owner, others := "", []string(nil)
		if r := p.table[entity]; r != nil {
			owner, others = *r.ToldBy, r.AlsoToldBy
		}
		if diff := cmp.Diff([]any{step.owner, step.others}, []any{owner, others}); diff != "" {
			t.Errorf("%s: who has it (-want +got):\n%s", step.name, diff)
		}
	}
	p.wantKeys()
}

// What is measured of a resource is added to what its platform tells of it.
func TestMeasuredByAnother(t *testing.T) {
	p := newProcessor(t)
	host := resourceOf([]string{"192.168.24.10"}, nil)
	host.Allocatable, host.Allocated = &schemas.Amounts{VCPU: ptr(160.0)}, &schemas.Amounts{VCPU: ptr(150.0)}
	host.VCPUAvailable, host.VCPUUsed = ptr(80.0), ptr(150.0)
	meter := resourceOf([]string{"192.168.24.10"}, nil)
	meter.Kind = "prometheus"
	meter.MeasuredUse = &schemas.Amounts{VCPU: ptr(12.5)}
	meter.Metrics = map[string]schemas.Metric{"ttft": {Value: .5, Unit: ptr("s"), Statistic: ptr("p95"), WindowSeconds: ptr(300.0)}}
	p.apply(told("a-meter|x", meter), told("openstack|h", host))
	got := p.table["ipv4:192.168.24.10"]
	if diff := cmp.Diff([]any{"openstack|h", []string{"a-meter|x"}}, []any{*got.ToldBy, got.AlsoToldBy}); diff != "" {
		t.Errorf("who tells it (-want +got):\n%s", diff)
	}
	want := map[string]schemas.Capacity{"vcpu": {
		Physical: ptr(80.0), Total: ptr(160.0), Used: ptr(150.0), Free: ptr(10.0), MeasuredUse: ptr(12.5),
	}}
	if diff := cmp.Diff(want, got.Classes); diff != "" {
		t.Errorf("classes (-want +got):\n%s", diff)
	}
	scores := []schemas.CATSMetric{
		{MetricType: "vcpu_headroom", Level: "L0", Value: .0625, Source: "aggregation", Statistic: ptr("cur")},
		{MetricType: "ttft", Level: "L0", Value: .5, Unit: ptr("s"), Source: "directly measured", Statistic: ptr("p95"), WindowSeconds: ptr(300.0)},
		{MetricType: "compute_norm", Level: "L1", Value: 1, Source: "normalization"},
		{MetricType: "service_norm", Level: "L1", Value: 8, Source: "normalization"},
		{MetricType: "norm_fi", Level: "L2", Value: 4, Source: "normalization"},
	}
	if diff := cmp.Diff(scores, got.CATSMetrics); diff != "" {
		t.Errorf("scores (-want +got):\n%s", diff)
	}
}

// A change of the network map concerns whom it moves, and one record says which version all are placed in.
func TestOnlyWhatChangedIsPublished(t *testing.T) {
	p := newProcessor(t)
	p.apply(mapped(defaultMap, wholeMap("default", groups())),
		told("static|a", resourceOf([]string{"10.0.0.1", "10.0.0.2"}, nil)), told("static|b", resourceOf(nil, nil)))
	busy := resourceOf([]string{"10.0.0.1", "10.0.0.3"}, nil)
	p.wantChanged([]string{"ipv4:10.0.0.2", "ipv4:10.0.0.3"}, p.apply(told("static|a", busy)))
	p.wantChanged(nil, p.apply(told("static|a", busy)))
	p.wantChanged(nil, p.apply(mapped(defaultMap, wholeMap("default", groups()))))
	p.wantChanged(nil, p.apply(mapped(defaultMap+"|"+p1, &schemas.NetworkMap{NetworkMap: groups(), Version: ptr[int64](3)})))
	elsewhere := groups()
	elsewhere[p4] = schemas.EndpointAddressGroup{IPv4: []string{"203.0.113.0/24"}}
	p.wantChanged([]string{defaultMap}, p.apply(mapped(defaultMap, wholeMap("default", elsewhere))))
	p.wantChanged([]string{"networkmap-other"}, p.apply(mapped("networkmap-other", wholeMap("other", alto.NetworkMap{q4: {}}))))
	const total = defaultMap + ".pid:"
	here := groups()
	here[p1], here[p4] = here[p4], here[p1]
	p.wantChanged([]string{"ipv4:10.0.0.1", "ipv4:10.0.0.3", defaultMap, total + p1, total + p4}, p.apply(mapped(defaultMap, wholeMap("default", here))))
	p.wantChanged([]string{"ipv4:10.0.0.1", "ipv4:10.0.0.3", defaultMap, total + p4}, p.apply(mapped(defaultMap, nil)))
}

// The same address is another endpoint in another topology.
func TestOverlappingAddresses(t *testing.T) {
	p := newProcessor(t)
	at := func(topology *string) *schemas.ComputeResource {
		r := resourceOf([]string{"10.0.0.5"}, nil)
		r.Topology = topology
		return r
	}
	p.apply(mapped(defaultMap, wholeMap("default", groups())),
		mapped("networkmap-metro", wholeMap("metro", alto.NetworkMap{q4: {IPv4: []string{"10.0.0.0/8"}}})),
		mapped("networkmap-metro-pop", wholeMap("metro-pop", alto.NetworkMap{"west": {IPv4: []string{"10.0.0.0/8"}}})),
		told("east|a", at(ptr("default"))), told("west|a", at(ptr("metro"))), told("static|a", at(nil)))
	p.wantAttachments("networkmap-default.ipv4:10.0.0.5", schemas.Attachment{NetworkMap: defaultMap, PID: p1, FoundBy: "address"})
	p.wantAttachments("networkmap-metro.ipv4:10.0.0.5", schemas.Attachment{NetworkMap: "networkmap-metro", PID: q4, FoundBy: "address"},
		schemas.Attachment{NetworkMap: "networkmap-metro-pop", PID: "west", FoundBy: "address"})
	if n := len(p.table["ipv4:10.0.0.5"].Attachments); n != 3 {
		t.Errorf("without a topology it is attached to %d maps, want 3", n)
	}
}

func TestPlacesOfSites(t *testing.T) {
	p := newProcessorWith(t, Config{Sites: Sites{"bilbao": {Attachments: []string{"1.1.1.1", "4.4.4.4"}, Costs: map[string]float64{"4.4.4.4": 5}}}})
	m := groups()
	delete(m, q4)
	m["madrid"] = schemas.EndpointAddressGroup{}
	r := func(site string, addresses ...string) *schemas.ComputeResource {
		r := resourceOf(addresses, nil)
		r.Site = &site
		return r
	}
	p.apply(mapped(defaultMap, wholeMap("default", m)),
		told("a|1", r("bilbao")), told("a|2", r("bilbao", "192.168.1.1")), told("a|3", r("madrid")), told("a|4", r("madrid", "192.168.1.2")))
	far := schemas.Attachment{NetworkMap: defaultMap, PID: p4, FoundBy: "router", Cost: ptr(5.0)}
	p.wantAttachments(".ane:a.1", schemas.Attachment{NetworkMap: defaultMap, PID: p1, FoundBy: "router"}, far)
	p.wantAttachments("ipv4:192.168.1.1", schemas.Attachment{NetworkMap: defaultMap, PID: p1, FoundBy: "address"}, far)
	p.wantAttachments(".ane:a.3", schemas.Attachment{NetworkMap: defaultMap, PID: "madrid", FoundBy: "site"})
	p.wantAttachments("ipv4:192.168.1.2", schemas.Attachment{NetworkMap: defaultMap, PID: p1, FoundBy: "address"})
	p.wantAttachments(".ane:bilbao", schemas.Attachment{NetworkMap: defaultMap, PID: p1, FoundBy: "address"}, far)
	p.wantSums(".ane:bilbao", map[string]any{"priv:site": "bilbao", "priv:resources": 2.0, "priv:stale": 0.0, "priv:down": 0.0})
	p.wantSums(defaultMap+".pid:"+p4, map[string]any{"priv:resources": 2.0, "priv:multihomed": 2.0, "priv:stale": 0.0, "priv:down": 0.0})
}

// A total counts a host once, whatever many addresses it has and sources tell it, and of what takes no workload
// nothing is free.
func TestTotals(t *testing.T) {
	p := newProcessor(t)
	host := func(used float64, addresses ...string) *schemas.ComputeResource {
		r := resourceOf(addresses, nil)
		r.Site, r.VCPUAvailable, r.VCPUUsed = ptr("madrid"), ptr(10.1), ptr(used)
		r.Classes = map[string]schemas.ClassAmount{"VGPU": {Available: ptr(2.0), Used: ptr(0.0), Kind: ptr("gpu")}}
		return r
	}
	down := host(1.1, "192.168.24.12")
	down.State = ptr(schemas.StateDown)
	p.apply(mapped(defaultMap, wholeMap("default", groups())),
		told("a|1", host(1.1, "192.168.24.10", "2001:db8:2::1")), told("b|1", host(9, "192.168.24.10")),
		told("a|2", host(0.2, "192.168.24.11")), told("a|3", down))
	want := map[string]schemas.Capacity{
		"vcpu": {Physical: ptr(30.3), Total: ptr(30.3), Used: ptr(2.4), Free: ptr(18.9)},
		"VGPU": {Physical: ptr(6.0), Total: ptr(6.0), Used: ptr(0.0), Free: ptr(4.0), Kind: ptr("gpu")},
	}
	for _, id := range []string{".ane:madrid", defaultMap + ".pid:" + p2} {
		if diff := cmp.Diff(want, p.table[id].Classes); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
	p.wantSums(".ane:madrid", map[string]any{
		"priv:site": "madrid", "priv:resources": 3.0, "priv:stale": 0.0, "priv:down": 1.0, "priv:vcpu_available": 30.3, "priv:vcpu_used": 2.4,
	})
	p.apply(told("a|1", nil), told("a|2", nil), told("a|3", nil), told("b|1", nil))
	p.wantKeys(defaultMap)
}

// history is resources of two sources, of which some tell one address, and network
// maps that come, change and go.
func history() []streamtest.Keyed[Event] {
	tells := func(key string, r *schemas.ComputeResource) streamtest.Keyed[Event] {
		return streamtest.Record(schemas.ComputeResourcesTopic, key, r, told)
	}
	maps := func(topology string, m alto.NetworkMap) streamtest.Keyed[Event] {
		var record *schemas.NetworkMap
		if m != nil {
			record = wholeMap(topology, m)
		}
		return streamtest.Record(schemas.NetworkMapsTopic, alto.NetworkMapID(topology), record, mapped)
	}
	less := groups()
	delete(less, p2)
	return []streamtest.Keyed[Event]{
		tells("a|1", sized(resourceOf([]string{"192.168.24.10", "2001:db8:2::1"}, nil), 0.1)),
		tells("b|1", sized(resourceOf([]string{"192.168.24.10"}, []string{p4, "1.1.1.1"}), 0.2)),
		maps("default", groups()),
		tells("a|2", sized(resourceOf(nil, []string{p2, "192.168.24.0/24"}), 0.3)),
		tells("b|2", resourceOf(nil, nil)),
		maps("other", alto.NetworkMap{q4: {IPv4: []string{"192.168.24.0/24"}}}),
		tells("a|1", sized(resourceOf([]string{"192.168.24.11"}, nil), 0.7)),
		maps("third", groups()),
		maps("default", less),
		tells("a|3", resourceOf([]string{"10.0.0.0/24", "192.0.2.1"}, nil)),
		tells("b|1", nil),
		maps("other", nil),
		maps("third", nil),
		tells("a|1", sized(resourceOf([]string{"10.0.0.0/24", "192.168.24.10"}, []string{isis}), 1e9)),
		tells("b|1", sized(resourceOf([]string{"192.168.24.10", "10.0.0.0/24"}, nil), 0.3)),
		tells("b|2", sized(resourceOf([]string{"192.168.24.200"}, nil), 1e-3)),
		maps("other", alto.NetworkMap{q4: {}, p1: {IPv4: []string{"192.0.2.0/24"}}}),
		tells("a|2", nil),
		tells("b|3", resourceOf(nil, []string{"9.9.9.9"})),
		tells("b|4", sized(resourceOf([]string{"192.168.24.10", "192.168.24.10/32", "192.168.24.11"}, nil), 7)), // twice the same
	}
}

// sized gives a resource a site and an amount.
func sized(r *schemas.ComputeResource, vcpu float64) *schemas.ComputeResource {
	r.Site, r.VCPUAvailable, r.VCPUUsed = ptr("madrid"), ptr(vcpu), ptr(vcpu/2)
	return r
}

func TestThePropertiesAreAFunctionOfTheTables(t *testing.T) {
	spec, _ := newSpec(t, Config{Sites: Sites{"madrid": {Attachments: []string{"4.4.4.4"}}}})
	streamtest.PathIndependent(t, spec, history())
}

// Records are made of the entities of the owned partitions alone; of all of them when one is owned from now on;
// and however many instances share the partitions, all records together are the table of one.
func TestPartitionsShareTheEntities(t *testing.T) {
	const partitions = 5
	tableOf := func(before, after []int) map[string]string { // which are owned before and after half of the history
		spec, _ := newSpec(t, Config{})
		machine := stream.NewMachine(spec)
		owned := func(numbers []int, is bool) {
			for _, number := range numbers {
				machine.Apply(Owned{number, partitions, is}, stream.Cause{})
			}
		}
		table := map[string]string{}
		owned(before, true)
		for i, e := range history() {
			if i == len(history())/2 {
				owned(before, false)
				owned(after, true)
				clear(table)
			}
			machine.Apply(e.Event, stream.Cause{})
			out, _ := machine.Outputs()
			for _, o := range out {
				if number := int(stream.Partition(o.Key, partitions)); !slices.Contains(before, number) && !slices.Contains(after, number) {
					t.Errorf("%s is of partition %d, which is not owned", o.Key, number)
				}
				if o.Value == nil {
					delete(table, o.Key)
					continue
				}
				table[o.Key] = string(*o.Value)
			}
		}
		return table
	}
	all := tableOf([]int{0, 1, 2, 3, 4}, []int{0, 1, 2, 3, 4})
	shared := tableOf([]int{0, 3}, []int{1, 2})
	maps.Copy(shared, tableOf([]int{1}, []int{0, 3, 4}))
	if diff := cmp.Diff(all, shared); diff != "" {
		t.Errorf("(-one instance +two):\n%s", diff)
	}
	if len(all) == 0 {
		t.Error("no records")
	}
}
