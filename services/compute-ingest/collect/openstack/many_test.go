package openstack

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/e2e/clouds"
)

// manyAtOnce adds hosts, so that they are worth asking for at once: with room, with a nested provider, without memory,
// without anything left. What is told of them must be the same as when they are asked for one by one.
func manyAtOnce(t *testing.T, o *clouds.OpenStack) {
	addMany(o)
	o.PlacementProxy.Fault(clouds.Answering(503, "/allocation_candidates"))
	reading := mustRead(t, New(Config{Cloud: "test"}))
	want := reading.Resources
	if len(reading.Problems) != 1 || !strings.Contains(reading.Problems[0].Error(), "asked for one by one: 503 Service Unavailable") {
		t.Errorf("problems %v", reading.Problems)
	}
	o.PlacementProxy.Fault(nil)
	o.PlacementProxy.Requests()

	c := New(Config{Cloud: "test"})
	c.detailTime = 0
	first := mustRead(t, c)
	requests := o.PlacementProxy.Requests()
	if !slices.Contains(requests, "/allocation_candidates") || slices.Contains(requests, "/resource_providers/"+id(301)+"/inventories") {
		t.Errorf("asked for %v", requests)
	}
	if diff := cmp.Diff(withoutInventories(want["many-01"]), first.Resources["many-01"]); diff != "" {
		t.Errorf("what is known at once (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want["many-00"], first.Resources["many-00"]); diff != "" {
		t.Errorf("a host with nothing left is no candidate, and asked for (-want +got):\n%s", diff)
	}
	c.detailTime = time.Minute
	second := mustRead(t, c)
	if diff := cmp.Diff(want, second.Resources); diff != "" {
		t.Errorf("at once (-one by one +at once):\n%s", diff)
	}
	o.PlacementProxy.Requests()
	if !mustRead(t, c).Unchanged || len(o.PlacementProxy.Requests()) != 1 {
		t.Error("nothing changed, but more was asked for")
	}

	// A new generation of all: the inventories told before stay until they are read again.
	c.detailTime = 0
	for _, p := range c.providers {
		p.Generation--
		p.detailed--
	}
	third := mustRead(t, c)
	if diff := cmp.Diff(want, third.Resources); diff != "" {
		t.Errorf("of another generation (-want +got):\n%s", diff)
	}
}

// rounds reads hypervisors one at a time: what services tell is seen at once, the rest when its turn comes, and another host
// has all of them read.
func rounds(t *testing.T, o *clouds.OpenStack) {
	hypervisor := func(n, servers int, down bool) clouds.Hypervisor {
		return clouds.Hypervisor{UUID: id(n), Host: fmt.Sprintf("host%d", n), Name: fmt.Sprintf("host%d.example", n), RunningVMs: servers, Down: down}
	}
	c := New(Config{Cloud: "test"})
	c.perPage, c.detailTime = 1, 0
	read := func(want string) {
		t.Helper()
		var got []string
		resources := mustRead(t, c).Resources
		for _, name := range slices.Sorted(maps.Keys(resources)) {
			if r := resources[name]; strings.HasPrefix(name, "host") && r.Instances != nil {
				got = append(got, fmt.Sprintf("%s %s %d", strings.TrimSuffix(name, ".example"), *r.State, *r.Instances))
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("read %s, want %s", strings.Join(got, ", "), want)
		}
	}
	o.SetHypervisors(hypervisor(61, 1, false), hypervisor(62, 1, false), hypervisor(63, 1, false))
	read("host61 up 1, host62 up 1, host63 up 1")
	o.SetHypervisors(hypervisor(61, 2, true), hypervisor(62, 2, true), hypervisor(63, 2, true))
	read("host61 down 2, host62 down 1, host63 down 1")
	read("host61 down 2, host62 down 2, host63 down 1")
	read("host61 down 2, host62 down 2, host63 down 2")
	read("host61 down 2, host62 down 2, host63 down 2") // the end of the round
	o.SetHypervisors(hypervisor(61, 3, false), hypervisor(62, 3, false), hypervisor(63, 3, false), hypervisor(64, 3, false))
	read("host61 up 3, host62 up 3, host63 up 3, host64 up 3")
	again := hypervisor(65, 3, false)
	again.Host = "host64"
	o.SetHypervisors(hypervisor(61, 3, false), hypervisor(62, 3, false), hypervisor(63, 3, false), again)
	for range 3 {
		read("host61 up 3, host62 up 3, host63 up 3, host64 up 3")
	}
	read("host61 up 3, host62 up 3, host63 up 3, host64 up 3, host65 up 3")
	read("host61 up 3, host62 up 3, host63 up 3, host65 up 3") // the round ended
	setHosts(o, true, 0)
}

// addMany adds twelve hosts: number 0 has nothing left, 1 has a nested provider, 2 no memory.
func addMany(o *clouds.OpenStack) {
	for n := range 12 {
		uuid := id(300 + n)
		o.Placement("POST", "/resource_providers", map[string]any{"name": fmt.Sprintf("many-%02d", n), "uuid": uuid})
		o.Placement("PUT", "/resource_providers/"+uuid+"/inventories", map[string]any{"resource_provider_generation": 0, "inventories": map[string]any{
			"VCPU": map[string]any{"total": 10, "allocation_ratio": 0.7}, "MEMORY_MB": map[string]any{"total": 1000, "reserved": 100},
		}})
	}
	o.Placement("POST", "/resource_providers", map[string]any{"name": "many-01_pci", "uuid": id(399), "parent_provider_uuid": id(301)})
	o.Placement("PUT", "/resource_providers/"+id(399)+"/inventories", map[string]any{
		"resource_provider_generation": 0, "inventories": map[string]any{"VGPU": map[string]any{"total": 4}},
	})
	o.Placement("PUT", "/resource_providers/"+id(301)+"/traits", map[string]any{"resource_provider_generation": 1, "traits": []string{"HW_CPU_X86_AVX2", "COMPUTE_NODE"}})
	for n, given := range []map[string]int{{"VCPU": 7, "MEMORY_MB": 900}, {"VCPU": 3}, {"MEMORY_MB": 900}} {
		o.Placement("PUT", "/allocations/"+id(400+n), map[string]any{
			"allocations": map[string]any{id(300 + n): map[string]any{"resources": given}},
			"project_id":  id(90), "user_id": id(91), "consumer_generation": nil, "consumer_type": "INSTANCE",
		})
	}
}

// withoutInventories is a resource of which only what is allocatable is known as yet.
func withoutInventories(of *schemas.ComputeResource) *schemas.ComputeResource {
	r := *of
	r.Capacity, r.Reserved, r.AllocationRatio = nil, nil, nil
	r.VCPUAvailable, r.RAMAvailable, r.DiskAvailable = nil, nil, nil
	r.Classes = map[string]schemas.ClassAmount{}
	for name, a := range of.Classes {
		a.Capacity, a.Reserved, a.AllocationRatio, a.Available = nil, nil, nil, nil
		r.Classes[name] = a
	}
	return &r
}
