// Package lab runs the whole chain in one process: an embedded Kafka-protocol broker
// and schema registry on loopback, routers that speak BGP-LS on loopback, and the five
// services. The services are the same code as in production, with ordinary clients;
// only the addresses differ.
//
//	config.go    Config: variables of the lab
//	lab.go       Run: broker, routers, services
//	services.go  the five services with the lab's addresses
//	routers.go   the routers asked for by LAB_ROUTERS
//	demo.go      events asked for by LAB_EVENTS; load.go: the workload of the hosts meanwhile
//	screen.go    what a person sees; summary.go: of networks that fill no screen
//	broker/      the embedded broker and registry
//	router/      the routers
package lab
