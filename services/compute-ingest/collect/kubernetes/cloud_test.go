package kubernetes

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	resourcev1 "k8s.io/api/resource/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/compute-ingest/collect"
	"github.com/altostream/altostream/services/e2e/clouds"
)

func ptr[T any](v T) *T { return &v }

// clusterRole is what docs and deploy say that the collector needs.
const clusterRole = "../../../../deploy/kubernetes/compute-ingest-role.yaml"

func list(pairs ...string) corev1.ResourceList {
	resources := corev1.ResourceList{}
	for i := 0; i < len(pairs); i += 2 {
		resources[corev1.ResourceName(pairs[i])] = resource.MustParse(pairs[i+1])
	}
	return resources
}

func container(name string, pairs ...string) corev1.Container {
	requests := list(pairs...)
	limits := corev1.ResourceList{}
	for class, amount := range requests {
		if strings.Contains(string(class), "/") { // extended resources cannot be overcommitted
			limits[class] = amount
		}
	}
	return corev1.Container{Name: name, Image: "none", Resources: corev1.ResourceRequirements{Requests: requests, Limits: limits}}
}

func sidecar(c corev1.Container) corev1.Container {
	c.RestartPolicy = ptr(corev1.ContainerRestartPolicyAlways)
	return c
}

func podOn(node, name string, containers ...corev1.Container) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
		Spec:       corev1.PodSpec{NodeName: node, Containers: containers},
	}
}

func createPod(k *clouds.Kubernetes, p *corev1.Pod, phase corev1.PodPhase) *corev1.Pod {
	created := clouds.Create(k, "pods", "default", p)
	created.Status.Phase = phase
	return clouds.Update(k, "pods", "status", created)
}

// fill makes a cluster of two nodes, with pods of every shape that the scheduler counts.
func fill(k *clouds.Kubernetes) (first *corev1.Node) {
	capacity := list("cpu", "8", "memory", "16Gi", "ephemeral-storage", "100Gi", "pods", "110", "nvidia.com/gpu", "2", "hugepages-2Mi", "1Gi")
	allocatable := list("cpu", "7500m", "memory", "15Gi", "ephemeral-storage", "90Gi", "pods", "110", "nvidia.com/gpu", "2", "hugepages-2Mi", "1Gi")
	first = clouds.Create(k, "nodes", "", &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: "node1", Labels: map[string]string{corev1.LabelTopologyZone: "z1", corev1.LabelTopologyRegion: "r1"}},
		Spec:       corev1.NodeSpec{Taints: []corev1.Taint{{Key: "gpu", Value: "yes", Effect: corev1.TaintEffectNoSchedule}}},
		Status: corev1.NodeStatus{
			Capacity: capacity, Allocatable: allocatable,
			Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady"}},
			Addresses: []corev1.NodeAddress{
				{Type: corev1.NodeHostName, Address: "node1"}, {Type: corev1.NodeInternalIP, Address: "192.0.2.1"}, {Type: corev1.NodeInternalIP, Address: "2001:db8::1"},
			},
		},
	})
	clouds.Create(k, "nodes", "", &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: "node2"},
		Spec:       corev1.NodeSpec{Unschedulable: true},
		Status: corev1.NodeStatus{
			Capacity: list("cpu", "2", "memory", "129e6"), Allocatable: list("cpu", "2", "memory", "129e6"),
			Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionUnknown, Reason: "NodeStatusUnknown", Message: "Kubelet stopped posting node status."}},
		},
	})
	k.Apply("/apis/node.k8s.io/v1/runtimeclasses", `{"apiVersion":"node.k8s.io/v1","kind":"RuntimeClass","metadata":{"name":"vm"},"handler":"vm","overhead":{"podFixed":{"cpu":"250m","memory":"120Mi"}}}`)

	plain := podOn("node1", "plain", container("a", "cpu", "1500m", "memory", "2Gi", "nvidia.com/gpu", "1"))
	plain.Spec.RuntimeClassName = ptr("vm") // 1750m, 2168 MB
	createPod(k, plain, corev1.PodRunning)
	// Before its sidecar (100m) starts, the init container needs 2 CPUs; then 100m + 500m are
	// needed, and the second init container 100m + 1: the most is 2.
	shaped := podOn("node1", "shaped", container("a", "cpu", "500m", "memory", "1Gi"))
	shaped.Spec.InitContainers = []corev1.Container{container("first", "cpu", "2"), sidecar(container("proxy", "cpu", "100m", "memory", "64Mi")), container("second", "cpu", "1")}
	createPod(k, shaped, corev1.PodPending) // 2000m, 1088 MB
	whole := podOn("node1", "whole", container("a"), container("b", "cpu", "100m"))
	whole.Spec.Resources = &corev1.ResourceRequirements{Requests: list("cpu", "1", "memory", "512Mi")}
	createPod(k, whole, corev1.PodRunning) // 1000m, 512 MB
	createPod(k, podOn("node1", "ended", container("a", "cpu", "4")), corev1.PodSucceeded)
	createPod(k, podOn("node1", "failed", container("a", "cpu", "4")), corev1.PodFailed)
	createPod(k, podOn("", "waiting", container("a", "cpu", "4")), corev1.PodPending)
	createPod(k, podOn("node2", "large", container("a", "cpu", "3")), corev1.PodRunning)

	fillDevices(k)
	fillMetrics(k)
	return first
}

