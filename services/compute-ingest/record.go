package computeingest

import (
	"slices"
	"time"

	"github.com/altostream/altostream/schemas"
)

// sourceField is the field of a problem that is not of one field: nothing that the
// source tells of the resource now can be used.
const sourceField = "source"

// put makes the record of a resource: what the source tells, or told last, where it
// stands, and how current that is. A record that could not be read at the start is not
// touched while the source does not tell of it: there is nothing in it to publish.
func (s *State) put(out []output, name string, at time.Time) []output {
	base, held := s.told[name], s.records[name]
	if base == nil {
		base = held
	}
	if base == nil || base == held && held.Source == "" {
		return out
	}
	r := *base
	r.Source, r.Kind, r.Name, r.Topology, r.ObservedAt = s.source.name, s.source.kind, name, s.source.topology, at
	s.locate(&r, held)
	s.mark(&r, held)
	s.records[name] = &r
	return append(out, output{Key: s.key(name), Value: &r})
}

// locate says where a resource stands: what the sites tell, else the source; and what its
// record says if the sites cannot be used.
func (s *State) locate(r, held *schemas.ComputeResource) {
	site, ok := s.sites.of(s.source.name, r.Name)
	if !ok && held != nil && held.Source != "" {
		r.Site, r.Addresses, r.Attachments, r.AttachmentCosts = held.Site, held.Addresses, held.Attachments, held.AttachmentCosts
	}
	if site.Site != nil {
		r.Site = site.Site
	}
	if site.Addresses != nil {
		r.Addresses = site.Addresses
	}
	if site.Attachments != nil {
		r.Attachments, r.AttachmentCosts = site.Attachments, site.Costs
	}
}

// mark says since when what a record says is not current, and why. A record of before
// the start stays marked as it is until the source tells of it.
func (s *State) mark(r, held *schemas.ComputeResource) {
	putAside, isAside := s.aside[r.Name]
	since, problem := putAside.since, putAside.problem
	switch {
	case s.stale != nil:
		since, problem = s.stale.since, schemas.ResourceProblem{Field: sourceField, Reason: "cannot be read: " + s.stale.reason}
	case !isAside:
		return
	}
	if held != nil && held.StaleSince != nil {
		since = *held.StaleSince
	}
	r.StaleSince = &since
	rest := slices.DeleteFunc(slices.Clone(r.Problems), func(p schemas.ResourceProblem) bool { return p.Field == sourceField })
	r.Problems = append([]schemas.ResourceProblem{problem}, rest...)
}
