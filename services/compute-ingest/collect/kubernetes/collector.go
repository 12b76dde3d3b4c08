package kubernetes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	resourcev1 "k8s.io/api/resource/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// probeInterval is the shortest time between two questions whether the API still answers.
const probeInterval = 5 * time.Second

// Config says which cluster to read.
type Config struct {
	Kubeconfig string `yaml:"kubeconfig"` // path; empty: KUBECONFIG, ~/.kube/config, or the pod's own credentials
	Context    string `yaml:"context"`    // of the kubeconfig; empty: its current one
	SiteLabel  string `yaml:"site_label"` // node label that names the site; empty: topology.kubernetes.io/zone
}

// Check finds nothing wrong: what is named may come later.
func (c *Config) Check() error { return nil }

// Collector reads the nodes of a cluster.
type Collector struct {
	config  Config
	silence time.Duration
	changed chan struct{}
	begin   func([]*table) (end func()) // lists and watches tables, until the collector's time ends at the latest
	end     func()
	clients *clients // nil: not connected
	tables  []*table

	probeInterval time.Duration
	probed        time.Time // last time that it went well
	unmeasured    error     // why there is no measured use, if it is served

	mu      sync.Mutex
	cluster *cluster
	whole   bool // a whole reading was handed over
}

// New returns the collector of a cluster.
func New(c Config) *Collector {
	return &Collector{config: c, silence: silence, probeInterval: probeInterval, changed: make(chan struct{}, 1), cluster: newCluster()}
}

func (c *Collector) String() string {
	if c.config.Context == "" {
		return "Kubernetes"
	}
	return "Kubernetes context " + c.config.Context
}

// Watch returns a channel that receives when a node may have changed.
func (c *Collector) Watch(ctx context.Context) <-chan struct{} {
	c.begin = func(tables []*table) func() {
		ctx, cancel := context.WithCancel(ctx)
		for _, t := range tables {
			go t.run(ctx)
		}
		return cancel
	}
	return c.changed
}

// Read returns the nodes that changed, the first time all.
func (c *Collector) Read(ctx context.Context) (collect.Reading, error) {
	if err := c.connect(ctx); err != nil {
		return collect.Reading{}, err
	}
	if err := c.probe(ctx); err != nil {
		return collect.Reading{}, err
	}
	if err := c.awaitTables(ctx); err != nil {
		return collect.Reading{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	reading := c.drain()
	reading.Problems = c.problems()
	return reading, nil
}

// drain makes a reading of the nodes that changed.
func (c *Collector) drain() collect.Reading {
	reading := collect.Reading{Whole: !c.whole, Resources: map[string]*schemas.ComputeResource{}}
	c.whole = true
	for name := range c.cluster.drain() {
		if n := c.cluster.nodes[name]; n != nil {
			reading.Resources[name] = c.cluster.convert(n, c.config.SiteLabel)
		} else {
			reading.Gone = append(reading.Gone, name)
		}
	}
	slices.Sort(reading.Gone)
	reading.Unchanged = !reading.Whole && len(reading.Resources)+len(reading.Gone) == 0
	return reading
}

// problems are what could not be read and need not be.
func (c *Collector) problems() (all []collect.Problem) {
	for _, t := range c.tables {
		if _, err := t.state(); err != nil {
			all = append(all, collect.Problem{Part: "source", Err: fmt.Errorf("devices are not told: %w", err)})
		}
	}
	if c.unmeasured != nil {
		all = append(all, collect.Problem{Part: "source", Err: fmt.Errorf("measured use is not told: %w", c.unmeasured)})
	}
	return all
}

// probe asks, not for each change, for one node, because a watch outlives its credentials,
// and for what is measured.
func (c *Collector) probe(ctx context.Context) error {
	if time.Since(c.probed) < c.probeInterval {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	err := c.clients.core.Get().Resource("nodes").VersionedParams(&metav1.ListOptions{Limit: 1}, parameterCodec).Do(ctx).Error()
	if apierrors.IsUnauthorized(err) {
		c.end() // and begin anew, with the credentials that there are then
		c.clients = nil
	}
	if err != nil {
		return fmt.Errorf("nodes: %w", explain(err))
	}
	measured, err := c.readMetrics(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cluster.measure(measured)
	c.unmeasured, c.probed = err, time.Now()
	return nil
}

// awaitTables waits until everything has been listed. What cannot be listed or watched is
// an error.
func (c *Collector) awaitTables(ctx context.Context) error {
	const patience = time.Minute
	for start := time.Now(); ; {
		waiting := ""
		for _, t := range c.tables {
			synced, err := t.state()
			if t.forbidden() {
				continue
			}
			if err != nil {
				return err
			}
			if !synced {
				waiting = t.resource
			}
		}
		if waiting == "" {
			return nil
		}
		if time.Since(start) > patience {
			return fmt.Errorf("%s have not been listed after %s", waiting, patience)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// readMetrics reads the measured use of nodes; without metrics.k8s.io there is none.
func (c *Collector) readMetrics(ctx context.Context) (map[string]measurement, error) {
	text, err := c.clients.core.Get().AbsPath("/apis/metrics.k8s.io/v1beta1/nodes").SetHeader("Accept", "application/json").Do(ctx).Raw()
	if err != nil {
		if apierrors.IsNotFound(err) {
			err = nil
		}
		return nil, explain(err)
	}
	var told struct {
		Items []struct {
			Metadata metav1.ObjectMeta   `json:"metadata"`
			Usage    corev1.ResourceList `json:"usage"`
		} `json:"items"`
	}
	if err := json.Unmarshal(text, &told); err != nil {
		return nil, err
	}
	measured := map[string]measurement{}
	for _, item := range told.Items {
		measured[item.Metadata.Name] = measurement{item.Usage.Cpu().MilliValue(), item.Usage.Memory().Value()}
	}
	return measured, nil
}

// connect finds the API and begins to list and watch.
func (c *Collector) connect(ctx context.Context) error {
	if c.clients != nil {
		return nil
	}
	if c.begin == nil {
		return errors.New("it is not watched")
	}
	clients, err := connect(ctx, c.config)
	if err != nil {
		return err
	}
	c.clients = clients
	c.tables = []*table{
		tableOf(c, clients.core, "nodes", "", &corev1.Node{},
			func(n *corev1.Node) string { return n.Name }, func(s *cluster) []string { return keys(s.nodes) }, (*cluster).putNode, (*cluster).removeNode),
		tableOf(c, clients.core, "pods", "spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed", &corev1.Pod{},
			func(p *corev1.Pod) string { return p.Namespace + "/" + p.Name }, func(s *cluster) []string { return keys(s.pods) }, (*cluster).putPod, (*cluster).removePod),
	}
	if clients.dra {
		devices := tableOf(c, clients.devices, "resourceslices", "", &resourcev1.ResourceSlice{},
			func(s *resourcev1.ResourceSlice) string { return s.Name }, func(s *cluster) []string { return keys(s.slices) }, (*cluster).putSlice, (*cluster).removeSlice)
		claims := tableOf(c, clients.devices, "resourceclaims", "", &resourcev1.ResourceClaim{},
			func(r *resourcev1.ResourceClaim) string { return r.Namespace + "/" + r.Name }, func(s *cluster) []string { return keys(s.claims) }, (*cluster).putClaim, (*cluster).removeClaim)
		devices.optional, claims.optional = true, true
		c.tables = append(c.tables, devices, claims)
	}
	c.end = c.begin(c.tables)
	return nil
}

func keys[V any](m map[string]V) []string { return slices.Collect(maps.Keys(m)) }