// fillDevices gives node1 three devices, of which one is claimed, and another claim for
// administration, and an older generation of its pool.
func fillDevices(k *clouds.Kubernetes) {
	slice := func(name string, generation int64, devices ...string) {
		s := &resourcev1.ResourceSlice{
			ObjectMeta: metav1.ObjectMeta{Name: name},
			Spec: resourcev1.ResourceSliceSpec{
				Driver: "gpu.example.com", NodeName: ptr("node1"), Pool: resourcev1.ResourcePool{Name: "node1", Generation: generation, ResourceSliceCount: 1},
			},
		}
		for _, d := range devices {
			s.Spec.Devices = append(s.Spec.Devices, resourcev1.Device{Name: d})
		}
		clouds.Create(k, "resourceslices", "", s)
	}
	slice("new", 2, "gpu-0", "gpu-1", "gpu-2")
	slice("old", 1, "gpu-0", "gpu-1", "gpu-2", "gpu-3")
	claim := func(name, device string) {
		c := clouds.Create(k, "resourceclaims", "default", &resourcev1.ResourceClaim{
			ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
			Spec: resourcev1.ResourceClaimSpec{Devices: resourcev1.DeviceClaim{Requests: []resourcev1.DeviceRequest{
				{Name: "gpu", Exactly: &resourcev1.ExactDeviceRequest{DeviceClassName: "gpu.example.com"}},
			}}},
		})
		c.Status.Allocation = &resourcev1.AllocationResult{Devices: resourcev1.DeviceAllocationResult{Results: []resourcev1.DeviceRequestAllocationResult{
			{Request: "gpu", Driver: "gpu.example.com", Pool: "node1", Device: device},
		}}}
		clouds.Update(k, "resourceclaims", "status", c)
	}
	claim("one", "gpu-1")
	clouds.Create(k, "resourceclaims", "default", &resourcev1.ResourceClaim{
		ObjectMeta: metav1.ObjectMeta{Name: "not-yet", Namespace: "default"},
		Spec: resourcev1.ResourceClaimSpec{Devices: resourcev1.DeviceClaim{Requests: []resourcev1.DeviceRequest{
			{Name: "gpu", Exactly: &resourcev1.ExactDeviceRequest{DeviceClassName: "gpu.example.com"}},
		}}},
	})
}

