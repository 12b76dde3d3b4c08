package ted

import "github.com/altostream/altostream/schemas"

// maxMetric is the highest IGP metric of 3 octets (TLV 1095). IS-IS does not use a
// link that has it (RFC 5305 §3).
const maxMetric = 1<<24 - 1

// Reasons for which a link is left out of the graph, or of the costs of a metric.
const (
	// OneWay: no link in the other direction is told.
	OneWay = "one-way"
	// NoRouterID: an end has no IGP router id.
	NoRouterID = "no-router-id"
	// SelfLink: both ends are one router.
	SelfLink = "self-link"
	// OtherTopology: another multi-topology of the domain is used.
	OtherTopology = "other-topology"
	// MaxMetric: the IGP metric says that the link is not for use.
	MaxMetric = "max-metric"
	// NoIGPMetric and NoTEMetric: the link is not in the costs of this metric.
	NoIGPMetric = "no-igp-metric"
	NoTEMetric  = "no-te-metric"
)

// link is a directed link between two different nodes.
type link struct {
	from, to node
	topology topology
	ends     *schemas.LinkDescriptor
	igp, te  *uint32 // nil: not told
}

// topology is what both directions of a link are in. The OSPF area is no part of
// it: real speakers tell the two ends of one link in different areas.
type topology struct {
	protocol        uint8
	identifier      uint64
	multiTopologyID uint16
}

// usedLinks returns the links that make up the graph, and counts those left out.
func (v *view) usedLinks(leftOut map[string]int) []link {
	links := v.resolvedLinks(leftOut)
	reverse := make(map[direction][]*schemas.LinkDescriptor, len(links))
	for _, l := range links {
		d := direction{l.to, l.from, l.topology}
		reverse[d] = append(reverse[d], l.ends)
	}
	used := links[:0]
	for _, l := range links {
		switch {
		case !matchesAny(l.ends, reverse[direction{l.from, l.to, l.topology}]):
			leftOut[OneWay]++
		case l.hasMaxMetric():
			leftOut[MaxMetric]++
		default:
			used = append(used, l)
		}
	}
	return used
}

// direction is where a link leads. Several links can lead there.
type direction struct {
	from, to node
	topology topology
}

func (l link) hasMaxMetric() bool {
	metric := value(l.igp)
	return metric > maxMetric || metric == maxMetric && isISIS(&l.topology.protocol)
}

// resolvedLinks returns the links of the multi-topologies in use with their ends
// resolved.
func (v *view) resolvedLinks(leftOut map[string]int) []link {
	inUse := v.multiTopologiesInUse()
	links := make([]link, 0, len(v.links))
	for _, r := range v.links {
		l, ok := v.resolve(r)
		s, _ := scopeOf(r)
		switch {
		case !ok:
			leftOut[NoRouterID]++
		case l.from == l.to:
			leftOut[SelfLink]++
		case l.topology.multiTopologyID != inUse[s.domain()]:
			leftOut[OtherTopology]++
		default:
			links = append(links, l)
		}
	}
	return links
}

// resolve returns the link that a record tells of. A link that leaves a pseudonode
// costs 0 unless its metric is told (RFC 2328 §2.1).
func (v *view) resolve(r *schemas.RawTopology) (l link, ok bool) {
	from, fromOK := v.asns.node(r, r.LocalNode)
	to, toOK := v.asns.node(r, r.RemoteNode)
	if !fromOK || !toOK {
		return link{}, false
	}
	l = link{from: from, to: to, ends: endsOf(r), topology: topology{
		protocol:        value(r.ProtocolID),
		identifier:      value(r.Identifier),
		multiTopologyID: multiTopologyID(r),
	}}
	if r.Attributes != nil {
		l.igp, l.te = r.Attributes.IGPMetric, r.Attributes.TEMetric
	}
	if from.isPseudonode() {
		l.igp, l.te = orZero(l.igp), orZero(l.te)
	}
	return l, true
}

// endsOf returns what tells a link from one parallel to it. Some routers tell the link
// identifiers (TLV 258) among the attributes and not in the descriptors.
func endsOf(r *schemas.RawTopology) *schemas.LinkDescriptor {
	var ends schemas.LinkDescriptor
	if r.Link != nil {
		ends = *r.Link
	}
	if a := r.Attributes; a != nil && a.LinkProperties != nil && ends.LocalID == nil {
		ends.LocalID, ends.RemoteID = a.LinkProperties.LocalID, a.LinkProperties.RemoteID
	}
	return &ends
}

func orZero(metric *uint32) *uint32 {
	if metric == nil {
		return new(uint32)
	}
	return metric
}

// multiTopologyID returns that of a link; one without it is in the standard
// topology, 0 (RFC 5120 §7.5).
func multiTopologyID(r *schemas.RawTopology) uint16 {
	if r.Link == nil {
		return 0
	}
	return value(r.Link.MultiTopologyID)
}

// multiTopologiesInUse returns the multi-topology that each domain contributes to
// the graph: the lowest that has a link, so the standard topology if it has one.
func (v *view) multiTopologiesInUse() map[scope]uint16 {
	lowest := map[scope]uint16{}
	for _, r := range v.links {
		s, _ := scopeOf(r)
		id := multiTopologyID(r)
		if known, ok := lowest[s.domain()]; !ok || id < known {
			lowest[s.domain()] = id
		}
	}
	return lowest
}

// matchesAny tells whether one of the links in the other direction can be the other
// direction of the same link.
func matchesAny(ends *schemas.LinkDescriptor, reverse []*schemas.LinkDescriptor) bool {
	for _, other := range reverse {
		if matches(ends, other) {
			return true
		}
	}
	return false
}

// matches compares whatever both directions tell of the link: the interface address
// of each end with the neighbour address of the other, and the link identifiers
// (RFC 9552 §5.2.2), where 0 means that an identifier is not known (RFC 5307 §1.1).
func matches(a, b *schemas.LinkDescriptor) bool {
	return agree(a.IPv4Interface, b.IPv4Neighbor) && agree(a.IPv4Neighbor, b.IPv4Interface) &&
		agree(a.IPv6Interface, b.IPv6Neighbor) && agree(a.IPv6Neighbor, b.IPv6Interface) &&
		idsAgree(a.LocalID, b.RemoteID) && idsAgree(a.RemoteID, b.LocalID)
}

func agree(a, b *string) bool { return a == nil || b == nil || *a == *b }

func idsAgree(a, b *uint32) bool { return value(a) == 0 || value(b) == 0 || *a == *b }
