package ted

import (
	"cmp"
	"fmt"

	"github.com/altostream/altostream/libs/igp"
	"github.com/altostream/altostream/schemas"
)

// Protocol-IDs (RFC 9552 §5.2).
const (
	isisLevel1 = 1
	isisLevel2 = 2
	ospfv2     = 3
	ospfv3     = 6
	bgp        = 7
)

// igpKey names an IGP: a protocol, of which both levels of IS-IS are one, and the BGP-LS
// instance identifier.
type igpKey struct {
	protocol   uint8 // isisLevel1 for IS-IS
	identifier uint64
}

func (k igpKey) compare(other igpKey) int {
	return cmp.Or(cmp.Compare(k.protocol, other.protocol), cmp.Compare(k.identifier, other.identifier))
}

func (k igpKey) rules() igp.Rules {
	switch k.protocol {
	case isisLevel1:
		return igp.ISIS
	case ospfv2, ospfv3:
		return igp.OSPF
	}
	return igp.Flat
}

// scope is the part of an IGP whose routers know all of its links: an OSPF area, an
// IS-IS level; of other protocols the whole.
type scope struct {
	igp   igpKey
	level uint8  // of IS-IS
	area  string // of OSPF
}

// backboneArea is OSPF area 0.
const backboneArea = "0.0.0.0"

func (s scope) isBackbone() bool { return s.level == isisLevel2 || s.area == backboneArea }

// scopeOf returns the scope that the descriptors of a node, link or prefix name.
func scopeOf(r *schemas.RawTopology) scope {
	protocol := value(r.ProtocolID)
	s := scope{igp: igpKey{protocol, value(r.Identifier)}}
	switch protocol {
	case isisLevel1, isisLevel2:
		s.igp.protocol, s.level = isisLevel1, protocol
	case ospfv2, ospfv3:
		s.area = value(r.LocalNode.OSPFAreaID)
	}
	return s
}

// protocol is the Protocol-ID.
func (s scope) protocol() uint8 {
	if s.level != 0 {
		return s.level
	}
	return s.igp.protocol
}

// value is what p points to, or zero.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// String is how operators name the IGP.
func (k igpKey) String() string {
	name, known := map[uint8]string{isisLevel1: "IS-IS", ospfv2: "OSPFv2", ospfv3: "OSPFv3", bgp: "BGP"}[k.protocol]
	if !known {
		name = fmt.Sprintf("protocol %d", k.protocol)
	}
	if k.identifier != 0 {
		name += fmt.Sprintf(" instance %d", k.identifier)
	}
	return name
}

// String is how operators name the area or level; "" where there are none.
func (s scope) String() string {
	switch {
	case s.level != 0:
		return fmt.Sprintf("level %d", s.level)
	case s.area != "":
		return "area " + s.area
	}
	return ""
}
