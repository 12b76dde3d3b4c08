package kubernetes

import (
	corev1 "k8s.io/api/core/v1"
	resourcev1 "k8s.io/api/resource/v1"
	"k8s.io/component-helpers/resource"
)

// cluster is what the API told so far.
type cluster struct {
	nodes    map[string]*corev1.Node
	pods     map[string]pod                 // by namespace/name
	podsOf   map[string]map[string]struct{} // by node
	slices   map[string]*resourcev1.ResourceSlice
	slicesOf map[string]map[string]struct{} // by node
	pools    map[pool]string                // node of a pool of devices
	claims   map[string][]device            // devices that a claim has, by namespace/name
	taken    map[device]int                 // by how many claims
	measured map[string]measurement         // by node

	changed map[string]struct{} // nodes
}

// pod is what a pod that has not ended counts for on its node.
type pod struct {
	node     string
	requests amounts
}

// pool is the devices of one driver that belong together.
type pool struct{ driver, name string }

type device struct {
	pool
	name string
}

// measurement is what metrics.k8s.io tells of a node.
type measurement struct{ milliCPU, memory int64 }

func newCluster() *cluster {
	return &cluster{
		nodes: map[string]*corev1.Node{}, pods: map[string]pod{}, podsOf: map[string]map[string]struct{}{},
		slices: map[string]*resourcev1.ResourceSlice{}, slicesOf: map[string]map[string]struct{}{}, pools: map[pool]string{},
		claims: map[string][]device{}, taken: map[device]int{}, changed: map[string]struct{}{},
	}
}

func (c *cluster) change(node string) {
	if node != "" {
		c.changed[node] = struct{}{}
	}
}

func (c *cluster) putNode(n *corev1.Node) {
	n.ManagedFields, n.Annotations, n.Status.Images = nil, nil, nil
	c.nodes[n.Name] = n
	c.change(n.Name)
}

func (c *cluster) removeNode(name string) {
	delete(c.nodes, name)
	c.change(name)
}

// putPod takes what a pod requests, by the scheduler's formula: init containers, sidecars,
// overhead, requests of the pod as a whole, and a resize that is under way.
func (c *cluster) putPod(p *corev1.Pod) {
	key := p.Namespace + "/" + p.Name
	if p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed || p.Spec.NodeName == "" {
		c.removePod(key)
		return
	}
	requests := amountsOf(resource.PodRequests(p, resource.PodResourcesOptions{UseStatusResources: true}))
	if before, ok := c.pods[key]; ok && before.node == p.Spec.NodeName && before.requests.equal(requests) {
		return
	}
	c.removePod(key)
	c.pods[key] = pod{p.Spec.NodeName, requests}
	link(c.podsOf, p.Spec.NodeName, key)
	c.change(p.Spec.NodeName)
}

func (c *cluster) removePod(key string) {
	p, ok := c.pods[key]
	if !ok {
		return
	}
	delete(c.pods, key)
	unlink(c.podsOf, p.node, key)
	c.change(p.node)
}

// putSlice takes devices of one node; those that several nodes can reach belong to none.
func (c *cluster) putSlice(s *resourcev1.ResourceSlice) {
	c.removeSlice(s.Name)
	if s.Spec.NodeName == nil {
		return
	}
	c.slices[s.Name] = s
	link(c.slicesOf, *s.Spec.NodeName, s.Name)
	c.pools[poolOf(s)] = *s.Spec.NodeName
	c.change(*s.Spec.NodeName)
}

func (c *cluster) removeSlice(name string) {
	s, ok := c.slices[name]
	if !ok {
		return
	}
	delete(c.slices, name)
	unlink(c.slicesOf, *s.Spec.NodeName, name)
	c.change(*s.Spec.NodeName)
}

func poolOf(s *resourcev1.ResourceSlice) pool { return pool{s.Spec.Driver, s.Spec.Pool.Name} }

// putClaim takes the devices that a claim has been given; access for administration takes
// nothing from others.
func (c *cluster) putClaim(claim *resourcev1.ResourceClaim) {
	key := claim.Namespace + "/" + claim.Name
	c.removeClaim(key)
	if claim.Status.Allocation == nil {
		return
	}
	for _, result := range claim.Status.Allocation.Devices.Results {
		if result.AdminAccess != nil && *result.AdminAccess {
			continue
		}
		d := device{pool{result.Driver, result.Pool}, result.Device}
		c.claims[key] = append(c.claims[key], d)
		c.taken[d]++
		c.change(c.pools[d.pool])
	}
}

func (c *cluster) removeClaim(key string) {
	for _, d := range c.claims[key] {
		if c.taken[d]--; c.taken[d] == 0 {
			delete(c.taken, d)
		}
		c.change(c.pools[d.pool])
	}
	delete(c.claims, key)
}

// measure takes what is measured of all nodes.
func (c *cluster) measure(told map[string]measurement) {
	for node := range c.measured {
		if _, ok := told[node]; !ok {
			c.change(node)
		}
	}
	for node, m := range told {
		if before, ok := c.measured[node]; !ok || before != m {
			c.change(node)
		}
	}
	c.measured = told
}

// devices counts the devices of a node, and those that are taken, by driver. Of a pool the
// newest generation counts.
func (c *cluster) devices(node string) (all, taken map[string]int) {
	newest := map[pool]int64{}
	for name := range c.slicesOf[node] {
		s := c.slices[name]
		newest[poolOf(s)] = max(newest[poolOf(s)], s.Spec.Pool.Generation)
	}
	all, taken = map[string]int{}, map[string]int{}
	for name := range c.slicesOf[node] {
		s := c.slices[name]
		p := poolOf(s)
		if s.Spec.Pool.Generation != newest[p] {
			continue
		}
		for i := range s.Spec.Devices {
			all[p.driver]++
			if c.taken[device{p, s.Spec.Devices[i].Name}] > 0 {
				taken[p.driver]++
			}
		}
	}
	return all, taken
}

// replaceAll removes what is not among the objects told of, and puts these.
func replaceAll[T any](told []any, held []string, key func(T) string, put func(T), remove func(string)) {
	names := map[string]struct{}{}
	for _, object := range told {
		names[key(object.(T))] = struct{}{}
	}
	for _, name := range held {
		if _, ok := names[name]; !ok {
			remove(name)
		}
	}
	for _, object := range told {
		put(object.(T))
	}
}

func link(index map[string]map[string]struct{}, node, key string) {
	if index[node] == nil {
		index[node] = map[string]struct{}{}
	}
	index[node][key] = struct{}{}
}

func unlink(index map[string]map[string]struct{}, node, key string) {
	delete(index[node], key)
	if len(index[node]) == 0 {
		delete(index, node)
	}
}

// drain returns the nodes that changed since the last time.
func (c *cluster) drain() map[string]struct{} {
	changed := c.changed
	c.changed = map[string]struct{}{}
	return changed
}
