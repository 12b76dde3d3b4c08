package openstack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// First microversions of what is asked of Nova.
const (
	pagesMinor    = 33
	noTotalsMinor = 88
)

// hypervisorsPerPage is how many Nova is asked for at a time: it looks each one up in its databases, and a thousand, which
// it gives otherwise, may take it longer than a request may.
const hypervisorsPerPage = 200

// hypervisorList is what Nova tells of hypervisors. As it takes long for many, a list is read in rounds: each reading goes
// on for some time where the last one ended.
type hypervisorList struct {
	known    map[string]host // by id; nil: none have been read
	problems []collect.Problem

	marker string          // the last id of the round; empty: it begins
	seen   map[string]host // in the round
	failed []collect.Problem
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

// readHypervisors goes on with the list for some time, or reads all of it from its beginning.
func (c *Collector) readHypervisors(ctx context.Context, all bool) error {
	l := &c.hypervisors
	if all || l.known == nil {
		l.begin()
		all = true
	}
	enough := time.Now().Add(c.detailTime)
	for more := true; more; {
		var err error
		if more, err = c.readPage(ctx); err != nil {
			l.begin() // the last one of the round may be gone
			return err
		}
		if more && !all && time.Now().After(enough) {
			return nil
		}
	}
	l.known, l.problems = l.seen, l.failed
	l.begin()
	return nil
}

// readPage reads the next hypervisors of the round, and reports whether there are more.
func (c *Collector) readPage(ctx context.Context) (more bool, err error) {
	query, minor := url.Values{}, minorOf(c.nova)
	if minor >= pagesMinor {
		query.Set("limit", strconv.Itoa(c.perPage))
	}
	if c.hypervisors.marker != "" {
		query.Set("marker", c.hypervisors.marker)
	}
	if minor >= noTotalsMinor {
		query.Set("with_servers", "true")
	}
	var page struct {
		Hypervisors []json.RawMessage `json:"hypervisors"`
		Next        []json.RawMessage `json:"hypervisors_links"`
	}
	if err := get(ctx, c.nova, c.nova.ServiceURL("os-hypervisors", "detail")+"?"+query.Encode(), &page); err != nil {
		return false, err
	}
	before := c.hypervisors.marker
	for _, text := range page.Hypervisors {
		c.hypervisors.take(text, minor)
	}
	if more = len(page.Next) > 0; more && c.hypervisors.marker == before {
		return false, fmt.Errorf("none of %d hypervisors after %q can be understood", len(page.Hypervisors), before)
	}
	return more, nil
}

// begin begins a round.
func (l *hypervisorList) begin() {
	l.marker, l.seen, l.failed = "", map[string]host{}, nil
}

// take takes a hypervisor into the round, and what is new of one that is known at once.
func (l *hypervisorList) take(text json.RawMessage, minor int) {
	var told toldHypervisor
	if err := json.Unmarshal(text, &told); err != nil {
		l.failed = append(l.failed, collect.Problem{Part: "resource", Err: fmt.Errorf("hypervisor %s: %w", collect.Clip(string(text)), err)})
		return
	}
	h := hostOf(told, minor)
	l.marker, l.seen[h.id] = h.id, h
	if l.known != nil {
		l.known[h.id] = h
	}
}

func hostOf(told toldHypervisor, minor int) host {
	h := host{
		id: fmt.Sprint(told.ID), name: told.HypervisorHostname, address: told.HostIP, service: told.Service.Host, state: told.State,
		status: told.Status, reason: told.Service.DisabledReason, instances: told.RunningVMs,
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
