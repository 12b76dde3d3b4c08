package bgpls

// MaxSIDDepths holds the maximum SID depths (RFC 8814).
type MaxSIDDepths struct {
	Node []MSD // TLV 266
	Link []MSD // TLV 267
}

// MSD is a maximum SID depth (RFC 8814 §3).
type MSD struct {
	Type  uint8 // IGP MSD type: 1 base MPLS imposition, 2 entropy readable label depth, 41 to 45 SRv6 (RFC 9352 §4)
	Value uint8
}

func (d *MaxSIDDepths) decode(m *memory, typ uint16, v []byte) error {
	switch typ {
	case TLVNodeMSD:
		return list(m, &m.msds, &d.Node, v, 2, readMSD)
	case TLVLinkMSD:
		return list(m, &m.msds, &d.Link, v, 2, readMSD)
	}
	return errNoRoom
}

func readMSD(_ *memory, x *MSD, v []byte) error { *x = MSD{v[0], v[1]}; return nil }

func appendMSD(b []byte, x *MSD) []byte { return append(b, x.Type, x.Value) }
