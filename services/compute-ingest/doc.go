// Package computeingest is the service compute-ingest: it reads what sources tell of
// their compute resources and keeps the table compute_resources.
//
//	files, URLs ──▶ document ─┐
//	sites file ───────────────┴▶ event ─▶ Step ─▶ resources put, withdrawn
//
// A source is a JSON document {name: {field: number or numeric string}}; the sites
// file adds sites, addresses and attachments by name. Files are watched, URLs polled.
//
// It promises: a resource that leaves the document is withdrawn, also when that
// happened while this service was down; a document that cannot be read changes
// nothing; a resource with a wrong field is put aside and its last good record stays;
// an unchanged document publishes nothing; records of sources that are not configured
// are left alone. All that is put aside is counted and logged.
//
//	spec.go       the processor as a value
//	state.go      State, Event, Step: pure
//	document.go   JSON text → compute resources: pure
//	sites.go      JSON text → sites: pure
//	members.go    JSON text → object, repeated names and all: pure
//	config.go     Config
//	reader.go     a document that is read again and again
//	file.go       documents in files
//	web.go        documents behind URLs
//	telemetry.go  what is counted and logged
//	service.go    Run
package computeingest
