// Package ted is a traffic engineering database: it holds the raw-topology records
// of one topology as its speakers tell them, and answers with the network map, the
// costs of paths, how current they are, and what is left out of them and why.
//
//	Put, Delete ──▶ objects       object.go, record.go: what maps are made of
//	                   │          Each step takes what the one before it changed (settle):
//	                   ▼
//	                places        identity.go, place.go: which node, in which area or level; areas.go
//	                belief        belief.go, views.go: whose word on a node counts
//	                links         adjacency.go, links.go: those that paths may lead over
//	                routers       routers.go, recognise.go: which router is which PID
//	                flags         flags.go: what nodes tell of themselves
//	                destinations  claims.go, owners.go: who reaches which prefix; duplicates.go
//	                addresses     address.go: which prefix stands for a router
//	                   │
//	                   ├──▶ NetworkMap, UpdateNetworkMap
//	                   ├──▶ Graph      instance.go, area.go: an igp.Network for each address family
//	                   ├──▶ Findings   what is left out, and worth a look
//	                   └──▶ Freshness  source.go
//
// What paths cost by the rules of the IGPs is libs/igp's. Every answer is a function of
// the records that are there, never of the order in which they came.
package ted
