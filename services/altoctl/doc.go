// Package altoctl shows people what is on the topics: maps, endpoints, compute
// resources, the raw topology, and the topics themselves.
//
//	command.go  commands and flags
//	table.go    one topic as it stands, followed as it changes
//	render.go   a record as text for people, or as RFC 7285 JSON
//	diff.go     what changed from one map to the next
//	topics.go   altoctl topics
//	ready.go    altoctl ready, a health check
package altoctl
