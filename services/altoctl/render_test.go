package altoctl

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/schemas"
)

func rendered(t *testing.T, write func(*strings.Builder) error) string {
	t.Helper()
	var b strings.Builder
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func is(t *testing.T, got, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

var (
	vtag       = schemas.VersionTag{ResourceID: "networkmap-net", Tag: "t1"}
	networkMap = schemas.NetworkMap{
		Meta: &schemas.NetworkMapMeta{VTag: vtag},
		NetworkMap: alto.NetworkMap{
			"pid1:a":  {IPv4: []string{"10.0.0.0/8"}, IPv6: []string{"2001:db8::/32"}},
			"default": {IPv4: []string{"0.0.0.0/0"}},
			"pid1:b":  {},
		},
	}
	costMap = schemas.CostMap{
		Meta:    &schemas.CostMapMeta{DependentVTags: []schemas.VersionTag{vtag}, CostType: schemas.CostType{CostMode: "numerical", CostMetric: "routingcost"}},
		CostMap: alto.CostMap{"a": {"a": 0, "b": 2.5}, "b": {"b": 0}},
	}
)

func TestNetworkMap(t *testing.T) {
	is(t, rendered(t, func(b *strings.Builder) error { return NetworkMap(b, &networkMap) }), `
networkmap-net  tag t1  3 PIDs, 3 prefixes
  default  0.0.0.0/0
  pid1:a   10.0.0.0/8 2001:db8::/32
  pid1:b   -
`)
}

func TestCostMap(t *testing.T) {
	is(t, rendered(t, func(b *strings.Builder) error { return CostMap(b, "costmap-net-routingcost", &costMap) }), `
costmap-net-routingcost  numerical
  of networkmap-net t1
     from \ to  1    2
  1  a          0  2.5
  2  b          -    0
`)
}

func TestCostType(t *testing.T) {
	context := &schemas.CostContext{CostSource: alto.Estimation, Parameters: map[string]string{"tlv": "1119", "path": "widest"}}
	for want, of := range map[string]schemas.CostType{
		"numerical":        {CostMode: alto.Numerical, CostMetric: alto.RoutingCost},
		"numerical, links": {CostMode: alto.Numerical, CostMetric: alto.HopCount},
		"numerical, bytes/s, estimation of the widest path": {CostMode: alto.Numerical, CostMetric: alto.AvailableBandwidth, CostContext: context},
		"ordinal, estimation of the widest path":            {CostMode: alto.Ordinal, CostMetric: alto.AvailableBandwidth, CostContext: context},
	} {
		if got := costType(of); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestCostMapOfFiveRouters is no wider than a terminal.
func TestCostMapOfFiveRouters(t *testing.T) {
	m := schemas.CostMap{Meta: costMap.Meta, CostMap: alto.CostMap{}}
	pids := []string{"default", "pid4200000000:000000000001", "pid4200000000:000000000002", "pid4200000000:000000000003", "pid4200000000:000000000004", "pid4200000000:000000000005"}
	for _, from := range pids {
		m.CostMap[from] = map[string]float64{}
		for _, to := range pids {
			m.CostMap[from][to] = 65535
		}
	}
	for i := range pids[1:] {
		delete(m.CostMap["default"], pids[i+1])
	}
	m.Meta = &schemas.CostMapMeta{DependentVTags: []schemas.VersionTag{{ResourceID: "networkmap-default", Tag: strings.Repeat("a", 32)}}, CostType: costMap.Meta.CostType}
	for line := range strings.Lines(rendered(t, func(b *strings.Builder) error { return CostMap(b, "costmap-default-routingcost", &m) })) {
		if len(line) > len("\n")+80 {
			t.Errorf("%d columns: %s", len(line)-1, line)
		}
	}
}

func TestWideCostMap(t *testing.T) {
	wide := schemas.CostMap{Meta: costMap.Meta, CostMap: alto.CostMap{}}
	for i := range maxColumns + 1 {
		name := string(rune('a' + i))
		wide.CostMap[name] = map[string]float64{name: 0, "a": 1}
	}
	got := rendered(t, func(b *strings.Builder) error { return CostMap(b, "id", &wide) })
	if !strings.Contains(got, "  c  a=1\n") || strings.Contains(got, "from") {
		t.Errorf("got\n%s", got)
	}
}

func TestEndpoints(t *testing.T) {
	table := map[string]*schemas.EndpointProperties{
		"ipv4:192.0.2.1": {
			Placed: true, Attachments: []schemas.Attachment{{PID: "pid1:a", FoundBy: "address"}, {PID: "pid1:b", FoundBy: "router", Cost: new(5.0)}},
			Classes: map[string]schemas.Capacity{"vcpu": {Free: new(3.0), Total: new(8.0)}},
			ToldBy:  new("dc|one"), AlsoToldBy: []string{"dc|two"}, CATSMetrics: []schemas.CATSMetric{{MetricType: "norm_fi", Value: 4}},
		},
		".ane:dc.two":            {Reason: new("no address"), ToldBy: new("dc|two"), StaleSince: new(time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local))},
		"networkmap-net":         {Placed: true, DependentVTags: []schemas.VersionTag{vtag}},
		"networkmap-net.pid:p:a": {Placed: true, Properties: map[string]any{"priv:resources": 2.0}},
	}
	is(t, rendered(t, func(b *strings.Builder) error { return Endpoints(b, table) }), `
ENTITY                  ATTACHED TO                               FREE/ALL  SCORE  TOLD BY
.ane:dc.two             not placed: no address                    -         -      dc|two, STALE since 2026-01-02 03:04:05
ipv4:192.0.2.1          pid1:a (address) pid1:b (router, cost 5)  vcpu 3/8  4      dc|one, not dc|two
networkmap-net          tag t1                                    -         -      -
networkmap-net.pid:p:a  -                                         -         -      2 resources
`)
}

func TestTopology(t *testing.T) {
	table := map[string]*schemas.RawTopology{
		"net|s|peer":     {Peer: &schemas.Peer{State: schemas.PeerStale}},
		"net|s|link|a|b": {Attributes: &schemas.Attributes{IGPMetric: new(uint32(0)), DelayMinMicros: new(uint32(7))}, AttributesLost: true},
		"net|s|node|a":   {},
	}
	is(t, rendered(t, func(b *strings.Builder) error { return Topology(b, table) }), `
s|link|a|b  attributes lost igp=0 delay_us=7
s|node|a    
s|peer      stale
`)
}

func TestDiffNetworkMap(t *testing.T) {
	next := schemas.NetworkMap{NetworkMap: alto.NetworkMap{"pid1:a": {IPv4: []string{"10.0.0.0/9"}}, "pid1:c": {}, "default": {IPv4: []string{"0.0.0.0/0"}}}}
	want := []string{"pid1:a + 10.0.0.0/9", "pid1:a - 10.0.0.0/8", "pid1:a - 2001:db8::/32", "pid1:b is gone", "pid1:c is new"}
	if diff := cmp.Diff(want, diffNetworkMap(&networkMap, &next)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDiffCostMap(t *testing.T) {
	old, next := whole(alto.CostMap{"a": {"a": 0, "b": 2.5}, "b": {"b": 0}}), whole(alto.CostMap{"a": {"a": 0, "b": 3}, "b": {"a": 1, "b": 0}})
	want := []string{"a → b: 2.5 → 3", "b → a: unreachable → 1"}
	if diff := cmp.Diff(want, diffCostMap(old, next)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// whole is a cost map as readers have it.
func whole(m alto.CostMap) *versioned.CostMap {
	r := &versioned.CostRecord{Meta: costMap.Meta}
	for from, costs := range m {
		var row versioned.Row
		for to, cost := range costs {
			row = append(row, avro.Entry[float64]{Key: to, Value: cost})
		}
		r.CostMap = append(r.CostMap, avro.Entry[versioned.Row]{Key: from, Value: row})
	}
	_, _, made := versioned.NewCostReader().Take("costmap-net-routingcost", r)
	return made
}
