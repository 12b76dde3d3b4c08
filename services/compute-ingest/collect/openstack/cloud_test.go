package openstack

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/compute-ingest/collect"
	"github.com/altostream/altostream/services/e2e/clouds"
)

func ptr[T any](v T) *T { return &v }

func id(n int) string { return fmt.Sprintf("11111111-0000-4000-8000-%012d", n) }

// Providers of the cloud of the tests.
const (
	host1 = iota + 1
	gpu1  // nested in host1
	host2
	bare1
	share1 // belongs to no hypervisor
	host3  // has no provider
)

// fill makes a cloud with a host that has a nested provider, one that is overcommitted, a
// bare-metal node, shared storage, and a hypervisor that Placement does not know.
func fill(o *clouds.OpenStack) {
	provider := func(n int, name string, parent int) {
		body := map[string]any{"name": name, "uuid": id(n)}
		if parent != 0 {
			body["parent_provider_uuid"] = id(parent)
		}
		o.Placement("POST", "/resource_providers", body)
	}
	inventory := func(total, reserved int, ratio float64) map[string]any {
		return map[string]any{"total": total, "reserved": reserved, "allocation_ratio": ratio, "max_unit": 1000000}
	}
	inventories := func(n, generation int, of map[string]any) {
		o.Placement("PUT", "/resource_providers/"+id(n)+"/inventories", map[string]any{"resource_provider_generation": generation, "inventories": of})
	}
	allocate := func(consumer int, resources map[int]map[string]int) {
		allocations := map[string]any{}
		for n, r := range resources {
			allocations[id(n)] = map[string]any{"resources": r}
		}
		o.Placement("PUT", "/allocations/"+id(consumer), map[string]any{
			"allocations": allocations, "project_id": id(90), "user_id": id(91), "consumer_generation": nil, "consumer_type": "INSTANCE",
		})
	}
	o.Placement("PUT", "/resource_classes/CUSTOM_BAREMETAL_GOLD", nil)
	provider(host1, "host1.example", 0)
	provider(gpu1, "host1.example_pci", host1)
	provider(host2, "host2.example", 0)
	provider(bare1, id(bare1), 0)
	provider(share1, "nfs.example", 0)
	inventories(host1, 0, map[string]any{"VCPU": inventory(80, 2, 4), "MEMORY_MB": inventory(130520, 512, 1), "DISK_GB": inventory(1833, 0, 0.7)})
	inventories(gpu1, 0, map[string]any{"VGPU": inventory(4, 0, 1)})
	inventories(host2, 0, map[string]any{"VCPU": inventory(16, 0, 1), "MEMORY_MB": inventory(65536, 0, 1)})
	inventories(bare1, 0, map[string]any{"CUSTOM_BAREMETAL_GOLD": inventory(1, 0, 1)})
	inventories(share1, 0, map[string]any{"DISK_GB": inventory(10000, 0, 1)})
	o.Placement("PUT", "/resource_providers/"+id(host1)+"/traits", map[string]any{"resource_provider_generation": 1, "traits": []string{"HW_CPU_X86_AVX2"}})
	allocate(101, map[int]map[string]int{host1: {"VCPU": 86, "MEMORY_MB": 16384, "DISK_GB": 100}, gpu1: {"VGPU": 1}})
	allocate(102, map[int]map[string]int{bare1: {"CUSTOM_BAREMETAL_GOLD": 1}})
	allocate(103, map[int]map[string]int{host2: {"VCPU": 16}})
	inventories(host2, 2, map[string]any{"VCPU": inventory(16, 0, 0.5), "MEMORY_MB": inventory(65536, 0, 1)})
	setHosts(o, true, 1)
}

// setHosts makes the hypervisors of the cloud; all are down if Nova is not to ask them anything.
func setHosts(o *clouds.OpenStack, down bool, servers int) {
	o.SetHypervisors(
		clouds.Hypervisor{UUID: id(host1), Host: "host1", Name: "host1.example", IP: "192.0.2.1", VCPUs: 80, MemoryMB: 130520, LocalGB: 1833, RunningVMs: servers, Down: down},
		clouds.Hypervisor{UUID: id(host2), Host: "host2", Name: "host2.example", IP: "2001:db8::2", VCPUs: 16, MemoryMB: 65536, Disabled: true, DisabledReason: "new memory", Down: true},
		clouds.Hypervisor{UUID: id(bare1), Host: "ironic1", Name: id(bare1), VCPUs: 1, Down: down},
		clouds.Hypervisor{UUID: id(host3), Host: "host3", Name: "host3.example", IP: "192.0.2.3", VCPUs: 8, VCPUsUsed: 9, MemoryMB: 1024, MemoryMBUsed: 512, LocalGB: 10, LocalGBUsed: 67, Down: down},
	)
}

