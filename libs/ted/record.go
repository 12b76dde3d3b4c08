package ted

import (
	"net/netip"
	"slices"
	"strconv"

	"github.com/altostream/altostream/schemas"
)

// report is what one source tells of an object, as far as maps are made of it.
type report struct {
	source *source
	self   selfBy
	lost   bool // the attributes are the last that were known
	prefix prefixAttributes
	more   *details // nil if there are none
}

// prefixAttributes is what a report tells of a prefix. A network has many more prefixes than
// anything else.
type prefixAttributes struct {
	metric    uint32
	hasMetric bool
	passed    bool // the up/down bit
	flags     byte // the first octet of the prefix attribute flags (TLV 1170)
	mapping   bool // it has a SID range
	locator   bool // it has an SRv6 locator
}

// details is what a report tells of a node or link, and seldom of a prefix.
type details struct {
	node      *schemas.Attributes
	routerIDs []netip.Addr // of a node (TLVs 1028, 1029)

	link *schemas.Attributes // nil if there are none
	ends ends

	forwarding netip.Addr // of an external prefix
	tags       []string   // route tags of a prefix (TLVs 1153, 1154)
}

// ends is what tells a link from one parallel to it; the zero values are not told.
type ends struct {
	ipv4, ipv4Neighbor, ipv6, ipv6Neighbor netip.Addr
	local, remote                          uint32
}

// readHead returns what a record says of the head of its object.
func readHead(r *schemas.RawTopology) headDescriptor {
	h := headDescriptor{kind: r.Kind, local: readDescriptor(r.LocalNode)}
	switch r.Kind {
	case schemas.KindNode, schemas.KindLink, schemas.KindPrefix4, schemas.KindPrefix6:
		h.scoped = r.LocalNode != nil
	}
	if h.scoped {
		h.scope = scopeOf(r)
	}
	return h
}

// readObject returns what a record says that its object is.
func readObject(r *schemas.RawTopology) (o objectDescriptor) {
	switch {
	case r.Kind == schemas.KindLink:
		o.isLink, o.remote = true, readDescriptor(r.RemoteNode)
		if r.Link != nil {
			o.topology = value(r.Link.MultiTopologyID)
		}
	case isPrefix(r.Kind) && r.Prefix != nil:
		o.topology, o.ospfType = value(r.Prefix.MultiTopologyID), value(r.Prefix.OSPFRouteType)
		if p, err := netip.ParsePrefix(r.Prefix.Prefix); err == nil {
			o.prefix = p.Masked()
		}
	}
	return o
}

func isPrefix(kind string) bool { return kind == schemas.KindPrefix4 || kind == schemas.KindPrefix6 }

func (h *head) isPrefix() bool { return isPrefix(h.told.kind) }

// upDownBit is one of the IGP flags (TLV 1152).
const upDownBit = 0x80

func newReport(s *source, o *object, r *schemas.RawTopology) report {
	out := report{source: s, lost: r.AttributesLost}
	a := r.Attributes
	if a == nil {
		a = &schemas.Attributes{}
	}
	switch {
	case r.Kind == schemas.KindNode && r.Attributes != nil:
		out.more = &details{node: a, routerIDs: readAddresses(a.LocalIPv4RouterIDs, a.LocalIPv6RouterIDs)}
	case o.link != nil:
		out.more = &details{ends: readEnds(r), link: r.Attributes}
	case isPrefix(r.Kind):
		out.prefix = prefixAttributes{
			metric: value(a.PrefixMetric), hasMetric: a.PrefixMetric != nil, passed: value(a.IGPFlags)&upDownBit != 0,
			mapping: a.SegmentRouting != nil && len(a.SegmentRouting.PrefixRanges) > 0,
			locator: a.SRv6 != nil && len(a.SRv6.Locators) > 0,
		}
		if len(a.PrefixAttributeFlags) > 0 {
			out.prefix.flags = a.PrefixAttributeFlags[0]
		}
		if forwarding, tags := readAddress(a.OSPFForwardingAddress), readTags(a); forwarding.IsValid() || len(tags) > 0 {
			out.more = &details{forwarding: forwarding, tags: tags}
		}
	}
	out.self = s.findSelf(o, &out)
	return out
}

