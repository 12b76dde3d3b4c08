// Package streamtest checks the law of every processor whose inputs are tables: the
// output table is a function of the current input tables, not of the path that led
// there.
//
//	history ─▶ scrambled in many ways ─▶ Machine ─▶ compacted output ─▶ all equal?
//
// A history is written once, with puts and deletes as they happened; the order of
// the records of one key is kept, all else is scrambled: keys interleaved, records
// repeated, deletes of what never was, flushes anywhere, everything torn down and
// built again, restarts with the output table read back as Avro.
package streamtest
