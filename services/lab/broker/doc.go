// Package broker is the lab's Kafka-protocol broker and schema registry: ordinary
// network servers in this process, which any client can talk to.
//
//	clients ──Kafka protocol──▶ guard ─▶ kfake ─┬─▶ DataDir/kafka
//	                                            └── compaction, once a minute
//	clients ──HTTP──▶ native ─▶ journal ─▶ srfake
//	                              └─▶ DataDir/registry.json
//
// With a DataDir, what was acknowledged survives the end of the process, however it
// ends: records, topics and committed offsets as well as subjects, versions and
// schema ids. It does not survive the loss of power: nothing waits for the disk.
// Without a DataDir everything is gone with the process.
//
// It is for a lab: one broker, no replication, no authentication, no check of
// schema compatibility.
package broker
