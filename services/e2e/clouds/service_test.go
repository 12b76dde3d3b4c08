package clouds

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/services/altoctl"
	computeingest "github.com/altostream/altostream/services/compute-ingest"
	"github.com/altostream/altostream/services/lab/broker"
)

// patience is how long something of the service may take.
const patience = time.Minute

// TestService runs compute-ingest on all kinds of sources at once, with a host of one name
// and one address in two clouds, and looks at it with altoctl; then the clouds go away, and
// nothing of theirs does.
func TestService(t *testing.T) {
	o, k := StartOpenStack(t), StartKubernetes(t)
	exporter := StartNodeExporter(t, "127.0.0.1")
	p := StartPrometheus(t, exporter.Address)
	const uuid = "11111111-0000-4000-8000-000000000001"
	o.Placement("POST", "/resource_providers", map[string]any{"name": "host1", "uuid": uuid})
	o.Placement("PUT", "/resource_providers/"+uuid+"/inventories", map[string]any{
		"resource_provider_generation": 0, "inventories": map[string]any{"VCPU": map[string]any{"total": 64}},
	})
	o.SetHypervisors(Hypervisor{UUID: uuid, Host: "host1", Name: "host1", IP: "192.0.2.1", Down: true})
	Create(k, "nodes", "", &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: "host1"},
		Status: corev1.NodeStatus{
			Capacity:    corev1.ResourceList{"cpu": resource.MustParse("8")},
			Allocatable: corev1.ResourceList{"cpu": resource.MustParse("7500m")},
			Addresses:   []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: "192.0.2.1"}},
		},
	})
	folder := t.TempDir()
	document, config := filepath.Join(folder, "compute.json"), filepath.Join(folder, "compute.yaml")
	writeFile(t, document, `{"site1": {"vcpu_available": 10, "vcpu_used": 12, "ram_used": "many", "addresses": ["2001:db8::1"]}, "nowhere": {"vcpu_available": 1}}`)
	writeFile(t, config, `
sources:
  - {name: dc, kind: openstack, cloud: test, interval: 300ms, topology: blue}
  - {name: edge, kind: kubernetes, kubeconfig: `+k.Kubeconfig(AdminToken, nil)+`, interval: 300ms, topology: green}
  - {name: load, kind: prometheus, url: "`+p.URL+`", presets: [node-exporter], interval: 300ms}
  - {name: file, kind: document, location: `+document+`, interval: 300ms}
`)
	t.Setenv("OS_CLIENT_CONFIG_FILE", o.CloudsYAML("admin", "secret"))
	clients, log := runService(t, config)

	shows := func(args string, wants ...string) {
		t.Helper()
		var out bytes.Buffer
		for begin := time.Now(); time.Since(begin) < patience; time.Sleep(200 * time.Millisecond) {
			out.Reset()
			if err := altoctl.Run(t.Context(), clients, strings.Fields(args), &out, &out); err == nil && containsAll(out.String(), wants) {
				return
			}
		}
		t.Fatalf("altoctl %s does not show %q:\n%s\n%s", args, wants, out.String(), log())
	}
	shows("compute",
		"dc      openstack   blue      1          0         yes", "edge    kubernetes  green     1          0         yes", "load    prometheus  -         1          ",
		"dc|host1", "edge|host1", "0/64", "0/8", "load|127.0.0.1", "file|site1", "file|nowhere", "12/10", "2001:db8::1")
	shows("compute --problems", `ram_used   "many" is not a number `, "12 of 10 are given out: nothing is free", "none, nor attachments or a site ")

	o.Stop("placement")
	k.Stop()
	p.Stop()
	shows("compute", "openstack   blue      1          1         STALE since", "kubernetes  green     1          1         STALE since", "prometheus  -         1          ",
		"static      -         2          3         yes", "dc|host1", "edge|host1", "load|127.0.0.1")
	shows("compute --problems", "dc      source     cannot be read: placement: ", "edge    source     cannot be read: nodes: ", "load    source     cannot be read: ")
	for _, name := range []string{"dc", "edge", "load"} {
		if !strings.Contains(log(), `msg="source cannot be read; what it told last stays" service=compute-ingest source=`+name) {
			t.Errorf("the log does not say that %s cannot be read:\n%s", name, log())
		}
	}
	o.Start("placement")
	k.Start()
	Create(k, "nodes", "", &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "host2"}})
	shows("compute", "openstack   blue      1          0         yes", "kubernetes  green     2          1         yes")
}

// runService runs compute-ingest with an embedded broker until the test ends.
func runService(t *testing.T, config string) (clients service.Config, log func() string) {
	t.Helper()
	b, err := broker.Start(broker.Config{KafkaListen: "127.0.0.1:0", RegistryListen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	t.Setenv("KAFKA_BOOTSTRAP_SERVERS", b.KafkaAddress())
	t.Setenv("SCHEMA_REGISTRY_URL", b.RegistryURL())
	t.Setenv("COMPUTE_CONFIG", config)
	var c computeingest.Config
	if err := service.Load(&c); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "log")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	rt, err := service.NewRuntime("compute-ingest", slog.New(slog.NewTextHandler(file, nil)), prometheus.NewRegistry(), sdktrace.NewTracerProvider().Tracer("test"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- computeingest.Run(ctx, c, rt) }()
	t.Cleanup(func() {
		cancel()
		<-done
		file.Close()
	})
	return c.Config, func() string {
		text, _ := os.ReadFile(path)
		return string(text)
	}
}

func containsAll(text string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