func amounts(disk, ram, vcpu *float64) *schemas.Amounts {
	return &schemas.Amounts{Disk: disk, RAM: ram, VCPU: vcpu}
}

// filled is what must be told of the cloud, if Nova tells no totals.
func filled() map[string]*schemas.ComputeResource {
	region, zone := ptr(clouds.Region), ptr("nova")
	return map[string]*schemas.ComputeResource{
		"host1.example": {
			ID: ptr(id(host1)), Region: region, Zone: zone, Site: zone, Addresses: []string{"192.0.2.1"}, State: ptr("down"), Schedulable: ptr(true),
			Traits: []string{"HW_CPU_X86_AVX2"}, Instances: ptr[int64](0), Generation: ptr[int64](5),
			Capacity: amounts(ptr(1833.0), ptr(130520.0), ptr(80.0)), Reserved: amounts(ptr(0.0), ptr(512.0), ptr(2.0)),
			AllocationRatio: amounts(ptr(0.7), ptr(1.0), ptr(4.0)), Allocatable: amounts(ptr(1283.0), ptr(130008.0), ptr(312.0)),
			Allocated: amounts(ptr(100.0), ptr(16384.0), ptr(86.0)), Free: amounts(ptr(1183.0), ptr(113624.0), ptr(226.0)),
			DiskAvailable: ptr(1833.0), DiskUsed: ptr(100.0), RAMAvailable: ptr(130520.0), RAMUsed: ptr(16384.0), VCPUAvailable: ptr(80.0), VCPUUsed: ptr(86.0),
			Classes: map[string]schemas.ClassAmount{"VGPU": {
				Kind: ptr("gpu"), Capacity: ptr(4.0), Reserved: ptr(0.0), AllocationRatio: ptr(1.0), Allocatable: ptr(4.0), Allocated: ptr(1.0), Free: ptr(3.0),
				Available: ptr(4.0), Used: ptr(1.0),
			}},
		},
		"host2.example": {
			ID: ptr(id(host2)), Region: region, Zone: zone, Site: zone, Addresses: []string{"2001:db8::2"}, State: ptr("down"), Schedulable: ptr(false),
			StateReason: ptr("new memory"), Instances: ptr[int64](0), Generation: ptr[int64](3),
			Capacity: amounts(nil, ptr(65536.0), ptr(16.0)), Reserved: amounts(nil, ptr(0.0), ptr(0.0)),
			AllocationRatio: amounts(nil, ptr(1.0), ptr(0.5)), Allocatable: amounts(nil, ptr(65536.0), ptr(8.0)),
			Allocated: amounts(nil, ptr(0.0), ptr(16.0)), Free: amounts(nil, ptr(65536.0), ptr(0.0)),
			RAMAvailable: ptr(65536.0), RAMUsed: ptr(0.0), VCPUAvailable: ptr(16.0), VCPUUsed: ptr(16.0),
			Problems: []schemas.ResourceProblem{{Field: "free.vcpu", Reason: "16 of 8 are given out: nothing is free"}},
		},
		id(bare1): {
			ID: ptr(id(bare1)), Region: region, Zone: zone, Site: zone, State: ptr("down"), Schedulable: ptr(true), Instances: ptr[int64](0), Generation: ptr[int64](2),
			Classes: map[string]schemas.ClassAmount{"CUSTOM_BAREMETAL_GOLD": {
				Capacity: ptr(1.0), Reserved: ptr(0.0), AllocationRatio: ptr(1.0), Allocatable: ptr(1.0), Allocated: ptr(1.0), Free: ptr(0.0), Available: ptr(1.0), Used: ptr(1.0),
			}},
		},
		"nfs.example": {
			ID: ptr(id(share1)), Region: region, Generation: ptr[int64](1),
			Capacity: amounts(ptr(10000.0), nil, nil), Reserved: amounts(ptr(0.0), nil, nil), AllocationRatio: amounts(ptr(1.0), nil, nil),
			Allocatable: amounts(ptr(10000.0), nil, nil), Allocated: amounts(ptr(0.0), nil, nil), Free: amounts(ptr(10000.0), nil, nil),
			DiskAvailable: ptr(10000.0), DiskUsed: ptr(0.0),
		},
		"host3.example": {
			ID: ptr(id(host3)), Region: region, Zone: zone, Site: zone, Addresses: []string{"192.0.2.3"}, State: ptr("down"), Schedulable: ptr(true), Instances: ptr[int64](0),
		},
	}
}

