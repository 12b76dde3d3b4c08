package schemas

// LinkProperties holds what is rarely said of a link and belongs to no other group.
type LinkProperties struct {
	LocalID          *uint32 `avro:"local_id"`
	RemoteID         *uint32 `avro:"remote_id"`
	Protection       *uint8  `avro:"protection"`
	MPLSProtocols    *uint8  `avro:"mpls_protocols"`
	RTMCapability    []byte  `avro:"rtm_capability"`
	GracefulShutdown bool    `avro:"graceful_shutdown"`
}

// MaxSIDDepths holds the maximum SID depths (RFC 8814).
type MaxSIDDepths struct {
	Node []MSD `avro:"node"`
	Link []MSD `avro:"link"`
}

// MSD is a maximum SID depth.
type MSD struct {
	Type  uint8 `avro:"type"`
	Value uint8 `avro:"value"`
}

// SRv6 is segment routing over IPv6 (RFC 9514).
type SRv6 struct {
	Capabilities     *uint16               `avro:"capabilities"`
	EndXSIDs         []SRv6EndXSID         `avro:"end_x_sids"`
	ISISLANEndXSIDs  []SRv6EndXSID         `avro:"isis_lan_end_x_sids"`
	OSPFLANEndXSIDs  []SRv6EndXSID         `avro:"ospf_lan_end_x_sids"`
	Locators         []SRv6Locator         `avro:"locators"`
	EndpointBehavior *SRv6EndpointBehavior `avro:"endpoint_behavior"`
	PeerNode         *SRv6PeerNode         `avro:"peer_node"`
	SIDStructure     *SRv6SIDStructure     `avro:"sid_structure"`
}

// SRv6EndXSID is TLV 1106, 1107 or 1108 (RFC 9514 §4).
type SRv6EndXSID struct {
	EndpointBehavior uint16            `avro:"endpoint_behavior"`
	Flags            uint8             `avro:"flags"`
	Algorithm        uint8             `avro:"algorithm"`
	Weight           uint8             `avro:"weight"`
	Neighbor         *string           `avro:"neighbor"` // lower-case hex
	SID              string            `avro:"sid"`
	Structure        *SRv6SIDStructure `avro:"structure"`
	UnknownTLVs      []TLV             `avro:"unknown_tlvs"`
}

// SRv6Locator is TLV 1162 (RFC 9514 §5.1).
type SRv6Locator struct {
	Flags       uint8  `avro:"flags"`
	Algorithm   uint8  `avro:"algorithm"`
	Metric      uint32 `avro:"metric"`
	UnknownTLVs []TLV  `avro:"unknown_tlvs"`
}

// SRv6EndpointBehavior is TLV 1250 (RFC 9514 §7.1).
type SRv6EndpointBehavior struct {
	Behavior  uint16 `avro:"behavior"`
	Flags     uint8  `avro:"flags"`
	Algorithm uint8  `avro:"algorithm"`
}

// SRv6PeerNode is TLV 1251 (RFC 9514 §7.2).
type SRv6PeerNode struct {
	Flags    uint8  `avro:"flags"`
	Weight   uint8  `avro:"weight"`
	ASN      uint32 `avro:"asn"`
	RouterID string `avro:"router_id"` // dotted quad
}

// SRv6SIDStructure is TLV 1252 (RFC 9514 §8).
type SRv6SIDStructure struct {
	LocatorBlockBits uint8 `avro:"locator_block_bits"`
	LocatorNodeBits  uint8 `avro:"locator_node_bits"`
	FunctionBits     uint8 `avro:"function_bits"`
	ArgumentBits     uint8 `avro:"argument_bits"`
}

// ApplicationLink is TLV 1122 (RFC 9294 §2).
type ApplicationLink struct {
	Standard    string      `avro:"standard"`     // lower-case hex
	UserDefined string      `avro:"user_defined"` // lower-case hex
	Metrics     LinkMetrics `avro:"metrics"`
	UnknownTLVs []TLV       `avro:"unknown_tlvs"`
}

