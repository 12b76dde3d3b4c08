// Package stream runs a processor: a pure function (state, event) → (state,
// outputs) between compacted Kafka topics.
//
// The runtime does everything else. It reads the input tables from the beginning,
// shows each record to the processor as an event, and, once caught up, publishes
// what the processor says the output table must hold and does not hold yet. It
// therefore reads its own output table first: after a restart nothing is
// published twice, and what the state no longer yields is withdrawn. There is no
// local database, no changelog and no committed offset.
//
//	input tables ──▶ Machine (Step, Flush) ──▶ difference ──▶ output table
//	output table ─────────────────────────────────▲ (once, at the start)
//
// One Machine serves one partition. Inputs of equal partition counts are
// co-partitioned, the output goes to the partition that the inputs came from, and
// the consumer group says which instance serves which partition.
//
//	spec.go     Spec, Input, Output: what the author of a processor writes
//	machine.go  the pure part: one partition's state and its output table
//	shards.go   state divided by name, for processors
//	consume.go  Run: Kafka inputs (builders); assign.go, ends.go, order.go, pending.go, load.go
//	feed.go     Feed: events from elsewhere (ingests); lead.go, writer.go
//	publisher.go, publication.go, transaction.go  the way out: transactions of the partition's owner
//	topics.go   what a processor needs of its topics; schema.go, of the registry
//	follow.go   Follow: a topic read whole, for tools
package stream
