// Package cluster runs Apache Kafka (KRaft) and a schema registry (Apicurio) from their
// own jars, which `make kafka` fetches, on free ports of loopback: what tests and
// benchmarks run against besides the embedded broker.
//
//	cluster.go     brokers that belong together
//	broker.go      one of them: killed, stopped, started again with its data
//	properties.go  its server.properties
//	security.go    TLS, SASL/SCRAM and ACLs
//	registry.go    the registry
//	java.go        a Java process: started, awaited, ended
package cluster
