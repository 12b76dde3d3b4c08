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
// the consumer group says which instance serves which partition. A partition is a
// task: it shuts out earlier publishers, reads its tables, publishes, fails and
// begins anew by itself. An ingest is a task whose events come from elsewhere. Where
// every instance reads the inputs whole (Spec.Owns), one Machine reads them, once, and the
// tasks of the output's partitions publish their shares of what it puts out.
//
//	spec.go       Spec, Input, Output: what the author of a processor writes
//	machine.go    the pure part: one partition's state and its output table
//	keyedstate.go state by key, which of it changed, for processors
//	shell.go      Run: the shell around the tasks; assign.go: which they are
//	feed.go       Feed: the same, fed from elsewhere; election.go: which replica publishes;
//	              rival.go: whether another one hears more
//	whole.go      inputs that are read whole, for all tasks
//	poll.go       how long a record is waited for
//	task.go       one partition; what it has read: ends.go, order.go, pending.go, load.go
//	writer.go     the way out: publication.go, transaction.go, publisher.go
//	watch.go      are the tables what they were, and do the brokers answer; logend.go
//	client.go     how a processor reaches Kafka; explain.go: errors in words;
//	              settings.go, limits.go: of the clients
//	topics.go     what a processor needs of its topics; schema.go, of the registry
//	follow.go     Follow: a topic read whole, for tools
package stream
