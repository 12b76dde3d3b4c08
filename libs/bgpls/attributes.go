package bgpls

import (
	"errors"
	"net/netip"
)

// Attributes is the BGP-LS attribute (RFC 9552 §5.3) of the NLRIs of one UPDATE.
// A nil list was not said; one that is empty was said to be.
type Attributes struct {
	LinkMetrics
	MultiTopologyIDs       []uint16          // TLV 263, 12 bits each
	NodeFlags              *uint8            // TLV 1024: 0x80 overload, 0x40 attached, 0x20 external, 0x10 ABR, 0x08 router, 0x04 v6
	NodeName               *string           // TLV 1026, UTF-8
	ISISAreaIDs            [][]byte          // TLV 1027
	LocalIPv4RouterIDs     []netip.Addr      // TLV 1028
	LocalIPv6RouterIDs     []netip.Addr      // TLV 1029
	RemoteIPv4RouterIDs    []netip.Addr      // TLV 1030
	RemoteIPv6RouterIDs    []netip.Addr      // TLV 1031
	SRCapabilities         *SRCapabilities   // TLV 1034
	SRAlgorithms           []uint8           // TLV 1035
	MaxLinkBandwidth       *float64          // TLV 1089, bytes/s
	MaxReservableBandwidth *float64          // TLV 1090, bytes/s
	UnreservedBandwidth    *[8]float64       // TLV 1091, bytes/s, priority 0 to 7
	IGPMetric              *IGPMetric        // TLV 1095
	LinkName               *string           // TLV 1098, UTF-8
	AdjacencySIDs          []AdjacencySID    // TLV 1099
	IGPFlags               *uint8            // TLV 1152
	RouteTags              []uint32          // TLV 1153
	ExtendedRouteTags      []uint64          // TLV 1154
	PrefixMetric           *uint32           // TLV 1155
	OSPFForwardingAddress  netip.Addr        // TLV 1156
	PrefixSIDs             []PrefixSID       // TLV 1158
	PrefixAttributeFlags   []byte            // TLV 1170
	SourceRouterID         netip.Addr        // TLV 1171
	Link                   *LinkProperties   // TLVs 258, 1093, 1094, 1105, 1121
	SBFDDiscriminators     []uint32          // TLV 1032
	MaxSIDDepths           *MaxSIDDepths     // TLVs 266, 267
	SegmentRouting         *SegmentRouting   // TLVs 1036, 1037, 1100, 1159, 1172, 1174
	SRv6                   *SRv6             // TLVs 1038, 1106 to 1108, 1162, 1250 to 1252
	FlexAlgorithms         *FlexAlgorithms   // TLVs 1039, 1044
	EgressPeer             *EgressPeer       // TLVs 1101 to 1103
	Applications           []ApplicationLink // TLV 1122
	SRPolicy               *SRPolicy         // TLVs 1202, 1203, 1213
	Opaque                 *Opaque           // TLVs 1025, 1097, 1157
	Unknown                []TLV             // further TLVs and malformed ones, ascending
}

// LinkProperties holds what is rarely said of a link and belongs to no other group.
type LinkProperties struct {
	Identifiers      *LinkIdentifiers // TLV 258: some routers have it here and not in the descriptors
	Protection       *uint8           // TLV 1093: 0x01 extra traffic, 0x02 unprotected, 0x04 shared, 0x08 dedicated 1:1, 0x10 dedicated 1+1, 0x20 enhanced
	MPLSProtocols    *uint8           // TLV 1094: 0x80 LDP, 0x40 RSVP-TE
	RTMCapability    []byte           // TLV 1105, as it came
	GracefulShutdown bool             // TLV 1121
}

func (l *LinkProperties) decode(m *memory, typ uint16, v []byte) error {
	switch typ {
	case TLVLinkIdentifiers:
		return optional(m, &m.identifiers, &l.Identifiers, v, readLinkIdentifiers)
	case TLVLinkProtection:
		return optional(m, &m.uint8s, &l.Protection, v, readLinkProtection)
	case TLVMPLSProtocols:
		return optional(m, &m.uint8s, &l.MPLSProtocols, v, readUint8)
	case TLVRTMCapability:
		return octets(m, &l.RTMCapability, v)
	case TLVGracefulShutdown:
		return presence(&l.GracefulShutdown, v)
	}
	return errNoRoom
}

// Opaque holds the IGP TLVs that a router passes on as they are: each value is any
// number of TLVs of the IGP (RFC 9552 §5.3.1.5, §5.3.2.6, §5.3.3.6).
type Opaque struct {
	Node   [][]byte // TLV 1025
	Link   [][]byte // TLV 1097
	Prefix [][]byte // TLV 1157
}

func (o *Opaque) decode(m *memory, typ uint16, v []byte) error {
	switch typ {
	case TLVOpaqueNode:
		return repeated(m, &m.lists, &o.Node, v, readOctets)
	case TLVOpaqueLink:
		return repeated(m, &m.lists, &o.Link, v, readOctets)
	case TLVOpaquePrefix:
		return repeated(m, &m.lists, &o.Prefix, v, readOctets)
	}
	return errNoRoom
}

// DecodeAttributes decodes the value of a BGP-LS attribute, what Append appends; nil
// if its framing is broken. Each error is a *DecodeError with offsets in value.
func DecodeAttributes(value []byte) (*Attributes, []error) {
	m := memories.Get().(*memory)
	defer memories.Put(m)
	var f failures
	a := decodeAttributes(m, part{typ: AttributeBGPLS, value: value}, &f)
	return a, f.errs
}

// decodeAttributes reads the value of a BGP-LS attribute. A malformed TLV goes to
// the unknown ones with an error; broken framing costs the whole attribute.
func decodeAttributes(m *memory, p part, f *failures) *Attributes {
	a := m.attributes.one()
	o := order{}
	for v := p.value; len(v) > 0; {
		typ, end, err := frame(v)
		if err != nil {
			f.add(PartAttribute, p, err)
			return nil
		}
		o.see(m, typ)
		if err := a.decode(m, typ, v[tlvHeader:end]); err != nil {
			a.Unknown = m.keep(a.Unknown, typ, v[tlvHeader:end])
			if !errors.Is(err, errNoRoom) {
				offset := p.offset + int(p.header) + len(p.value) - len(v)
				f.add(PartTLV, part{typ: typ, value: v[tlvHeader:end], offset: offset}, err)
			}
		}
		v = v[end:]
	}
	a.Unknown = ascending(a.Unknown)
	return a
}

// Append appends the TLVs of the attribute in ascending order, without the header
// of the path attribute.
func (a *Attributes) Append(b []byte) []byte {
	e := encoder{b, a.Unknown}
	a.encode(&e)
	return e.done()
}
