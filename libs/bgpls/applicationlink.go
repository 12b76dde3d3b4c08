package bgpls

import "fmt"

// ApplicationLink is TLV 1122: attributes of a link for some applications only
// (RFC 9294 §2).
type ApplicationLink struct {
	Standard    []byte // bits of standard applications: 0x80 RSVP-TE, 0x40 SR Policy, 0x20 LFA, 0x10 flexible algorithm (RFC 9479 §4.1)
	UserDefined []byte // bits of user-defined applications
	LinkMetrics
	Unknown []TLV // further TLVs, ascending
}

// readApplicationLink reads the lengths of two bit masks, which are of 0, 4 or 8 octets,
// two reserved octets, the masks, and TLVs.
func readApplicationLink(m *memory, a *ApplicationLink, v []byte) (err error) {
	const fixed = 4
	if err := atLeast(v, fixed); err != nil {
		return err
	}
	standard, user := int(v[0]), int(v[1])
	for _, length := range []int{standard, user} {
		if length != 0 && length != 4 && length != 8 {
			return fmt.Errorf("%w: bit mask of %d octets", ErrValue, length)
		}
	}
	v = v[fixed:]
	if err := atLeast(v, standard+user); err != nil {
		return err
	}
	a.Standard = m.clone(v[:standard])
	a.UserDefined = m.clone(v[standard : standard+user])
	a.Unknown, err = m.fill(&a.LinkMetrics, v[standard+user:])
	return err
}

func appendApplicationLink(b []byte, a *ApplicationLink) []byte {
	b = append(b, byte(len(a.Standard)), byte(len(a.UserDefined)), 0, 0)
	b = append(append(b, a.Standard...), a.UserDefined...)
	e := encoder{b, a.Unknown}
	putOptional(&e, TLVAdminGroup, a.AdminGroup, appendUint32)
	putOptional(&e, TLVTEMetric, a.TEMetric, appendUint32)
	putList(&e, TLVSRLG, a.SRLGs, appendUint32)
	a.encodePerformance(&e)
	putList(&e, TLVExtendedAdminGroup, a.ExtendedAdminGroup, appendUint32)
	return e.done()
}
