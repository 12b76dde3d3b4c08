package ted

import (
	"net/netip"
	"slices"

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
	d.settle()
	if len(d.routers.pids) == 0 {
		return nil
	}
	d.choose()
	m := make(alto.NetworkMap, len(d.routers.pids)+1)
	for _, p := range d.routers.pids {
		m[p.name] = d.group(p, o)
	}
	if group := d.defaultGroup(); o == Unique && (len(group.IPv4) > 0 || len(group.IPv6) > 0) {
		m[alto.DefaultPID] = group
	}
	return m
}

// UpdateNetworkMap brings a map up to date that is the last one that NetworkMap or this
// method returned, for the same ownership, and returns the names of the PIDs that changed,
// came or went, sorted.
func (d *Database) UpdateNetworkMap(m map[string]schemas.EndpointAddressGroup, o Ownership) []string {
	return nil
}

// group returns the prefixes of a PID.
func (d *Database) group(p *pid, ownership Ownership) schemas.EndpointAddressGroup {
	var prefixes []netip.Prefix
	for _, i := range p.members {
		for _, v := range i.vertices {
			for _, place := range v.places {
				prefixes = d.appendOwned(prefixes, place, p, ownership)
			}
		}
	}
	if ownership == Unique {
		prefixes = d.appendForwarded(prefixes, p)
	}
	return groupOf(prefixes)
}

func (d *Database) appendOwned(prefixes []netip.Prefix, at *place, p *pid, ownership Ownership) []netip.Prefix {
	for _, h := range at.heads {
		if !h.isPrefix() {
			continue
		}
		for _, o := range h.objects {
			if o.claims && (ownership == All || d.destinations.of[o.prefix].owner.pid == p) {
				prefixes = append(prefixes, o.prefix)
			}
		}
	}
	return prefixes
}

// appendForwarded appends the prefixes that a PID owns since it has the forwarding address of
// those who tell them.
func (d *Database) appendForwarded(prefixes []netip.Prefix, p *pid) []netip.Prefix {
	for a, telling := range d.destinations.forwarded {
		if d.having(a) != p {
			continue
		}
		for o := range telling {
			if o.claims && d.destinations.of[o.prefix].owner.pid == p {
				prefixes = append(prefixes, o.prefix)
			}
		}
	}
	return prefixes
}

// groupOf returns prefixes in their canonical form.
func groupOf(prefixes []netip.Prefix) (group schemas.EndpointAddressGroup) {
	slices.SortFunc(prefixes, netip.Prefix.Compare)
	for _, p := range slices.Compact(prefixes) {
		if p.Addr().Is4() {
			group.IPv4 = append(group.IPv4, p.String())
		} else {
			group.IPv6 = append(group.IPv6, p.String())
		}
	}
	return group
}

// defaultGroup returns the whole address spaces of which nobody owns the default route, and
// somebody another prefix.
func (d *Database) defaultGroup() schemas.EndpointAddressGroup {
	var spaces []netip.Prefix
	for _, f := range []family{ip4, ip6} {
		space := netip.PrefixFrom(f.unspecified(), 0)
		if d.claimed(f) && d.destinations.of[space].owner == nil {
			spaces = append(spaces, space)
		}
	}
	return groupOf(spaces)
}

// claimed tells whether somebody claims a prefix of an address family.
func (d *Database) claimed(f family) bool {
	for _, k := range d.igps {
		if k.claims[f] > 0 {
			return true
		}
	}
	return false
}
