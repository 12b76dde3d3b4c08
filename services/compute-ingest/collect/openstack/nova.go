package openstack

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/aggregates"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/hypervisors"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/services"

	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// First microversions of what is asked of Nova.
const (
	pagesMinor    = 33
	serversMinor  = 53
	noTotalsMinor = 88
)

// hypervisorsPerPage is how many Nova is asked for at a time: it looks each one up in its database, and a thousand, which
// it gives otherwise, may take it longer than a request may.
const hypervisorsPerPage = 200

// host is what Nova tells of a hypervisor. It can be compared.
type host struct {
	id, name, address    string
	state, status        string // up, down; enabled, disabled
	reason               string // why it is disabled
	zone, site           string
	instances            int64
	totals               bool // the rest is told (before 2.88)
	vcpus, vcpusUsed     float64
	memory, memoryUsed   float64 // MB
	storage, storageUsed float64 // GB
}

// toldHypervisor is a hypervisor as Nova writes it; gophercloud's refuses the whole list
// for one odd value.
type toldHypervisor struct {
	ID                 any    `json:"id"` // a number before 2.53
	HypervisorHostname string `json:"hypervisor_hostname"`
	HostIP             string `json:"host_ip"`
	State              string `json:"state"`
	Status             string `json:"status"`
	Service            struct {
		Host           string `json:"host"`
		DisabledReason string `json:"disabled_reason"`
	} `json:"service"`
	Servers      []json.RawMessage `json:"servers"` // from 2.53 on
	RunningVMs   int64             `json:"running_vms"`
	VCPUs        float64           `json:"vcpus"`
	VCPUsUsed    float64           `json:"vcpus_used"`
	MemoryMB     float64           `json:"memory_mb"`
	MemoryMBUsed float64           `json:"memory_mb_used"`
	LocalGB      float64           `json:"local_gb"`
	LocalGBUsed  float64           `json:"local_gb_used"`
}

// readHosts lists the hypervisors. One that cannot be understood is a problem.
func (c *Collector) readHosts(ctx context.Context) ([]host, []collect.Problem, error) {
	listed, err := c.listHypervisors(ctx)
	if err != nil {
		return nil, nil, err
	}
	zones, err := c.zones(ctx)
	if err != nil {
		return nil, nil, err
	}
	sites, err := c.sites(ctx)
	if err != nil {
		return nil, nil, err
	}
	var hosts []host
	var problems []collect.Problem
	for _, text := range listed {
		var told toldHypervisor
		if err := json.Unmarshal(text, &told); err != nil {
			problems = append(problems, collect.Problem{Part: "resource", Err: fmt.Errorf("hypervisor %s: %w", collect.Clip(string(text)), err)})
			continue
		}
		h := hostOf(told, minorOf(c.nova))
		h.zone, h.site = zones[told.Service.Host], zones[told.Service.Host]
		if sites != nil {
			h.site = sites[told.Service.Host]
		}
		hosts = append(hosts, h)
	}
	return hosts, problems, nil
}

func hostOf(told toldHypervisor, minor int) host {
	h := host{
		id: fmt.Sprint(told.ID), name: told.HypervisorHostname, address: told.HostIP, state: told.State, status: told.Status,
		reason: told.Service.DisabledReason, instances: told.RunningVMs,
	}
	if minor >= noTotalsMinor {
		h.instances = int64(len(told.Servers))
		return h
	}
	h.totals = true
	h.vcpus, h.vcpusUsed = told.VCPUs, told.VCPUsUsed
	h.memory, h.memoryUsed = told.MemoryMB, told.MemoryMBUsed
	h.storage, h.storageUsed = told.LocalGB, told.LocalGBUsed
	return h
}

func (c *Collector) listHypervisors(ctx context.Context) ([]json.RawMessage, error) {
	var options hypervisors.ListOpts
	if limit := hypervisorsPerPage; minorOf(c.nova) >= pagesMinor {
		options.Limit = &limit
	}
	if withServers := true; minorOf(c.nova) >= noTotalsMinor {
		options.WithServers = &withServers
	}
	page, err := hypervisors.List(c.nova, options).AllPages(ctx)
	if err != nil {
		return nil, err
	}
	var listed struct {
		Hypervisors []json.RawMessage `json:"hypervisors"`
	}
	err = page.(hypervisors.HypervisorPage).ExtractInto(&listed)
	return listed.Hypervisors, err
}

// zones returns the availability zone of each host.
func (c *Collector) zones(ctx context.Context) (map[string]string, error) {
	page, err := services.List(c.nova, services.ListOpts{Binary: "nova-compute"}).AllPages(ctx)
	if err != nil {
		return nil, err
	}
	var listed struct {
		Services []struct {
			Host string `json:"host"`
			Zone string `json:"zone"`
		} `json:"services"`
	}
	err = page.(services.ServicePage).ExtractInto(&listed)
	zones := map[string]string{}
	for _, s := range listed.Services {
		zones[s.Host] = s.Zone
	}
	return zones, err
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