// withTotals is the same if Nova tells totals and running instances.
func withTotals() map[string]*schemas.ComputeResource {
	want := filled()
	want["host1.example"].Instances = ptr[int64](1)
	r := want["host3.example"]
	r.Capacity, r.Allocated = amounts(ptr(10.0), ptr(1024.0), ptr(8.0)), amounts(ptr(67.0), ptr(512.0), ptr(9.0))
	r.DiskAvailable, r.RAMAvailable, r.VCPUAvailable = ptr(10.0), ptr(1024.0), ptr(8.0)
	r.DiskUsed, r.RAMUsed, r.VCPUUsed = ptr(67.0), ptr(512.0), ptr(9.0)
	r.Free = amounts(ptr(0.0), ptr(512.0), ptr(0.0))
	r.Problems = []schemas.ResourceProblem{
		{Field: "capacity", Reason: "Placement has no resource provider of it; the amounts are Nova's"},
		{Field: "free.disk", Reason: "67 of 10 are given out: nothing is free"},
		{Field: "free.vcpu", Reason: "9 of 8 are given out: nothing is free"},
	}
	return want
}

// TestCloud holds the collector against Keystone, Placement and Nova.
func TestCloud(t *testing.T) {
	o := clouds.StartOpenStack(t)
	fill(o)
	t.Setenv("OS_CLIENT_CONFIG_FILE", o.CloudsYAML("admin", "secret"))
	t.Run("microversions", func(t *testing.T) { microversions(t) })
	t.Run("changes", func(t *testing.T) { changes(t, o) })
	t.Run("faults", func(t *testing.T) { faults(t, o) })
	t.Run("rounds", func(t *testing.T) { rounds(t, o) })
	t.Run("many at once", func(t *testing.T) { manyAtOnce(t, o) })
	t.Run("who may not", func(t *testing.T) { whoMayNot(t, o) })
}

func mustRead(t *testing.T, c *Collector) collect.Reading {
	t.Helper()
	reading, err := c.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return reading
}

// microversions reads the cloud with Nova's below and from 2.88 on.
func microversions(t *testing.T) {
	for version, want := range map[string]map[string]*schemas.ComputeResource{
		"": withTotals(), "2.53": withTotals(), "2.87": withTotals(), "2.88": filled(), "2.93": filled(),
	} {
		reading := mustRead(t, New(Config{Cloud: "test", ComputeMicroversion: version}))
		if diff := cmp.Diff(want, reading.Resources); diff != "" || !reading.Whole || len(reading.PutAside) > 0 || reading.Problems != nil {
			t.Errorf("microversion %q (-want +got), problems %v, put aside %v:\n%s", version, reading.Problems, reading.PutAside, diff)
		}
	}
}

// changes reads again and again: only what changed is asked for.
func changes(t *testing.T, o *clouds.OpenStack) {
	c := New(Config{Cloud: "test"})
	before := mustRead(t, c)
	o.PlacementProxy.Requests()
	again := mustRead(t, c)
	if requests := o.PlacementProxy.Requests(); !slices.Equal(requests, []string{"/resource_providers"}) || !again.Unchanged {
		t.Errorf("unchanged (%t): asked for %v", again.Unchanged, requests)
	}

	o.Placement("POST", "/allocations", map[string]any{id(101): map[string]any{
		"allocations": map[string]any{id(host1): map[string]any{"resources": map[string]int{"VCPU": 80}}},
		"project_id":  id(90), "user_id": id(91), "consumer_generation": 1, "consumer_type": "INSTANCE",
	}})
	after := mustRead(t, c)
	if requests := o.PlacementProxy.Requests(); len(requests) != 4 {
		t.Errorf("the generation of one provider changed: asked for %v", requests)
	}
	// Placement deletes allocations without a new generation. Nova says that the host changed.
	o.Placement("DELETE", "/allocations/"+id(101), nil)
	if !mustRead(t, c).Unchanged {
		t.Error("a deletion has a new generation: what is done about it is not needed any more")
	}
	o.PlacementProxy.Requests()
	setHosts(o, true, 0)
	after = mustRead(t, c)
	if requests := o.PlacementProxy.Requests(); len(requests) != 3 {
		t.Errorf("a host and its nested provider are busy: asked for %v", requests)
	}
	for name, r := range after.Resources {
		if (r == before.Resources[name]) == (name == "host1.example") {
			t.Errorf("%s is the same: %t", name, r == before.Resources[name])
		}
	}
	if free := after.Resources["host1.example"].Free; *free.VCPU != 312 || *after.Resources["host1.example"].Classes["VGPU"].Free != 4 {
		t.Errorf("free: %v", *free.VCPU)
	}

	o.Placement("DELETE", "/allocations/"+id(102), nil)
	c.refresh = 0
	if free := mustRead(t, c).Resources[id(bare1)].Classes["CUSTOM_BAREMETAL_GOLD"].Free; *free != 1 {
		t.Errorf("a deletion that Nova does not tell of is not seen later: free %v", *free)
	}
	c.refresh = refreshInterval

	o.Placement("DELETE", "/resource_providers/"+id(share1), nil)
	setHosts(o, false, 0)
	last := mustRead(t, c)
	if last.Resources["nfs.example"] != nil || len(last.Resources) != 4 || !last.Whole {
		t.Errorf("after nfs.example went there are %d resources", len(last.Resources))
	}
	if r := last.Resources["host1.example"]; *r.State != schemas.StateUp {
		t.Errorf("host1.example is %s", *r.State)
	}
}

