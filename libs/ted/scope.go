package ted

import (
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

// scopeOf returns the scope that the descriptors of a node, link or prefix name; ok is
// false for any other record.
func scopeOf(r *schemas.RawTopology) (s scope, ok bool) {
	switch r.Kind {
	case schemas.KindNode, schemas.KindLink, schemas.KindPrefix4, schemas.KindPrefix6:
	default:
		return scope{}, false
	}
	if r.LocalNode == nil {
		return scope{}, false
	}
	protocol := value(r.ProtocolID)
	s.igp = igpKey{protocol, value(r.Identifier)}
	switch protocol {
	case isisLevel1, isisLevel2:
		s.igp.protocol, s.level = isisLevel1, protocol
	case ospfv2, ospfv3:
		s.area = value(r.LocalNode.OSPFAreaID)
	}
	return s, true
}

// value is what p points to, or zero.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// areas joins the areas of which speakers tell one direction of a link in the one and
// the other direction in the other. A link is in one area (RFC 2328 §9), so such a
// speaker does not know areas apart, and neither can we.
type areas map[scope]scope

// of returns the scope that stands for a scope and all that are one with it, area 0 if
// it is among them.
func (a areas) of(s scope) scope {
	for {
		to, joined := a[s]
		if !joined {
			return s
		}
		s = to
	}
}

func (a areas) join(s, t scope) {
	s, t = a.of(s), a.of(t)
	if s == t {
		return
	}
	if t.isBackbone() || !s.isBackbone() && t.area < s.area {
		s, t = t, s
	}
	a[t] = s
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
