// Package document collects compute resources from JSON documents in files and behind
// URLs: {name: {field: value}}, as schema.json says.
//
//	collector.go Collector
//	parse.go     JSON text → resources: pure
//	fields.go    the fields of a resource: pure
//	location.go  where a document is; file.go in a file, page.go behind a URL
package document
