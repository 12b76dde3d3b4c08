package ted

import (
	"net/netip"
	"slices"
	"strings"

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
	var objects []*object
	for at := range p.places() {
		for _, h := range at.heads {
			if !h.isPrefix() {
				continue
			}
			for _, o := range h.objects {
				if o.claims && (ownership == All || o.to.owner.pid == p) {
					objects = append(objects, o)
				}
			}
		}
	}
	if ownership == Unique {
		objects = d.appendForwarded(objects, p)
	}
	return groupOf(objects)
}

// appendForwarded appends the prefixes that a PID owns since it has the forwarding address of
// those who tell them.
func (d *Database) appendForwarded(objects []*object, p *pid) []*object {
	for a, telling := range d.destinations.forwarded {
		if d.having(a) != p {
			continue
		}
		for o := range telling {
			if o.claims && o.to.owner.pid == p {
				objects = append(objects, o)
			}
		}
	}
	return objects
}

// groupOf returns the prefixes of objects in their canonical form.
func groupOf(objects []*object) (group schemas.EndpointAddressGroup) {
	slices.SortFunc(objects, func(a, b *object) int { return a.to.compare(b.to) })
	objects = slices.CompactFunc(objects, func(a, b *object) bool { return a.to == b.to })
	ipv6 := slices.IndexFunc(objects, func(o *object) bool { return o.to.family() == ip6 })
	if ipv6 < 0 {
		ipv6 = len(objects)
	}
	return schemas.EndpointAddressGroup{IPv4: texts(objects[:ipv6]), IPv6: texts(objects[ipv6:])}
}

func texts(objects []*object) []string {
	if len(objects) == 0 {
		return nil
	}
	out := make([]string, len(objects))
	for i, o := range objects {
		out[i] = o.prefixText()
	}
	return out
}

// prefixText is the prefix as a text; most often the key has it.
func (o *object) prefixText() string {
	text := o.to.prefix().AppendTo(make([]byte, 0, 64))
	if strings.HasPrefix(o.rest, string(text)) {
		return o.rest[:len(text)]
	}
	return string(text)
}

// defaultGroup returns the whole address spaces of which nobody owns the default route, and
// somebody another prefix.
func (d *Database) defaultGroup(o Ownership) schemas.EndpointAddressGroup {
	if o == All {
		return schemas.EndpointAddressGroup{}
	}
	unowned := func(f family) []string {
		space := netip.PrefixFrom(f.unspecified(), 0)
		if to := d.destinations.lookup(space); !d.claimed(f) || to != nil && to.owner != nil {
			return nil
		}
		return []string{space.String()}
	}
	return schemas.EndpointAddressGroup{IPv4: unowned(ip4), IPv6: unowned(ip6)}
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
