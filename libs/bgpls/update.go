package bgpls

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Update is what the body of a BGP UPDATE says about BGP-LS.
type Update struct {
	Reach          []NLRI      // MP_REACH_NLRI
	Unreach        []NLRI      // MP_UNREACH_NLRI
	Attributes     *Attributes // of all of Reach; nil = none
	AttributesLost bool        // the attribute was malformed or out of reach (RFC 9552 §8.2.2)
	EndOfRIB       bool        // the speaker's table is complete (RFC 4724 §2)
	EndOfRIBVPN    bool        // its table of SAFI 72 is
	PathIDs        bool        // the NLRIs had path identifiers (RFC 7911)
	Oddities       Oddities    // what is not as it should be and does no harm
}

// Oddities counts what a speaker does otherwise than the RFCs say and that was
// understood all the same: no error, nothing is missing.
type Oddities struct {
	Unordered  int // runs of TLVs that do not ascend (RFC 9552 §5.1)
	Prefixes   int // prefixes with octets or bits set beyond their length (RFC 9552 §5.2.3.2)
	Topologies int // NLRIs of more than one topology (RFC 9552 §5.2.2.1)
	Metrics    int // IGP metrics of 4 octets (RFC 9552 §5.3.2.4)
	TEMetrics  int // TE metrics of 3 octets (RFC 9552 §5.3.2.3)
	Flags      int // path attributes with other flags than optional (RFC 4760 §3, RFC 9552 §5.3)
}

// DecodeUpdate decodes the body of a BGP UPDATE (RFC 4271 §4.3), that is without
// the header of 19 octets. Other address families and other path attributes are
// passed over. Each error is a *DecodeError about the one part that is missing
// from the result or is kept there as octets; the rest of the result is valid.
//
// The values of several UPDATEs share slabs, one of about 2 KB for each kind of value.
// A value stays valid for as long as it is used, and keeps its slabs: whoever keeps
// values for long should keep their octets (NLRI.Append, Attributes.Append) instead.
func DecodeUpdate(body []byte) (Update, []error) {
	m := memories.Get().(*memory)
	u, errs := m.decode(body, NoPathIDs)
	memories.Put(m)
	return u, errs
}

// Decoder decodes UPDATEs into memory of its own. It is for whoever is done with an
// UPDATE before the next one: what Decode returns is valid until Decode is called
// again. It keeps as much memory as the largest UPDATE needed. The zero Decoder is
// ready for use, by one goroutine at a time.
type Decoder struct{ memory memory }

// Decode is DecodeUpdate into the memory of d.
func (d *Decoder) Decode(body []byte) (Update, []error) { return d.DecodeWith(NoPathIDs, body) }

// DecodeWith is Decode of an UPDATE whose NLRIs may have path identifiers.
func (d *Decoder) DecodeWith(p PathIDs, body []byte) (Update, []error) {
	d.memory.reset()
	return d.memory.decode(body, p)
}

func (m *memory) decode(body []byte, p PathIDs) (Update, []error) {
	m.oddities = Oddities{}
	d := decoder{memory: m, pathIDs: p}
	d.decode(body)
	d.update.Oddities = m.oddities
	return d.update, d.errs
}

// decode reads the withdrawn IPv4 routes and the path attributes. If there are fewer
// of them than their length says, those that are there count.
func (d *decoder) decode(body []byte) {
	_, end, err := sized16(body, 0)
	if err != nil {
		d.broken(body, 0, err)
		return
	}
	at, end, err := sized16(body, end)
	for at < end {
		next, failure := d.next(body[:end], at)
		if failure != nil {
			err = failure
			break
		}
		at = next
	}
	if err != nil {
		d.broken(body[:end], at, err)
		return
	}
	d.update.EndOfRIB = d.emptied == SAFI && !d.reached
	d.update.EndOfRIBVPN = d.emptied == SAFIVPN && !d.reached
}

// sized16 reads two octets of length; as many octets follow, from start to end. If
// there are fewer, end is where they end.
func sized16(body []byte, at int) (start, end int, err error) {
	if len(body)-at < 2 {
		return at, at, errTruncated(2, len(body)-at)
	}
	start, end = at+2, at+2+int(binary.BigEndian.Uint16(body[at:]))
	if end > len(body) {
		return start, len(body), errTruncated(end-start, len(body)-start)
	}
	return start, end, nil
}

// Path attribute flags (RFC 4271 §4.3).
const (
	optionalFlag   = 0x80
	extendedLength = 0x10 // two octets of length
	unusedFlags    = 0x0f
)

