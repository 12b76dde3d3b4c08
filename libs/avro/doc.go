// Package avro writes and reads the values of topics: typed Go records, Avro
// binary, and the Confluent wire format around it (0x00, 4-byte big-endian schema id,
// Avro), with schemas kept in a registry. What it writes and reads is what
// github.com/linkedin/goavro/v2 writes and reads, some ten times as fast: tests compare them.
//
// A record is decoded with the schema that it was written with and its fields are
// matched by name to the Go struct (tag `avro`): a field that the writer did not
// know stays at Go's zero value, which for every optional field means null, and a
// field that the reader does not know is left out. This is what compatibility
// FULL_TRANSITIVE of the schemas promises.
package avro
