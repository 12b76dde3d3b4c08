// Package computeingest is the service compute-ingest: it reads what sources tell of
// their compute resources and keeps the table compute_resources.
//
//	OpenStack, Kubernetes, Prometheus, documents ──▶ Collector ─┐
//	sites file ──────────────────────────────────────────────────┴▶ event ─▶ Step ─▶ resources put, withdrawn
//
// Each source has a collector, a follower that reads it again and again, and a processor
// of its own. The sites file adds sites, addresses and attachments.
//
// It promises: a resource that its source no longer tells of is withdrawn, also when that
// happened while this service was down; a source that cannot be read, or only by half,
// deletes nothing, and after some intervals its records say since when they are not
// current; a resource of which nothing can be used keeps what it told, marked so; what is
// unchanged publishes nothing; records of sources that are not configured are left alone.
// All that is put aside is counted and logged.
//
//	spec.go       the processor as a value
//	state.go      State, Event, Step: pure
//	record.go     what is told, the sites, how current that is → a record: pure
//	sites.go      JSON text → sites: pure
//	config.go     Config; source.go: what is configured of a source
//	collector.go  Collector; collect/ has one of each kind
//	follow.go     a source that is read again and again
//	telemetry.go  what is counted and logged
//	service.go    Run
package computeingest
