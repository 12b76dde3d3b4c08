package collect

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/schemas"
)

func ptr[T any](v T) *T { return &v }

func vcpu(n float64) *schemas.Amounts { return &schemas.Amounts{VCPU: &n} }

func TestComplete(t *testing.T) {
	full := []schemas.ResourceProblem{{Field: "free.vcpu", Reason: "9 of 8 are given out: nothing is free"}}
	tests := []struct {
		name       string
		told, want schemas.ComputeResource
	}{
		{"nothing", schemas.ComputeResource{}, schemas.ComputeResource{}},
		{"the seed's", schemas.ComputeResource{VCPUAvailable: ptr(8.0), VCPUUsed: ptr(3.0)},
			schemas.ComputeResource{VCPUAvailable: ptr(8.0), VCPUUsed: ptr(3.0), Free: vcpu(5)}},
		{"the seed's, overcommitted", schemas.ComputeResource{VCPUAvailable: ptr(8.0), VCPUUsed: ptr(9.0)},
			schemas.ComputeResource{VCPUAvailable: ptr(8.0), VCPUUsed: ptr(9.0), Free: vcpu(0), Problems: full}},
		{"one of both", schemas.ComputeResource{VCPUAvailable: ptr(8.0)}, schemas.ComputeResource{VCPUAvailable: ptr(8.0)}},
		{"capacity is what is there, and measured use what is used", schemas.ComputeResource{Capacity: vcpu(8), MeasuredUse: vcpu(2)},
			schemas.ComputeResource{Capacity: vcpu(8), MeasuredUse: vcpu(2), VCPUAvailable: ptr(8.0), VCPUUsed: ptr(2.0), Free: vcpu(6)}},
		{"allocated before measured", schemas.ComputeResource{Capacity: vcpu(8), Allocated: vcpu(5), MeasuredUse: vcpu(2)},
			schemas.ComputeResource{Capacity: vcpu(8), Allocated: vcpu(5), MeasuredUse: vcpu(2), VCPUAvailable: ptr(8.0), VCPUUsed: ptr(5.0), Free: vcpu(3)}},
		{"reserved and ratio, rounded down", schemas.ComputeResource{Capacity: vcpu(8), Reserved: vcpu(1), AllocationRatio: vcpu(1.5), Allocated: vcpu(9)},
			schemas.ComputeResource{
				Capacity: vcpu(8), Reserved: vcpu(1), AllocationRatio: vcpu(1.5), Allocated: vcpu(9), Allocatable: vcpu(10),
				VCPUAvailable: ptr(8.0), VCPUUsed: ptr(9.0), Free: vcpu(1),
			}},
		{"what is told stays", schemas.ComputeResource{Capacity: vcpu(8), Allocatable: vcpu(7), Allocated: vcpu(1), Free: vcpu(2), VCPUUsed: ptr(3.0)},
			schemas.ComputeResource{Capacity: vcpu(8), Allocatable: vcpu(7), Allocated: vcpu(1), Free: vcpu(2), VCPUAvailable: ptr(8.0), VCPUUsed: ptr(3.0)}},
		{"more reserved than there is", schemas.ComputeResource{Capacity: vcpu(1), Reserved: vcpu(2), Allocated: vcpu(0)},
			schemas.ComputeResource{Capacity: vcpu(1), Reserved: vcpu(2), Allocated: vcpu(0), Allocatable: vcpu(0), VCPUAvailable: ptr(1.0), VCPUUsed: ptr(0.0), Free: vcpu(0)}},
		{"further classes", schemas.ComputeResource{Classes: map[string]schemas.ClassAmount{"VGPU": {Capacity: ptr(4.0), Allocated: ptr(1.0)}, "FPGA": {}}},
			schemas.ComputeResource{Classes: map[string]schemas.ClassAmount{
				"VGPU": {Capacity: ptr(4.0), Allocated: ptr(1.0), Available: ptr(4.0), Used: ptr(1.0), Free: ptr(3.0), Kind: ptr("gpu")}, "FPGA": {},
			}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Complete(&tt.told)
			if diff := cmp.Diff(tt.want, tt.told); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestKindOf(t *testing.T) {
	for class, want := range map[string]bool{
		"VGPU": true, "PGPU": true, "CUSTOM_GPU_A100": true, "nvidia.com/gpu": true, "amd.com/gpu": true, "gpu.intel.com/i915": true, "gpu.nvidia.com": true,
		"nvidia.com/mig-1g.5gb": true, "nvidia.com/gpumem": false, "FPGA": false, "pods": false, "CUSTOM_BAREMETAL_GOLD": false,
	} {
		if got := kindOf(class); (got != nil) != want {
			t.Errorf("%s is a gpu: %t", class, !want)
		}
	}
}
