// Package correlator is the service correlator: it finds the place of each compute
// resource in the network and keeps the properties of its entities (RFC 9240) in
// endpoint-properties.
//
//	compute_resources ──▶ entities ──────────────────┐
//	network_maps ──▶ longest prefix match, routers ──┴▶ PID, attachments ──▶ endpoint-properties
//
// It promises: an address is in the PID of the longest prefix that holds it, in every
// network map; the default PID is no place; a resource that is told to hang on
// several routers or prefixes is attached to all that exist, and losing one leaves
// the others; a resource that cannot be placed has a record that says why; when two
// resources tell one address, the lower key <source>|<name> has it.
//
// A resource with addresses has one entity for each; one without is the entity
// .ane:<source>.<name>. A network map that is published in parts counts as not
// existing.
//
//	spec.go     the processor as a value
//	state.go    State, Event, Step: pure
//	entity.go   compute resource → entities
//	place.go    network map, address, attachments → PIDs
//	record.go   → the record of an entity
//	service.go  Config, Run
package correlator
