package schemas

import "time"

// Kinds of a raw-topology record.
const (
	KindNode     = "node"
	KindLink     = "link"
	KindPrefix4  = "prefix4"
	KindPrefix6  = "prefix6"
	KindSRv6SID  = "srv6_sid"  // RFC 9514 §6
	KindSRPolicy = "sr_policy" // an SR Policy candidate path (RFC 9857 §4)
	KindNLRI     = "nlri"      // an NLRI type that is not decoded, or an object of a VPN, kept as bytes
	KindPeer     = "peer"
)

// States of a peer record.
const (
	PeerIdle        = "idle"        // no session, nothing kept
	PeerEstablished = "established" // session up, table arriving
	PeerSynced      = "synced"      // End-of-RIB seen (RFC 4724 §2)
	PeerStale       = "stale"       // session lost, its objects kept for the stale time
)

// RawTopology is the value of raw-topology: one BGP-LS object, or the state of
// one peer, as one speaker sees it.
type RawTopology struct {
	Topology           string              `avro:"topology"`
	Source             string              `avro:"source"`
	Kind               string              `avro:"kind"`
	NLRIType           *uint16             `avro:"nlri_type"`
	ProtocolID         *uint8              `avro:"protocol_id"`
	Identifier         *uint64             `avro:"identifier"`
	LocalNode          *NodeDescriptor     `avro:"local_node"`
	RemoteNode         *NodeDescriptor     `avro:"remote_node"`
	Link               *LinkDescriptor     `avro:"link"`
	Prefix             *PrefixDescriptor   `avro:"prefix"`
	SRv6SID            *SRv6SIDDescriptor  `avro:"srv6_sid"`
	SRPolicy           *SRPolicyDescriptor `avro:"sr_policy"`
	RouteDistinguisher *string             `avro:"route_distinguisher"` // lower-case hex
	NLRI               []byte              `avro:"nlri"`
	Attributes         *Attributes         `avro:"attributes"`
	AttributesLost     bool                `avro:"attributes_lost"`
	UnknownTLVs        []TLV               `avro:"unknown_tlvs"`
	Peer               *Peer               `avro:"peer"`
}

// TLV is a type-length-value (RFC 9552 §5.1) kept as it came.
type TLV struct {
	Type  uint16 `avro:"type"`
	Value []byte `avro:"value"`
}

// NodeDescriptor holds the node descriptors (RFC 9552 §5.2.1).
type NodeDescriptor struct {
	ASN         *uint32 `avro:"asn"`
	BGPLSID     *uint32 `avro:"bgp_ls_id"`
	OSPFAreaID  *string `avro:"ospf_area_id"`  // dotted quad
	IGPRouterID *string `avro:"igp_router_id"` // lower-case hex
	BGPRouterID *string `avro:"bgp_router_id"` // dotted quad
	MemberASN   *uint32 `avro:"member_asn"`
	UnknownTLVs []TLV   `avro:"unknown_tlvs"`
}

// LinkDescriptor holds the link descriptors (RFC 9552 §5.2.2).
type LinkDescriptor struct {
	LocalID         *uint32 `avro:"local_id"`
	RemoteID        *uint32 `avro:"remote_id"`
	IPv4Interface   *string `avro:"ipv4_interface"`
	IPv4Neighbor    *string `avro:"ipv4_neighbor"`
	IPv6Interface   *string `avro:"ipv6_interface"`
	IPv6Neighbor    *string `avro:"ipv6_neighbor"`
	MultiTopologyID *uint16 `avro:"multi_topology_id"`
	UnknownTLVs     []TLV   `avro:"unknown_tlvs"`
}

// PrefixDescriptor holds the prefix descriptors (RFC 9552 §5.2.3).
type PrefixDescriptor struct {
	Prefix          string  `avro:"prefix"`
	OSPFRouteType   *uint8  `avro:"ospf_route_type"`
	MultiTopologyID *uint16 `avro:"multi_topology_id"`
	UnknownTLVs     []TLV   `avro:"unknown_tlvs"`
}

