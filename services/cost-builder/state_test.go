package costbuilder

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
)

func newMachine() *stream.Machine[*State, Event, versioned.CostRecord] {
	return machineOf(Metric{Name: "routingcost", Mode: alto.Numerical, Costs: ted.RoutingIGP})
}

func machineOf(metrics ...Metric) *stream.Machine[*State, Event, versioned.CostRecord] {
	return stream.NewMachine(Spec(metrics, ted.Options{}, limits, Serdes{}))
}

func linkTold(from, to string, metric uint32) Told {
	return Told{"net|s|link|3|0|router=" + from + "|router=" + to, &schemas.RawTopology{
		Topology: "net", Source: "s", Kind: schemas.KindLink, ProtocolID: new(uint8(3)), Identifier: new(uint64),
		LocalNode: &schemas.NodeDescriptor{IGPRouterID: &from}, RemoteNode: &schemas.NodeDescriptor{IGPRouterID: &to},
		Link: &schemas.LinkDescriptor{}, Attributes: &schemas.Attributes{IGPMetric: &metric},
	}}
}

func networkMapped(tag string, pids ...string) Mapped {
	m := &schemas.NetworkMap{
		Meta:       &schemas.NetworkMapMeta{VTag: schemas.VersionTag{ResourceID: "networkmap-net", Tag: tag}},
		NetworkMap: alto.NetworkMap{},
	}
	for _, pid := range pids {
		m.NetworkMap[pid] = schemas.EndpointAddressGroup{}
	}
	return Mapped{"networkmap-net", m}
}

// limits are those of the configuration's defaults.
var limits = versioned.Limits{Inline: 512 << 10, Record: 900_000, Flush: 8 << 20, Slots: 1024}

// costsIn returns the costs of a map that is one record.
func costsIn(c stream.Change[versioned.CostRecord]) alto.CostMap {
	_, _, m := versioned.NewCostReader().Take(c.Key, c.Value)
	return alto.CostMapOf(m)
}

const (
	a, b       = "01010101", "02020202"
	pidA, pidB = "pid0:01010101", "pid0:02020202"
)

func flushed(m *stream.Machine[*State, Event, versioned.CostRecord], events ...Event) []stream.Change[versioned.CostRecord] {
	for _, e := range events {
		m.Apply(e, stream.Cause{})
	}
	changes, _ := m.Flush()
	return changes
}

func TestNoNetworkMapNoCosts(t *testing.T) {
	m := newMachine()
	if changes := flushed(m, linkTold(a, b, 7), linkTold(b, a, 9)); len(changes) != 0 {
		t.Errorf("published %v without a network map", changes)
	}
	changes := flushed(m, networkMapped("t1", pidA, pidB))
	want := alto.CostMap{pidA: {pidA: 0, pidB: 7}, pidB: {pidB: 0, pidA: 9}}
	if len(changes) != 1 || changes[0].Key != "costmap-net-routingcost" {
		t.Fatalf("changes = %v", changes)
	}
	if diff := cmp.Diff(want, costsIn(changes[0])); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if changes = flushed(m, Mapped{Key: "networkmap-net"}); len(changes) != 1 || changes[0].Value != nil {
		t.Errorf("network map gone: %v, want the cost map gone", changes)
	}
}

// TestNoRoutersNoCosts takes all routers away while the network map is still there: it is from
// another time, and costs without a single way would be wrong.
func TestNoRoutersNoCosts(t *testing.T) {
	m := newMachine()
	if changes := flushed(m, networkMapped("t1", pidA, pidB)); len(changes) != 0 {
		t.Errorf("published %v without any router", changes)
	}
	flushed(m, linkTold(a, b, 7), linkTold(b, a, 9))
	gone := func(from, to string) Told { return Told{Key: linkTold(from, to, 0).Key} }
	if changes := flushed(m, gone(a, b), gone(b, a)); len(changes) != 1 || changes[0].Value != nil {
		t.Errorf("all routers gone: %v, want the cost map gone", changes)
	}
}

