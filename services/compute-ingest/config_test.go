package computeingest

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/services/compute-ingest/collect/kubernetes"
	"github.com/altostream/altostream/services/compute-ingest/collect/openstack"
	"github.com/altostream/altostream/services/compute-ingest/collect/prometheus"
)

func TestConfig(t *testing.T) {
	t.Setenv("COMPUTE_SOURCES", "static=/etc/compute.json, dc1=https://user:secret@dc1.example/compute.json?a=b,local=compute.json,")
	t.Setenv("COMPUTE_SITES", "/etc/sites.json")
	var c Config
	if err := service.Load(&c); err != nil {
		t.Fatal(err)
	}
	want := documents("static", "/etc/compute.json", "dc1", "https://user:secret@dc1.example/compute.json?a=b", "local", "compute.json")
	if diff := cmp.Diff(want, c.ComputeSources); diff != "" {
		t.Error(diff)
	}
	if c.ComputePollInterval != 10*time.Second || c.ComputeSites != "/etc/sites.json" {
		t.Errorf("interval %v, sites %q", c.ComputePollInterval, c.ComputeSites)
	}
}

func TestWrongConfig(t *testing.T) {
	tests := []struct{ name, variable, value, problem string }{
		{"no sources", "COMPUTE_SOURCES", "", "is empty: there is nothing to read"},
		{"only commas", "COMPUTE_SOURCES", ", ,", "is empty: there is nothing to read"},
		{"no location", "COMPUTE_SOURCES", "static", `has "static", which is not name=location`},
		{"empty location", "COMPUTE_SOURCES", "static=", "has a wrong location for static: it is empty"},
		{"empty name", "COMPUTE_SOURCES", "=/etc/compute.json", `has the name "", which is not 1 to 64 of A-Z a-z 0-9 . _ -`},
		{"name with |", "COMPUTE_SOURCES", "a|b=/x", `has the name "a|b", which is not 1 to 64 of A-Z a-z 0-9 . _ -`},
		{"name twice", "COMPUTE_SOURCES", "a=/x,a=/y", "names the source a twice"},
		{"other scheme", "COMPUTE_SOURCES", "a=ftp://host/x", "has a wrong location for a: it is neither the path of a file nor an http(s) URL (write a comma in a URL as %2C)"},
		{"no host", "COMPUTE_SOURCES", "a=http:///x", "has a wrong location for a: it is neither the path of a file nor an http(s) URL (write a comma in a URL as %2C)"},
		{"sites are no URL", "COMPUTE_SITES", "http://host/sites.json", "is not the path of a file"},
		{"interval", "COMPUTE_POLL_INTERVAL", "soon", "is not a duration"},
		{"no interval", "COMPUTE_POLL_INTERVAL", "0s", "is shorter than 100ms"},
		{"a common value", "KAFKA_BOOTSTRAP_SERVERS", " ", "is empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("COMPUTE_SOURCES", "static=/etc/compute.json")
			t.Setenv(tt.variable, tt.value)
			var c Config
			err := service.Load(&c)
			var wrong *service.ConfigError
			if !errors.As(err, &wrong) {
				t.Fatalf("got %v", err)
			}
			if wrong.Variable != tt.variable || wrong.Problem != tt.problem || wrong.Example == "" {
				t.Errorf("got %v, want %s %s", err, tt.variable, tt.problem)
			}
		})
	}
}

func TestSourcesOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "compute.yaml")
	write(t, path, `
sources:
  - {name: dc1, kind: openstack, cloud: dc1, interval: 30s, topology: vrf-7, site_metadata: site}
  - {name: edge, kind: kubernetes, context: edge, site_label: topology.kubernetes.io/region}
  - name: load
    kind: prometheus
    url: http://prometheus:9090
    presets: [node-exporter]
    queries:
      - {field: metrics.ttft, query: ttft, unit: s, statistic: p95, window: 5m}
  - {name: file, kind: document, location: /etc/compute.json}
`)
	t.Setenv("COMPUTE_CONFIG", path)
	t.Setenv("COMPUTE_SOURCES", "a=openstack:,b=openstack:dc2,c=kubernetes:ctx,d=prometheus:http://p:9090,e=/etc/x.json")
	var c Config
	if err := service.Load(&c); err != nil {
		t.Fatal(err)
	}
	want := Sources{
		{Name: "a", Kind: kindOpenStack},
		{Name: "b", Kind: kindOpenStack, OpenStack: openstack.Config{Cloud: "dc2"}},
		{Name: "c", Kind: kindKubernetes, Kubernetes: kubernetes.Config{Context: "ctx"}},
		{Name: "d", Kind: kindPrometheus, Prometheus: prometheus.Config{URL: "http://p:9090", Presets: []string{"node-exporter"}}},
		Document("e", "/etc/x.json"),
		{Name: "dc1", Kind: kindOpenStack, Interval: 30 * time.Second, Topology: "vrf-7", OpenStack: openstack.Config{Cloud: "dc1", SiteMetadata: "site"}},
		{Name: "edge", Kind: kindKubernetes, Kubernetes: kubernetes.Config{Context: "edge", SiteLabel: "topology.kubernetes.io/region"}},
		{Name: "load", Kind: kindPrometheus, Prometheus: prometheus.Config{
			URL: "http://prometheus:9090", Presets: []string{"node-exporter"},
			Queries: []prometheus.Query{{Field: "metrics.ttft", Query: "ttft", Unit: "s", Statistic: "p95", Window: 5 * time.Minute}},
		}},
		Document("file", "/etc/compute.json"),
	}
	if diff := cmp.Diff(want, c.ComputeSources); diff != "" {
		t.Error(diff)
	}
}

// TestTheExample is of a file that operators begin with: it has a source of each kind.
func TestTheExample(t *testing.T) {
	t.Setenv("COMPUTE_CONFIG", "../../deploy/compute.yaml")
	var c Config
	if err := service.Load(&c); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, s := range c.ComputeSources {
		kinds = append(kinds, s.Kind)
	}
	if diff := cmp.Diff([]string{kindOpenStack, kindKubernetes, kindPrometheus, kindDocument}, kinds); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
}

func TestWrongFiles(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"no sources":       {``, "COMPUTE_SOURCES=\"\" is empty"},
		"another list":     {`source: []`, "is not {sources: […]}"},
		"no YAML":          {`{`, "is not {sources: […]}"},
		"unknown kind":     {"sources:\n- {name: a, kind: vmware}", `line 2: the kind "vmware" of a is none of`},
		"unknown setting":  {"sources:\n- {name: a, kind: openstack, clout: x}", "line 2: a: yaml: unmarshal errors:\n  line 1: field clout not found"},
		"of another kind":  {"sources:\n- {name: a, kind: kubernetes, cloud: x}", "field cloud not found"},
		"wrong name":       {"sources:\n- {name: a|b, kind: kubernetes}", `has the name "a|b"`},
		"twice":            {"sources:\n- {name: a, kind: kubernetes}\n- {name: a, kind: kubernetes}", "line 3: names the source a twice"},
		"no location":      {"sources:\n- {name: a, kind: document}", "line 2: a: the location is empty"},
		"a short interval": {"sources:\n- {name: a, kind: kubernetes, interval: 1ms}", "the interval 1ms of a is shorter than 100ms"},
		"wrong query":      {"sources:\n- {name: a, kind: prometheus, url: 'http://p', queries: [{field: x, query: y}]}", `the field "x" is none of`},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "compute.yaml")
			write(t, path, tt.text)
			t.Setenv("COMPUTE_CONFIG", path)
			var c Config
			if err := service.Load(&c); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	t.Setenv("COMPUTE_CONFIG", "/nonexistent")
	var c Config
	if err := service.Load(&c); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("got %v", err)
	}
}
