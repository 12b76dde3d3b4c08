// Package versioned writes and reads maps of any size as records of a compacted topic. A map
// that fits a record is one, under its resource id. A larger one is
//
//	<resource id>|<pid>      a part: a PID of a network map or a source of a cost map, whole
//	<resource id>|~<slot>    a delta: what changed in other rows, slot = version mod Limits.Slots
//	<resource id>            the head: the meta, and the digest of all
//
// Parts and deltas carry the version of the map that they are true at. A row is its part and,
// in their order, the deltas of higher versions; a null part is a row that is gone. A map may
// be shown when a head has come whose digest the rows reach. docs/consumers.md says the same
// for readers in other languages.
//
// What a Writer compares with is what a reader of the topic has, whenever that began: the
// records that it puts out, and those that Restore tells, go the same way into the same rows.
// For each row every delta after its part is in the topic: before the slot of one is used
// again, the row is written as a part.
//
//	writer.go   Writer; plan.go: what it writes as parts, what as deltas
//	reader.go   Reader
//	table.go    what the topic holds of one map
//	costs.go    rows of cost maps; costsource.go, compare.go: what differs; costmap.go: as readers have them
//	groups.go   rows of network maps; groupsource.go
//
// Everything here is a pure function of its arguments.
package versioned
