package bgpls

// AFI and SAFIs of BGP-LS (RFC 9552 §5.2).
const (
	AFI     = 16388
	SAFI    = 71
	SAFIVPN = 72 // BGP-LS-VPN: a route distinguisher comes before each NLRI's value
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
	SRPolicyNLRI   NLRIType = 5 // SR Policy candidate path (RFC 9857 §4)
	SRv6SIDNLRI    NLRIType = 6 // SRv6 SID (RFC 9514 §6)
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
	RSVPTE     ProtocolID = 8 // draft-ietf-idr-bgp-ls-te-path
	SR         ProtocolID = 9 // segment routing, RFC 9857 §4
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
	TLVSRv6SID          = 518 // SRv6 SID information (RFC 9514 §6.1)
	TLVSRPolicy         = 554 // SR Policy candidate path descriptor (RFC 9857 §4.1)
)

// TLVs of the BGP-LS attribute of a node.
const (
	TLVNodeMSD             = 266  // node maximum SID depths (RFC 8814 §3)
	TLVNodeFlags           = 1024 // node flag bits (RFC 9552 §5.3.1.1)
	TLVOpaqueNode          = 1025 // opaque node attribute (RFC 9552 §5.3.1.5)
	TLVNodeName            = 1026 // node name (RFC 9552 §5.3.1.3)
	TLVISISAreaID          = 1027 // IS-IS area identifier (RFC 9552 §5.3.1.2)
	TLVLocalIPv4           = 1028 // IPv4 router id of the local node (RFC 9552 §5.3.1.4)
	TLVLocalIPv6           = 1029 // IPv6 router id of the local node (RFC 9552 §5.3.1.4)
	TLVRemoteIPv4          = 1030 // IPv4 router id of the remote node (RFC 9552 §5.3.2.1)
	TLVRemoteIPv6          = 1031 // IPv6 router id of the remote node (RFC 9552 §5.3.2.1)
	TLVSBFDDiscriminators  = 1032 // S-BFD discriminators, 32 bits each (RFC 9247)
	TLVSRCapabilities      = 1034 // SR capabilities (RFC 9085 §2.1.2)
	TLVSRAlgorithm         = 1035 // SR algorithms (RFC 9085 §2.1.3)
	TLVSRLocalBlock        = 1036 // SR local block (RFC 9085 §2.1.4)
	TLVSRMSPreference      = 1037 // SR mapping server preference (RFC 9085 §2.1.5)
	TLVSRv6Capabilities    = 1038 // SRv6 capabilities (RFC 9514 §3.1)
	TLVFlexAlgorithm       = 1039 // flexible algorithm definition (RFC 9351 §3)
	TLVFlexAlgorithmMetric = 1044 // flexible algorithm prefix metric (RFC 9351 §4)
	TLVSIDLabel            = 1161 // SID/label, inside of 1034 and 1036 (RFC 9085 §2.1.1)
	TLVFlexExcludeAny      = 1040 // exclude-any affinity, inside of 1039 (RFC 9351 §3.1)
	TLVFlexIncludeAny      = 1041 // include-any affinity, inside of 1039 (RFC 9351 §3.2)
	TLVFlexIncludeAll      = 1042 // include-all affinity, inside of 1039 (RFC 9351 §3.3)
	TLVFlexFlags           = 1043 // definition flags, inside of 1039 (RFC 9351 §3.4)
	TLVFlexExcludeSRLG     = 1045 // exclude SRLG, inside of 1039 (RFC 9351 §3.5)
	TLVFlexUnsupported     = 1046 // unsupported sub-TLVs, inside of 1039 (RFC 9351 §3.6)
)

