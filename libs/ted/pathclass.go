package ted

import "github.com/altostream/altostream/schemas"

// pathClass orders the ways in which a router reaches a prefix, the nearest first.
type pathClass int

const (
	intraArea pathClass = iota
	interArea
	external
)

// Protocol-IDs (RFC 9552 §5.2).
const (
	isisLevel1 = 1
	isisLevel2 = 2
	ospfv2     = 3
	ospfv3     = 6
)

func isISIS(protocol *uint8) bool {
	return value(protocol) == isisLevel1 || value(protocol) == isisLevel2
}

func pathClassOf(r *schemas.RawTopology) pathClass {
	if isISIS(r.ProtocolID) {
		return isisPathClass(r.Attributes)
	}
	return ospfPathClass(r.Prefix.OSPFRouteType)
}

// ospfPathClass follows the OSPF route type (TLV 264, RFC 9552 §5.2.3.1): 1
// intra-area, 2 inter-area, 3 to 6 external and NSSA of type 1 and 2.
func ospfPathClass(routeType *uint8) pathClass {
	switch {
	case routeType == nil || *routeType == 1:
		return intraArea
	case *routeType == 2:
		return interArea
	}
	return external
}

const (
	upDownBit       = 0x80 // IGP flags (TLV 1152): from level 2 down to level 1
	externalBit     = 0x80 // prefix attribute flags (TLV 1170, RFC 7794 §2.1): X
	readvertisedBit = 0x40 // prefix attribute flags: R, from another level
)

func isisPathClass(a *schemas.Attributes) pathClass {
	if a == nil {
		return intraArea
	}
	var flags byte
	if len(a.PrefixAttributeFlags) > 0 {
		flags = a.PrefixAttributeFlags[0]
	}
	switch {
	case flags&externalBit != 0:
		return external
	case flags&readvertisedBit != 0 || value(a.IGPFlags)&upDownBit != 0:
		return interArea
	}
	return intraArea
}
