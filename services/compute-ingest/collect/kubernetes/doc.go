// Package kubernetes collects nodes from the API of Kubernetes: what is built in and
// allocatable, and what the pods that have not ended request, by the scheduler's formula;
// devices of dynamic resource allocation, and measured use where metrics.k8s.io is served.
//
// It lists and watches, so that a change costs what hangs on it. A watch that says nothing
// for longer than its bookmarks come is begun anew, and each interval asks for one node,
// so that credentials that have expired are noticed.
//
//	collector.go Config, Collector
//	client.go    credentials, what is served
//	watch.go     one list and watch
//	cluster.go   nodes, pods and devices as told so far, and which nodes changed: pure
//	convert.go   node, its pods and devices → compute resource: pure
package kubernetes
