package lab

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/tables"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/altoctl"
)

// startLab runs a lab on free ports until the test ends.
func startLab(t *testing.T, c Config) *Lab { return startLabOn(t, c, io.Discard) }

// startLabOn is startLab with a screen.
func startLabOn(t testing.TB, c Config, out io.Writer) *Lab {
	t.Helper()
	c.KafkaListen, c.RegistryListen, c.HTTPListen = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	c.Partitions, c.RouterPort = 2, 0
	if c.Events == "" {
		c.Events = eventsNone
	}
	var errs io.Writer = io.Discard
	if testing.Verbose() {
		errs = os.Stderr
	}
	ctx, cancel := context.WithCancel(t.Context())
	l, err := Start(ctx, c, service.Config{}, out, errs)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("lab ended with %v", err)
		}
		l.Close()
	})
	return l
}

// read returns what a topic holds.
func read[T any](t *testing.T, l *Lab, topic string) map[string]*T {
	t.Helper()
	table, err := tables.Read[T](t.Context(), l.Clients(), topic, func(key string, err error) {
		t.Errorf("record %s of %s: %v", key, topic, err)
	})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// eventually fails the test unless diff gets empty in time.
func eventually(t *testing.T, diff func() string) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		d := diff()
		if d == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("(-want +got):\n%s", d)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// costs returns the costs of a map on the topic, nil if it is not there.
func costs(t *testing.T, l *Lab, id string) alto.CostMap {
	t.Helper()
	if m := read[schemas.CostMap](t, l, schemas.CostMapsTopic)[id]; m != nil {
		return m.CostMap
	}
	return nil
}

func seedFile[T any](t *testing.T, name string, parse func([]byte) (T, error)) T {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "libs", "ted", "testdata", "seed", name))
	if err != nil {
		t.Fatal(err)
	}
	v, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestSeed gives the seed's network to the chain, set as the seed's system was: the
// prefixes of each PID and the costs are those that it printed.
func TestSeed(t *testing.T) {
	t.Setenv("PREFIX_OWNERSHIP", "all")
	t.Setenv("ROUTINGCOST", "hops")
	l := startLab(t, Config{Routers: routersSeed})

	wantMap := alto.Canonical(seedFile(t, "network-map.json", alto.ParseNetworkMap).NetworkMap)
	eventually(t, func() string {
		m := read[schemas.NetworkMap](t, l, schemas.NetworkMapsTopic)["networkmap-default"]
		if m == nil {
			return "no network map"
		}
		return cmp.Diff(wantMap, m.NetworkMap)
	})
	wantCosts := renamed(seedFile(t, "cost-map.json", alto.ParseCostMap).CostMap)
	eventually(t, func() string { return cmp.Diff(wantCosts, costs(t, l, "costmap-default-routingcost")) })
}

// renamed gives the PIDs of the seed's cost map the names of its network map: the one
// has pid0:, the other pid100:.
func renamed(m alto.CostMap) alto.CostMap {
	out := alto.CostMap{}
	for from, row := range m {
		name := "pid100" + from[len("pid0"):]
		out[name] = map[string]float64{}
		for to, cost := range row {
			out[name]["pid100"+to[len("pid0"):]] = cost
		}
	}
	return out
}

const (
	r1, r2, r3, r4, r5 = "pid100:01010101", "pid100:02020202", "pid100:03030303", "pid100:04040404", "pid100:05050505"
)

// square builds a cost map from the rows of a matrix over the PIDs given, and a
// default PID.
func square(pids []string, rows ...[]float64) alto.CostMap {
	m := alto.CostMap{alto.DefaultPID: {alto.DefaultPID: 0}}
	for i, from := range pids {
		m[from] = map[string]float64{}
		for j, to := range pids {
			if rows[i][j] >= 0 {
				m[from][to] = rows[i][j]
			}
		}
	}
	return m
}

