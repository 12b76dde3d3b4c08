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
// process each; then with their answers kept, which leaves what the collector takes, of all hosts, of one that changed, and
// of none.
func BenchmarkCloud(b *testing.B) {
	o := clouds.StartOpenStack(b)
	fillMany(o)
	b.Setenv("OS_CLIENT_CONFIG_FILE", o.CloudsYAML("admin", "secret"))
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			load(b, o)
		}
	})
	o.PlacementProxy.Fault(o.PlacementProxy.Remembering())
	o.NovaProxy.Fault(o.NovaProxy.Remembering())
	c := load(b, o)
	b.Run("replayed=load", func(b *testing.B) {
		for b.Loop() {
			load(b, o)
		}
	})
	again := func(b *testing.B, changed int, change func()) {
		for b.Loop() {
			change()
			o.PlacementProxy.Requests()
			if reading, err := c.Read(b.Context()); err != nil || reading.Unchanged != (changed == 0) {
				b.Fatalf("unchanged: %t, %v", reading.Unchanged, err)
			}
		}
		b.ReportMetric(float64(len(o.PlacementProxy.Requests())), "requests")
	}
	b.Run("replayed=change", func(b *testing.B) { again(b, 1, func() { c.providers[id(7)].Generation-- }) })
	b.Run("replayed=unchanged", func(b *testing.B) { again(b, 0, func() {}) })
}

// load reads all hosts for the first time, until the last one's inventories are there.
func load(b *testing.B, o *clouds.OpenStack) *Collector {
	b.Helper()
	c := New(Config{Cloud: "test"})
	if err := c.connect(b.Context()); err != nil {
		b.Fatal(err)
	}
	begin := time.Now()
	hosts, _, err := c.readHosts(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	nova := time.Since(begin)
	if _, problems, err := c.readProviders(b.Context(), nil); err != nil || problems != nil {
		b.Fatal(problems, err)
	}
	placement := time.Since(begin) - nova
	reading := c.convertAll(hosts, nil)
	if len(reading.Resources) != benchHosts || *reading.Resources["host-00007"].Free.RAM != 180000 || *reading.Resources["host-00010"].Free.RAM != 0 {
		b.Fatalf("%d resources", len(reading.Resources))
	}
	b.ReportMetric(nova.Seconds(), "nova-s")
	b.ReportMetric(placement.Seconds(), "placement-s")
	b.ReportMetric(float64(len(o.PlacementProxy.Requests())), "requests")
	for reads := 1; ; reads++ {
		left := 0
		for _, p := range c.providers {
			if p.detailed != p.Generation {
				left++
			}
		}
		if left == 0 {
			b.ReportMetric(float64(reads), "readings")
			return c
		}
		if _, _, err := c.readProviders(b.Context(), nil); err != nil {
			b.Fatal(err)
		}
	}
}
