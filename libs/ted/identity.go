package ted

import (
	"encoding/hex"
	"net/netip"
	"strings"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

// router is a router as one protocol names it.
type router struct {
	asn uint32 // 0: not told
	id  string // IGP router id, else BGP router id, lower-case hex
}

func (r router) pid() string { return alto.PIDName(r.asn, r.id) }

// node is a router, or a pseudonode, which belongs to the router that originates it (the
// designated router of OSPF, the designated intermediate system of IS-IS).
//
// The OSPF area is no part of a pseudonode's identity: its id holds the designated
// router's interface address and is unique without it.
type node struct {
	router
	pseudonode string // IGP router id of the pseudonode, "" for a router
	igp        igpKey // of a pseudonode
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

// nodeID returns the router and pseudonode that a descriptor names: by the IGP router
// id, or, without one, by the BGP router id (TLV 516, RFC 9086 §4.1).
func nodeID(d *schemas.NodeDescriptor) (routerID, pseudonode string, ok bool) {
	switch {
	case d == nil:
		return "", "", false
	case d.IGPRouterID != nil:
		return splitRouterID(*d.IGPRouterID)
	}
	address, err := netip.ParseAddr(value(d.BGPRouterID))
	if err != nil || !address.Is4() {
		return "", "", false
	}
	return hex.EncodeToString(address.AsSlice()), "", true
}

// asns knows the ASN of the routers that are told with one, by router id. ASN 0 is the
// number of no AS (RFC 7607): as if none were told.
type asns map[string]toldASN

type toldASN struct {
	asn       uint32
	ambiguous bool // several ASNs are told for the router id
}

func (a asns) learn(d *schemas.NodeDescriptor) {
	if d == nil || value(d.ASN) == 0 {
		return
	}
	id, _, ok := nodeID(d)
	if !ok {
		return
	}
	told, known := a[id]
	a[id] = toldASN{asn: *d.ASN, ambiguous: known && (told.ambiguous || told.asn != *d.ASN)}
}

// of returns the ASN of the router that a descriptor names: the one in the
// descriptor, else the only one that is told for this router id anywhere, else 0.
func (a asns) of(d *schemas.NodeDescriptor, routerID string) uint32 {
	if asn := value(d.ASN); asn != 0 {
		return asn
	}
	if told := a[routerID]; !told.ambiguous {
		return told.asn
	}
	return 0
}

// node returns the node that a descriptor names in an IGP; ok is false if it names none.
func (a asns) node(k igpKey, d *schemas.NodeDescriptor) (n node, ok bool) {
	id, pseudonode, ok := nodeID(d)
	if !ok {
		return node{}, false
	}
	n.router = router{asn: a.of(d, id), id: id}
	if pseudonode != "" {
		n.pseudonode, n.igp = pseudonode, k
	}
	return n, true
}