// LinkMetrics is what may be said of a link for an application or of a bundle member.
type LinkMetrics struct {
	AdminGroup           *uint32  `avro:"admin_group"`
	TEMetric             *uint32  `avro:"te_metric"`
	SRLGs                []uint32 `avro:"srlgs"`
	DelayMicros          *uint32  `avro:"delay_micros"`
	DelayAnomalous       *bool    `avro:"delay_anomalous"`
	DelayMinMicros       *uint32  `avro:"delay_min_micros"`
	DelayMaxMicros       *uint32  `avro:"delay_max_micros"`
	DelayMinMaxAnomalous *bool    `avro:"delay_min_max_anomalous"`
	DelayVariationMicros *uint32  `avro:"delay_variation_micros"`
	LossPercent          *float64 `avro:"loss_percent"`
	LossAnomalous        *bool    `avro:"loss_anomalous"`
	ResidualBandwidth    *float64 `avro:"residual_bandwidth"`
	AvailableBandwidth   *float64 `avro:"available_bandwidth"`
	UtilizedBandwidth    *float64 `avro:"utilized_bandwidth"`
	ExtendedAdminGroup   []uint32 `avro:"extended_admin_group"`
}

// SegmentRouting holds what is rarely said of segment routing (RFC 9085).
type SegmentRouting struct {
	LocalBlock         *SRLocalBlock     `avro:"local_block"`
	SRMSPreference     *uint8            `avro:"srms_preference"`
	LANAdjacencySIDs   []LANAdjacencySID `avro:"lan_adjacency_sids"`
	PrefixRanges       []PrefixRange     `avro:"prefix_ranges"`
	L2BundleMembers    []L2BundleMember  `avro:"l2_bundle_members"`
	SourceOSPFRouterID *string           `avro:"source_ospf_router_id"` // dotted quad
}

// SRLocalBlock is TLV 1036 (RFC 9085 §2.1.4).
type SRLocalBlock struct {
	Flags  uint8      `avro:"flags"`
	Ranges []SIDRange `avro:"ranges"`
}

// LANAdjacencySID is TLV 1100 (RFC 9085 §2.2.2).
type LANAdjacencySID struct {
	Flags    uint8  `avro:"flags"`
	Weight   uint8  `avro:"weight"`
	Neighbor string `avro:"neighbor"` // lower-case hex
	SID      uint32 `avro:"sid"`
	Label    bool   `avro:"label"`
}

// PrefixRange is TLV 1159 (RFC 9085 §2.3.5).
type PrefixRange struct {
	Flags       uint8       `avro:"flags"`
	Size        uint16      `avro:"size"`
	PrefixSIDs  []PrefixSID `avro:"prefix_sids"`
	UnknownTLVs []TLV       `avro:"unknown_tlvs"`
}

// L2BundleMember is TLV 1172 (RFC 9085 §2.2.3).
type L2BundleMember struct {
	ID                     uint32            `avro:"id"`
	Metrics                LinkMetrics       `avro:"metrics"`
	MaxLinkBandwidth       *float64          `avro:"max_link_bandwidth"`
	MaxReservableBandwidth *float64          `avro:"max_reservable_bandwidth"`
	UnreservedBandwidth    []float64         `avro:"unreserved_bandwidth"`
	LinkProtection         *uint8            `avro:"link_protection"`
	AdjacencySIDs          []AdjacencySID    `avro:"adjacency_sids"`
	LANAdjacencySIDs       []LANAdjacencySID `avro:"lan_adjacency_sids"`
	EndXSIDs               []SRv6EndXSID     `avro:"end_x_sids"`
	MSDs                   []MSD             `avro:"msds"`
	ApplicationSpecific    []ApplicationLink `avro:"application_specific"`
	UnknownTLVs            []TLV             `avro:"unknown_tlvs"`
}

