package ted

import (
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
	if len(v.routers.pids) == 0 {
		return nil
	}
	m := make(alto.NetworkMap, len(v.routers.pids))
	for _, pid := range v.routers.pids {
		m[pid] = schemas.EndpointAddressGroup{}
	}
	if o == All {
		for _, c := range v.claims {
			hold(m, v.routers.pids[c.router], c.prefix)
		}
		return alto.Canonical(m)
	}
	owners := v.owners()
	spaces := map[netip.Prefix]bool{} // 0.0.0.0/0, ::/0
	for prefix, router := range owners {
		hold(m, v.routers.pids[router], prefix)
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
