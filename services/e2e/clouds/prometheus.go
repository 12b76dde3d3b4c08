package clouds

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Prometheus is a Prometheus that scrapes every second.
type Prometheus struct {
	URL string
	*process
}

// StartPrometheus starts a Prometheus that scrapes targets (host:port), the job node.
func StartPrometheus(t testing.TB, targets ...string) *Prometheus {
	t.Helper()
	require(t)
	folder, port := t.TempDir(), freePort(t)
	text := fmt.Sprintf("global: {scrape_interval: 1s}\nscrape_configs: [{job_name: node, static_configs: [{targets: [%s]}]}]\n", strings.Join(targets, ","))
	config := filepath.Join(folder, "prometheus.yml")
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &Prometheus{URL: fmt.Sprintf("http://127.0.0.1:%d", port)}
	p.process = start(t, exec.Command("prometheus", "--config.file", config, "--storage.tsdb.path", filepath.Join(folder, "data"),
		"--web.listen-address", fmt.Sprintf("127.0.0.1:%d", port)), func() error { return ok(p.URL + "/-/ready") })
	return p
}

// Proxy returns a proxy before Prometheus.
func (p *Prometheus) Proxy() *Proxy { return newProxy(p.t, p.URL, "") }

// Stop stops Prometheus.
func (p *Prometheus) Stop() { p.stop() }

// NodeExporter is a node exporter of this host.
type NodeExporter struct {
	Address string // host:port
	*process
}

// StartNodeExporter starts a node exporter on an address of loopback.
func StartNodeExporter(t testing.TB, host string) *NodeExporter {
	t.Helper()
	require(t)
	e := &NodeExporter{Address: fmt.Sprintf("%s:%d", host, freePort(t))}
	e.process = start(t, exec.Command("prometheus-node-exporter", "--web.listen-address", e.Address), func() error { return ok("http://" + e.Address + "/") })
	return e
}

// Stop stops the exporter.
func (e *NodeExporter) Stop() { e.stop() }

// ok reports an error unless a server answers 200.
func ok(url string) error {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s", response.Status)
	}
	return nil
}