// faults has Placement and Nova answer wrongly, by half or not at all: a reading fails, or
// puts aside what alone cannot be read, and the next one is whole again.
func faults(t *testing.T, o *clouds.OpenStack) {
	tests := []struct {
		name  string
		proxy *clouds.Proxy
		fault func(http.ResponseWriter, *http.Request) bool
		want  string
	}{
		{"Placement 500", o.PlacementProxy, clouds.Answering(500, ""), "500 Internal Server Error"},
		{"Placement 503", o.PlacementProxy, clouds.Answering(503, ""), "503 Service Unavailable"},
		{"Placement 403", o.PlacementProxy, clouds.Answering(403, "/resource_providers"), "needs the role admin"},
		{"Nova 500", o.NovaProxy, clouds.Answering(500, "/os-hypervisors"), "nova: 500 Internal Server Error"},
		{"Nova 500 for services", o.NovaProxy, clouds.Answering(500, "/os-services"), "nova: 500 Internal Server Error"},
		{"Placement cut off", o.PlacementProxy, o.PlacementProxy.CutOff("/resource_providers"), "unexpected EOF"},
		{"Nova cut off", o.NovaProxy, o.NovaProxy.CutOff("/os-hypervisors"), "unexpected EOF"},
	}
	c := New(Config{Cloud: "test"})
	whole := mustRead(t, c)
	for _, tt := range tests {
		tt.proxy.Fault(tt.fault)
		if reading, err := c.Read(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %d resources, error %v, want %s", tt.name, len(reading.Resources), err, tt.want)
		}
		tt.proxy.Fault(nil)
		if diff := cmp.Diff(whole.Resources, mustRead(t, c).Resources); diff != "" {
			t.Errorf("after %s (-before +after):\n%s", tt.name, diff)
		}
	}
	o.PlacementProxy.Fault(clouds.Answering(500, id(host2)))
	reading := mustRead(t, New(Config{Cloud: "test"}))
	if aside := reading.PutAside["host2.example"]; len(reading.Resources) != len(whole.Resources)-1 || !strings.Contains(aside.Reason, "500 Internal Server Error") {
		t.Errorf("one provider that cannot be read: %d resources, put aside %v", len(reading.Resources), reading.PutAside)
	}
	o.PlacementProxy.Fault(nil)
	once := true
	o.NovaProxy.Fault(func(w http.ResponseWriter, r *http.Request) bool {
		if !once || !strings.Contains(r.URL.Path, "/os-hypervisors") {
			return false
		}
		once = false
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	})
	mustRead(t, c)
	o.NovaProxy.Fault(nil)
	if once {
		t.Error("429 was not answered")
	}

	o.Stop("placement")
	if _, err := c.Read(t.Context()); err == nil {
		t.Error("Placement is away: no error")
	}
	o.Start("placement")
	mustRead(t, c)
}

// whoMayNot reads with credentials that are wrong, or may not.
func whoMayNot(t *testing.T, o *clouds.OpenStack) {
	o.AddUser("reader", "secret", "reader")
	for name, tt := range map[string]struct{ user, password, want string }{
		"wrong password": {"admin", "wrong", "401 Unauthorized"},
		"a reader":       {"reader", "secret", "403 Forbidden"},
	} {
		t.Setenv("OS_CLIENT_CONFIG_FILE", o.CloudsYAML(tt.user, tt.password))
		_, err := New(Config{Cloud: "test"}).Read(t.Context())
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), tt.password+`"`) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
	if _, err := New(Config{Cloud: "none"}).Read(t.Context()); err == nil || !strings.Contains(err.Error(), "credentials") {
		t.Errorf("an unknown cloud: %v", err)
	}
	t.Setenv("OS_CLIENT_CONFIG_FILE", "")
	for name, value := range o.Environment() {
		t.Setenv(name, value)
	}
	mustRead(t, New(Config{}))
}
