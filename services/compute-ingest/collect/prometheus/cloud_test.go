package prometheus

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/compute-ingest/collect"
	"github.com/altostream/altostream/services/e2e/clouds"
)

// TestCloud holds the collector against a Prometheus that scrapes two node exporters and
// a server of another metric.
func TestCloud(t *testing.T) {
	one, two := clouds.StartNodeExporter(t, "127.0.0.1"), clouds.StartNodeExporter(t, "127.0.0.2")
	text := atomic.Pointer[string]{}
	set := func(s string) { text.Store(&s) }
	set(`vllm:num_requests_waiting 3
vllm:time_to_first_token_seconds_bucket{le="0.1"} 10
vllm:time_to_first_token_seconds_bucket{le="+Inf"} 10
`)
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(*text.Load())) }))
	defer model.Close()
	server := clouds.StartPrometheus(t, one.Address, two.Address, model.Listener.Addr().String())
	proxy := server.Proxy()
	config := Config{URL: proxy.URL, Presets: []string{"node-exporter", "vllm", "kube-state-metrics", "dcgm"}}
	if err := config.Check(); err != nil {
		t.Fatal(err)
	}
	c := New(config)
	until := func(what string, condition func(map[string]*schemas.ComputeResource) bool) {
		t.Helper()
		var reading collect.Reading
		var err error
		for begin := time.Now(); time.Since(begin) < time.Minute; time.Sleep(300 * time.Millisecond) {
			if reading, err = c.Read(t.Context()); err == nil && condition(reading.Resources) {
				return
			}
		}
		t.Fatalf("%s: not within a minute (%v, problems %v)", what, err, reading.AllProblems())
	}
	until("both hosts have all that is measured", func(told map[string]*schemas.ComputeResource) bool {
		for _, name := range []string{"127.0.0.1", "127.0.0.2"} {
			r := told[name]
			if r == nil || r.MeasuredUse == nil || r.MeasuredUse.VCPU == nil || r.MeasuredUse.RAM == nil || r.Capacity == nil || r.Capacity.VCPU == nil ||
				*r.State != schemas.StateUp || !slices.Equal(r.Addresses, []string{name}) || r.Metrics["load5"].Value <= 0 ||
				*r.VCPUUsed != *r.MeasuredUse.VCPU || *r.RAMAvailable != *r.Capacity.RAM || *r.MeasuredUse.RAM >= *r.Capacity.RAM {
				return false
			}
		}
		return told["127.0.0.1"].Metrics["requests_waiting"].Value == 3
	})
	// No request in the window: its 95th percentile is NaN, which is not told.
	if told, err := c.Read(t.Context()); err != nil || told.Resources["127.0.0.1"].Metrics["ttft"] != (schemas.Metric{}) {
		t.Errorf("ttft is %v (%v)", told.Resources["127.0.0.1"].Metrics["ttft"], err)
	}
	set("vllm:num_requests_waiting +Inf\n")
	until("infinite is not told", func(told map[string]*schemas.ComputeResource) bool {
		_, waiting := told["127.0.0.1"].Metrics["requests_waiting"]
		return !waiting
	})
	two.Stop()
	until("a target that is gone is down, and its use is not told", func(told map[string]*schemas.ComputeResource) bool {
		r := told["127.0.0.2"]
		return r != nil && *r.State == schemas.StateDown && r.MeasuredUse == nil
	})
	faults(t, server, proxy, c)
}

// faults has Prometheus answer wrongly, by half or not at all.
func faults(t *testing.T, server *clouds.Prometheus, proxy *clouds.Proxy, c *Collector) {
	for _, tt := range []struct {
		name  string
		fault func(http.ResponseWriter, *http.Request) bool
		want  string
	}{
		{"500", clouds.Answering(500, ""), "server error: 500"},
		{"401", clouds.Answering(401, ""), "client error: 401"},
		{"403", clouds.Answering(403, ""), "client error: 403"},
		{"429", clouds.Answering(429, ""), "client error: 429"},
		{"cut off", proxy.CutOff("/api/v1/query"), "unexpected EOF"},
	} {
		proxy.Fault(tt.fault)
		if _, err := c.Read(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %s", tt.name, err, tt.want)
		}
	}
	proxy.Fault(nil)
	if reading, err := c.Read(t.Context()); err != nil || len(reading.Resources) != 2 {
		t.Errorf("afterwards: %v, %v", slices.Collect(maps.Keys(reading.Resources)), err)
	}

	some := New(Config{URL: server.URL, Queries: []Query{
		{Field: "metrics.up", Query: "up"}, {Field: "metrics.wrong", Query: "rate(up"}, {Field: "metrics.up_twice", Query: "{__name__=~\"up|scrape_samples_scraped\"}"},
		{Field: "metrics.scalar", Query: "scalar(up)"}, {Field: "metrics.nameless", Query: "sum(up)"},
	}})
	reading, err := some.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, p := range reading.AllProblems() {
		texts = append(texts, p.Error())
	}
	all := strings.Join(texts, "\n")
	for _, want := range []string{
		"query for metrics.wrong: bad_data: ", "metrics.up_twice: 2 series tell it", "query for metrics.scalar: its answer is a scalar", "query for metrics.nameless has no label instance",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the problems do not say %q:\n%s", want, all)
		}
	}
	if len(reading.Resources) != 2 || reading.Resources["127.0.0.2"].Metrics["up"].Value != 0 {
		t.Errorf("what is right does not go through: %+v", reading.Resources)
	}
	if _, err := New(Config{URL: server.URL, Queries: []Query{{Field: "metrics.wrong", Query: "rate(up"}}}).Read(t.Context()); err == nil {
		t.Error("all queries are wrong: no error")
	}
	server.Stop()
	if _, err := New(Config{URL: server.URL, Queries: []Query{{Field: "metrics.up", Query: "up"}}}).Read(t.Context()); err == nil {
		t.Error("Prometheus is away: no error")
	}
}

