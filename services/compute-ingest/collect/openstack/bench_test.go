package openstack

import (
	"fmt"
	"testing"
	"time"

	"github.com/altostream/altostream/services/e2e/clouds"
)

const benchHosts = 10_000

// benchTraits are some of what nova-compute tells of a host.
var benchTraits = []string{
	"COMPUTE_ACCELERATORS", "COMPUTE_DEVICE_TAGGING", "COMPUTE_GRAPHICS_MODEL_VGA", "COMPUTE_IMAGE_TYPE_QCOW2", "COMPUTE_IMAGE_TYPE_RAW",
	"COMPUTE_NET_ATTACH_INTERFACE", "COMPUTE_NODE", "COMPUTE_RESCUE_BFV", "COMPUTE_STORAGE_BUS_VIRTIO", "COMPUTE_TRUSTED_CERTS",
	"COMPUTE_VOLUME_EXTEND", "HW_CPU_X86_AVX", "HW_CPU_X86_AVX2", "HW_CPU_X86_AVX512F", "HW_CPU_X86_SSE41", "HW_CPU_X86_SSE42",
}

// fillMany makes a cloud of many hosts with ten servers each; one host in ten is full.
func fillMany(o *clouds.OpenStack) {
	var providers []clouds.Provider
	var hypervisors []clouds.Hypervisor
	for n := range benchHosts {
		server := map[string]int{"VCPU": 24, "MEMORY_MB": 8192, "DISK_GB": 40}
		if n%10 == 0 { // no memory is left
			server["MEMORY_MB"] = 26192
		}
		p := clouds.Provider{UUID: id(n), Name: fmt.Sprintf("host-%05d", n), Traits: benchTraits, Consumers: map[string]map[string]int{}}
		p.Inventories = map[string]clouds.Inventory{
			"VCPU":      {Total: 64, Reserved: 1, AllocationRatio: 4},
			"MEMORY_MB": {Total: 262144, Reserved: 224, AllocationRatio: 1}, "DISK_GB": {Total: 2000, AllocationRatio: 1},
		}
		for s := range 10 {
			p.Consumers[id(1_000_000+10*n+s)] = server
		}
		providers = append(providers, p)
		hypervisors = append(hypervisors, clouds.Hypervisor{
			UUID: p.UUID, Host: p.Name, Name: p.Name, IP: fmt.Sprintf("10.0.%d.%d", n/250, n%250), VCPUs: 64, MemoryMB: 262144, LocalGB: 2000, RunningVMs: 10,
		})
	}
	o.AddProviders(providers...)
	o.SetHypervisors(hypervisors...)
}

// BenchmarkCloud reads 10,000 hosts from Nova and Placement for the first time, most of which is the time of these, one
// process each; then with their answers kept, which leaves what the collector and its client take, of all hosts, of one
// that changed, and of none.
func BenchmarkCloud(b *testing.B) {
	o := clouds.StartOpenStack(b)
	fillMany(o)
	b.Setenv("OS_CLIENT_CONFIG_FILE", o.CloudsYAML("admin", "secret"))
	var c *Collector
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			o.PlacementProxy.Fault(o.PlacementProxy.Remembering())
			o.NovaProxy.Fault(o.NovaProxy.Remembering())
			c = load(b, o)
		}
	})
	b.Run("replayed=load", func(b *testing.B) {
		for b.Loop() {
			load(b, o)
		}
	})
	again := func(b *testing.B, changed bool, change func()) {
		for b.Loop() {
			change()
			o.PlacementProxy.Requests()
			if reading, err := c.Read(b.Context()); err != nil || reading.Unchanged == changed {
				b.Fatalf("unchanged: %t, %v", reading.Unchanged, err)
			}
		}
		b.ReportMetric(float64(len(o.PlacementProxy.Requests())), "requests")
	}
	b.Run("replayed=change", func(b *testing.B) {
		again(b, true, func() {
			p := c.providers[id(7)]
			p.Generation, p.detailed = p.Generation-1, p.Generation-1
		})
	})
	b.Run("replayed=unchanged", func(b *testing.B) { again(b, false, func() {}) })
}

// load reads all hosts for the first time: what is free of them, and then their inventories.
func load(b *testing.B, o *clouds.OpenStack) *Collector {
	b.Helper()
	c := New(Config{Cloud: "test"})
	c.detailTime = 0
	var began time.Time
	step := func(name string, do func() error) {
		began = time.Now()
		if err := do(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(began).Seconds(), name)
	}
	if err := c.connect(b.Context()); err != nil {
		b.Fatal(err)
	}
	o.PlacementProxy.Requests()
	var hosts []host
	step("nova-s", func() (err error) { hosts, _, err = c.readHosts(b.Context()); return err })
	step("placement-s", func() error { _, _, err := c.readProviders(b.Context(), nil); return err })
	b.ReportMetric(float64(len(o.PlacementProxy.Requests())), "requests")
	step("convert-s", func() error {
		resources := c.convertAll(hosts, nil).Resources
		if len(resources) != benchHosts || *resources["host-00007"].Free.RAM != 180000 || *resources["host-00010"].Free.RAM != 0 {
			return fmt.Errorf("%d resources", len(resources))
		}
		return nil
	})
	c.detailTime = time.Hour
	step("inventories-s", func() error { _, _, err := c.readProviders(b.Context(), nil); return err })
	c.convertAll(hosts, nil)
	return c
}
