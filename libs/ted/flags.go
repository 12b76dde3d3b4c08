package ted

import (
	"github.com/altostream/altostream/libs/igp"
	"github.com/altostream/altostream/schemas"
)

// routerFlags is what a node tells of itself in one level or area.
type routerFlags struct {
	noTransit bool // no path leads through it
	attached  bool // IS-IS level 1: it leads out of the area
	told      bool
}

// Node flags (TLV 1024, RFC 9552 §5.3.1.1).
const (
	overloadBit = 0x80
	attachedBit = 0x40
	routerBit   = 0x08 // of OSPFv3: no path leads through a router without it (RFC 5340 §4.8.1)
)

// readFlags returns the flags of the nodes that tell any. An OSPFv3 area of which no
// router has the R bit is told by a speaker that does not tell it.
func (v *view) readFlags() map[place]routerFlags {
	flags := map[place]routerFlags{}
	without := map[scope][]*object{} // the R bit
	with := map[scope]bool{}
	for _, o := range v.ofKind(schemas.KindNode) {
		if o.local.isPseudonode() || o.record.Attributes == nil || o.record.Attributes.NodeFlags == nil {
			continue
		}
		bits := *o.record.Attributes.NodeFlags
		f := flags[place{o.scope, o.local}]
		f.told = true
		switch {
		case o.scope.igp.rules() == igp.ISIS:
			f.noTransit = f.noTransit || bits&overloadBit != 0
			f.attached = f.attached || bits&attachedBit != 0 && o.scope.level == isisLevel1
		case o.scope.igp.protocol != ospfv3:
		case bits&routerBit == 0:
			without[o.scope] = append(without[o.scope], o)
		default:
			with[o.scope] = true
		}
		flags[place{o.scope, o.local}] = f
	}
	for s, nodes := range without {
		for _, o := range nodes {
			if with[s] {
				flags[place{s, o.local}] = routerFlags{noTransit: true, told: true}
				continue
			}
			v.findObject(NoRouterBit, o, "no router of area %s is told with the R bit: it is not believed", s.area)
		}
	}
	return flags
}
