// Package igp computes what paths cost by the routers' own rules: OSPF areas and their
// border routers, IS-IS levels and their attached routers, several IGPs side by side.
//
// A Network holds what the routers of one address family know, each router a number.
// It consists of Domains, one for each IGP; a Domain of Areas: OSPF areas, or the two
// IS-IS levels. Within an Area costs are those of shortest paths (spf.go, package apsp). Between
// Areas the IGP decides by rules of its own (ospf.go, isis.go), by what the few border
// routers tell (words.go) and else by default routes (default.go), and between Domains the
// preferred one counts (beside.go).
//
// What is measured of links, as delay and bandwidth, adds up along the paths that the rules make
// (values.go, along.go); of bandwidths there are also the widest paths (widest.go).
//
// The cost to a router is that of the route to its own address, as far as prefixes are
// told: a border router can filter, aggregate or discourage what it passes on, and what
// it says of an address is its word. Where no prefixes are told, border routers are
// taken to pass on what their IGP has them pass on.
//
// When links or prefixes change, distances are updated (update.go): within an area those of paths that lead over the
// link, between areas the routes that were made of what changed, as their trace tells (trace.go, reroute.go). So are
// the values of what is measured of links (renew.go, revalue.go), and the widest paths between areas.
//
// Values in, values out: the package knows no record, no PID and no clock.
package igp
