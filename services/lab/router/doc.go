// Package router is the lab's routers: BGP speakers on loopback addresses to which
// a collector connects.
//
// A Network is the network of the seed: five OSPFv2 routers in AS 100, each a BGP
// server with its own address, whose links can fail.
//
//	R4 ──24── R2 ──23── R3 ──35── R5      R2 and R3 are area border routers and
//	           ╲        ╱                 route reflectors; each of them tells the
//	           12      13                 collector the whole network: 5 nodes,
//	             ╲    ╱                   10 links, 14 prefixes, then End-of-RIB.
//	               R1
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
