// Package prometheus collects measured use and service metrics from the query API of
// Prometheus: what given queries, and those of presets, tell of resources.
//
// A series of an answer is a resource by one of its labels, instance unless another one is
// given; of host:port that is the host, so that several exporters of a host are one
// resource, and its address if it is one. What is NaN or infinite is not told, and neither
// is a series that Prometheus holds for stale: its clock alone counts.
//
//	collector.go Config, Collector
//	presets.go   queries of well-known exporters
//	convert.go   answers → compute resources: pure
package prometheus
