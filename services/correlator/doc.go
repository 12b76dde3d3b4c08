// Package correlator is the service correlator: it finds the place of each compute
// resource in the network and keeps the properties of its entities (RFC 9240) in
// endpoint-properties, with totals of PIDs and sites and the scores of computing-aware
// traffic steering.
//
//	compute_resources ──▶ entities, who tells them ──┐
//	network_maps ──▶ longest prefix match, routers ──┴▶ PIDs, totals, scores ──▶ endpoint-properties
//
// It owns entities, not sources: an instance serves partitions of the output, reads all
// resources and network maps, once, and makes the records of its partitions' keys. So one
// entity has one record, whoever tells it.
//
// It promises: an address is in the PIDs of the longest prefix that holds it, in every
// network map of its topology; the default PID is no place; a resource that is told to
// hang on several routers or prefixes is attached to all that exist, and losing one
// leaves the others; a resource that cannot be placed has a record that says why, and
// comes in when a prefix appears. Of several resources that tell one entity the record
// is that of one (compareTellers), and names the others; only measured values are taken
// from them. A network map that changes concerns the entities whose place changed, and
// the record of its own id, which says which version that is.
//
// A network map that is published in parts counts as not existing.
//
//	spec.go      the processor as a value
//	state.go     State, Event, Step: pure; what changed since the last flush
//	share.go     the entities in shares, which are worked on side by side; node.go: one of them, and who tells it
//	resource.go  a compute resource made ready, whose word counts
//	entity.go    compute resource → entities
//	place.go     network map, address, attachments → PIDs; sites.go: what operators say of sites
//	move.go      whom a change of a network map may move; index.go: found without a look at all others
//	totals.go    what resources come to, by PID and site
//	record.go    → records; classes.go: what there is of each resource class
//	service.go   Config, Run
package correlator
