// Package rank answers where there is room for a workload, and what it costs to get there
// from somewhere in the network: of all sites that can take it the cheapest first, and of
// all others why not.
//
// It is fed from the topics network_maps, cost_maps and endpoint-properties, record by
// record, and pure: an answer is a function of what the tables hold.
//
//	tables.go     Tables: what the topics hold
//	query.go      Query, what is asked
//	answer.go     Answer: sites, hosts, and why others cannot take it
//	candidate.go  one host: what it lacks, where it is attached, what that costs
//	text.go       amounts and bounds as people write them
//
// What costs and what is free are told by others: a cost that is not told is never 0, and
// what is free and not told is not enough.
package rank