// fillMetrics serves metrics.k8s.io with stored NodeMetrics.
func fillMetrics(k *clouds.Kubernetes) {
	k.Apply("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", `{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
	 "metadata":{"name":"nodes.metrics.k8s.io","annotations":{"api-approved.kubernetes.io":"unapproved, tests only"}},
	 "spec":{"group":"metrics.k8s.io","scope":"Cluster","names":{"plural":"nodes","kind":"NodeMetrics"},
	  "versions":[{"name":"v1beta1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}`)
	for begin := time.Now(); !k.Serves("/apis/metrics.k8s.io/v1beta1/nodes") && time.Since(begin) < 20*time.Second; time.Sleep(50 * time.Millisecond) {
	}
	k.Apply("/apis/metrics.k8s.io/v1beta1/nodes", `{"apiVersion":"metrics.k8s.io/v1beta1","kind":"NodeMetrics","metadata":{"name":"node1"},
	 "timestamp":"2026-01-01T00:00:00Z","window":"20s","usage":{"cpu":"1234567890n","memory":"4194304Ki"}}`)
}

func amounts3(disk, ram, vcpu *float64) *schemas.Amounts {
	return &schemas.Amounts{Disk: disk, RAM: ram, VCPU: vcpu}
}

// filled is what must be told of node1.
func filled(n *corev1.Node) *schemas.ComputeResource {
	count := func(all, taken float64) schemas.ClassAmount {
		return schemas.ClassAmount{Capacity: ptr(all), Allocatable: ptr(all), Reserved: ptr(0.0), Allocated: ptr(taken), Free: ptr(all - taken), Available: ptr(all), Used: ptr(taken)}
	}
	gpu, huge, pods := count(2, 1), count(1<<30, 0), count(110, 3)
	gpu.Kind, huge.Unit = ptr("gpu"), ptr("By")
	return &schemas.ComputeResource{
		ID: ptr(string(n.UID)), Site: ptr("z1"), Zone: ptr("z1"), Region: ptr("r1"), Labels: n.Labels, Addresses: []string{"192.0.2.1", "2001:db8::1"},
		State: ptr("up"), Schedulable: ptr(true), Taints: []schemas.Taint{{Key: "gpu", Value: "yes", Effect: "NoSchedule"}}, Instances: ptr[int64](3),
		Capacity: amounts3(ptr(100.0), ptr(16384.0), ptr(8.0)), Allocatable: amounts3(ptr(90.0), ptr(15360.0), ptr(7.5)), Reserved: amounts3(ptr(10.0), ptr(1024.0), ptr(0.5)),
		Allocated: amounts3(ptr(0.0), ptr(2168.0+1088+512), ptr(4.75)), Free: amounts3(ptr(90.0), ptr(15360.0-3768), ptr(2.75)),
		MeasuredUse:   amounts3(nil, ptr(4096.0), ptr(1.235)),
		DiskAvailable: ptr(100.0), DiskUsed: ptr(0.0), RAMAvailable: ptr(16384.0), RAMUsed: ptr(3768.0), VCPUAvailable: ptr(8.0), VCPUUsed: ptr(4.75),
		Classes: map[string]schemas.ClassAmount{
			"nvidia.com/gpu": gpu, "hugepages-2Mi": huge, "pods": pods,
			"gpu.example.com": {Kind: ptr("gpu"), Capacity: ptr(3.0), Allocated: ptr(1.0), Free: ptr(2.0), Available: ptr(3.0), Used: ptr(1.0)},
		},
	}
}

// TestCloud holds the collector against kube-apiserver.
func TestCloud(t *testing.T) {
	k := clouds.StartKubernetes(t)
	first := fill(k)
	t.Run("who may not", func(t *testing.T) { whoMayNot(t, k) })
	t.Run("nodes", func(t *testing.T) { nodes(t, k, first) })
	t.Run("faults", func(t *testing.T) { faults(t, k) })
	t.Run("silence", func(t *testing.T) { silent(t, k) })
	t.Run("restart", func(t *testing.T) { restart(t, k) })
}

