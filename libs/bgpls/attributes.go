package bgpls

import "net/netip"

// Attributes is the BGP-LS attribute (RFC 9552 §5.3) of the NLRIs of one UPDATE.
// A nil list was not said; one that is empty was said to be.
type Attributes struct {
	MultiTopologyIDs       []uint16        // TLV 263, 12 bits each
	NodeFlags              *uint8          // TLV 1024: 0x80 overload, 0x40 attached, 0x20 external, 0x10 ABR, 0x08 router, 0x04 v6
	NodeName               *string         // TLV 1026, UTF-8
	ISISAreaIDs            [][]byte        // TLV 1027
	LocalIPv4RouterIDs     []netip.Addr    // TLV 1028
	LocalIPv6RouterIDs     []netip.Addr    // TLV 1029
	RemoteIPv4RouterIDs    []netip.Addr    // TLV 1030
	RemoteIPv6RouterIDs    []netip.Addr    // TLV 1031
	SRCapabilities         *SRCapabilities // TLV 1034
	SRAlgorithms           []uint8         // TLV 1035
	AdminGroup             *uint32         // TLV 1088
	MaxLinkBandwidth       *float64        // TLV 1089, bytes/s
	MaxReservableBandwidth *float64        // TLV 1090, bytes/s
	UnreservedBandwidth    *[8]float64     // TLV 1091, bytes/s, priority 0 to 7
	TEMetric               *uint32         // TLV 1092
	IGPMetric              *IGPMetric      // TLV 1095
	SRLGs                  []uint32        // TLV 1096
	LinkName               *string         // TLV 1098, UTF-8
	AdjacencySIDs          []AdjacencySID  // TLV 1099
	Delay                  *Delay          // TLV 1114
	MinMaxDelay            *MinMaxDelay    // TLV 1115
	DelayVariationMicros   *uint32         // TLV 1116, 24 bits
	Loss                   *Loss           // TLV 1117
	ResidualBandwidth      *float64        // TLV 1118, bytes/s
	AvailableBandwidth     *float64        // TLV 1119, bytes/s
	UtilizedBandwidth      *float64        // TLV 1120, bytes/s
	IGPFlags               *uint8          // TLV 1152
	RouteTags              []uint32        // TLV 1153
	ExtendedRouteTags      []uint64        // TLV 1154
	PrefixMetric           *uint32         // TLV 1155
	OSPFForwardingAddress  netip.Addr      // TLV 1156
	PrefixSIDs             []PrefixSID     // TLV 1158
	PrefixAttributeFlags   []byte          // TLV 1170
	SourceRouterID         netip.Addr      // TLV 1171
	Unknown                []TLV           // further TLVs and malformed ones, ascending
}