// selfBy is by what a report shows that the local node is the speaker's own.
type selfBy uint8

const (
	notSelf      selfBy = iota
	selfByPrefix        // a host prefix that it does not pass on from another area or level, as far as that is told
	selfByID            // a router id, or the address of an interface
	waysToSelf
)

// findSelf tells by what a report has an id of the speaker as one of the local node's.
func (s *source) findSelf(o *object, r *report) selfBy {
	is := func(id netip.Addr) bool { return slices.Contains(s.ids, id) }
	switch {
	case o.to != nil:
		if prefix := o.to.prefix(); prefix.IsSingleIP() && is(prefix.Addr()) && !o.isPassedOn(r) {
			return selfByPrefix
		}
	case r.more != nil:
		if is(r.more.ends.ipv4) || is(r.more.ends.ipv6) || slices.ContainsFunc(r.more.routerIDs, is) {
			return selfByID
		}
	}
	return notSelf
}

// isPassedOn tells whether a report says that a prefix is of another area or level, or of outside.
func (o *object) isPassedOn(r *report) bool {
	return r.prefix.passed || o.ospfType > 1 || o.head.told.scope.level != 0 && r.prefix.flags&isisReadvertised != 0
}

// readTags returns the route tags of a prefix as texts.
func readTags(a *schemas.Attributes) []string {
	var tags []string
	for _, tag := range a.RouteTags {
		tags = append(tags, strconv.FormatUint(uint64(tag), 10))
	}
	return append(tags, a.ExtendedRouteTags...)
}

func readAddresses(lists ...[]string) []netip.Addr {
	var out []netip.Addr
	for _, texts := range lists {
		for _, text := range texts {
			if a := readAddress(&text); a.IsValid() {
				out = append(out, a)
			}
		}
	}
	return out
}

// readAddress returns the zero value if the text is no address.
func readAddress(text *string) netip.Addr {
	if text == nil {
		return netip.Addr{}
	}
	a, _ := netip.ParseAddr(*text)
	return a
}

// readEnds returns what tells a link from one parallel to it. Some routers tell the link
// identifiers (TLV 258) among the attributes and not in the descriptors; some put
// interface indexes in the place of addresses.
func readEnds(r *schemas.RawTopology) ends {
	l := r.Link
	if l == nil {
		l = &schemas.LinkDescriptor{}
	}
	e := ends{
		ipv4: readAddress(l.IPv4Interface), ipv4Neighbor: readAddress(l.IPv4Neighbor),
		ipv6: readAddress(l.IPv6Interface), ipv6Neighbor: readAddress(l.IPv6Neighbor),
		local: value(l.LocalID), remote: value(l.RemoteID),
	}
	if a := r.Attributes; a != nil && a.LinkProperties != nil && l.LocalID == nil {
		e.local, e.remote = value(a.LinkProperties.LocalID), value(a.LinkProperties.RemoteID)
	}
	if isIndex(e.ipv4) || isIndex(e.ipv4Neighbor) {
		e.ipv4, e.ipv4Neighbor = netip.Addr{}, netip.Addr{}
	}
	return e
}

// isIndex tells whether an address is none: 0.0.0.0/8 is "this network" (RFC 791), and
// routers put the index of an unnumbered interface there (RFC 2328 §12.4.1.1).
func isIndex(a netip.Addr) bool { return a.Is4() && a.As4()[0] == 0 }

// matches compares whatever both directions tell of the link: the interface address
// of each end with the neighbour address of the other, and the link identifiers
// (RFC 9552 §5.2.2), where 0 means that an identifier is not known (RFC 5307 §1.1).
func (e ends) matches(back ends) bool {
	return agree(e.ipv4, back.ipv4Neighbor) && agree(e.ipv4Neighbor, back.ipv4) &&
		agree(e.ipv6, back.ipv6Neighbor) && agree(e.ipv6Neighbor, back.ipv6) &&
		agree(e.local, back.remote) && agree(e.remote, back.local)
}

// agree compares what both tell; the zero value is not told.
func agree[T comparable](a, b T) bool {
	var none T
	return a == none || b == none || a == b
}