// next reads the flags, type, length and value of the path attribute at an offset, and
// says where the one after it is.
func (d *decoder) next(body []byte, at int) (int, error) {
	v := body[at:]
	if len(v) < 3 {
		return at, errTruncated(3, len(v))
	}
	header, length := 3, int(v[2])
	if v[0]&extendedLength != 0 {
		if len(v) < 4 {
			return at, errTruncated(4, len(v))
		}
		header, length = 4, int(binary.BigEndian.Uint16(v[2:]))
	}
	if length > len(v)-header {
		return at, errTruncated(length, len(v)-header)
	}
	switch v[1] {
	case AttributeMPReach, AttributeMPUnreach, AttributeBGPLS:
		d.pathAttribute(part{
			typ: uint16(v[1]), flags: v[0], value: v[header : header+length], offset: at, header: uint8(header),
		})
	}
	return at + header + length, nil
}

// decoder gathers an Update.
type decoder struct {
	*memory
	update  Update
	pathIDs PathIDs
	failures
	reached    bool // an MP_REACH_NLRI came, of any address family
	attributed bool // a BGP-LS attribute came
	emptied    safi // of the last MP_UNREACH_NLRI of BGP-LS, if it withdraws nothing
}

func (d *decoder) fail(what string, p part, err error) {
	d.failures.add(what, p, err)
}

// broken gives up the rest of the UPDATE, and with it an attribute that did not come.
func (d *decoder) broken(body []byte, at int, err error) {
	d.update.AttributesLost = d.update.Attributes == nil
	d.errs = append(d.errs, &DecodeError{What: PartUpdate, Offset: at, Raw: bytes.Clone(body[at:]), Err: err})
}

func (d *decoder) pathAttribute(a part) {
	switch a.typ {
	case AttributeMPReach:
		d.reached = true
		if v := a.value; d.bgpls(a, 5) {
			d.update.Reach = d.nlriList(d.update.Reach, a, 5+int(v[3])) // next hop and a reserved octet
		}
	case AttributeMPUnreach:
		if d.bgpls(a, 3) {
			d.emptied = 0
			if len(a.value) == 3 {
				d.emptied = safi(a.value[2])
			}
			d.update.Unreach = d.nlriList(d.update.Unreach, a, 3)
		}
	case AttributeBGPLS:
		d.checkFlags(a)
		d.bgplsAttribute(a)
	}
}

// bgpls reports whether a path attribute, which has a head of some octets, is of
// the address family of BGP-LS.
func (d *decoder) bgpls(a part, head int) bool {
	v := a.value
	if len(v) >= 3 && (binary.BigEndian.Uint16(v) != AFI || v[2] != SAFI && v[2] != SAFIVPN) {
		return false
	}
	if len(v) < head {
		d.fail(PartAttribute, a, errTruncated(head, len(v)))
		return false
	}
	d.checkFlags(a)
	return true
}

// checkFlags counts flags that are not those of an optional non-transitive path
// attribute. They do not matter for what it says.
func (d *decoder) checkFlags(a part) {
	if a.flags&^(extendedLength|unusedFlags) != optionalFlag {
		d.oddities.Flags++
	}
}

// nlriList decodes the NLRIs of a path attribute after skip octets of it. Where the
// framing breaks, one of the lengths before is wrong and nobody knows which: nothing of
// the attribute is believed.
func (d *decoder) nlriList(ns []NLRI, a part, skip int) []NLRI {
	if skip > len(a.value) {
		d.fail(PartAttribute, a, errTruncated(skip, len(a.value)))
		return ns
	}
	list, start, before := a.value[skip:], a.offset+int(a.header)+skip, 0
	if len(list) > 0 && d.pathIDs.in(list) {
		d.update.PathIDs = true
		before = pathIDLength
	}
	count, at, err := framed(list, before)
	if err != nil {
		d.fail(PartAttribute, a, fmt.Errorf("NLRI at octet %d: %w", start+at, err))
		return ns
	}
	if len(ns) == 0 {
		d.nlris.reserve(count)
	}
	for at := 0; at < len(list); {
		v := list[at+before:]
		typ, end, _ := frame(v)
		longer, err := d.appendNLRI(ns, NLRIType(typ), v[tlvHeader:end], a.value[2] == SAFIVPN)
		if err != nil {
			d.fail(PartNLRI, part{typ: typ, value: v[tlvHeader:end], offset: start + at + before}, err)
		}
		if before > 0 {
			identify(longer[len(ns):], pathID(list[at:]))
		}
		ns, at = longer, at+before+end
	}
	return ns
}

// bgplsAttribute decodes the BGP-LS attribute; of several the first counts (RFC 7606
// §3.g).
func (d *decoder) bgplsAttribute(a part) {
	if d.attributed {
		d.fail(PartAttribute, a, ErrRepeated)
		return
	}
	d.attributed = true
	d.update.Attributes = decodeAttributes(d.memory, a, &d.failures)
	d.update.AttributesLost = d.update.Attributes == nil
}
