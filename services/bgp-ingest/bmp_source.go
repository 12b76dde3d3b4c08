package bgpingest

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/altostream/altostream/libs/bmp"
)

// bmpSourcePrefix begins the source of a table that a router monitors.
const bmpSourcePrefix = "bmp:"

// Values of BMP_NAMES.
const (
	bmpNamesAddress = "address"
	bmpNamesSystem  = "sysname"
)

// bmpSource names a table of a router's (RFC 7854 §4.2): each is a speaker of its own,
// since what they hold differs.
//
//	bmp:<router>/<peer>            Adj-RIB-In before the policy
//	bmp:<router>/<peer>@post       Adj-RIB-In after the policy
//	bmp:<router>/<peer>@out        Adj-RIB-Out before the policy (RFC 8671)
//	bmp:<router>/<peer>@out-post   Adj-RIB-Out after the policy
//	bmp:<router>/loc-rib           the router's own table (RFC 9069)
//
// A router is the address that it connects from, or, where several routers come from one
// address or BMP_NAMES says so, its sysName.
//
// In a VPN or another instance of the router, its route distinguisher (100:7) or number
// (local-7) and a slash come before <peer> or loc-rib.
func bmpSource(router string, p bmp.Peer) string {
	return bmpSourcePrefix + router + "/" + instance(p) + tableName(p)
}

func instance(p bmp.Peer) string {
	switch {
	case p.Type == bmp.LocalPeer:
		return fmt.Sprintf("local-%d/", uint64(p.Distinguisher))
	case p.Type == bmp.RDPeer, p.Type == bmp.LocRIB && p.Distinguisher != 0:
		return p.Distinguisher.String() + "/"
	}
	return ""
}

func tableName(p bmp.Peer) string {
	switch {
	case p.Type == bmp.LocRIB:
		return "loc-rib"
	case p.AdjRIBOut && p.PostPolicy:
		return p.Address.String() + "@out-post"
	case p.AdjRIBOut:
		return p.Address.String() + "@out"
	case p.PostPolicy:
		return p.Address.String() + "@post"
	}
	return p.Address.String()
}

// bmpRouter is the router in the source of a BMP speaker, not valid if it is a sysName; not
// ok for other speakers.
func bmpRouter(source string) (router netip.Addr, ok bool) {
	rest, ok := strings.CutPrefix(source, bmpSourcePrefix)
	text, _, _ := strings.Cut(rest, "/")
	router, _ = netip.ParseAddr(text)
	return router, ok
}