// Attributes is the BGP-LS attribute (RFC 9552 §5.3). Bandwidths are bytes/s,
// delays microseconds, loss percent.
type Attributes struct {
	MultiTopologyIDs       []uint16          `avro:"multi_topology_ids"`
	NodeFlags              *uint8            `avro:"node_flags"`
	NodeName               *string           `avro:"node_name"`
	ISISAreaIDs            []string          `avro:"isis_area_ids"`
	LocalIPv4RouterIDs     []string          `avro:"local_ipv4_router_ids"`
	LocalIPv6RouterIDs     []string          `avro:"local_ipv6_router_ids"`
	RemoteIPv4RouterIDs    []string          `avro:"remote_ipv4_router_ids"`
	RemoteIPv6RouterIDs    []string          `avro:"remote_ipv6_router_ids"`
	SRCapabilities         *SRCapabilities   `avro:"sr_capabilities"`
	SRAlgorithms           []uint8           `avro:"sr_algorithms"`
	AdminGroup             *uint32           `avro:"admin_group"`
	MaxLinkBandwidth       *float64          `avro:"max_link_bandwidth"`
	MaxReservableBandwidth *float64          `avro:"max_reservable_bandwidth"`
	UnreservedBandwidth    []float64         `avro:"unreserved_bandwidth"`
	TEMetric               *uint32           `avro:"te_metric"`
	IGPMetric              *uint32           `avro:"igp_metric"`
	SRLGs                  []uint32          `avro:"srlgs"`
	LinkName               *string           `avro:"link_name"`
	AdjacencySIDs          []AdjacencySID    `avro:"adjacency_sids"`
	DelayMicros            *uint32           `avro:"delay_micros"`
	DelayAnomalous         *bool             `avro:"delay_anomalous"`
	DelayMinMicros         *uint32           `avro:"delay_min_micros"`
	DelayMaxMicros         *uint32           `avro:"delay_max_micros"`
	DelayMinMaxAnomalous   *bool             `avro:"delay_min_max_anomalous"`
	DelayVariationMicros   *uint32           `avro:"delay_variation_micros"`
	LossPercent            *float64          `avro:"loss_percent"`
	LossAnomalous          *bool             `avro:"loss_anomalous"`
	ResidualBandwidth      *float64          `avro:"residual_bandwidth"`
	AvailableBandwidth     *float64          `avro:"available_bandwidth"`
	UtilizedBandwidth      *float64          `avro:"utilized_bandwidth"`
	IGPFlags               *uint8            `avro:"igp_flags"`
	RouteTags              []uint32          `avro:"route_tags"`
	ExtendedRouteTags      []string          `avro:"extended_route_tags"`
	PrefixMetric           *uint32           `avro:"prefix_metric"`
	OSPFForwardingAddress  *string           `avro:"ospf_forwarding_address"`
	PrefixSIDs             []PrefixSID       `avro:"prefix_sids"`
	PrefixAttributeFlags   []byte            `avro:"prefix_attribute_flags"`
	SourceRouterID         *string           `avro:"source_router_id"`
	ExtendedAdminGroup     []uint32          `avro:"extended_admin_group"`
	SBFDDiscriminators     []uint32          `avro:"sbfd_discriminators"`
	LinkProperties         *LinkProperties   `avro:"link_properties"`
	MSD                    *MaxSIDDepths     `avro:"msd"`
	SRv6                   *SRv6             `avro:"srv6"`
	ApplicationSpecific    []ApplicationLink `avro:"application_specific"`
	SegmentRouting         *SegmentRouting   `avro:"segment_routing"`
	FlexAlgorithms         *FlexAlgorithms   `avro:"flex_algorithms"`
	BGPEPE                 *BGPEPE           `avro:"bgp_epe"`
	SRPolicy               *SRPolicy         `avro:"sr_policy"`
	Opaque                 *Opaque           `avro:"opaque"`
}

// SRCapabilities is TLV 1034 (RFC 9085 §2.1.2).
type SRCapabilities struct {
	Flags  uint8      `avro:"flags"`
	Ranges []SIDRange `avro:"ranges"`
}

// SIDRange is a range of labels or SIDs.
type SIDRange struct {
	First uint32 `avro:"first"`
	Size  uint32 `avro:"size"`
	Label *bool  `avro:"label"`
}

// AdjacencySID is TLV 1099 (RFC 9085 §2.2.1).
type AdjacencySID struct {
	Flags  uint8  `avro:"flags"`
	Weight uint8  `avro:"weight"`
	SID    uint32 `avro:"sid"`
	Label  *bool  `avro:"label"`
}

// PrefixSID is TLV 1158 (RFC 9085 §2.3.1).
type PrefixSID struct {
	Flags     uint8  `avro:"flags"`
	Algorithm uint8  `avro:"algorithm"`
	SID       uint32 `avro:"sid"`
	Label     *bool  `avro:"label"`
}

// Peer is the session with a speaker.
type Peer struct {
	State string  `avro:"state"`
	ASN   *uint32 `avro:"asn"`

	// Reason is why the last session ended, for operators.
	Reason *string `avro:"reason"`
	// ReplicaGroup is the replicas of bgp-ingest that listen to the speaker.
	ReplicaGroup *string `avro:"replica_group"`
	// Since is when the state began.
	Since *time.Time `avro:"since"`
	// BGPIdentifier is that of the speaker's OPEN, a dotted quad.
	BGPIdentifier *string `avro:"bgp_identifier"`
	// Partial is true while the objects are of a table that was never told to its end.
	Partial *bool `avro:"partial"`
}
