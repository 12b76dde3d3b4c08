package bgpls

// AFI and SAFI of BGP-LS (RFC 9552 §5.2).
const (
	AFI  = 16388
	SAFI = 71
)

// Path attribute types.
const (
	AttributeMPReach   = 14 // MP_REACH_NLRI (RFC 4760 §3)
	AttributeMPUnreach = 15 // MP_UNREACH_NLRI (RFC 4760 §4)
	AttributeBGPLS     = 29 // BGP-LS attribute (RFC 9552 §5.3)
)

// NLRIType is the type of an NLRI (RFC 9552 §5.2, Table 1).
type NLRIType uint16

// NLRI types that are decoded; an NLRI of any other type is kept as bytes.
const (
	NodeNLRI       NLRIType = 1
	LinkNLRI       NLRIType = 2
	IPv4PrefixNLRI NLRIType = 3
	IPv6PrefixNLRI NLRIType = 4
)

// ProtocolID is the source of an object (RFC 9552 §5.2, Table 2).
type ProtocolID uint8

// Protocol-IDs.
const (
	ISISLevel1 ProtocolID = 1
	ISISLevel2 ProtocolID = 2
	OSPFv2     ProtocolID = 3
	Direct     ProtocolID = 4
	Static     ProtocolID = 5
	OSPFv3     ProtocolID = 6
	BGP        ProtocolID = 7 // RFC 9086 §4
)

// Descriptor TLVs of an NLRI.
const (
	TLVLocalNode        = 256 // local node descriptors (RFC 9552 §5.2.1.2)
	TLVRemoteNode       = 257 // remote node descriptors (RFC 9552 §5.2.1.3)
	TLVLinkIdentifiers  = 258 // link local/remote identifiers (RFC 9552 §5.2.2)
	TLVIPv4Interface    = 259 // IPv4 interface address (RFC 9552 §5.2.2)
	TLVIPv4Neighbor     = 260 // IPv4 neighbor address (RFC 9552 §5.2.2)
	TLVIPv6Interface    = 261 // IPv6 interface address (RFC 9552 §5.2.2)
	TLVIPv6Neighbor     = 262 // IPv6 neighbor address (RFC 9552 §5.2.2)
	TLVMultiTopologyID  = 263 // multi-topology ids, 12 bits each (RFC 9552 §5.2.2.1)
	TLVOSPFRouteType    = 264 // OSPF route type (RFC 9552 §5.2.3.1)
	TLVIPReachability   = 265 // IP reachability information (RFC 9552 §5.2.3.2)
	TLVAutonomousSystem = 512 // autonomous system number (RFC 9552 §5.2.1.4)
	TLVBGPLSIdentifier  = 513 // BGP-LS identifier (RFC 9552 §5.2.1.4)
	TLVOSPFAreaID       = 514 // OSPF area (RFC 9552 §5.2.1.4)
	TLVIGPRouterID      = 515 // IGP router id (RFC 9552 §5.2.1.4)
	TLVBGPRouterID      = 516 // BGP router id (RFC 9086 §4.1)
	TLVMemberASN        = 517 // confederation member ASN (RFC 9086 §4.1)
)

// TLVs of the BGP-LS attribute of a node.
const (
	TLVNodeFlags      = 1024 // node flag bits (RFC 9552 §5.3.1.1)
	TLVNodeName       = 1026 // node name (RFC 9552 §5.3.1.3)
	TLVISISAreaID     = 1027 // IS-IS area identifier (RFC 9552 §5.3.1.2)
	TLVLocalIPv4      = 1028 // IPv4 router id of the local node (RFC 9552 §5.3.1.4)
	TLVLocalIPv6      = 1029 // IPv6 router id of the local node (RFC 9552 §5.3.1.4)
	TLVRemoteIPv4     = 1030 // IPv4 router id of the remote node (RFC 9552 §5.3.2.1)
	TLVRemoteIPv6     = 1031 // IPv6 router id of the remote node (RFC 9552 §5.3.2.1)
	TLVSRCapabilities = 1034 // SR capabilities (RFC 9085 §2.1.2)
	TLVSRAlgorithm    = 1035 // SR algorithms (RFC 9085 §2.1.3)
	TLVSIDLabel       = 1161 // SID/label, inside of SR capabilities (RFC 9085 §2.1.1)
)

// TLVs of the BGP-LS attribute of a link.
const (
	TLVAdminGroup             = 1088 // administrative group, 32 bits (RFC 9552 §5.3.2)
	TLVMaxLinkBandwidth       = 1089 // maximum link bandwidth, bytes/s (RFC 9552 §5.3.2)
	TLVMaxReservableBandwidth = 1090 // maximum reservable link bandwidth, bytes/s (RFC 9552 §5.3.2)
	TLVUnreservedBandwidth    = 1091 // unreserved bandwidth per priority, bytes/s (RFC 9552 §5.3.2)
	TLVTEMetric               = 1092 // TE default metric (RFC 9552 §5.3.2.3)
	TLVIGPMetric              = 1095 // IGP metric (RFC 9552 §5.3.2.4)
	TLVSRLG                   = 1096 // shared risk link groups (RFC 9552 §5.3.2.5)
	TLVLinkName               = 1098 // link name (RFC 9552 §5.3.2.7)
	TLVAdjacencySID           = 1099 // adjacency SID (RFC 9085 §2.2.1)
	TLVDelay                  = 1114 // unidirectional link delay, µs (RFC 8571 §2.1)
	TLVMinMaxDelay            = 1115 // min/max unidirectional link delay, µs (RFC 8571 §2.2)
	TLVDelayVariation         = 1116 // unidirectional delay variation, µs (RFC 8571 §2.3)
	TLVLoss                   = 1117 // unidirectional link loss, 0.000003 % (RFC 8571 §2.4)
	TLVResidualBandwidth      = 1118 // unidirectional residual bandwidth, bytes/s (RFC 8571 §2.5)
	TLVAvailableBandwidth     = 1119 // unidirectional available bandwidth, bytes/s (RFC 8571 §2.6)
	TLVUtilizedBandwidth      = 1120 // unidirectional utilized bandwidth, bytes/s (RFC 8571 §2.7)
)

// TLVs of the BGP-LS attribute of a prefix.
const (
	TLVIGPFlags              = 1152 // IGP flags (RFC 9552 §5.3.3.1)
	TLVRouteTag              = 1153 // IGP route tags, 32 bits each (RFC 9552 §5.3.3.2)
	TLVExtendedRouteTag      = 1154 // extended IGP route tags, 64 bits each (RFC 9552 §5.3.3.3)
	TLVPrefixMetric          = 1155 // prefix metric (RFC 9552 §5.3.3.4)
	TLVOSPFForwardingAddress = 1156 // OSPF forwarding address (RFC 9552 §5.3.3.5)
	TLVPrefixSID             = 1158 // prefix SID (RFC 9085 §2.3.1)
	TLVPrefixAttributeFlags  = 1170 // prefix attribute flags (RFC 9085 §2.3.2)
	TLVSourceRouterID        = 1171 // source router id (RFC 9085 §2.3.3)
)