// FlexAlgorithms holds what is said of flexible algorithms (RFC 9351).
type FlexAlgorithms struct {
	Definitions   []FlexAlgorithm       `avro:"definitions"`
	PrefixMetrics []FlexAlgorithmMetric `avro:"prefix_metrics"`
}

// FlexAlgorithm is TLV 1039 (RFC 9351 §3).
type FlexAlgorithm struct {
	Algorithm       uint8                      `avro:"algorithm"`
	MetricType      uint8                      `avro:"metric_type"`
	CalculationType uint8                      `avro:"calculation_type"`
	Priority        uint8                      `avro:"priority"`
	ExcludeAny      []uint32                   `avro:"exclude_any"`
	IncludeAny      []uint32                   `avro:"include_any"`
	IncludeAll      []uint32                   `avro:"include_all"`
	Flags           []byte                     `avro:"flags"`
	ExcludeSRLGs    []uint32                   `avro:"exclude_srlgs"`
	Unsupported     []FlexAlgorithmUnsupported `avro:"unsupported"`
	UnknownTLVs     []TLV                      `avro:"unknown_tlvs"`
}

// FlexAlgorithmUnsupported is TLV 1046 (RFC 9351 §3.6).
type FlexAlgorithmUnsupported struct {
	ProtocolID uint8  `avro:"protocol_id"`
	Types      []byte `avro:"types"`
}

// FlexAlgorithmMetric is TLV 1044 (RFC 9351 §4).
type FlexAlgorithmMetric struct {
	Algorithm uint8  `avro:"algorithm"`
	Flags     uint8  `avro:"flags"`
	Metric    uint32 `avro:"metric"`
}

// BGPEPE holds the BGP peering segments of a link (RFC 9086 §5).
type BGPEPE struct {
	PeerNodeSIDs      []PeerSID `avro:"peer_node_sids"`
	PeerAdjacencySIDs []PeerSID `avro:"peer_adjacency_sids"`
	PeerSetSIDs       []PeerSID `avro:"peer_set_sids"`
}

// PeerSID is TLV 1101, 1102 or 1103 (RFC 9086 §5).
type PeerSID struct {
	Flags  uint8  `avro:"flags"`
	Weight uint8  `avro:"weight"`
	SID    uint32 `avro:"sid"`
	Label  bool   `avro:"label"`
}

// SRPolicy is what is said of a candidate path (RFC 9857 §5).
type SRPolicy struct {
	State      *SRPolicyState `avro:"state"`
	PathName   *string        `avro:"path_name"`
	PolicyName *string        `avro:"policy_name"`
}

// SRPolicyState is TLV 1202 (RFC 9857 §5.3).
type SRPolicyState struct {
	Priority   uint8  `avro:"priority"`
	Flags      uint16 `avro:"flags"`
	Preference uint32 `avro:"preference"`
}

// Opaque holds IGP TLVs that a router passes on as they are.
type Opaque struct {
	Node   [][]byte `avro:"node"`
	Link   [][]byte `avro:"link"`
	Prefix [][]byte `avro:"prefix"`
}

// SRv6SIDDescriptor holds the SRv6 SID descriptors (RFC 9514 §6.1).
type SRv6SIDDescriptor struct {
	SID             string  `avro:"sid"`
	MultiTopologyID *uint16 `avro:"multi_topology_id"`
	UnknownTLVs     []TLV   `avro:"unknown_tlvs"`
}

// SRPolicyDescriptor is TLV 554 (RFC 9857 §4.1).
type SRPolicyDescriptor struct {
	ProtocolOrigin uint8  `avro:"protocol_origin"`
	Flags          uint8  `avro:"flags"`
	Endpoint       string `avro:"endpoint"`
	Color          uint32 `avro:"color"`
	OriginatorASN  uint32 `avro:"originator_asn"`
	Originator     string `avro:"originator"`
	Discriminator  uint32 `avro:"discriminator"`
	UnknownTLVs    []TLV  `avro:"unknown_tlvs"`
}
