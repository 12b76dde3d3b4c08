package ted

import "github.com/altostream/altostream/schemas"

// view is what the speakers tell together: the record of each object that counts,
// with the nodes resolved.
type view struct {
	asns     asns
	routers  map[router]bool // that some record has as local node
	overload map[router]bool
	links    []*schemas.RawTopology
	prefixes []*schemas.RawTopology
}

// overloadBit is the O bit of the node flags (TLV 1024, RFC 9552 §5.3.1.1).
const overloadBit = 0x80

func newView(records []*schemas.RawTopology) *view {
	v := &view{asns: asns{}, routers: map[router]bool{}, overload: map[router]bool{}}
	for _, r := range records {
		v.asns.learn(r.LocalNode)
		v.asns.learn(r.RemoteNode)
	}
	for _, r := range records {
		v.add(r)
	}
	return v
}

func (v *view) add(r *schemas.RawTopology) {
	switch r.Kind {
	case schemas.KindLink:
		v.links = append(v.links, r)
	case schemas.KindPrefix4, schemas.KindPrefix6:
		v.prefixes = append(v.prefixes, r)
	}
	local, ok := v.asns.node(r, r.LocalNode)
	if !ok || local.isPseudonode() {
		return
	}
	v.routers[local.router] = true
	if r.Kind == schemas.KindNode && r.Attributes != nil && value(r.Attributes.NodeFlags)&overloadBit != 0 {
		v.overload[local.router] = true
	}
}
