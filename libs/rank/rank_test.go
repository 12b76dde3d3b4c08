package rank

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/cats"
	"github.com/altostream/altostream/schemas"
)

const mapID = "networkmap-default"

func ptr[T any](v T) *T { return &v }

var vtag = schemas.VersionTag{ResourceID: mapID, Tag: "1"}

// tables is a network of the PIDs a, b, c, d and e, which cannot be reached, as seen from a.
func tables() *Tables {
	t := NewTables()
	t.SetNetworkMap(mapID, &schemas.NetworkMap{Meta: &schemas.NetworkMapMeta{VTag: vtag}, NetworkMap: alto.NetworkMap{
		"a": {IPv4: []string{"10.1.0.0/16"}}, "b": {}, "c": {}, "d": {}, "e": {}, alto.DefaultPID: {IPv4: []string{"0.0.0.0/0"}},
	}})
	costs := func(metric string, row map[string]float64) {
		meta := &schemas.CostMapMeta{DependentVTags: []schemas.VersionTag{vtag}}
		t.SetCosts(alto.CostMapID("default", metric, alto.Numerical), meta, sparse{[]string{"a", "b", "c", "d"}, alto.CostMap{"a": row}})
	}
	costs("routingcost", map[string]float64{"a": 0, "b": 10, "c": 20, "d": 20})
	costs("delay-ow", map[string]float64{"a": 0, "b": 9000, "c": 3000})
	costs("bw-available", map[string]float64{"b": 1e9, "c": 1e8, "d": 1e9})
	t.SetEndpoint(mapID, &schemas.EndpointProperties{Entity: mapID, DependentVTags: []schemas.VersionTag{vtag}})
	return t
}

// sparse is a cost map as alto.Costs.
type sparse struct {
	pids []string
	rows alto.CostMap
}

func (s sparse) PIDs() []string { return s.pids }

func (s sparse) Row(from int, costs []float64) {
	row := s.rows[s.pids[from]]
	for i, to := range s.pids {
		cost, ok := row[to]
		if !ok {
			cost = math.NaN()
		}
		costs[i] = cost
	}
}

type option func(*schemas.EndpointProperties)

func at(pids ...string) option {
	return func(e *schemas.EndpointProperties) {
		for _, pid := range pids {
			pid, cost, _ := strings.Cut(pid, "+")
			a := schemas.Attachment{NetworkMap: mapID, PID: pid, FoundBy: "router"}
			var c float64
			if _, err := fmt.Sscan(cost, &c); err == nil {
				a.Cost = &c
			}
			e.Attachments = append(e.Attachments, a)
		}
		e.Placed = len(pids) > 0
	}
}

func has(class string, free, total float64) option {
	return func(e *schemas.EndpointProperties) {
		e.Classes[class] = schemas.Capacity{Physical: &total, Total: &total, Used: ptr(total - free), Free: &free}
	}
}

func scored(compute float64) option {
	return func(e *schemas.EndpointProperties) {
		e.CATSMethod = cats.NewMethod(cats.WeightedAverage, cats.MinMax, nil, nil)
		e.CATSMetrics = []schemas.CATSMetric{{MetricType: cats.ComputeNorm, Value: compute}}
	}
}

// host puts a host of a site.
func (t *Tables) host(site, name string, options ...option) {
	e := &schemas.EndpointProperties{
		Entity: ".ane:s." + name, ToldBy: ptr("s|" + name), Classes: map[string]schemas.Capacity{}, Properties: map[string]any{"priv:site": site},
	}
	for _, o := range options {
		o(e)
	}
	t.SetEndpoint(e.Entity, e)
}

// text is an answer in lines.
func text(a *Answer) string {
	var b strings.Builder
	for _, s := range a.Sites {
		fmt.Fprintf(&b, "%d %s", s.Rank, s.Name)
		for _, h := range s.Hosts {
			fmt.Fprintf(&b, " %s@%s%v", h.Key, h.PID, h.Costs)
			if h.Scores.Overall != nil {
				fmt.Fprintf(&b, "=%v", *h.Scores.Overall)
			}
			if len(h.Notes) > 0 {
				fmt.Fprintf(&b, " (%s)", strings.Join(h.Notes, "; "))
			}
		}
		if s.Tie != "" {
			fmt.Fprintf(&b, " [%s]", s.Tie)
		}
		b.WriteString("\n")
	}
	for _, s := range a.Others {
		fmt.Fprintf(&b, "- %s", s.Name)
		for _, l := range s.Lacks {
			fmt.Fprintf(&b, " %d: %s;", l.Hosts, l.Text)
		}
		b.WriteString("\n")
	}
	for _, n := range a.Notes {
		fmt.Fprintf(&b, "* %s\n", n)
	}
	return b.String()
}

func stale(e *schemas.EndpointProperties) { e.StaleSince = ptr(time.Unix(1_800_000_000, 0)) }

func metrics(t *testing.T, texts ...string) []Metric {
	t.Helper()
	var parsed []Metric
	for _, text := range texts {
		m, err := ParseMetric(text)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, m)
	}
	return parsed
}