// TestDefaults follows the seed's network with default settings through a failing link:
// valid maps, and costs worked out by hand (every metric 10). Without R2-R3, the only
// backbone link, R4 and R5 do not reach each other.
func TestDefaults(t *testing.T) {
	t.Parallel()
	l := startLab(t, Config{Routers: routersSeed})
	pids := []string{r1, r2, r3, r4, r5}
	whole := square(pids,
		[]float64{0, 10, 10, 20, 20},
		[]float64{10, 0, 10, 10, 20},
		[]float64{10, 10, 0, 20, 10},
		[]float64{20, 10, 20, 0, 30},
		[]float64{20, 20, 10, 30, 0})
	cut := square(pids,
		[]float64{0, 10, 10, 20, 20},
		[]float64{10, 0, 20, 10, 30},
		[]float64{10, 20, 0, 30, 10},
		[]float64{20, 10, 30, 0, -1},
		[]float64{20, 30, 10, -1, 0})
	is := func(want alto.CostMap) {
		t.Helper()
		eventually(t, func() string { return cmp.Diff(want, costs(t, l, "costmap-default-routingcost")) })
	}
	is(whole)
	checkConsistent(t, l)
	if err := l.routers.network.FailLink("R2", "R3"); err != nil {
		t.Fatal(err)
	}
	is(cut)
	if err := l.routers.network.RestoreLink("R2", "R3"); err != nil {
		t.Fatal(err)
	}
	is(whole)
	checkConsistent(t, l)
	if diff := cmp.Diff(0.0, costs(t, l, "costmap-default-hopcount")[r4][r5]-3); diff != "" {
		t.Errorf("hops from R4 to R5 (-want +got):\n%s", diff)
	}
}

// checkConsistent checks the maps on the topics against RFC 7285 and each other.
func checkConsistent(t *testing.T, l *Lab) {
	t.Helper()
	m := read[schemas.NetworkMap](t, l, schemas.NetworkMapsTopic)["networkmap-default"]
	if m == nil {
		t.Fatal("no network map")
	}
	if err := alto.CheckNetworkMap(m.NetworkMap); err != nil {
		t.Errorf("network map: %v", err)
	}
	if got := alto.Tag(m.NetworkMap); got != m.Meta.VTag.Tag {
		t.Errorf("tag %s, content hashes to %s", m.Meta.VTag.Tag, got)
	}
	maps := read[schemas.CostMap](t, l, schemas.CostMapsTopic)
	if len(maps) != 2 {
		t.Errorf("%d cost maps, want routingcost and hopcount", len(maps))
	}
	for id, c := range maps {
		if err := alto.CheckCostMap(c.CostMap, m.NetworkMap); err != nil {
			t.Errorf("%s: %v", id, err)
		}
		if diff := cmp.Diff([]schemas.VersionTag{m.Meta.VTag}, c.Meta.DependentVTags); diff != "" {
			t.Errorf("%s depends on (-want +got):\n%s", id, diff)
		}
	}
}

// endpoints are the entities that are addresses.
func endpoints(t *testing.T, l *Lab) map[string]*schemas.EndpointProperties {
	t.Helper()
	table := read[schemas.EndpointProperties](t, l, schemas.EndpointPropertiesTopic)
	for entity := range table {
		if !strings.HasPrefix(entity, "ipv4:") {
			delete(table, entity)
		}
	}
	return table
}

// TestEndpoints places the lab's compute resources.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	l := startLab(t, Config{Routers: routersSeed})
	want := map[string]string{"ipv4:192.168.24.10": r2, "ipv4:192.168.35.10": r3, "ipv4:192.168.13.10": r1}
	eventually(t, func() string {
		got := map[string]string{}
		for entity, e := range endpoints(t, l) {
			got[entity], _ = e.Properties["networkmap-default.pid"].(string)
		}
		return cmp.Diff(want, got)
	})
}

// TestAltoctl shows every table of a running lab.
func TestAltoctl(t *testing.T) {
	t.Parallel()
	l := startLab(t, Config{Routers: routersSeed})
	eventually(t, func() string {
		if len(endpoints(t, l)) == 3 && costs(t, l, "costmap-default-hopcount") != nil {
			return ""
		}
		return "not all tables are there"
	})
	for _, test := range []struct{ args, want string }{
		{"network-map", "networkmap-default  tag "},
		{"network-map --json", `"network-map": {`},
		{"cost-map --metric hopcount", "costmap-default-hopcount  numerical, links\n"},
		{"cost-map --json --metric routingcost", `"dependent-vtags": [`},
		{"compute", "seed|compute5"},
		{"compute", "yes      "}, // it is current, and changed some time ago
		{"compute --json", `"vcpu_available": 80`},
		{"endpoints", "pid100:02020202 (address) pid100:04040404 (router)"},
		{"endpoints --json", `"networkmap-default.pid": "pid100:02020202"`},
		{"topology", "|peer"},
		{"topology --json", `"igp_metric": 10`},
		{"topics", "endpoint-properties  12 "},
	} {
		t.Run(test.args, func(t *testing.T) {
			var out, errs strings.Builder
			if err := altoctl.Run(t.Context(), l.Clients(), strings.Fields(test.args), &out, &errs); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(out.String(), test.want) || errs.Len() > 0 {
				t.Errorf("want %q in\n%s%s", test.want, out.String(), errs.String())
			}
		})
	}
}
