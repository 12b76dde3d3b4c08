package correlator

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/alto"
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
	machine *stream.Machine[*State, Event, schemas.EndpointProperties]
	table   map[string]*schemas.EndpointProperties
}

func newProcessor(t *testing.T) *processor {
	return &processor{t, stream.NewMachine(Spec(Serdes{})), map[string]*schemas.EndpointProperties{}}
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
		p.table[c.Key] = c.Value
		if c.Value == nil {
			delete(p.table, c.Key)
		}
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

func resource(addresses, attachments []string) *schemas.ComputeResource {
	return &schemas.ComputeResource{Source: "static", Kind: "static", Name: "compute5", Addresses: addresses, Attachments: attachments}
}

func TestTheSeedsResource(t *testing.T) {
	p := newProcessor(t)
	p.apply(Mapped{defaultMap, wholeMap("default", groups())}, Told{"static|compute5", &schemas.ComputeResource{
		Source: "static", Kind: "static", Name: "compute5", Site: ptr("madrid"), Addresses: []string{"192.168.24.10"},
		DiskAvailable: ptr(1833.0), DiskUsed: ptr(984.0), RAMAvailable: ptr(130520.0), RAMUsed: ptr(127296.0),
		VCPUAvailable: ptr(80.0), VCPUUsed: ptr(0.0), Instances: ptr[int64](29),
	}})
	p.want("ipv4:192.168.24.10", &schemas.EndpointProperties{
		Entity: "ipv4:192.168.24.10", Placed: true,
		Properties: map[string]any{
			"networkmap-default.pid": p2, "priv:source": "static", "priv:name": "compute5", "priv:site": "madrid",
			"priv:disk_available": 1833.0, "priv:disk_used": 984.0, "priv:ram_available": 130520.0, "priv:ram_used": 127296.0,
			"priv:vcpu_available": 80.0, "priv:vcpu_used": 0.0, "priv:instances": 29.0,
		},
		Attachments:    []schemas.Attachment{{NetworkMap: defaultMap, PID: p2, FoundBy: "address"}},
		DependentVTags: []schemas.VersionTag{vtag("default", groups())},
	})
}

func TestWhyAResourceIsNotPlaced(t *testing.T) {
	tests := []struct {
		name                   string
		addresses, attachments []string
		withMap                bool
		entity, want           string
	}{
		{"nothing is known", nil, nil, true, ".ane:static.compute5", "no address"},
		{"nothing is known and there is no map", nil, nil, false, ".ane:static.compute5", "no address"},
		{"no map", []string{"192.168.24.10"}, nil, false, "ipv4:192.168.24.10", "no network map"},
		{"no map for the attachment", nil, []string{p1}, false, ".ane:static.compute5", "no network map"},
		{"an address of the default PID", []string{"192.0.2.1"}, nil, true, "ipv4:192.0.2.1", "192.0.2.1 is in no PID's prefix"},
		{"an IPv6 address", []string{"2001:db8::1"}, nil, true, "ipv6:2001:db8::1", "2001:db8::1 is in no PID's prefix"},
		{"a router that is not there", nil, []string{"9.9.9.9"}, true, ".ane:static.compute5",
			"attachment 9.9.9.9 is no PID, router or address of a network map"},
		{"neither", []string{"192.0.2.1"}, []string{"9.9.9.9"}, true, "ipv4:192.0.2.1",
			"192.0.2.1 is in no PID's prefix; attachment 9.9.9.9 is no PID, router or address of a network map"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newProcessor(t)
			if tt.withMap {
				p.apply(Mapped{defaultMap, wholeMap("default", groups())})
			}
			p.apply(Told{"static|compute5", resource(tt.addresses, tt.attachments)})
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

// Losing one attachment leaves the others, and the PID moves without a gap.
func TestLosingAnAttachment(t *testing.T) {
	p := newProcessor(t)
	p.apply(Mapped{defaultMap, wholeMap("default", groups())}, Told{"static|compute5", resource(nil, []string{p1, p4})})
	p.want(".ane:static.compute5", &schemas.EndpointProperties{
		Entity: ".ane:static.compute5", Placed: true,
		Properties: map[string]any{"networkmap-default.pid": p1, "priv:source": "static", "priv:name": "compute5"},
		Attachments: []schemas.Attachment{
			{NetworkMap: defaultMap, PID: p1, FoundBy: "router"}, {NetworkMap: defaultMap, PID: p4, FoundBy: "router"},
		},
		DependentVTags: []schemas.VersionTag{vtag("default", groups())},
	})
	less := groups()
	delete(less, p1)
	p.wantChanged([]string{".ane:static.compute5"}, p.apply(Mapped{defaultMap, wholeMap("default", less)}))
	p.want(".ane:static.compute5", &schemas.EndpointProperties{
		Entity: ".ane:static.compute5", Placed: true,
		Properties:     map[string]any{"networkmap-default.pid": p4, "priv:source": "static", "priv:name": "compute5"},
		Attachments:    []schemas.Attachment{{NetworkMap: defaultMap, PID: p4, FoundBy: "router"}},
		DependentVTags: []schemas.VersionTag{vtag("default", less)},
	})
}

// Of two resources with one address the lower key has it; when it goes, the other
// takes over.
func TestTakingOver(t *testing.T) {
	p := newProcessor(t)
	const entity = "ipv4:192.168.24.10"
	owner := func() any {
		if r := p.table[entity]; r != nil {
			return r.Properties["priv:source"].(string) + "|" + r.Properties["priv:name"].(string)
		}
		return nil
	}
	address := []string{"192.168.24.10"}
	steps := []struct {
		name    string
		event   Event
		changed []string
		owner   any
	}{
		{"the higher comes", Told{"b|x", resource(address, nil)}, []string{entity}, "b|x"},
		{"the lower comes", Told{"a|y", resource(address, nil)}, []string{entity}, "a|y"},
		{"the higher changes", Told{"b|x", resource(address, []string{p1})}, nil, "a|y"},
		{"the lower moves", Told{"a|y", resource([]string{"192.168.24.11"}, nil)}, []string{entity, "ipv4:192.168.24.11"}, "b|x"},
		{"the lower comes back", Told{"a|y", resource(address, nil)}, []string{entity, "ipv4:192.168.24.11"}, "a|y"},
		{"the lower goes", Told{"a|y", nil}, []string{entity}, "b|x"},
		{"the higher goes", Told{"b|x", nil}, []string{entity}, nil},
	}
	for _, step := range steps {
		got := p.apply(step.event)
		if diff := cmp.Diff(step.changed, got); diff != "" {
			t.Errorf("%s: changed (-want +got):\n%s", step.name, diff)
		}
		if owner() != step.owner {
			t.Errorf("%s: %v has it, want %v", step.name, owner(), step.owner)
		}
	}
	if len(p.table) > 0 {
		t.Errorf("left over: %v", p.table)
	}
}

func TestOnlyWhatChangedIsPublished(t *testing.T) {
	p := newProcessor(t)
	p.apply(Mapped{defaultMap, wholeMap("default", groups())},
		Told{"static|a", resource([]string{"10.0.0.1", "10.0.0.2"}, nil)}, Told{"static|b", resource(nil, nil)})
	busy := resource([]string{"10.0.0.1", "10.0.0.3"}, nil)
	p.wantChanged([]string{"ipv4:10.0.0.2", "ipv4:10.0.0.3"}, p.apply(Told{"static|a", busy}))
	p.wantChanged(nil, p.apply(Told{"static|a", busy}))
	p.wantChanged(nil, p.apply(Mapped{defaultMap, wholeMap("default", groups())}))
	p.wantChanged(nil, p.apply(Mapped{defaultMap + "|" + p1, &schemas.NetworkMap{NetworkMap: groups(), Version: ptr[int64](3)}}))
	p.wantChanged([]string{"ipv4:10.0.0.1", "ipv4:10.0.0.3"}, p.apply(Mapped{"networkmap-other", wholeMap("other", alto.NetworkMap{q4: {}})}))
	p.wantChanged([]string{"ipv4:10.0.0.1", "ipv4:10.0.0.3"}, p.apply(Mapped{defaultMap, nil}))
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
		tells("a|1", resource([]string{"192.168.24.10", "2001:db8:2::1"}, nil)),
		tells("b|1", resource([]string{"192.168.24.10"}, []string{p4, "1.1.1.1"})),
		maps("default", groups()),
		tells("a|2", resource(nil, []string{p2, "192.168.24.0/24"})),
		tells("b|2", resource(nil, nil)),
		maps("other", alto.NetworkMap{q4: {IPv4: []string{"192.168.24.0/24"}}}),
		tells("a|1", resource([]string{"192.168.24.11"}, nil)),
		maps("third", groups()),
		maps("default", less),
		tells("a|3", resource([]string{"10.0.0.0/24", "192.0.2.1"}, nil)),
		tells("b|1", nil),
		maps("other", nil),
		maps("third", nil),
		tells("a|1", resource([]string{"10.0.0.0/24", "192.168.24.10"}, []string{isis})),
		tells("b|1", resource([]string{"192.168.24.10", "10.0.0.0/24"}, nil)),
		tells("b|2", resource([]string{"192.168.24.200"}, nil)),
		maps("other", alto.NetworkMap{q4: {}, p1: {IPv4: []string{"192.0.2.0/24"}}}),
		tells("a|2", nil),
		tells("b|3", resource(nil, []string{"9.9.9.9"})),
	}
}

func TestThePropertiesAreAFunctionOfTheTables(t *testing.T) {
	streamtest.PathIndependent(t, Spec(Serdes{
		Resources:  streamtest.Serde[schemas.ComputeResource](t, schemas.ComputeResourcesTopic),
		Maps:       streamtest.Serde[schemas.NetworkMap](t, schemas.NetworkMapsTopic),
		Properties: streamtest.Serde[schemas.EndpointProperties](t, schemas.EndpointPropertiesTopic),
	}), history())
}
