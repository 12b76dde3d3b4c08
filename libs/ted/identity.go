package ted

import (
	"encoding/hex"
	"strings"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

// router is what a PID stands for.
type router struct {
	asn uint32
	id  string // IGP router id, lower-case hex
}

func (r router) pid() string { return alto.PIDName(r.asn, r.id) }

// node is a node of the graph: a router, or a pseudonode, which belongs to the
// router that originates it (the designated router of OSPF, the designated
// intermediate system of IS-IS).
//
// The OSPF area is no part of a pseudonode's identity: its id holds the designated
// router's interface address and is unique without it, and real speakers tell the
// two ends of one link in different areas.
type node struct {
	router
	pseudonode string // IGP router id of the pseudonode, "" for a router
	protocol   uint8  // of a pseudonode
	identifier uint64 // of a pseudonode
}

func (n node) isPseudonode() bool { return n.pseudonode != "" }

// Lengths of an IGP router id in octets (RFC 9552 §5.2.1.4).
const (
	ospfRouterLength     = 4
	isisRouterLength     = 6
	isisPseudonodeLength = 7 // system id and pseudonode number
	ospfPseudonodeLength = 8 // router id and interface of the designated router
)

// splitRouterID returns the router part of an IGP router id in hex and, for a
// pseudonode, the whole id. An IS-IS id with the pseudonode number 0 is the router.
// ok is false for an id of any other form.
func splitRouterID(text string) (routerID, pseudonode string, ok bool) {
	octets, err := hex.DecodeString(text)
	if err != nil {
		return "", "", false
	}
	id := strings.ToLower(text)
	switch len(octets) {
	case ospfRouterLength, isisRouterLength:
		return id, "", true
	case isisPseudonodeLength:
		routerID = id[:2*isisRouterLength]
		if octets[isisRouterLength] == 0 {
			return routerID, "", true
		}
		return routerID, id, true
	case ospfPseudonodeLength:
		return id[:2*ospfRouterLength], id, true
	}
	return "", "", false
}

// nodeID returns the one form of an IGP router id: that of a pseudonode is itself, an
// IS-IS id with the pseudonode number 0 is the system id, any other text is as told.
func nodeID(text string) string {
	routerID, pseudonode, ok := splitRouterID(text)
	switch {
	case !ok:
		return text
	case pseudonode != "":
		return pseudonode
	}
	return routerID
}

// asns knows the ASN of the routers, by IGP router id, that are told with one.
type asns map[string]toldASN

type toldASN struct {
	asn       uint32
	ambiguous bool // several ASNs are told for the router id
}

func (a asns) learn(d *schemas.NodeDescriptor) {
	if d == nil || d.ASN == nil {
		return
	}
	id, _, ok := splitRouterID(value(d.IGPRouterID))
	if !ok {
		return
	}
	told, known := a[id]
	a[id] = toldASN{asn: *d.ASN, ambiguous: known && (told.ambiguous || told.asn != *d.ASN)}
}

// of returns the ASN of the router that a descriptor names: the one in the
// descriptor, else the only one that is told for this router id anywhere, else 0.
func (a asns) of(d *schemas.NodeDescriptor, routerID string) uint32 {
	if d.ASN != nil {
		return *d.ASN
	}
	if told := a[routerID]; !told.ambiguous {
		return told.asn
	}
	return 0
}

// node returns the node that a descriptor of record r names; ok is false if it
// names none by an IGP router id.
func (a asns) node(r *schemas.RawTopology, d *schemas.NodeDescriptor) (n node, ok bool) {
	if d == nil {
		return node{}, false
	}
	id, pseudonode, ok := splitRouterID(value(d.IGPRouterID))
	if !ok {
		return node{}, false
	}
	n.router = router{asn: a.of(d, id), id: id}
	if pseudonode != "" {
		n.pseudonode, n.protocol, n.identifier = pseudonode, value(r.ProtocolID), value(r.Identifier)
	}
	return n, true
}