// followed is a collector that watches, and all that it told.
type followed struct {
	*Collector
	t         *testing.T
	changed   <-chan struct{}
	resources map[string]*schemas.ComputeResource
}

func follow(t *testing.T, kubeconfig string) *followed {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	f := &followed{Collector: New(Config{Kubeconfig: kubeconfig}), t: t, resources: map[string]*schemas.ComputeResource{}}
	f.probeInterval = 0
	f.changed = f.Watch(ctx)
	return f
}

// read takes a reading into what is told.
func (f *followed) read() (collect.Reading, error) {
	reading, err := f.Read(f.t.Context())
	if err != nil {
		return reading, err
	}
	if reading.Whole {
		clear(f.resources)
	}
	for name, r := range reading.Resources {
		f.resources[name] = r
	}
	for _, name := range reading.Gone {
		delete(f.resources, name)
	}
	return reading, nil
}

// until reads, when something changed or half a second later, until a condition holds.
func (f *followed) until(what string, condition func() bool) {
	f.t.Helper()
	var last error
	for begin := time.Now(); time.Since(begin) < time.Minute; {
		_, last = f.read()
		if last == nil && condition() {
			return
		}
		select {
		case <-f.changed:
		case <-time.After(500 * time.Millisecond):
		}
	}
	f.t.Fatalf("%s: not within a minute (%v)", what, last)
}

// fails reads until that fails as it should.
func (f *followed) fails(want string) {
	f.t.Helper()
	var last error
	for begin := time.Now(); time.Since(begin) < time.Minute; time.Sleep(100 * time.Millisecond) {
		if _, last = f.read(); last != nil && strings.Contains(last.Error(), want) {
			return
		}
	}
	f.t.Fatalf("it does not fail with %q, but %v", want, last)
}

