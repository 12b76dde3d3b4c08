package prometheus

import "time"

const (
	node   = "node"     // label of kube-state-metrics
	dcgm   = "Hostname" // label of the DCGM exporter
	window = 5 * time.Minute
)

// localFilesystems are the filesystems on disks of a host, each once.
const localFilesystems = `{fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|fuse.*|nfs.*|ceph|cifs|autofs|9p"}`

// presets are queries of well-known exporters, by name. The amounts of a record are in MB
// and GB of 2^20 and 2^30 bytes.
var presets = map[string][]Query{
	// A target that is down stays, as down, for an hour after it told something.
	"node-exporter": {
		{Field: "state", Query: `max by (instance) (up and on (instance, job) last_over_time(node_memory_MemTotal_bytes[1h]))`},
		{Field: "capacity.vcpu", Query: `count by (instance) (node_cpu_seconds_total{mode="idle"})`},
		{Field: "measured_use.vcpu", Query: `sum by (instance) (rate(node_cpu_seconds_total{mode!~"idle|iowait|steal"}[5m]))` + alive},
		{Field: "capacity.ram", Query: `max by (instance) (node_memory_MemTotal_bytes) / 2^20`},
		{Field: "measured_use.ram", Query: `max by (instance) (node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes) / 2^20`},
		{Field: "capacity.disk", Query: `sum by (instance) (max by (instance, device) (node_filesystem_size_bytes` + localFilesystems + `)) / 2^30`},
		{Field: "measured_use.disk", Query: `sum by (instance) (max by (instance, device) (node_filesystem_size_bytes` + localFilesystems +
			` - node_filesystem_free_bytes` + localFilesystems + `)) / 2^30`},
		{Field: "metrics.load5", Query: `max by (instance) (node_load5)`, Statistic: "mean", Window: window},
	},
	"kube-state-metrics": {
		{Resource: node, Field: "addresses", Label: "internal_ip", Query: `kube_node_info`},
		{Resource: node, Field: "state", Query: `max by (node) (kube_node_status_condition{condition="Ready",status="true"})`},
		{Resource: node, Field: "schedulable", Query: `1 - max by (node) (kube_node_spec_unschedulable)`},
		{Resource: node, Field: "capacity.vcpu", Query: `max by (node) (kube_node_status_capacity{resource="cpu"})`},
		{Resource: node, Field: "capacity.ram", Query: `max by (node) (kube_node_status_capacity{resource="memory"}) / 2^20`},
		{Resource: node, Field: "capacity.disk", Query: `max by (node) (kube_node_status_capacity{resource="ephemeral_storage"}) / 2^30`},
		{Resource: node, Field: "allocatable.vcpu", Query: `max by (node) (kube_node_status_allocatable{resource="cpu"})`},
		{Resource: node, Field: "allocatable.ram", Query: `max by (node) (kube_node_status_allocatable{resource="memory"}) / 2^20`},
		{Resource: node, Field: "allocatable.disk", Query: `max by (node) (kube_node_status_allocatable{resource="ephemeral_storage"}) / 2^30`},
		{Resource: node, Field: "allocated.vcpu", Query: `sum by (node) (kube_pod_container_resource_requests{resource="cpu"} ` + running + `)`},
		{Resource: node, Field: "allocated.ram", Query: `sum by (node) (kube_pod_container_resource_requests{resource="memory"} ` + running + `) / 2^20`},
		{Resource: node, Field: "instances", Query: `count by (node) (kube_pod_info{node!=""} ` + running + `)`},
	},
	"dcgm": {
		{Resource: dcgm, Field: "classes.gpu.capacity", Query: `count by (Hostname) (DCGM_FI_DEV_GPU_UTIL)`},
		{Resource: dcgm, Field: "classes.gpu.measured_use", Query: `sum by (Hostname) (DCGM_FI_DEV_GPU_UTIL) / 100`},
		{Resource: dcgm, Field: "metrics.gpu_utilization", Query: `avg by (Hostname) (DCGM_FI_DEV_GPU_UTIL)`, Unit: "%", Statistic: "mean"},
		{Resource: dcgm, Field: "metrics.gpu_memory_used", Query: `sum by (Hostname) (DCGM_FI_DEV_FB_USED) * 2^20`, Unit: "By", Statistic: "sum"},
		{Resource: dcgm, Field: "metrics.gpu_memory_free", Query: `sum by (Hostname) (DCGM_FI_DEV_FB_FREE) * 2^20`, Unit: "By", Statistic: "sum"},
	},
	"vllm": {
		{Field: "metrics.ttft", Query: quantile(`vllm:time_to_first_token_seconds_bucket`), Unit: "s", Statistic: "p95", Window: window},
		{Field: "metrics.e2e_latency", Query: quantile(`vllm:e2e_request_latency_seconds_bucket`), Unit: "s", Statistic: "p95", Window: window},
		{Field: "metrics.requests_waiting", Query: `sum by (instance) (vllm:num_requests_waiting)`, Statistic: "sum"},
		{Field: "metrics.requests_running", Query: `sum by (instance) (vllm:num_requests_running)`, Statistic: "sum"},
		{Field: "metrics.kv_cache_usage", Query: `max by (instance) (vllm:kv_cache_usage_perc or vllm:gpu_cache_usage_perc)`, Statistic: "max"},
	},
}

// running keeps series of pods that have not ended.
const running = `* on (namespace, pod) group_left () max by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Running|Unknown"} == 1)`

// alive keeps what is told of targets that are up: a range still has what others told before.
const alive = ` and on (instance) (up == 1)`

func quantile(bucket string) string {
	return `histogram_quantile(0.95, sum by (instance, le) (rate(` + bucket + `[5m])))` + alive
}
