package ted

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/altostream/altostream/libs/igp"
)

// network returns what the routers know of an address family.
func (v *view) network(f family) *igp.Network {
	n := &igp.Network{Routers: len(v.routers.pids), Join: v.options.JoinIGPs}
	for _, k := range v.igps() {
		if v.routes(k, f) {
			n.Domains = append(n.Domains, v.domain(k, f))
		}
	}
	return n
}

// igps returns the IGPs that are told of, in the order of preference.
func (v *view) igps() []igpKey {
	seen := map[igpKey]bool{}
	var keys []igpKey
	for _, o := range v.objects {
		if !seen[o.scope.igp] {
			seen[o.scope.igp] = true
			keys = append(keys, o.scope.igp)
		}
	}
	slices.SortFunc(keys, func(a, b igpKey) int {
		return cmp.Or(cmp.Compare(v.options.preference(a), v.options.preference(b)),
			cmp.Compare(a.protocol, b.protocol), cmp.Compare(a.identifier, b.identifier))
	})
	return keys
}

// origin is what an area of a network is made from.
type origin struct {
	scope scope
	links []*link // by the index of the area's links
}

// builder puts together one IGP and address family.
type builder struct {
	*view
	igp        igpKey
	family     family
	areas      map[scope]*igp.Area
	index      map[place]int
	topologies topologies
}

// domain returns an IGP as the paths of an address family see it.
func (v *view) domain(k igpKey, f family) *igp.Domain {
	b := &builder{view: v, igp: k, family: f, areas: map[scope]*igp.Area{}, index: map[place]int{}}
	b.topologies = v.topologiesOf(k, f)
	for _, o := range v.objects {
		if o.scope.igp == k {
			b.addNode(o.scope, o.local)
		}
	}
	for _, l := range v.links {
		if l.scope.igp == k && l.topology == b.topologies.of(l.scope, l.local) {
			b.addLink(l)
		}
	}
	claims := b.addPrefixes()
	d := &igp.Domain{Rules: k.rules(), Addresses: v.addresses(k, v.soleClaims(claims))}
	for _, s := range sortedScopes(b.areas) {
		b.areas[s].TellsPrefixes = v.tellsPrefixes(s, f)
		d.Areas = append(d.Areas, b.areas[s])
	}
	b.addFlags()
	return d
}

func (b *builder) area(s scope) *igp.Area {
	a := b.areas[s]
	if a == nil {
		a = &igp.Area{Backbone: s.isBackbone(), Prefixes: map[netip.Prefix][]igp.Advertisement{}}
		b.areas[s] = a
		b.origins[a] = &origin{scope: s}
	}
	return a
}

// addNode returns the index of a node in its area, and adds it if it is new.
func (b *builder) addNode(s scope, n node) int {
	i, known := b.index[place{s, n}]
	if known {
		return i
	}
	a := b.area(s)
	router := igp.Pseudonode
	if number, ok := b.routers.of(n); ok && !n.isPseudonode() {
		router = number
	}
	i = len(a.Nodes)
	b.index[place{s, n}] = i
	a.Nodes = append(a.Nodes, igp.Node{Router: router})
	return i
}

func (b *builder) addLink(l *link) {
	a := b.area(l.scope)
	b.origins[a].links = append(b.origins[a].links, l)
	a.Links = append(a.Links, igp.Link{From: b.addNode(l.scope, l.local), To: b.addNode(l.scope, l.to), IGP: l.igp, TE: l.te, Measured: b.options.measured(l.record.Attributes)})
}

// addPrefixes adds the claims of the IGP and address family and returns them.
func (b *builder) addPrefixes() []claim {
	var added []claim
	for _, c := range b.claims {
		if c.scope.igp != b.igp || familyOf(c.prefix) != b.family || c.topology != b.topologies.of(c.scope, c.local) {
			continue
		}
		added = append(added, c)
		a := b.area(c.scope)
		a.Prefixes[c.prefix] = append(a.Prefixes[c.prefix], igp.Advertisement{
			Node: b.addNode(c.scope, c.local), Metric: value(c.metric), Reach: c.reach.igp(),
		})
	}
	return added
}

// addFlags takes the flags of nodes, each for its level or area. Some speakers tell no
// flags: then a level 1 router that is in level 2 too is taken to be attached. The overload
// bit is that of the standard topology (RFC 5120 §5).
func (b *builder) addFlags() {
	for p, i := range b.index {
		n, f := &b.areas[p.scope].Nodes[i], b.flags[p]
		n.NoTransit = f.noTransit && b.topologies.of(p.scope, p.node) == standardTopology
		n.Attached = f.attached
		if !f.told && p.scope.level == isisLevel1 && n.Router != igp.Pseudonode {
			_, n.Attached = b.index[place{scope{igp: b.igp, level: isisLevel2}, p.node}]
		}
	}
}

// tellsPrefixes tells whether a speaker that counts in a scope tells prefixes as an
// IGP's path rules need them: of IS-IS any of the address family in this level, of OSPF those
// from other areas, in whichever area.
func (v *view) tellsPrefixes(s scope, f family) bool {
	tell := map[string]bool{}
	for _, c := range v.claims {
		if c.scope.igp != s.igp || familyOf(c.prefix) != f {
			continue
		}
		if s.igp.rules() == igp.ISIS && c.scope == s || s.igp.rules() == igp.OSPF && c.reach == interArea {
			for _, source := range c.tellers {
				tell[source] = true
			}
		}
	}
	return slices.ContainsFunc(v.objects, func(o *object) bool {
		return o.scope == s && slices.ContainsFunc(o.tellers, func(source string) bool { return tell[source] })
	})
}