// TLVs of the BGP-LS attribute of a link.
const (
	TLVLinkMSD                = 267  // link maximum SID depths (RFC 8814 §4)
	TLVAdminGroup             = 1088 // administrative group, 32 bits (RFC 9552 §5.3.2)
	TLVMaxLinkBandwidth       = 1089 // maximum link bandwidth, bytes/s (RFC 9552 §5.3.2)
	TLVMaxReservableBandwidth = 1090 // maximum reservable link bandwidth, bytes/s (RFC 9552 §5.3.2)
	TLVUnreservedBandwidth    = 1091 // unreserved bandwidth per priority, bytes/s (RFC 9552 §5.3.2)
	TLVTEMetric               = 1092 // TE default metric (RFC 9552 §5.3.2.3)
	TLVLinkProtection         = 1093 // link protection type (RFC 9552 §5.3.2, RFC 5307 §1.2)
	TLVMPLSProtocols          = 1094 // MPLS protocol mask (RFC 9552 §5.3.2.2)
	TLVIGPMetric              = 1095 // IGP metric (RFC 9552 §5.3.2.4)
	TLVSRLG                   = 1096 // shared risk link groups (RFC 9552 §5.3.2.5)
	TLVOpaqueLink             = 1097 // opaque link attribute (RFC 9552 §5.3.2.6)
	TLVLinkName               = 1098 // link name (RFC 9552 §5.3.2.7)
	TLVAdjacencySID           = 1099 // adjacency SID (RFC 9085 §2.2.1)
	TLVLANAdjacencySID        = 1100 // LAN adjacency SID (RFC 9085 §2.2.2)
	TLVPeerNodeSID            = 1101 // PeerNode SID (RFC 9086 §5)
	TLVPeerAdjacencySID       = 1102 // PeerAdj SID (RFC 9086 §5)
	TLVPeerSetSID             = 1103 // PeerSet SID (RFC 9086 §5)
	TLVRTMCapability          = 1105 // residence time measurement capability (RFC 8169)
	TLVSRv6EndXSID            = 1106 // SRv6 End.X SID (RFC 9514 §4.1)
	TLVSRv6LANEndXSIDISIS     = 1107 // SRv6 LAN End.X SID of IS-IS (RFC 9514 §4.2)
	TLVSRv6LANEndXSIDOSPFv3   = 1108 // SRv6 LAN End.X SID of OSPFv3 (RFC 9514 §4.2)
	TLVDelay                  = 1114 // unidirectional link delay, µs (RFC 8571 §2.1)
	TLVMinMaxDelay            = 1115 // min/max unidirectional link delay, µs (RFC 8571 §2.2)
	TLVDelayVariation         = 1116 // unidirectional delay variation, µs (RFC 8571 §2.3)
	TLVLoss                   = 1117 // unidirectional link loss, 0.000003 % (RFC 8571 §2.4)
	TLVResidualBandwidth      = 1118 // unidirectional residual bandwidth, bytes/s (RFC 8571 §2.5)
	TLVAvailableBandwidth     = 1119 // unidirectional available bandwidth, bytes/s (RFC 8571 §2.6)
	TLVUtilizedBandwidth      = 1120 // unidirectional utilized bandwidth, bytes/s (RFC 8571 §2.7)
	TLVGracefulShutdown       = 1121 // graceful link shutdown (RFC 8379)
	TLVApplicationLink        = 1122 // application-specific link attributes (RFC 9294 §2)
	TLVL2BundleMember         = 1172 // L2 bundle member attributes (RFC 9085 §2.2.3)
	TLVExtendedAdminGroup     = 1173 // extended administrative group, words of 32 bits (RFC 9104 §2)
)

// TLVs of the BGP-LS attribute of a prefix.
const (
	TLVIGPFlags              = 1152 // IGP flags (RFC 9552 §5.3.3.1)
	TLVRouteTag              = 1153 // IGP route tags, 32 bits each (RFC 9552 §5.3.3.2)
	TLVExtendedRouteTag      = 1154 // extended IGP route tags, 64 bits each (RFC 9552 §5.3.3.3)
	TLVPrefixMetric          = 1155 // prefix metric (RFC 9552 §5.3.3.4)
	TLVOSPFForwardingAddress = 1156 // OSPF forwarding address (RFC 9552 §5.3.3.5)
	TLVOpaquePrefix          = 1157 // opaque prefix attribute (RFC 9552 §5.3.3.6)
	TLVPrefixSID             = 1158 // prefix SID (RFC 9085 §2.3.1)
	TLVPrefixRange           = 1159 // range of prefix SIDs (RFC 9085 §2.3.5)
	TLVSRv6Locator           = 1162 // SRv6 locator (RFC 9514 §5.1)
	TLVPrefixAttributeFlags  = 1170 // prefix attribute flags (RFC 9085 §2.3.2)
	TLVSourceRouterID        = 1171 // source router id (RFC 9085 §2.3.3)
	TLVSourceOSPFRouterID    = 1174 // source OSPF router id (RFC 9085 §2.3.4)
)

// TLVs of the BGP-LS attribute of an SR Policy candidate path.
const (
	TLVSRPolicyState    = 1202 // candidate path state (RFC 9857 §5.3)
	TLVSRPolicyPathName = 1203 // candidate path name (RFC 9857 §5)
	TLVSRPolicyName     = 1213 // policy name (RFC 9857 §5)
)

// TLVs of the BGP-LS attribute of an SRv6 SID.
const (
	TLVSRv6EndpointBehavior = 1250 // endpoint behavior (RFC 9514 §7.1)
	TLVSRv6PeerNode         = 1251 // BGP peer node SID (RFC 9514 §7.2)
	TLVSRv6SIDStructure     = 1252 // SID structure, also inside of 1106 to 1108 (RFC 9514 §8)
)
