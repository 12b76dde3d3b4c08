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
	if group := d.defaultGroup(o); !isEmpty(group) {
		m[alto.DefaultPID] = group
	}
	return m
}

// UpdateNetworkMap brings up to date a map that NetworkMap returned since the last call, or that
// it was last called with, and returns the names of the PIDs that came, went or have other
// prefixes, sorted. All calls must be of the same ownership.
func (d *Database) UpdateNetworkMap(m map[string]schemas.EndpointAddressGroup, o Ownership) (changed []string) {
	d.settle()
	d.choose()
	put := func(name string, group schemas.EndpointAddressGroup) {
		if before, known := m[name]; !known || !equalGroups(before, group) {
			m[name] = group
			changed = append(changed, name)
		}
	}
	for _, p := range d.routers.pids {
		if p.changed {
			p.changed = false
			put(p.name, d.group(p, o))
		}
	}
	if group := d.defaultGroup(o); !isEmpty(group) {
		put(alto.DefaultPID, group)
	} else if _, known := m[alto.DefaultPID]; known {
		delete(m, alto.DefaultPID)
		changed = append(changed, alto.DefaultPID)
	}
	for _, name := range d.routers.gone {
		if _, known := m[name]; known && !d.routers.hasPID(name) {
			delete(m, name)
			changed = append(changed, name)
		}
	}
	d.routers.gone = nil
	slices.Sort(changed)
	return changed
}

func isEmpty(group schemas.EndpointAddressGroup) bool { return len(group.IPv4)+len(group.IPv6) == 0 }

func equalGroups(a, b schemas.EndpointAddressGroup) bool {
	return slices.Equal(a.IPv4, b.IPv4) && slices.Equal(a.IPv6, b.IPv6)
}

// group returns the prefixes of a PID.
func (d *Database) group(p *pid, ownership Ownership) schemas.EndpointAddressGroup {
	var prefixes []netip.Prefix
	for at := range p.places() {
		prefixes = d.appendOwned(prefixes, at, p, ownership)
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
func (d *Database) defaultGroup(o Ownership) schemas.EndpointAddressGroup {
	if o == All {
		return schemas.EndpointAddressGroup{}
	}
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
