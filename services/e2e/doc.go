// Package e2e holds the end-to-end tests: the programs as they are built, each in a
// process of its own, configured by nothing but its environment.
//
//	broker, registry, speakers, the seed's network ── in the test's process, on loopback;
//	Apache Kafka: processes
//	bgp-ingest, map-builder, cost-builder, compute-ingest, correlator, lab ── processes
//
// What is proved is what the tests' files are named after: the chain as a whole, the
// end of a process at any time, tags, bad input of every kind, and the failure rules of
// raw-topology: lost sessions (failure_test.go), a broker that is away (away_test.go),
// replicas (replica_test.go); several instances of builders (scale_test.go, fence_test.go),
// faults of brokers and registry (faults_test.go), ACLs (secured_test.go).
//
// With E2E_KAFKA=1 the same tests, and those that need real brokers, run on Apache Kafka and
// Apicurio Registry: package cluster, `make test-kafka`.
//
//	main_test.go     builds the programs, once
//	servers_test.go  broker and registry, of either kind
//	process_test.go  a program that runs
//	chain_test.go    broker, routers and the five programs
//	topics_test.go   what is on the topics
//	routers_test.go  the seed's network, and a router that is monitored
//	speaker_test.go  a BGP speaker that says what a test wants
//	edge_test.go     a router that connects, and loses its sessions in every way there is
//	seed_test.go     the seed's network in numbers written by hand
package e2e
