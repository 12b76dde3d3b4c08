// Package openstack collects hypervisors from OpenStack: what there is, is kept and is
// given out from Placement, addresses, state and zones from Nova.
//
// From Nova's microversion 2.88 on the list of hypervisors has no totals, and asking for
// it costs a message to every host. So Nova is asked with 2.87 at most as long as it
// takes that, and what it says of totals counts only where there is no Placement.
//
//	collector.go   Config, Collector
//	client.go      credentials and API versions
//	placement.go   resource providers that changed, by generation
//	candidates.go  many providers in one request
//	nova.go        services, aggregates
//	hypervisors.go hypervisors, some at a time
//	convert.go     a tree of providers and its hypervisor → compute resource: pure
package openstack
