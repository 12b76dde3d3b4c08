package ted

import (
	"cmp"
	"encoding/hex"
	"maps"
	"net/netip"
	"slices"

	"github.com/altostream/altostream/schemas"
)

// routers knows which router of one protocol is which PID. Numbers are in the order of
// the PIDs' names.
type routers struct {
	pids   []string
	number map[router]int
	ids    []map[string]bool // by number: router ids
	ends   []map[string]bool // by number: addresses of interfaces
}

// identity is a router of one protocol and what it may be recognised by in another one.
type identity struct {
	router   router
	protocol uint8 // the lowest that it is told in
	families map[igpFamily]bool
	ids      map[string]bool // router ids (TLVs 1028, 1029, 516; of OSPF the router id itself)
	ends     map[string]bool // addresses of its interfaces (TLVs 259, 261)
	hosts    map[string]bool // host prefixes that it tells as its own
}

// igpFamily is the protocol by its name, whatever its instance: routers of one are told
// apart by their ids.
type igpFamily uint8

// newRouters recognises the routers that several protocols tell of.
func (v *view) newRouters() *routers {
	identities := v.identities()
	same := map[router]router{}
	for _, of := range []func(*identity) map[string]bool{
		func(i *identity) map[string]bool { return i.ids },
		func(i *identity) map[string]bool { return i.ends },
		func(i *identity) map[string]bool { return i.hosts },
	} {
		unite(identities, same, of)
	}
	return numberRouters(identities, same)
}

// identities returns the routers that some object that counts is local to, and those to
// which BGP has a link, which need not speak for themselves (RFC 9086 §4), in the order of
// protocol and name.
func (v *view) identities() []*identity {
	found := map[router]*identity{}
	learn := func(r router, protocol uint8) *identity {
		i := found[r]
		if i == nil {
			i = &identity{router: r, protocol: protocol, families: map[igpFamily]bool{}, ids: map[string]bool{}, ends: map[string]bool{}, hosts: map[string]bool{}}
			found[r] = i
		}
		i.protocol = min(i.protocol, protocol)
		return i
	}
	for _, o := range v.objects {
		if o.local.isPseudonode() {
			continue
		}
		i := learn(o.local.router, value(o.record.ProtocolID))
		i.families[igpFamily(o.scope.igp.protocol)] = true
		i.learn(o)
	}
	for _, l := range v.links {
		if !l.needsReverse() && !l.to.isPseudonode() {
			learn(l.to.router, bgp).families[bgp] = true
		}
	}
	out := make([]*identity, 0, len(found))
	for _, i := range found {
		out = append(out, i)
	}
	slices.SortFunc(out, func(a, b *identity) int {
		return cmp.Or(cmp.Compare(a.protocol, b.protocol), cmp.Compare(a.router.pid(), b.router.pid()))
	})
	return out
}

// learn takes from an object what its local router may be recognised by.
func (i *identity) learn(o *object) {
	r := o.record
	switch o.scope.igp.protocol {
	case ospfv2, ospfv3, bgp:
		if octets, err := hex.DecodeString(i.router.id); err == nil && len(octets) == ospfRouterLength {
			i.ids[netip.AddrFrom4([4]byte(octets)).String()] = true
		}
	}
	switch {
	case r.Kind == schemas.KindNode && r.Attributes != nil:
		for _, id := range slices.Concat(r.Attributes.LocalIPv4RouterIDs, r.Attributes.LocalIPv6RouterIDs) {
			i.ids[id] = true
		}
	case r.Link != nil:
		ends := endsOf(r)
		for _, end := range []*string{ends.IPv4Interface, ends.IPv6Interface} {
			if a, err := netip.ParseAddr(value(end)); err == nil && !a.IsLinkLocalUnicast() {
				i.ends[a.String()] = true
			}
		}
	case r.Prefix != nil:
		if p, err := netip.ParsePrefix(r.Prefix.Prefix); err == nil && p.IsSingleIP() && reachOf(r).own() {
			i.hosts[p.Addr().String()] = true
		}
	}
}

// unite joins routers of different protocols that have a mark in common. A mark that
// several routers of one protocol have is none, and so are marks that would join several
// routers of one protocol: a router that redistributes tells the addresses of many.
func unite(identities []*identity, same map[router]router, marks func(*identity) map[string]bool) {
	byMark := map[string][]*identity{}
	for _, i := range identities {
		for mark := range marks(i) {
			byMark[mark] = append(byMark[mark], i)
		}
	}
	partners := map[router]map[igpFamily]map[router]bool{}
	note := func(i, other *identity) {
		for f := range other.families {
			if partners[i.router] == nil {
				partners[i.router] = map[igpFamily]map[router]bool{}
			}
			if partners[i.router][f] == nil {
				partners[i.router][f] = map[router]bool{}
			}
			partners[i.router][f][other.router] = true
		}
	}
	for _, having := range byMark {
		if ambiguous(having) {
			continue
		}
		for _, i := range having {
			for _, other := range having {
				if i != other && fitting(i.router.asn, other.router.asn) {
					note(i, other)
				}
			}
		}
	}
	one := func(r router) bool {
		for _, routers := range partners[r] {
			if len(routers) > 1 {
				return false
			}
		}
		return true
	}
	for r, byFamily := range partners {
		for _, routers := range byFamily {
			for other := range routers {
				if one(r) && one(other) {
					join(same, r, other)
				}
			}
		}
	}
}

// ambiguous tells whether several routers of one protocol are among those given.
func ambiguous(having []*identity) bool {
	seen := map[igpFamily]bool{}
	for _, i := range having {
		for f := range i.families {
			if seen[f] {
				return true
			}
			seen[f] = true
		}
	}
	return false
}

// fitting tells whether two ASNs can be of one router; 0 is not told.
func fitting(a, b uint32) bool { return a == b || a == 0 || b == 0 }

func join(same map[router]router, a, b router) {
	if a, b = representative(same, a), representative(same, b); a != b {
		same[a] = b
	}
}

func representative(same map[router]router, r router) router {
	for {
		to, joined := same[r]
		if !joined {
			return r
		}
		r = to
	}
}

// numberRouters names each router by the lowest protocol that it is told in.
func numberRouters(identities []*identity, same map[router]router) *routers {
	names := map[router]string{} // by representative; identities come in the order of protocols
	for _, i := range identities {
		if r := representative(same, i.router); names[r] == "" {
			names[r] = i.router.pid()
		}
	}
	out := &routers{number: map[router]int{}}
	for _, name := range names {
		out.pids = append(out.pids, name)
	}
	slices.Sort(out.pids)
	out.ids, out.ends = make([]map[string]bool, len(out.pids)), make([]map[string]bool, len(out.pids))
	for n := range out.pids {
		out.ids[n], out.ends[n] = map[string]bool{}, map[string]bool{}
	}
	for _, i := range identities {
		n, _ := slices.BinarySearch(out.pids, names[representative(same, i.router)])
		out.number[i.router] = n
		maps.Copy(out.ids[n], i.ids)
		maps.Copy(out.ends[n], i.ends)
	}
	return out
}

// of returns the number of a router; ok is false if nothing that counts is local to it.
func (r *routers) of(n node) (number int, ok bool) {
	number, ok = r.number[n.router]
	return number, ok
}
