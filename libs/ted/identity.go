package ted

import (
	"encoding/hex"
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

// descriptor is the node that a node descriptor names, with the ASN as far as it is told.
type descriptor struct {
	asn        uint32 // 0: not told
	id         string // of the router, "" if none of a known form is told
	pseudonode string
}

// readDescriptor returns what a node descriptor names: by the IGP router id, or, without
// one, by the BGP router id (TLV 516, RFC 9086 §4.1).
func readDescriptor(d *schemas.NodeDescriptor) descriptor {
	switch {
	case d == nil:
		return descriptor{}
	case d.IGPRouterID != nil:
		id, pseudonode, ok := splitRouterID(*d.IGPRouterID)
		if !ok {
			return descriptor{}
		}
		return descriptor{value(d.ASN), id, pseudonode}
	}
	address := readAddress(d.BGPRouterID)
	if !address.Is4() {
		return descriptor{}
	}
	return descriptor{asn: value(d.ASN), id: hex.EncodeToString(address.AsSlice())}
}

// asns knows the ASNs that routers are told with, by router id. ASN 0 is the number of no AS
// (RFC 7607): as if none were told.
type asns struct {
	of      map[string]*toldASNs
	touched map[string]bool
}

type toldASNs struct {
	told map[uint32]int // how many heads and links tell it
	only uint32         // the only one when it was settled; 0: there were none or several
}

func newASNs() asns { return asns{map[string]*toldASNs{}, map[string]bool{}} }

// add counts a descriptor in, or with -1 out.
func (a asns) add(n descriptor, count int) {
	if n.id == "" || n.asn == 0 {
		return
	}
	t := a.of[n.id]
	if t == nil {
		t = &toldASNs{told: map[uint32]int{}}
		a.of[n.id] = t
	}
	if t.told[n.asn] += count; t.told[n.asn] == 0 {
		delete(t.told, n.asn)
	}
	a.touched[n.id] = true
}

// settle returns the router ids of which another ASN, or none, is the only one since the
// last time.
func (a *asns) settle() map[string]bool {
	changed := map[string]bool{}
	for id := range a.touched {
		t := a.of[id]
		var only uint32
		if len(t.told) == 1 {
			for asn := range t.told {
				only = asn
			}
		}
		if changed[id] = only != t.only; !changed[id] {
			delete(changed, id)
		}
		if t.only = only; len(t.told) == 0 {
			delete(a.of, id)
		}
	}
	a.touched = map[string]bool{}
	return changed
}

// node returns the node that a descriptor names in an IGP: with the ASN in the descriptor,
// else with the only one that is told for this router id anywhere, else with 0. ok is false if
// it names none.
func (a asns) node(k igpKey, d descriptor) (n node, ok bool) {
	if d.id == "" {
		return node{}, false
	}
	n.router = router{asn: d.asn, id: d.id}
	if told := a.of[d.id]; d.asn == 0 && told != nil {
		n.asn = told.only
	}
	if d.pseudonode != "" {
		n.pseudonode, n.igp = d.pseudonode, k
	}
	return n, true
}
