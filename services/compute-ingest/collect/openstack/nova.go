package openstack

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/aggregates"

	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// host is what Nova tells of a hypervisor. It can be compared.
type host struct {
	id, name, address    string
	service              string // the host in Nova's services
	state, status        string // up, down; enabled, disabled
	reason               string // why it is disabled
	zone, site           string
	instances            int64
	totals               bool // the rest is told (before 2.88)
	vcpus, vcpusUsed     float64
	memory, memoryUsed   float64 // MB
	storage, storageUsed float64 // GB
}

// readHosts returns the hypervisors, as they are told with the services, which is at once. One that cannot be understood
// is a problem.
func (c *Collector) readHosts(ctx context.Context) ([]host, []collect.Problem, error) {
	services, err := c.readServices(ctx)
	if err != nil {
		return nil, nil, err
	}
	sites, err := c.sites(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := c.readHypervisors(ctx, !sameHosts(services, c.services)); err != nil {
		return nil, nil, err
	}
	c.services = services
	hosts := make([]host, 0, len(c.hypervisors.known))
	for _, h := range c.hypervisors.known {
		if s, ok := services[h.service]; ok {
			h.state, h.status, h.reason, h.zone = s.State, s.Status, s.DisabledReason, s.Zone
		}
		h.site = h.zone
		if sites != nil {
			h.site = sites[h.service]
		}
		hosts = append(hosts, h)
	}
	slices.SortFunc(hosts, func(a, b host) int { return strings.Compare(a.id, b.id) })
	return hosts, c.hypervisors.problems, nil
}

// toldService is what Nova tells of a nova-compute.
type toldService struct {
	Host           string `json:"host"`
	Zone           string `json:"zone"`
	State          string `json:"state"`
	Status         string `json:"status"`
	DisabledReason string `json:"disabled_reason"`
}

// readServices returns the services of hypervisors by their hosts.
func (c *Collector) readServices(ctx context.Context) (map[string]toldService, error) {
	var listed struct {
		Services []toldService `json:"services"`
	}
	err := get(ctx, c.nova, c.nova.ServiceURL("os-services")+"?binary=nova-compute", &listed)
	told := map[string]toldService{}
	for _, s := range listed.Services {
		told[s.Host] = s
	}
	return told, err
}

// sameHosts reports whether services are of the same hosts.
func sameHosts(a, b map[string]toldService) bool {
	return maps.EqualFunc(a, b, func(toldService, toldService) bool { return true })
}

// sites returns the site of each host by the metadata of its aggregates; nil if they are
// not to be asked. Of several sites the first by name counts.
func (c *Collector) sites(ctx context.Context) (map[string]string, error) {
	if c.config.SiteMetadata == "" {
		return nil, nil
	}
	page, err := aggregates.List(c.nova).AllPages(ctx)
	if err != nil {
		return nil, err
	}
	var listed struct {
		Aggregates []struct {
			Hosts    []string          `json:"hosts"`
			Metadata map[string]string `json:"metadata"`
		} `json:"aggregates"`
	}
	if err := page.(aggregates.AggregatesPage).ExtractInto(&listed); err != nil {
		return nil, err
	}
	sites := map[string]string{}
	for _, a := range listed.Aggregates {
		site := a.Metadata[c.config.SiteMetadata]
		for _, name := range a.Hosts {
			if before := sites[name]; site != "" && (before == "" || strings.Compare(site, before) < 0) {
				sites[name] = site
			}
		}
	}
	return sites, nil
}