// TestPartialAnswers has an answer come with a warning, as from several Prometheus behind
// one of which one is away: nothing is withdrawn.
func TestPartialAnswers(t *testing.T) {
	answer := atomic.Pointer[string]{}
	set := func(result, more string) {
		text := `{"status":"success","data":{"resultType":"vector","result":[` + result + `]}` + more + `}`
		answer.Store(&text)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(*answer.Load()))
	}))
	defer s.Close()
	credentials := filepath.Join(t.TempDir(), "http.yaml")
	if err := os.WriteFile(credentials, []byte("authorization: {credentials: secret}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := New(Config{URL: s.URL, HTTPConfigFile: credentials, Queries: []Query{{Field: "measured_use.vcpu", Query: "x"}}})
	// The time of a sample is the server's, and no clock is compared with it.
	a, b := `{"metric":{"instance":"a:1"},"value":[4102444800,"1"]}`, `{"metric":{"instance":"b:1"},"value":[1,"2"]}`
	names := func(want ...string) collect.Reading {
		t.Helper()
		reading, err := c.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(maps.Keys(reading.Resources)); !slices.Equal(got, want) {
			t.Errorf("told of %v, want %v", got, want)
		}
		return reading
	}
	set(a+","+b, "")
	names("a", "b")
	for range 2 {
		set(a, `,"warnings":["b is away"]`)
		if aside := names("a").PutAside["b"]; !strings.Contains(aside.Reason, "b is away") {
			t.Errorf("b is not kept: %v", aside)
		}
	}
	set(a, "")
	if reading := names("a"); len(reading.PutAside) > 0 {
		t.Errorf("b is kept after a whole answer: %v", reading.PutAside)
	}
}

func TestCheck(t *testing.T) {
	one := []Query{{Field: "metrics.x", Query: "x"}}
	for _, tt := range []struct {
		name   string
		config Config
		want   string // in the error; empty: none
	}{
		{"presets", Config{URL: "http://h", Presets: slices.Collect(maps.Keys(presets))}, ""},
		{"queries", Config{URL: "https://h/prometheus", Queries: one}, ""},
		{"no URL", Config{Queries: one}, "is not an http(s) URL"},
		{"other URL", Config{URL: "ftp://h", Queries: one}, "is not an http(s) URL"},
		{"nothing", Config{URL: "http://h"}, "neither presets nor queries"},
		{"other preset", Config{URL: "http://h", Presets: []string{"x"}}, `the preset "x" is none of`},
		{"other field", Config{URL: "http://h", Queries: []Query{{Field: "vcpu", Query: "x"}}}, `the field "vcpu" is none of`},
		{"class without field", Config{URL: "http://h", Queries: []Query{{Field: "classes.gpu", Query: "x"}}}, "is none of"},
		{"class", Config{URL: "http://h", Queries: []Query{{Field: "classes.nvidia.com/gpu.capacity", Query: "x"}}}, ""},
		{"text without label", Config{URL: "http://h", Queries: []Query{{Field: "site", Query: "x"}}}, "needs a label"},
		{"empty query", Config{URL: "http://h", Queries: []Query{{Field: "instances"}}}, "it is empty"},
	} {
		if err := tt.config.Check(); (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestHostOf(t *testing.T) {
	for instance, want := range map[string]string{"192.0.2.1:9100": "192.0.2.1", "[2001:db8::1]:9100": "2001:db8::1", "host:9100": "host", "node1": "node1", "": "", ":9100": ":9100"} {
		if got := hostOf(instance); got != want {
			t.Errorf("%q: %q, want %q", instance, got, want)
		}
	}
}
