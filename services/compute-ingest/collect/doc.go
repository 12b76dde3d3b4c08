// Package collect is what the collectors of compute resources share: what they return,
// and the rules by which their amounts become those of a record.
//
//	reading.go  Reading, Problem
//	amounts.go  Complete: capacity, allocation and use → the seven amounts, and what is free
//	groups.go   the fields that hold an amount of each class
//	quantity.go numbers with units, as people and Kubernetes write them
//	name.go     names and texts of others, before they are keys and log lines
//	members.go  JSON text → object, repeated names and all
//	address.go  addresses, prefixes and attachments in their canonical form
//
// Each collector is a package below: its client, and apart from it a pure conversion.
package collect
