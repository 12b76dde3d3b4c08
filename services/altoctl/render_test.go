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
	is(t, rendered(t, func(b *strings.Builder) error { return writeNetworkMap(b, &networkMap, plain) }), `
networkmap-net  tag t1  3 PIDs, 3 prefixes
  default  -  0.0.0.0/0
  pid1:a   A  10.0.0.0/8 2001:db8::/32
  pid1:b   -  -
`)
}

func TestCostMap(t *testing.T) {
	is(t, rendered(t, func(b *strings.Builder) error {
		return writeCostMap(b, "costmap-net-routingcost", whole(costMap.CostMap), plain)
	}), `
costmap-net-routingcost  numerical
  of networkmap-net t1
     from \ to  1    2
  1  a          0  2.5
  2  b          -    0
`)
}

// plain asks for all.
var plain = question{labels: labels{"pid1:a": "A"}, width: 80}

func TestQuestions(t *testing.T) {
	m := whole(alto.CostMap{"a": {"a": 0, "b": 2.5, "pid1:01010101": 1}, "b": {"b": 0}, "pid1:01010101": {"a": 7, "pid1:01010101": 0}})
	for _, test := range []struct{ from, to, want string }{
		{"a", "b", "  a → b: 2.5\n"},
		{"b", "pid1:01010101", "  b → 1.1.1.1 pid1:01010101: unreachable\n"},
		{"a", "", "  from a: 2 PIDs\n  1    1.1.1.1  pid1:01010101\n  2.5           b\n"},
		{"", "a", "  to a: 1 PID; to 1 more there is no cost\n  7  1.1.1.1  pid1:01010101\n"},
	} {
		q := question{from: test.from, to: test.to, labels: labels{}, width: 80}
		got := rendered(t, func(b *strings.Builder) error { return costTable{m, q}.write(b) })
		if got != test.want {
			t.Errorf("from %q to %q: got\n%swant\n%s", test.from, test.to, got, test.want)
		}
	}
}

func TestPIDOfNetworkMap(t *testing.T) {
	q := question{pid: "pid1:a", labels: labels{"pid1:a": "A"}, width: 80}
	is(t, rendered(t, func(b *strings.Builder) error { return writeNetworkMap(b, &networkMap, q) }), `
networkmap-net  tag t1  3 PIDs, 3 prefixes
  A pid1:a: 2 prefixes
    10.0.0.0/8
    2001:db8::/32
`)
}

func TestRouterID(t *testing.T) {
	for pid, want := range map[string]string{
		"pid100:01010101": "1.1.1.1", "pid0:000000000a0b": "0000.0000.0a0b", "pop-fra": "", "default": "", "west:01010101": "", "pid1:xy": "",
	} {
		if got := routerID(pid); got != want {
			t.Errorf("%s: got %q, want %q", pid, got, want)
		}
	}
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

// TestCostMapOfFiveRouters is a matrix no wider than a terminal.
func TestCostMapOfFiveRouters(t *testing.T) {
	m := alto.CostMap{}
	pids := []string{"default", "pid4200000000:000000000001", "pid4200000000:000000000002", "pid4200000000:000000000003", "pid4200000000:000000000004", "pid4200000000:000000000005"}
	for _, from := range pids {
		m[from] = map[string]float64{}
		for _, to := range pids {
			m[from][to] = 65535
		}
	}
	for _, pid := range pids[1:] {
		delete(m["default"], pid)
	}
	got := rendered(t, func(b *strings.Builder) error {
		return writeCostMap(b, "costmap-default-routingcost", whole(m), question{labels: labels{}, width: 80})
	})
	if !strings.Contains(got, corner) {
		t.Errorf("no matrix:\n%s", got)
	}
	for line := range strings.Lines(got) {
		if len([]rune(line)) > len("\n")+80 {
			t.Errorf("%d columns: %s", len(line)-1, line)
		}
	}
}

func TestWideCostMap(t *testing.T) {
	wide := alto.CostMap{}
	for i := range 26 {
		name := string(rune('a' + i))
		wide[name] = map[string]float64{name: 0, "a": float64(i)}
	}
	is(t, rendered(t, func(b *strings.Builder) error { return writeCostMap(b, "id", whole(wide), plain) }), `
id  numerical
  of networkmap-net t1
  26 PIDs, 25 of 650 pairs have a cost
  from 1 to 25, on average 13
  the greatest: z → a
  ask with --from and --to for costs, or --json for all
`)
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
	if diff := cmp.Diff(want, diffNetworkMap(&networkMap, &next, labels{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDiffCostMap(t *testing.T) {
	old, next := whole(alto.CostMap{"a": {"a": 0, "b": 2.5}, "b": {"b": 0}}), whole(alto.CostMap{"a": {"a": 0, "b": 3}, "b": {"a": 1, "b": 0}})
	want := []string{"b → a: unreachable → 1", "a → b: 2.5 → 3"}
	if diff := cmp.Diff(want, costChanges(old, next, question{})); diff != "" {
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
