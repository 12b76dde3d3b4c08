// Package router is the lab's routers: BGP speakers on loopback addresses to which
// a collector connects.
//
// A Network is a topology of OSPFv2 routers in AS 100 whose links can fail. Some of the
// routers, the speakers, tell the collector what is in their link-state databases, and no
// more: of their own areas the nodes, links and prefixes that they reach, and of the
// others the summaries of the area border routers, computed anew after each change.
//
// The seed's network has five routers, of which R2 and R3 are area border routers and
// speakers. R2 tells areas 0, 1 and 2, R3 areas 0, 1 and 3:
//
//	R4 ──24── R2 ──23── R3 ──35── R5      area 0: R2-R3, the only backbone link
//	           ╲        ╱                 area 1: R1-R2, R1-R3
//	           12      13                 area 2: R2-R4
//	             ╲    ╱                   area 3: R3-R5
//	               R1
//
//	topology.go   Topology: routers, links, areas; Seed
//	ospf.go       what the routers compute: routes and summaries
//	export.go     a link-state database as BGP-LS
//	network.go    Network: the speakers, running
//	change.go     links fail; words.go: what follows, in words; control.go: over HTTP
//	server.go     a speaker's BGP server
//	replay.go     Replay; recording.go, speaker.go
//
// A Replay is speakers that send again what real routers sent to a collector, byte
// for byte, from an MRT file.
package router

import (
	"fmt"
	"net/netip"
)

// Peer is a speaker that a collector connects to.
type Peer struct {
	Name    string // the router, or the recorded speaker's address
	Address netip.AddrPort
	ASN     uint32
}

// String returns the peer as BGP_PEERS has it: address:port;asn.
func (p Peer) String() string { return fmt.Sprintf("%s;%d", p.Address, p.ASN) }

// Collector is the BGP speaker that is told everything.
type Collector struct {
	Address netip.Addr
	ASN     uint32
}

// nth returns the address n after first.
func nth(first netip.Addr, n int) netip.Addr {
	for range n {
		first = first.Next()
	}
	return first
}
