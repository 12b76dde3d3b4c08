package ted

import (
	"net/netip"

	"github.com/altostream/altostream/libs/igp"
)

// family is an address family. IPv4 is routed by OSPFv2 and IS-IS's standard topology,
// IPv6 by OSPFv3 and IS-IS topology 2, or the standard one where a level or area has no
// topology 2.
type family int

const (
	ip4 family = iota
	ip6
)

func familyOf(p netip.Prefix) family {
	if p.Addr().Is4() {
		return ip4
	}
	return ip6
}

// families is the address families of which an IGP tells prefixes.
type families map[igpKey]*[2]bool

func (v *view) toldFamilies() families {
	told := families{}
	for _, c := range v.claims {
		if told[c.scope.igp] == nil {
			told[c.scope.igp] = &[2]bool{}
		}
		told[c.scope.igp][familyOf(c.prefix)] = true
	}
	return told
}

// only tells whether an IGP tells prefixes of one address family and not of the other.
func (t families) only(k igpKey, f family) bool {
	told := t[k]
	return told != nil && told[f] && !told[1-f]
}

// routes tells whether an IGP routes an address family. OSPFv3 routes IPv4 where it is
// an instance of that (RFC 5838), which its prefixes show.
func (v *view) routes(k igpKey, f family) bool {
	switch k.protocol {
	case ospfv2:
		return f == ip4
	case ospfv3:
		return (f == ip4) == v.families.only(k, ip4)
	}
	return true
}

// ipv6Routing tells which routers route IPv6 and no IPv4, and whether IPv6 has paths of
// its own, in a network that routes IPv4 too: by OSPFv3 or IS-IS topology 2.
func (v *view) ipv6Routing() (only []bool, apart bool) {
	routes := [2][]bool{make([]bool, len(v.routers.pids)), make([]bool, len(v.routers.pids))}
	note := func(f family, n node) {
		if router, ok := v.routers.of(n); ok && !n.isPseudonode() {
			routes[f][router] = true
		}
	}
	own := false
	for _, o := range v.objects {
		switch k := o.scope.igp; {
		case k.protocol == ospfv3 && v.routes(k, ip6):
			note(ip6, o.local)
			own = true
		case k.rules() != igp.ISIS:
			note(ip4, o.local)
		}
	}
	topologies := map[igpKey]topologies{}
	for _, l := range v.links {
		k := l.scope.igp
		if k.rules() != igp.ISIS {
			continue
		}
		if topologies[k].part == nil {
			topologies[k] = v.topologiesOf(k, ip6)
		}
		f := ip4
		switch {
		case l.topology == ipv6UnicastTopology:
			f, own = ip6, true
		case v.families.only(k, ip6) && topologies[k].of(l.scope, l.local) == standardTopology:
			f = ip6
		}
		note(f, l.local)
		note(f, l.to)
	}
	for _, c := range v.claims {
		note(familyOf(c.prefix), c.local)
	}
	only = make([]bool, len(v.routers.pids))
	routesIPv4 := false
	for r := range only {
		only[r] = routes[ip6][r] && !routes[ip4][r]
		routesIPv4 = routesIPv4 || routes[ip4][r]
	}
	return only, own && routesIPv4
}