func TestAnswer(t *testing.T) {
	tests := []struct {
		name    string
		fill    func(t *Tables)
		query   Query
		metrics []string
		want    []string
	}{
		{"the cheapest first", func(t *Tables) {
			t.host("far", "1", at("c"))
			t.host("near", "2", at("b"))
			t.host("here", "3", at("a"))
		}, Query{From: "10.1.2.3"}, nil, []string{"1 here s|3@a[0]", "2 near s|2@b[10]", "3 far s|1@c[20]"}},
		{"enough on one host, not in all", func(t *Tables) {
			t.host("full", "1", at("b"), has("vcpu", 7, 10), has("ram", 40000, 50000))
			t.host("full", "2", at("b"), has("vcpu", 3, 10), has("ram", 1000, 50000))
			t.host("room", "3", at("c"), has("vcpu", 8, 10), has("ram", 32768, 50000))
			t.host("unknown", "4", at("c"))
		}, Query{From: "a", Needs: map[string]float64{"vcpu": 8, "ram": 32768}}, nil, []string{
			"1 room s|3@c[20]",
			"- full 2: 7 vcpu free of 10, 8 needed; 1: 1000 MB ram free of 48.8 GB, 32 GB needed;",
			"- unknown 1: it has no ram; 1: it has no vcpu;",
		}},
		{"a GPU of any make", func(t *Tables) {
			gpu := func(e *schemas.EndpointProperties) {
				e.Classes["nvidia.com/gpu"] = schemas.Capacity{Kind: ptr("gpu"), Free: ptr(2.0), Total: ptr(4.0)}
				e.Classes["VGPU"] = schemas.Capacity{Kind: ptr("gpu"), Free: ptr(0.0), Total: ptr(4.0)}
			}
			t.host("gpu", "1", at("b"), gpu)
			t.host("none", "2", at("a"), has("vcpu", 8, 10))
		}, Query{From: "a", Needs: map[string]float64{"gpu": 1}}, nil, []string{"1 gpu s|1@b[10]", "- none 1: it has no gpu;"}},
		{"a multi-homed host at the least of its costs", func(t *Tables) {
			t.host("both", "1", at("c", "b+15"))
			t.host("both", "2", at("c+3", "b+5"))
		}, Query{From: "a"}, nil, []string{"1 both s|2@b[15] s|1@c[20]"}},
		{"an attachment beyond a bound", func(t *Tables) {
			t.host("both", "1", at("b", "c"))
			t.host("slow", "2", at("b"))
			t.host("untold", "3", at("d"))
			t.host("cut off", "4", at("e"))
		}, Query{From: "a"}, []string{"routingcost", "delay-ow<=5000"}, []string{
			"1 both s|1@c[20 3000] (not by another attachment: delay-ow to b is 9000, more than 5000)",
			"- cut off 1: e cannot be reached from a;",
			"- slow 1: delay-ow to b is 9000, more than 5000;",
			"- untold 1: delay-ow to d is not told on all of the way, or it cannot be reached;",
		}},
		{"a multi-homed host beyond a bound is one host", func(t *Tables) {
			t.host("both", "1", at("b", "c"))
		}, Query{From: "a"}, []string{"routingcost<=5"}, []string{"- both 1: routingcost to b is 10, more than 5;"}},
		{"of bandwidth more is better", func(t *Tables) {
			t.host("narrow", "1", at("c"))
			t.host("wide", "2", at("b"))
		}, Query{From: "a"}, []string{"bw-available>=2e8"}, []string{"1 wide s|2@b[1e+09]", "- narrow 1: bw-available to c is 100000000, less than 200000000;"}},
		{"ties", func(t *Tables) {
			t.host("w", "1", at("c"), scored(4))
			t.host("x", "2", at("d"), scored(8))
			t.host("y", "0", at("d"), scored(8))
			t.host("z", "4", at("d"), scored(10), stale)
		}, Query{From: "a"}, nil, []string{
			"1 x s|2@d[20]=4", "1 y s|0@d[20]=4 [as good as x; only the name comes later]",
			"1 w s|1@c[20]=2 [as good as y; its score is lower]", "1 z s|4@d[20]=5 [as good as w, but stale]",
		}},
		{"by score", func(t *Tables) {
			t.host("near and full", "1", at("a"), scored(1))
			t.host("far and empty", "2", at("b"), scored(10))
		}, Query{From: "a", Order: ByScore}, nil, []string{"1 far and empty s|2@b[10]=8", "2 near and full s|1@a[0]=6"}},
		{"overcommit", func(t *Tables) {
			t.host("x", "1", at("a"), func(e *schemas.EndpointProperties) {
				e.Classes["vcpu"] = schemas.Capacity{Physical: ptr(80.0), Total: ptr(160.0), Used: ptr(86.0), Free: ptr(74.0)}
			})
		}, Query{From: "a", Needs: map[string]float64{"vcpu": 8}}, nil, []string{"1 x s|1@a[0] (overcommit: 86 vcpu given out of 80 built in, up to 160)"}},
		{"what its platform gives no work", func(t *Tables) {
			t.host("x", "1", at("a"), func(e *schemas.EndpointProperties) { e.State, e.StateReason = ptr("down"), ptr("compute service lost") })
			t.host("x", "2", at("a"), func(e *schemas.EndpointProperties) { e.Schedulable = ptr(false) })
			t.host("x", "3", at("a"), func(e *schemas.EndpointProperties) {
				e.Taints = []string{"gpu=only:NoSchedule", "old=:PreferNoSchedule"}
			})
			t.host("y", "4", at("a"), func(e *schemas.EndpointProperties) { e.Taints = []string{"spot=:NoExecute"} })
		}, Query{From: "a", Tolerates: []string{"spot"}}, nil, []string{
			"1 y s|4@a[0]",
			"- x 1: down: compute service lost; 1: taint gpu=only:NoSchedule is not tolerated; 1: takes no new workload;",
		}},
		{"without a place", func(t *Tables) {
			t.host("x", "1", func(e *schemas.EndpointProperties) { e.Reason = ptr("no address") })
		}, Query{From: "a"}, nil, []string{"- x 1: not placed: no address;"}},
		{"old maps", func(t *Tables) {
			t.networkMaps[mapID].meta.StaleSince = ptr(time.Unix(1_800_000_000, 0))
			t.SetEndpoint(mapID, nil)
		}, Query{From: "a"}, nil, []string{
			"* networkmap-default is stale since 2027-01-15T08:00:00Z: a speaker that it is made of is lost",
			"* the places of hosts are not yet those of this version of networkmap-default",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tables := tables()
			tt.fill(tables)
			tt.query.Metrics = metrics(t, tt.metrics...)
			a, err := tables.Answer(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Join(tt.want, "\n")+"\n", text(a)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A host with two entities counts once, by the one that is reached best.
func TestAHostOfTwoAddresses(t *testing.T) {
	tables := tables()
	for entity, pid := range map[string]string{"ipv4:10.9.9.9": "c", "ipv6:2001:db8::1": "b"} {
		e := &schemas.EndpointProperties{Entity: entity, ToldBy: ptr("s|1")}
		at(pid)(e)
		tables.SetEndpoint(entity, e)
	}
	a, err := tables.Answer(Query{From: "a"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("1 ipv6:2001:db8::1 s|1@b[10]\n", text(a)); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	tables := tables()
	for want, q := range map[string]Query{
		"there is no network map networkmap-metro":           {From: "a", NetworkMap: "networkmap-metro"},
		"203.0.113.9 is in no PID of networkmap-default":     {From: "203.0.113.9"},
		`"x" is no PID of networkmap-default and no address`: {From: "x"},
		"there is no cost map costmap-default-lossrate; of networkmap-default there are bw-available, delay-ow, routingcost (COST_METRICS of cost-builder)": {
			From: "a", Metrics: []Metric{{Name: "lossrate"}},
		},
	} {
		if _, err := tables.Answer(q); err == nil || err.Error() != want {
			t.Errorf("%+v: %v, want %s", q, err, want)
		}
	}
	tables.costs["costmap-default-routingcost"].meta.DependentVTags[0].Tag = "another"
	var version *VersionError
	if _, err := tables.Answer(Query{From: "a"}); !errors.As(err, &version) {
		t.Errorf("of maps that do not fit it is said: %v", err)
	}
}

func TestAmounts(t *testing.T) {
	tests := []struct {
		class, text string
		want        float64
		wrong       string
	}{
		{"vcpu", "8", 8, ""}, {"ram", "32G", 32768, ""}, {"ram", "512", 512, ""}, {"ram", "1.5Gi", 1536, ""}, {"disk", "1T", 1024, ""},
		{"nvidia.com/gpu", "2", 2, ""},
		{"vcpu", "8k", 0, `"8k" is no amount of vcpu, such as 8`}, {"ram", "much", 0, `"much" is no amount of ram, such as 32G`},
		{"ram", "-1", 0, `"-1" is no amount of ram, such as 32G`}, {"disk", "1M", 0, `"1M" is no amount of disk, such as 500G`},
		{"ram", "NaN", 0, `"NaN" is no amount of ram, such as 32G`},
	}
	for _, tt := range tests {
		got, err := ParseAmount(tt.class, tt.text)
		if wrong := fmt.Sprint(err); got != tt.want || tt.wrong == "" && err != nil || tt.wrong != "" && wrong != tt.wrong {
			t.Errorf("%s %q: %v, %v, want %v, %s", tt.class, tt.text, got, err, tt.want, tt.wrong)
		}
	}
	for _, text := range []string{"<=5", "delay-ow<5", "delay-ow<=", "delay-ow<=x", "delay-ow>=5", "bw-available<=5", "x<=NaN"} {
		if m, err := ParseMetric(text); err == nil {
			t.Errorf("%s is read as %+v", text, m)
		}
	}
}
