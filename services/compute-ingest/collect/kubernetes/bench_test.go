package kubernetes

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	benchNodes = 10_000
	benchPods  = 100_000
)

// objects are the nodes and pods of a large cluster.
func objects() (nodes []*corev1.Node, pods []*corev1.Pod) {
	amounts := func(cpu, memory string) corev1.ResourceList {
		return corev1.ResourceList{"cpu": resource.MustParse(cpu), "memory": resource.MustParse(memory), "pods": resource.MustParse("110")}
	}
	for i := range benchNodes {
		nodes = append(nodes, &corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("node-%05d", i), Labels: map[string]string{corev1.LabelTopologyZone: fmt.Sprintf("z%d", i%50)}},
			Status: corev1.NodeStatus{
				Capacity: amounts("64", "256Gi"), Allocatable: amounts("63500m", "250Gi"),
				Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}},
				Addresses:  []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: fmt.Sprintf("10.0.%d.%d", i/250, i%250)}},
			},
		})
	}
	for i := range benchPods {
		pods = append(pods, &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("pod-%06d", i), Namespace: "default"},
			Spec: corev1.PodSpec{
				NodeName:   nodes[i%benchNodes].Name,
				Containers: []corev1.Container{{Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{"cpu": resource.MustParse("500m"), "memory": resource.MustParse("1Gi")}}}},
			},
		})
	}
	return nodes, pods
}

// BenchmarkLoad takes all nodes and pods of a large cluster in, and makes resources of them.
func BenchmarkLoad(b *testing.B) {
	nodes, pods := objects()
	for b.Loop() {
		c := New(Config{})
		for _, n := range nodes {
			c.cluster.putNode(n)
		}
		for _, p := range pods {
			c.cluster.putPod(p)
		}
		if reading := c.drain(); len(reading.Resources) != benchNodes {
			b.Fatalf("%d resources", len(reading.Resources))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(benchNodes+benchPods), "ns/object")
}

// BenchmarkChange takes one change of a pod in, and makes a resource of its node.
func BenchmarkChange(b *testing.B) {
	nodes, pods := objects()
	c := New(Config{})
	for _, n := range nodes {
		c.cluster.putNode(n)
	}
	for _, p := range pods {
		c.cluster.putPod(p)
	}
	c.drain()
	p := pods[0].DeepCopy()
	for i := 0; b.Loop(); i++ {
		p.Spec.Containers[0].Resources.Requests["cpu"] = *resource.NewMilliQuantity(int64(i%7), resource.DecimalSI)
		c.cluster.putPod(p)
		c.drain()
	}
}