// attributeTLVs says how the fields of Attributes are coded.
var attributeTLVs = table[Attributes]{
	list(TLVMultiTopologyID, multiTopologyForm, func(a *Attributes) *[]uint16 { return &a.MultiTopologyIDs }),
	optional(TLVNodeFlags, uint8Form, func(a *Attributes) **uint8 { return &a.NodeFlags }),
	optional(TLVNodeName, textForm, func(a *Attributes) **string { return &a.NodeName }),
	repeated(TLVISISAreaID, octetsForm, func(a *Attributes) *[][]byte { return &a.ISISAreaIDs }),
	repeated(TLVLocalIPv4, ipv4Form, func(a *Attributes) *[]netip.Addr { return &a.LocalIPv4RouterIDs }),
	repeated(TLVLocalIPv6, ipv6Form, func(a *Attributes) *[]netip.Addr { return &a.LocalIPv6RouterIDs }),
	repeated(TLVRemoteIPv4, ipv4Form, func(a *Attributes) *[]netip.Addr { return &a.RemoteIPv4RouterIDs }),
	repeated(TLVRemoteIPv6, ipv6Form, func(a *Attributes) *[]netip.Addr { return &a.RemoteIPv6RouterIDs }),
	optional(TLVSRCapabilities, srCapabilitiesForm, func(a *Attributes) **SRCapabilities { return &a.SRCapabilities }),
	list(TLVSRAlgorithm, uint8Form, func(a *Attributes) *[]uint8 { return &a.SRAlgorithms }),
	optional(TLVAdminGroup, uint32Form, func(a *Attributes) **uint32 { return &a.AdminGroup }),
	optional(TLVMaxLinkBandwidth, bandwidthForm, func(a *Attributes) **float64 { return &a.MaxLinkBandwidth }),
	optional(TLVMaxReservableBandwidth, bandwidthForm, func(a *Attributes) **float64 { return &a.MaxReservableBandwidth }),
	optional(TLVUnreservedBandwidth, unreservedForm, func(a *Attributes) **[8]float64 { return &a.UnreservedBandwidth }),
	optional(TLVTEMetric, uint32Form, func(a *Attributes) **uint32 { return &a.TEMetric }),
	optional(TLVIGPMetric, igpMetricForm, func(a *Attributes) **IGPMetric { return &a.IGPMetric }),
	list(TLVSRLG, uint32Form, func(a *Attributes) *[]uint32 { return &a.SRLGs }),
	optional(TLVLinkName, textForm, func(a *Attributes) **string { return &a.LinkName }),
	repeated(TLVAdjacencySID, adjacencySIDForm, func(a *Attributes) *[]AdjacencySID { return &a.AdjacencySIDs }),
	optional(TLVDelay, delayForm, func(a *Attributes) **Delay { return &a.Delay }),
	optional(TLVMinMaxDelay, minMaxDelayForm, func(a *Attributes) **MinMaxDelay { return &a.MinMaxDelay }),
	optional(TLVDelayVariation, delayVariationForm, func(a *Attributes) **uint32 { return &a.DelayVariationMicros }),
	optional(TLVLoss, lossForm, func(a *Attributes) **Loss { return &a.Loss }),
	optional(TLVResidualBandwidth, bandwidthForm, func(a *Attributes) **float64 { return &a.ResidualBandwidth }),
	optional(TLVAvailableBandwidth, bandwidthForm, func(a *Attributes) **float64 { return &a.AvailableBandwidth }),
	optional(TLVUtilizedBandwidth, bandwidthForm, func(a *Attributes) **float64 { return &a.UtilizedBandwidth }),
	optional(TLVIGPFlags, uint8Form, func(a *Attributes) **uint8 { return &a.IGPFlags }),
	list(TLVRouteTag, uint32Form, func(a *Attributes) *[]uint32 { return &a.RouteTags }),
	list(TLVExtendedRouteTag, uint64Form, func(a *Attributes) *[]uint64 { return &a.ExtendedRouteTags }),
	optional(TLVPrefixMetric, uint32Form, func(a *Attributes) **uint32 { return &a.PrefixMetric }),
	address(TLVOSPFForwardingAddress, ipForm, func(a *Attributes) *netip.Addr { return &a.OSPFForwardingAddress }),
	repeated(TLVPrefixSID, prefixSIDForm, func(a *Attributes) *[]PrefixSID { return &a.PrefixSIDs }),
	octets(TLVPrefixAttributeFlags, func(a *Attributes) *[]byte { return &a.PrefixAttributeFlags }),
	address(TLVSourceRouterID, ipForm, func(a *Attributes) *netip.Addr { return &a.SourceRouterID }),
}

// DecodeAttributes decodes the value of a BGP-LS attribute, what Append appends; nil
// if its framing is broken. Each error is a *DecodeError with offsets in value.
func DecodeAttributes(value []byte) (*Attributes, []error) {
	return decodeAttributes(tlv{typ: AttributeBGPLS, value: value})
}

// decodeAttributes reads the value of a BGP-LS attribute. A malformed TLV goes to
// the unknown ones with an error; broken framing costs the whole attribute.
func decodeAttributes(part tlv) (*Attributes, []error) {
	var errs []error
	a := new(Attributes)
	for c := part.within(0); c.more(); {
		t, err := c.next()
		if err != nil {
			return nil, []error{decodeError(PartAttribute, part, err)}
		}
		held, err := attributeTLVs.decode(a, t)
		if err != nil {
			errs = append(errs, decodeError(PartTLV, t, err))
		}
		if !held {
			a.Unknown = append(a.Unknown, t.keep())
		}
	}
	a.Unknown = ascending(a.Unknown)
	return a, errs
}

// Append appends the TLVs of the attribute in ascending order, without the header
// of the path attribute.
func (a *Attributes) Append(b []byte) []byte {
	return attributeTLVs.append(b, a, a.Unknown)
}
