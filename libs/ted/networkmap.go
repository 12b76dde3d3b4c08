package ted

import (
	"cmp"
	"net/netip"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

// Ownership says which PIDs hold a prefix that several routers advertise.
type Ownership int

const (
	// Unique puts a prefix in one PID and adds the default PID: a network map that
	// is valid by RFC 7285 §11.2.2.
	Unique Ownership = iota
	// All puts a prefix in the PID of every router that advertises it and adds no
	// default PID.
	All
)

// NetworkMap returns the network map in its canonical form: a PID for every router,
// also one without prefixes. A prefix of a pseudonode belongs to the router that
// originates it. The map is nil if there is no router.
func (d *Database) NetworkMap(o Ownership) map[string]schemas.EndpointAddressGroup {
	v := d.view()
	if len(v.routers) == 0 {
		return nil
	}
	m := make(alto.NetworkMap, len(v.routers))
	for r := range v.routers {
		m[r.pid()] = schemas.EndpointAddressGroup{}
	}
	if o == All {
		for _, a := range v.advertisements() {
			hold(m, a.pid, a.prefix)
		}
		return alto.Canonical(m)
	}
	owners := v.owners()
	spaces := map[netip.Prefix]bool{} // 0.0.0.0/0, ::/0
	for prefix, a := range owners {
		hold(m, a.pid, prefix)
		spaces[netip.PrefixFrom(prefix.Addr(), 0).Masked()] = true
	}
	for space := range spaces {
		if _, owned := owners[space]; !owned {
			hold(m, alto.DefaultPID, space)
		}
	}
	return alto.Canonical(m)
}

func hold(m alto.NetworkMap, pid string, prefix netip.Prefix) {
	group := m[pid]
	if prefix.Addr().Is4() {
		group.IPv4 = append(group.IPv4, prefix.String())
	} else {
		group.IPv6 = append(group.IPv6, prefix.String())
	}
	m[pid] = group
}

// advertisement is one router's word that it reaches a prefix.
type advertisement struct {
	prefix netip.Prefix
	pid    string
	class  pathClass
	metric *uint32 // nil: not told
}

// before tells whether a has the better claim to the prefix than other: intra-area
// before inter-area before external, then the lower metric, any metric before none,
// then the lower PID name.
func (a advertisement) before(other advertisement) bool {
	if c := cmp.Compare(a.class, other.class); c != 0 {
		return c < 0
	}
	if (a.metric == nil) != (other.metric == nil) {
		return a.metric != nil
	}
	return cmp.Or(cmp.Compare(value(a.metric), value(other.metric)), cmp.Compare(a.pid, other.pid)) < 0
}

// advertisements returns those of the routers that are known.
func (v *view) advertisements() []advertisement {
	found := make([]advertisement, 0, len(v.prefixes))
	for _, r := range v.prefixes {
		n, ok := v.asns.node(r, r.LocalNode)
		if !ok || !v.routers[n.router] || r.Prefix == nil {
			continue
		}
		prefix, err := netip.ParsePrefix(r.Prefix.Prefix)
		if err != nil {
			continue
		}
		a := advertisement{prefix: prefix.Masked(), pid: n.pid(), class: pathClassOf(r)}
		if r.Attributes != nil {
			a.metric = r.Attributes.PrefixMetric
		}
		found = append(found, a)
	}
	return found
}

// owners returns the advertisement with the best claim to each prefix.
func (v *view) owners() map[netip.Prefix]advertisement {
	owners := map[netip.Prefix]advertisement{}
	for _, a := range v.advertisements() {
		if owner, ok := owners[a.prefix]; !ok || a.before(owner) {
			owners[a.prefix] = a
		}
	}
	return owners
}
