package bgpls

import (
	"bytes"
	"encoding/binary"
)

// Update is what the body of a BGP UPDATE says about BGP-LS.
type Update struct {
	Reach          []NLRI      // MP_REACH_NLRI
	Unreach        []NLRI      // MP_UNREACH_NLRI
	Attributes     *Attributes // of all of Reach; nil = none
	AttributesLost bool        // the attribute was malformed or out of reach (RFC 9552 §8.2.2)
	EndOfRIB       bool        // the speaker's table is complete (RFC 4724 §2)
}

// DecodeUpdate decodes the body of a BGP UPDATE (RFC 4271 §4.3), that is without
// the header of 19 octets. Other address families and other path attributes are
// passed over. Each error is a *DecodeError about the one part that is missing
// from the result; the rest of the result is valid.
func DecodeUpdate(body []byte) (Update, []error) {
	var d decoder
	c := cursor{rest: body}
	if _, err := c.sized(); err != nil { // withdrawn IPv4 routes
		d.broken(c, err)
		return d.update, d.errs
	}
	attributes, err := c.sized()
	for attributes.more() {
		a, failure := attributes.nextPathAttribute()
		if failure != nil {
			err = failure
			break
		}
		d.pathAttribute(a)
	}
	if err != nil {
		d.broken(attributes, err)
		return d.update, d.errs
	}
	d.update.EndOfRIB = d.emptyUnreach && !d.reached
	return d.update, d.errs
}

// sized reads two octets of length and as many octets. If there are fewer, it
// gives those with an error.
func (c *cursor) sized() (cursor, error) {
	if len(c.rest) < 2 {
		return cursor{offset: c.offset}, errTruncated(2, len(c.rest))
	}
	length := int(binary.BigEndian.Uint16(c.rest))
	part := cursor{rest: c.rest[2:], offset: c.offset + 2}
	if length > len(part.rest) {
		return part, errTruncated(length, len(part.rest))
	}
	part.rest = part.rest[:length]
	c.rest = c.rest[2+length:]
	c.offset += 2 + length
	return part, nil
}

// extendedLength is the path attribute flag for two octets of length (RFC 4271 §4.3).
const extendedLength = 0x10

// nextPathAttribute reads flags, type, length and value.
func (c *cursor) nextPathAttribute() (tlv, error) {
	if len(c.rest) < 3 {
		return tlv{}, errTruncated(3, len(c.rest))
	}
	typ := uint16(c.rest[1])
	if c.rest[0]&extendedLength == 0 {
		return c.take(typ, 3, int(c.rest[2]))
	}
	if len(c.rest) < 4 {
		return tlv{}, errTruncated(4, len(c.rest))
	}
	return c.take(typ, 4, int(binary.BigEndian.Uint16(c.rest[2:])))
}

// decoder gathers an Update.
type decoder struct {
	update       Update
	errs         []error
	reached      bool // an MP_REACH_NLRI came, of any address family
	attributed   bool // a BGP-LS attribute came
	emptyUnreach bool // an MP_UNREACH_NLRI of BGP-LS came that withdraws nothing
}

func (d *decoder) fail(what string, part tlv, err error) {
	d.errs = append(d.errs, decodeError(what, part, err))
}

// broken gives up the rest of the UPDATE, and with it an attribute that did not come.
func (d *decoder) broken(c cursor, err error) {
	d.update.AttributesLost = d.update.Attributes == nil
	d.errs = append(d.errs, &DecodeError{What: PartUpdate, Offset: c.offset, Raw: bytes.Clone(c.rest), Err: err})
}

func (d *decoder) pathAttribute(a tlv) {
	switch a.typ {
	case AttributeMPReach:
		d.reached = true
		if v := a.value; d.bgpls(a, 5) {
			d.update.Reach = d.nlris(d.update.Reach, a, 5+int(v[3])) // next hop and a reserved octet
		}
	case AttributeMPUnreach:
		if d.bgpls(a, 3) {
			d.emptyUnreach = len(a.value) == 3
			d.update.Unreach = d.nlris(d.update.Unreach, a, 3)
		}
	case AttributeBGPLS:
		d.attributes(a)
	}
}

// bgpls reports whether a path attribute, which has a head of some octets, is of
// the address family of BGP-LS.
func (d *decoder) bgpls(a tlv, head int) bool {
	v := a.value
	if len(v) >= 3 && (binary.BigEndian.Uint16(v) != AFI || v[2] != SAFI) {
		return false
	}
	if len(v) < head {
		d.fail(PartAttribute, a, errTruncated(head, len(v)))
		return false
	}
	return true
}

// nlris decodes the NLRIs of a path attribute after skip octets of it.
func (d *decoder) nlris(ns []NLRI, a tlv, skip int) []NLRI {
	if skip > len(a.value) {
		d.fail(PartAttribute, a, errTruncated(skip, len(a.value)))
		return ns
	}
	for c := a.within(skip); c.more(); {
		part, err := c.next()
		if err != nil {
			d.fail(PartAttribute, tlv{typ: a.typ, value: c.rest, offset: c.offset}, err)
			break
		}
		ns = append(ns, NLRI{})
		if err := ns[len(ns)-1].decode(part); err != nil {
			ns = ns[:len(ns)-1]
			d.fail(PartNLRI, part, err)
		}
	}
	return ns
}

// attributes decodes the BGP-LS attribute; of several the first counts (RFC 7606 §3.g).
func (d *decoder) attributes(a tlv) {
	if d.attributed {
		d.fail(PartAttribute, a, ErrRepeated)
		return
	}
	d.attributed = true
	attributes, errs := decodeAttributes(a)
	d.update.Attributes, d.update.AttributesLost = attributes, attributes == nil
	d.errs = append(d.errs, errs...)
}
