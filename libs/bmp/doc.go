// Package bmp reads what a router tells of its BGP peers over the BGP Monitoring
// Protocol, version 3 (RFC 7854), with Adj-RIB-Out (RFC 8671) and Loc-RIB (RFC 9069).
// UPDATE messages stay raw bytes. Pure: it reads from any io.Reader.
//
//	reader.go      framing: one message after the other
//	cursor.go      fields, BGP messages and TLVs of a message
//	message.go     the messages
//	down.go        why a session was lost
//	peer.go        the per-peer header
//	open.go        what is needed of the OPEN messages of a Peer Up
//	statistics.go  names of statistics
package bmp