// TestPIDsAreThoseOfTheNetworkMap adds PIDs that the links do not know and leaves out
// those that the map does not have.
func TestPIDsAreThoseOfTheNetworkMap(t *testing.T) {
	changes := flushed(newMachine(), linkTold(a, b, 7), linkTold(b, a, 9), networkMapped("t1", pidA, "pid0:03030303", alto.DefaultPID))
	want := alto.CostMap{pidA: {pidA: 0}, "pid0:03030303": {"pid0:03030303": 0}, alto.DefaultPID: {alto.DefaultPID: 0}}
	if diff := cmp.Diff(want, costsIn(changes[0])); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNewTagNewCostMap(t *testing.T) {
	m := newMachine()
	flushed(m, linkTold(a, b, 7), linkTold(b, a, 9), networkMapped("t1", pidA, pidB))
	if changes := flushed(m, networkMapped("t1", pidA, pidB)); len(changes) != 0 {
		t.Errorf("the same map again published %v", changes)
	}
	changes := flushed(m, networkMapped("t2", pidA, pidB))
	if len(changes) != 1 || changes[0].Value.Meta.DependentVTags[0].Tag != "t2" {
		t.Errorf("new tag: %v", changes)
	}
}

// TestViews makes a cost map of each network map of a topology.
func TestViews(t *testing.T) {
	m := newMachine()
	view := Mapped{"networkmap-net-pop", &schemas.NetworkMap{
		Meta: &schemas.NetworkMapMeta{
			VTag: schemas.VersionTag{ResourceID: "networkmap-net-pop", Tag: "v1"}, View: &schemas.View{Topology: "net", Name: "pop", Cost: alto.Greatest},
		},
		NetworkMap: alto.NetworkMap{"west": {Members: []string{pidA}}, "east": {Members: []string{pidB}}, alto.DefaultPID: {}},
	}}
	changes := flushed(m, linkTold(a, b, 7), linkTold(b, a, 9), networkMapped("t1", pidA, pidB), view)
	if len(changes) != 2 || changes[1].Key != "costmap-net-pop-routingcost" || changes[1].Value.Meta.DependentVTags[0].Tag != "v1" {
		t.Fatalf("changes = %v", changes)
	}
	want := alto.CostMap{"west": {"west": 0, "east": 7}, "east": {"west": 9, "east": 0}, alto.DefaultPID: {alto.DefaultPID: 0}}
	if diff := cmp.Diff(want, costsIn(changes[1])); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if changes = flushed(m, linkTold(a, b, 8)); len(changes) != 2 {
		t.Errorf("a metric changed: %v, want both maps", changes)
	}
	if changes = flushed(m, Mapped{Key: view.Key}); len(changes) != 1 || changes[0].Key != "costmap-net-pop-routingcost" || changes[0].Value != nil {
		t.Errorf("the view is gone: %v, want its cost map gone", changes)
	}
}

func TestForeignKeys(t *testing.T) {
	m := newMachine()
	foreign := networkMapped("t1", pidA)
	foreign.Key = "something-else"
	if changes := flushed(m, foreign); len(changes) != 0 {
		t.Errorf("published %v for a key that names no network map", changes)
	}
}

func TestConfigMetrics(t *testing.T) {
	c := Config{CostMetrics: []string{"hopcount-ordinal", "routingcost", "delay-ow:min", "bw-available"}, RoutingCost: "te", BandwidthPath: igpPath}
	context := func(tlv string) *schemas.CostContext {
		return &schemas.CostContext{CostSource: "estimation", Parameters: map[string]string{"tlv": tlv, "path": "igp"}}
	}
	want := []Metric{
		{"hopcount", alto.Ordinal, nil, ted.HopCount}, {"routingcost", alto.Numerical, nil, ted.RoutingTE},
		{"delay-ow:min", alto.Numerical, context("1115"), ted.DelayOneWayMin}, {"bw-available", alto.Numerical, context("1119"), ted.AvailableBandwidth},
	}
	got, err := c.metrics()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestWrongMetrics(t *testing.T) {
	for _, test := range []struct {
		metrics []string
		want    string // part of the error
	}{
		{[]string{"latency"}, `has "latency"; there are bw-available, bw-residual, delay-ow, `},
		{[]string{"hopcount:ordinal"}, "each also with -ordinal"},
		{[]string{"hopcount", "routingcost", "hopcount"}, `has "hopcount" twice`},
	} {
		c := Config{CostMetrics: test.metrics, RoutingCost: "igp", BandwidthPath: widestPath}
		if _, err := c.metrics(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: got %v, want an error with %q", test.metrics, err, test.want)
		}
	}
}

// TestRanks has the ranks of the PIDs of the network map alone: that of the routers that are left
// out would be others.
func TestRanks(t *testing.T) {
	m := machineOf(Metric{Name: "routingcost", Mode: alto.Ordinal, Costs: ted.RoutingIGP}, Metric{Name: "bw-available", Mode: alto.Ordinal, Costs: ted.WidestAvailableBandwidth})
	const c, pidC = "03030303", "pid0:03030303"
	wide := func(l Told, bandwidth float64) Told {
		l.Record.Attributes.AvailableBandwidth = &bandwidth
		return l
	}
	changes := flushed(m, wide(linkTold(a, b, 700), 5e8), wide(linkTold(b, a, 9), 1e9), linkTold(b, c, 1), linkTold(c, b, 1), networkMapped("t1", pidA, pidB))
	for i, want := range []alto.CostMap{
		{pidA: {pidA: 0, pidB: 2}, pidB: {pidB: 0, pidA: 1}},
		{pidA: {pidA: 0, pidB: 2}, pidB: {pidB: 0, pidA: 1}},
	} {
		if diff := cmp.Diff(want, costsIn(changes[i])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", changes[i].Key, diff)
		}
	}
	if got := changes[1].Value.Meta.CostType.CostMode + " " + changes[1].Key; got != "ordinal costmap-net-bw-available-ordinal" {
		t.Errorf("got %s", got)
	}
}

// TestTooLongResourceID has a topology with whose name the resource id of one metric is too long.
func TestTooLongResourceID(t *testing.T) {
	name := strings.Repeat("t", 33)
	spec := Spec([]Metric{{Name: "delay-variation", Mode: alto.Ordinal, Costs: ted.DelayVariation}, {Name: "hopcount", Mode: alto.Ordinal, Costs: ted.HopCount}}, ted.Options{}, limits, Serdes{})
	s := spec.Init()
	link := linkTold(a, b, 1)
	link.Key = name + strings.TrimPrefix(link.Key, "net")
	s, _ = Step(s, link)
	mapped := networkMapped("t1", pidA)
	mapped.Key = alto.NetworkMapID(name)
	s, _ = Step(s, mapped)
	s, out := Step(s, Flush{})
	want := map[string]string{
		"costmap-" + name + "-delay-variation-ordinal": `resource id "costmap-` + name + `-delay-variation-ordinal" is 65 characters long, at most 64 are allowed: the topology needs a shorter name`,
	}
	if diff := cmp.Diff(want, s.published.Problems()); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if len(out) != 1 || out[0].Key != "costmap-"+name+"-hopcount-ordinal" {
		t.Errorf("put out %v, want the map of hop counts alone", out)
	}
}
