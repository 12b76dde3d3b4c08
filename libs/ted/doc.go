// Package ted is a traffic engineering database: it holds the raw-topology records
// of one topology as its speakers tell them, and answers with the network map, the
// costs of paths, how current they are, and what is left out of them and why.
//
//	Put, Delete ──▶ reports by object
//	                   │  identity.go, scope.go   which node, in which area or level
//	                   │  belief.go, hearsay.go   whose word on a node counts
//	                   ▼
//	                 view ── links.go     links that paths may lead over
//	                   │     flags.go     what nodes tell of themselves
//	                   │     routers.go   which router is which PID
//	                   │     claims.go    who reaches which prefix
//	                   ├──▶ NetworkMap    owners.go
//	                   ├──▶ Graph         networks.go: an igp.Network for each address family
//	                   ├──▶ Findings      what is left out, and worth a look
//	                   └──▶ Freshness     standing.go
//
// What paths cost by the rules of the IGPs is libs/igp's. Every answer is a function of
// the records that are there, never of the order in which they came.
package ted