func whoMayNot(t *testing.T, k *clouds.Kubernetes) {
	if _, err := follow(t, k.Kubeconfig("expired", nil)).read(); err == nil || !strings.Contains(err.Error(), "401 Unauthorized: the credentials") {
		t.Errorf("a wrong token: %v", err)
	}
	config := k.Kubeconfig("expired", nil)
	f := follow(t, config)
	f.fails("401 Unauthorized")
	renewed, err := os.ReadFile(k.Kubeconfig(clouds.ReaderToken, nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, renewed, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.read(); err == nil || !strings.Contains(err.Error(), "403 Forbidden") || !strings.Contains(err.Error(), "ClusterRole") {
		t.Errorf("a user without a role: %v", err)
	}
	if _, err := follow(t, "/nonexistent").read(); err == nil || !strings.Contains(err.Error(), "credentials") {
		t.Errorf("no kubeconfig: %v", err)
	}
	text, err := os.ReadFile(clusterRole)
	if err != nil {
		t.Fatal(err)
	}
	role, err := yaml.YAMLToJSON([]byte(strings.Split(string(text), "\n---\n")[0]))
	if err != nil {
		t.Fatal(err)
	}
	k.Apply("/apis/rbac.authorization.k8s.io/v1/clusterroles", string(role))
	k.Apply("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", `{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"reader"},
	 "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"altostream-compute-ingest"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"reader"}]}`)
	f.until("the role is enough for all that is read", func() bool {
		reading, err := f.read() // what was forbidden is tried again now and then
		return err == nil && reading.Problems == nil && len(f.resources) == 2
	})
}

// nodes reads the cluster, and then what changes.
func nodes(t *testing.T, k *clouds.Kubernetes, first *corev1.Node) {
	f := follow(t, k.Kubeconfig(clouds.ReaderToken, nil))
	reading, err := f.read()
	if err != nil || !reading.Whole {
		t.Fatalf("whole %t, %v", reading.Whole, err)
	}
	if diff := cmp.Diff(filled(first), f.resources["node1"]); diff != "" {
		t.Errorf("node1 (-want +got):\n%s", diff)
	}
	second := f.resources["node2"]
	if *second.State != "down" || *second.Schedulable || !strings.Contains(*second.StateReason, "Kubelet stopped posting") || *second.RAMAvailable != 129e6/(1<<20) {
		t.Errorf("node2: %+v", second)
	}
	if *second.Free.VCPU != 0 || len(second.Problems) != 1 || second.Problems[0].Field != "free.vcpu" {
		t.Errorf("node2 is overcommitted: free %v, problems %v", *second.Free.VCPU, second.Problems)
	}
	if again, err := f.read(); err != nil || !again.Unchanged {
		t.Errorf("nothing changed: %+v, %v", again, err)
	}

	createPod(k, podOn("node2", "more", container("a", "cpu", "1")), corev1.PodRunning)
	f.until("a pod more", func() bool { return *f.resources["node2"].Instances == 2 && *f.resources["node2"].VCPUUsed == 4 })
	k.Delete("pods", "default", "more")
	f.until("a pod less", func() bool { return *f.resources["node2"].VCPUUsed == 3 })
	clouds.Create(k, "nodes", "", &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node3"}})
	f.until("a node more", func() bool { return len(f.resources) == 3 })
	k.Delete("nodes", "", "node3")
	f.until("a node less", func() bool { return len(f.resources) == 2 })
}

// faults has the API answer wrongly, by half or not at all.
func faults(t *testing.T, k *clouds.Kubernetes) {
	proxy := k.Proxy()
	f := follow(t, k.Kubeconfig(clouds.ReaderToken, proxy))
	for status, want := range map[int]string{500: "500", 429: "429", 401: "401 Unauthorized", 403: "403 Forbidden"} {
		proxy.Fault(clouds.Answering(status, "/api/v1/"))
		f.fails(want)
	}
	proxy.Fault(proxy.CutOff("/api/v1/pods"))
	f.fails("pods: ")
	proxy.Fault(nil)
	f.until("all nodes", func() bool { return len(f.resources) == 2 })
	before := *f.resources["node1"].VCPUUsed
	proxy.Fault(clouds.Answering(500, ""))
	f.fails("500")
	proxy.Fault(nil)
	f.until("all nodes again", func() bool { return len(f.resources) == 2 && *f.resources["node1"].VCPUUsed == before })
	proxy.Fault(clouds.Answering(403, "/apis/resource.k8s.io"))
	without := follow(t, k.Kubeconfig(clouds.ReaderToken, proxy))
	without.until("nodes without devices", func() bool { return len(without.resources) == 2 })
	proxy.Fault(nil)
}

// silent has watches that are answered and then say nothing: that is noticed, and they are
// begun anew.
func silent(t *testing.T, k *clouds.Kubernetes) {
	proxy := k.Proxy()
	f := follow(t, k.Kubeconfig(clouds.ReaderToken, proxy))
	f.silence = 5 * time.Second
	proxy.Fault(clouds.Silent)
	f.until("the nodes are listed", func() bool { return len(f.resources) == 2 })
	f.fails("has said nothing for 5s")
	createPod(k, podOn("node2", "unheard", container("a", "cpu", "1")), corev1.PodRunning)
	proxy.Fault(nil)
	f.until("what was missed is there", func() bool { return *f.resources["node2"].VCPUUsed == 4 })
	k.Delete("pods", "default", "unheard")
}

// restart stops the API server, and changes things while it starts again.
func restart(t *testing.T, k *clouds.Kubernetes) {
	f := follow(t, k.Kubeconfig(clouds.ReaderToken, nil))
	f.until("all nodes", func() bool { return len(f.resources) == 2 })
	k.Stop()
	f.fails("nodes: ")
	if len(f.resources) != 2 {
		t.Errorf("%d nodes while the API is away", len(f.resources))
	}
	k.Start()
	k.Delete("nodes", "", "node2")
	f.until("the API is back", func() bool { return len(f.resources) == 1 })
}
