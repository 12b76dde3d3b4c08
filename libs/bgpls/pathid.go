package bgpls

import "encoding/binary"

// PathIDs says whether the NLRIs of an UPDATE have path identifiers before them, of four
// octets (RFC 7911 §3).
type PathIDs uint8

// Whether there are path identifiers.
const (
	NoPathIDs     PathIDs = iota // there are none
	SomePathIDs                  // nobody said so, but some senders write them all the same: where the octets are NLRIs with them only
	WantedPathIDs                // both speakers offered them, or the record says so: unless the octets are NLRIs without them only
)

// pathIDLength is the octets of a path identifier.
const pathIDLength = 4

// in tells from the octets of a list of NLRIs whether they have path identifiers. Type 0
// is reserved (IANA, BGP-LS NLRI types): an NLRI of it is half of a path identifier.
func (p PathIDs) in(list []byte) bool {
	switch p {
	case SomePathIDs:
		return !plausible(list, 0) && plausible(list, pathIDLength)
	case WantedPathIDs:
		return plausible(list, pathIDLength) || !plausible(list, 0)
	}
	return false
}

// plausible reports whether a list is of NLRIs that have so many octets before each.
func plausible(list []byte, before int) bool {
	for len(list) > 0 {
		if len(list) < before {
			return false
		}
		typ, end, err := frame(list[before:])
		if err != nil || typ == 0 {
			return false
		}
		list = list[before+end:]
	}
	return true
}

// pathID reads the path identifier before an NLRI.
func pathID(v []byte) uint32 { return binary.BigEndian.Uint32(v) }

// identify gives NLRIs their path identifier.
func identify(ns []NLRI, id uint32) {
	for i := range ns {
		ns[i].PathID = id
	}
}
