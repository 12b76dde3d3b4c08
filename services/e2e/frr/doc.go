// Package frr holds the maps against live routers: it runs networks of FRRouting routers in
// network namespaces, makes events at random, and compares what the project makes of
// the routers' link-state databases with the routers' own routing tables, once they have
// settled after each event.
//
//	router ── a network namespace; zebra, ospfd, ospf6d, isisd
//	exporter ── reads the link-state database of a router over its vty, and tells it as
//	            a complete BGP-LS speaker does (RFC 9552), in UPDATEs
//	truthtest.Player ── what speakers tell becomes a database, and that the costs
//
// It needs root, iproute2 and FRR: `make test-frr`, with FRR_EVENTS for more events for
// each network and FRR_SEED for other ones, and for networks that are made of the seed. In these FRR's
// own faults come to light too: where a map differs, look first whether its database says what its tables
// say. Without FRR_EVENTS the tests are skipped.
//
//	frr_test.go       the tests
//	networks_test.go  the networks, networks_isis_test.go those of IS-IS, networks_ospf_test.go more of OSPF; random_test.go others that are made of a seed
//	network_test.go   links, addresses and routers of a network that runs
//	router_test.go    a router: its processes and its vty
//	config_test.go    its configuration
//	event_test.go     what can happen
//	exporter_test.go  a BGP-LS speaker; isisdb_test.go, ospfdb_test.go, ospf6db_test.go what
//	                  it reads; reached_test.go what of it that reaches
//	tables_test.go    what the routers' tables say; ways_test.go where they lead,
//	                  unseen_test.go which of that no exporter sees
//	record_test.go    a recording like those of the cost-builder's testdata/truth
package frr
