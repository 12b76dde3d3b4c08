package ted

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/altostream/altostream/libs/igp"
)

// Flags of a prefix (TLV 1170): R, from another level, and N, the prefix stands for its
// node. OSPF has no R (RFC 7794 §2.1, RFC 7684 §2.1).
const (
	isisReadvertised = 0x40
	isisNode         = 0x20
	ospfNode         = 0x40
)

// addresses returns by router the prefix that stands for it in an IGP and address family:
// its host prefix, by preference one that it tells to be its router id, or flags as its
// node's, else the nearest. A router in one area without any has the prefix that it alone
// tells. The zero value is no address.
func (v *view) addresses(k igpKey, claims []claim) []netip.Prefix {
	first := make([]*claim, len(v.routers.pids))
	for i := range claims {
		c := &claims[i]
		if best := first[c.router]; c.standsForRouter() && (best == nil || v.compareAddresses(*c, *best) < 0) {
			first[c.router] = c
		}
	}
	areas := v.areasOf(k)
	out := make([]netip.Prefix, len(first))
	for router, c := range first {
		if c != nil && (c.prefix.IsSingleIP() || len(areas[router]) == 1) {
			out[router] = c.prefix
		}
	}
	return out
}

// standsForRouter tells whether a claim can be to the router's own address: it is not
// from another area or level.
func (c claim) standsForRouter() bool {
	if !c.reach.own() || c.local.isPseudonode() {
		return false
	}
	return c.scope.igp.rules() != igp.ISIS || c.flags()&isisReadvertised == 0
}

func (c claim) flags() byte {
	if a := c.record.Attributes; a != nil && len(a.PrefixAttributeFlags) > 0 {
		return a.PrefixAttributeFlags[0]
	}
	return 0
}

func (c claim) isNode() bool {
	if c.scope.igp.rules() == igp.ISIS {
		return c.flags()&isisNode != 0
	}
	return c.flags()&ospfNode != 0
}

// compareAddresses orders a router's claims by how well they stand for it.
func (v *view) compareAddresses(a, b claim) int {
	ids := v.routers.ids[a.router]
	return cmp.Or(
		compareBool(!a.prefix.IsSingleIP(), !b.prefix.IsSingleIP()),
		compareBool(!ids[a.prefix.Addr().String()], !ids[b.prefix.Addr().String()]),
		compareBool(!a.isNode(), !b.isNode()),
		cmp.Compare(value(a.metric), value(b.metric)),
		a.prefix.Addr().Compare(b.prefix.Addr()))
}

// soleClaims leaves the claims to prefixes that one router alone has in its own area or
// level and that are no addresses of its interfaces. What a router has in level 1, others may tell
// in level 2 for it.
func (v *view) soleClaims(claims []claim) []claim {
	type home struct {
		prefix netip.Prefix
		reach  reach
	}
	owners := map[home]map[int]bool{}
	for _, c := range claims {
		if c.standsForRouter() {
			h := home{c.prefix, c.reach}
			if owners[h] == nil {
				owners[h] = map[int]bool{}
			}
			owners[h][c.router] = true
		}
	}
	sole := func(c claim) bool {
		within, up := owners[home{c.prefix, intraArea}], owners[home{c.prefix, isisUp}]
		if len(within) > 0 {
			return len(within) == 1 && within[c.router]
		}
		return len(up) == 1 && up[c.router]
	}
	var kept []claim
	for _, c := range claims {
		if c.standsForRouter() && sole(c) && !v.routers.ends[c.router][c.prefix.Addr().String()] {
			kept = append(kept, c)
		}
	}
	return kept
}

// areasOf returns by router the scopes of an IGP that it is in.
func (v *view) areasOf(k igpKey) []map[scope]bool {
	areas := make([]map[scope]bool, len(v.routers.pids))
	for _, o := range v.objects {
		if n, ok := v.routers.of(o.local); ok && o.scope.igp == k && !o.local.isPseudonode() {
			if areas[n] == nil {
				areas[n] = map[scope]bool{}
			}
			areas[n][o.scope] = true
		}
	}
	return areas
}

// sortedScopes returns the scopes of an IGP: level 1 before 2, areas by their names.
func sortedScopes[V any](m map[scope]V) []scope {
	keys := make([]scope, 0, len(m))
	for s := range m {
		keys = append(keys, s)
	}
	slices.SortFunc(keys, func(a, b scope) int {
		return cmp.Or(cmp.Compare(a.level, b.level), cmp.Compare(a.area, b.area))
	})
	return keys
}
