package openstack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/gophercloud/gophercloud/v2"

	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// Config says which cloud to read, and how.
type Config struct {
	Cloud  string `yaml:"cloud"`  // of clouds.yaml; empty: OS_CLOUD, else OS_AUTH_URL and its like
	Region string `yaml:"region"` // empty: that of clouds.yaml or OS_REGION_NAME
	// SiteMetadata is the metadata key of host aggregates that names the site of their
	// hosts; empty: the site is the availability zone.
	SiteMetadata string `yaml:"site_metadata"`
	// ComputeMicroversion asks Nova with another microversion than the best one.
	ComputeMicroversion string `yaml:"compute_microversion"`
}

var microversion = regexp.MustCompile(`^2\.\d+$`)

// Check says what is wrong with the configuration.
func (c *Config) Check() error {
	if c.ComputeMicroversion != "" && !microversion.MatchString(c.ComputeMicroversion) {
		return fmt.Errorf("compute_microversion is %q, and no microversion such as 2.53", c.ComputeMicroversion)
	}
	return nil
}

// Collector reads the hypervisors of a cloud.
type Collector struct {
	config          Config
	placement, nova *gophercloud.ServiceClient // nil: not logged in
	region          string
	services        map[string]toldService // as last read, by host
	hypervisors     hypervisorList
	providers       map[string]*provider // as last read, by uuid
	converted       map[string]conversion
	refresh         time.Duration
	detailTime      time.Duration
	perPage         int
}

// refreshInterval is the longest time between two readings of a provider's usages:
// Placement deletes allocations without changing the generation.
const refreshInterval = 10 * time.Minute

// detailTime is how long a reading asks, one after the other, for the inventories of providers of which it is known what is
// free; and as long again for hypervisors that are known. The rest follows in later readings.
const detailTime = 3 * time.Second

// conversion is what was made of a tree of providers and its hypervisor.
type conversion struct {
	version  uint64 // of the tree
	host     host
	resource *schemas.ComputeResource
}

// New returns the collector of a cloud.
func New(c Config) *Collector {
	return &Collector{config: c, providers: map[string]*provider{}, converted: map[string]conversion{}, refresh: refreshInterval, detailTime: detailTime, perPage: hypervisorsPerPage}
}

func (c *Collector) String() string {
	if c.config.Cloud == "" {
		return "OpenStack"
	}
	return "OpenStack cloud " + c.config.Cloud
}

// Watch returns nil: OpenStack is polled.
func (c *Collector) Watch(context.Context) <-chan struct{} { return nil }

// Read returns the hypervisors, and the providers that belong to none. A provider that
// alone cannot be read is put aside.
func (c *Collector) Read(ctx context.Context) (collect.Reading, error) {
	reading, err := c.read(ctx)
	if gophercloud.ResponseCodeIs(err, http.StatusUnauthorized) || gophercloud.ResponseCodeIs(err, http.StatusNotFound) {
		c.placement = nil // the catalogue may have changed, or the credentials
	}
	return reading, err
}

func (c *Collector) read(ctx context.Context) (collect.Reading, error) {
	if err := c.connect(ctx); err != nil {
		return collect.Reading{}, err
	}
	hosts, problems, err := c.readHosts(ctx)
	if err != nil {
		return collect.Reading{}, fmt.Errorf("nova: %w", explain(err))
	}
	failed, more, err := c.readProviders(ctx, c.busy(hosts))
	if err != nil {
		return collect.Reading{}, fmt.Errorf("placement: %w", explain(err))
	}
	reading := c.convertAll(hosts, failed)
	reading.Problems = slices.Concat(reading.Problems, problems, more)
	return reading, nil
}

// busy returns the hosts of which Nova says something else than last time, by the id of
// their hypervisor and its name: their usages may be others.
func (c *Collector) busy(hosts []host) map[string]bool {
	before := map[string]host{}
	for _, last := range c.converted {
		before[last.host.id] = last.host
	}
	busy := map[string]bool{}
	for _, h := range hosts {
		if before[h.id] != h {
			busy[h.id], busy[h.name] = true, true
		}
	}
	return busy
}

// refusal is an answer that is none, in words of what an operator can do.
type refusal struct {
	text  string
	cause error
}

func (r *refusal) Error() string { return r.text }
func (r *refusal) Unwrap() error { return r.cause }

func explain(err error) error {
	var code gophercloud.ErrUnexpectedResponseCode
	if !errors.As(err, &code) {
		return err
	}
	text := fmt.Sprintf("%d %s from %s: %s", code.Actual, http.StatusText(code.Actual), code.URL, collect.Clip(string(code.Body)))
	switch code.Actual {
	case http.StatusUnauthorized:
		text = fmt.Sprintf("401 Unauthorized from %s: the credentials are wrong or have expired", code.URL)
	case http.StatusForbidden:
		text = fmt.Sprintf("403 Forbidden from %s: the user needs the role admin, or a policy that lets it read this", code.URL)
	}
	return &refusal{text, err}
}

// convertAll makes a reading of what Placement and Nova told.
func (c *Collector) convertAll(hosts []host, failed map[string]error) collect.Reading {
	reading := collect.Reading{Whole: true, Resources: map[string]*schemas.ComputeResource{}, PutAside: map[string]schemas.ResourceProblem{}}
	byID, byName := map[string]host{}, map[string]host{}
	for _, h := range hosts {
		byID[h.id], byName[h.name] = h, h
	}
	converted := map[string]conversion{}
	defer func() { c.converted = converted }()
	seen := map[string]bool{}
	for root, tree := range trees(c.providers) {
		name := c.rootName(root, tree)
		h, ok := byID[root]
		if !ok {
			h = byName[name]
		}
		seen[h.id] = true
		if err := failedOf(tree, failed); err != nil {
			reading.PutAside[name] = schemas.ResourceProblem{Field: "source", Reason: explain(err).Error()}
			continue
		}
		converted[root] = c.convert(root, tree, h)
		c.put(&reading, name, converted[root].resource)
	}
	for _, h := range hosts {
		if !seen[h.id] {
			converted[h.id] = c.convert(h.id, nil, h)
			c.put(&reading, h.name, converted[h.id].resource)
		}
	}
	reading.Unchanged = len(reading.PutAside) == 0 && maps.Equal(converted, c.converted)
	return reading
}

// put adds a resource, if its name can be a key and there is no other one of it.
func (c *Collector) put(reading *collect.Reading, name string, r *schemas.ComputeResource) {
	err := collect.CheckName(name)
	if _, twice := reading.Resources[name]; twice {
		err = errors.New("the name is there more than once; the first one is taken")
	}
	if err != nil {
		reading.Problems = append(reading.Problems, collect.Problem{Part: "resource", Resource: name, Err: err})
		return
	}
	reading.Resources[name] = r
}

// convert makes a resource, or takes the last one if nothing of it changed.
func (c *Collector) convert(id string, tree []*provider, h host) conversion {
	version := versionOf(tree)
	if last, ok := c.converted[id]; ok && last.version == version && last.host == h {
		return last
	}
	return conversion{version, h, convert(id, tree, h, c.region)}
}

func failedOf(tree []*provider, failed map[string]error) error {
	for _, p := range tree {
		if err := failed[p.ID]; err != nil {
			return err
		}
	}
	return nil
}

func (c *Collector) rootName(root string, tree []*provider) string {
	for _, p := range tree {
		if p.ID == root {
			return p.Name
		}
	}
	return root
}
