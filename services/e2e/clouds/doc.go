// Package clouds runs the real things that compute-ingest reads: Keystone, Placement and
// Nova, kube-apiserver with etcd, Prometheus with node exporters, each on free ports of
// loopback. `make clouds` fetches and builds them, once, into a folder beside the
// repository; `make test-clouds` runs the tests here, which hold the collectors, and the
// service with all of them, against them. Without CLOUDS in the environment they are skipped.
//
// What has to be made up: hypervisors are rows in Nova's database, as nova-compute would
// write them, nodes and pods are objects without a kubelet, and metrics.k8s.io is a
// CustomResourceDefinition with stored NodeMetrics, in the place of metrics-server. There
// are no graphics processors.
//
//	build.sh       what `make clouds` does
//	process.go     a program: started, awaited, ended
//	openstack.go   OpenStack; openstack/ holds its scripts
//	kubernetes.go  Kubernetes; its programs are built from the modules etcd/ and kube-apiserver/
//	prometheus.go  Prometheus
//	proxy.go       what stands before them on a bad day
package clouds
