package bgpls

import (
	"encoding/binary"
	"errors"
)

// maxTopologies is how many topologies an NLRI may be of that is taken for one NLRI of
// each: as many as there are kinds of routes, unicast and multicast of two families.
const maxTopologies = 4

// topology reads the multi-topology id of a link, prefix or SID. There may be one (RFC
// 9552 §5.2.2.1); routers that write a list mean the object in each of the topologies.
func topology(m *memory, p **uint16, v []byte) error {
	if *p != nil || len(v) <= 2 || len(v)%2 != 0 {
		return optional(m, &m.uint16s, p, v, readMultiTopology)
	}
	if len(v) > 2*maxTopologies {
		return &cause{is: ErrAmbiguous, format: "%d topologies", args: [2]int{len(v) / 2}}
	}
	ids := m.uint16s.some(len(v) / 2)
	for i := range ids {
		ids[i] = binary.BigEndian.Uint16(v[2*i:]) & 0x0fff
	}
	m.oddities.Topologies++
	*p, m.topologies = &ids[0], ids[1:]
	return nil
}

// appendNLRI decodes an NLRI and appends it, once for each of its topologies. One that
// is framed as it should be and is not as its type demands is appended as octets (RFC
// 9552 §8.2.2), with the error that says why.
func (m *memory) appendNLRI(ns []NLRI, typ NLRIType, v []byte, vpn bool) ([]NLRI, error) {
	longer := m.nlris.extend(ns)
	n := &longer[len(ns)]
	m.topologies = nil
	err := n.read(m, typ, v, vpn)
	switch {
	case err == nil:
		return m.inTopologies(longer), nil
	case errors.Is(err, ErrMissing), errors.Is(err, ErrAmbiguous):
		*n = NLRI{Type: typ, Raw: m.clone(v)}
		return longer, err
	}
	m.nlris.back(n)
	return ns, err
}

// inTopologies appends the last NLRI again, in its further topologies.
func (m *memory) inTopologies(ns []NLRI) []NLRI {
	for i := range m.topologies {
		n := ns[len(ns)-1]
		n.in(m, &m.topologies[i])
		ns = m.nlris.extend(ns)
		ns[len(ns)-1] = n
	}
	return ns
}

// in moves an NLRI to another topology.
func (n *NLRI) in(m *memory, id *uint16) {
	switch n.Type {
	case LinkNLRI:
		d := m.links.one()
		*d = *n.Link
		d.MultiTopologyID, n.Link = id, d
	case IPv4PrefixNLRI, IPv6PrefixNLRI:
		d := m.prefixes.one()
		*d = *n.Prefix
		d.MultiTopologyID, n.Prefix = id, d
	case SRv6SIDNLRI:
		d := m.sids.one()
		*d = *n.SID
		d.MultiTopologyID, n.SID = id, d
	}
}
