package ted

import (
	"net/netip"
	"slices"

	"github.com/altostream/altostream/libs/igp"
	"github.com/altostream/altostream/schemas"
)

// maxMetric is the highest IGP metric of 3 octets (TLV 1095). IS-IS does not use a
// link that has it in its normal SPF (RFC 5305 §3).
const maxMetric = 1<<24 - 1

// Multi-topologies of IS-IS (RFC 5120 §7.5).
const (
	standardTopology    = 0
	ipv6UnicastTopology = 2
)

// link is a link in one direction between two different nodes.
type link struct {
	*object
	to       node
	topology uint16 // multi-topology id
	ends     *schemas.LinkDescriptor
	igp, te  igp.Told
}

// usedLinks returns the links that paths may lead over, and finds those that they may not.
func (v *view) usedLinks() []*link {
	links := inAllTopologies(v.resolveLinks())
	reverse := make(map[direction][]*link, len(links))
	for _, l := range links {
		reverse[l.direction().reversed()] = append(reverse[l.direction().reversed()], l)
	}
	used := links[:0:0]
	for _, l := range links {
		d := l.direction()
		if l.needsReverse() && !l.isTwoWay(reverse[d], reverse[d.reversed()]) {
			v.findObject(OneWay, l.object, "%v is not told in the other direction by the same speaker", l)
			continue
		}
		v.judgeMetrics(l, reverse[d])
		used = append(used, l)
	}
	v.findMissingTEMetrics(used)
	return used
}

// direction is where a link leads. Several links can lead there.
type direction struct {
	from, to node
	scope    scope
	topology uint16
}

func (l *link) direction() direction { return direction{l.local, l.to, l.scope, l.topology} }

func (d direction) reversed() direction { d.from, d.to = d.to, d.from; return d }

// needsReverse tells whether a link counts only if its other direction is told too
// (RFC 2328 §16.1 (2)(b), ISO 10589 §7.2.8.2). BGP tells of links to neighbours that need
// not speak BGP-LS (RFC 9086 §4).
func (l *link) needsReverse() bool { return l.scope.igp.protocol != bgp }

// isTwoWay tells whether one of the links back is the other direction of l: one of those
// that one speaker tells together with l, and that fit what l tells of its ends; else one
// that fits none of the links there, for routers look for a link back and not for its
// addresses.
func (l *link) isTwoWay(back, there []*link) bool {
	var left []*link
	for _, b := range back {
		if !shareTeller(l.tellers, b.tellers) {
			continue
		}
		if matches(l.ends, b.ends) {
			return true
		}
		fits := func(other *link) bool { return matches(other.ends, b.ends) }
		if !slices.ContainsFunc(there, fits) {
			left = append(left, b)
		}
	}
	return len(left) > 0
}

func shareTeller(a, b []string) bool {
	return slices.ContainsFunc(a, func(source string) bool { return slices.Contains(b, source) })
}

// resolveLinks returns the links of unicast topologies with both ends known.
func (v *view) resolveLinks() []*link {
	var links []*link
	for _, o := range v.ofKind(schemas.KindLink) {
		to, ok := v.asns.node(o.scope.igp, o.record.RemoteNode)
		switch {
		case !ok:
			v.findObject(NoRouterID, o, "its remote node has no router id of a known form")
		case to == o.local:
			v.findObject(SelfLink, o, "both ends are %v", to)
		default:
			l := v.newLink(o, to)
			if l.topology != standardTopology && (l.topology != ipv6UnicastTopology || o.scope.igp.rules() != igp.ISIS) {
				v.findObject(OtherTopology, o, "%v is in multi-topology %d, which routes no unicast", l, l.topology)
				continue
			}
			links = append(links, l)
		}
	}
	return links
}

// inAllTopologies puts the links of IS-IS pseudonodes, which are in no topology, into each
// in which their router leads to the pseudonode (RFC 5120 §4).
func inAllTopologies(links []*link) []*link {
	topologies := map[direction][]uint16{} // by the way back, in the standard topology
	for _, l := range links {
		if d := l.direction(); l.to.isPseudonode() && l.scope.igp.rules() == igp.ISIS {
			d.topology = standardTopology
			if back := d.reversed(); !slices.Contains(topologies[back], l.topology) {
				topologies[back] = append(topologies[back], l.topology)
			}
		}
	}
	var all []*link
	for _, l := range links {
		of := topologies[l.direction()]
		if len(of) == 0 {
			all = append(all, l)
		}
		for _, topology := range of {
			in := *l
			in.topology = topology
			all = append(all, &in)
		}
	}
	return all
}

// newLink returns a link. One that leaves a pseudonode costs 0 unless its metric is told
// (RFC 2328 §2.1).
func (v *view) newLink(o *object, to node) *link {
	l := &link{object: o, to: to, topology: multiTopologyID(o.record.Link), ends: endsOf(o.record)}
	if a := o.record.Attributes; a != nil {
		l.igp, l.te = toldMetric(a.IGPMetric), toldMetric(v.options.teMetric(a))
	}
	if o.local.isPseudonode() {
		l.igp.OK, l.te.OK = true, true
	}
	return l
}

func toldMetric(metric *uint32) igp.Told { return igp.Told{Value: value(metric), OK: metric != nil} }

// judgeMetrics takes an IGP metric away that says the link is not for use, and finds
// metrics that are missing or, once for both directions, differ by direction.
func (v *view) judgeMetrics(l *link, back []*link) {
	switch {
	case !l.igp.OK && l.needsReverse():
		v.findObject(NoIGPMetric, l.object, "%v has no IGP metric", l)
	case l.igp.Value > maxMetric || l.igp.Value == maxMetric && l.scope.igp.rules() == igp.ISIS:
		v.findObject(MaxMetric, l.object, "%v has the metric %d, which says that it is not for use", l, l.igp.Value)
		l.igp.OK = false
	}
	differs := func(b *link) bool {
		return l.key < b.key && b.igp.OK && b.igp.Value != l.igp.Value && !l.local.isPseudonode() && !l.to.isPseudonode() && matches(l.ends, b.ends)
	}
	if i := slices.IndexFunc(back, differs); l.igp.OK && i >= 0 {
		v.findObject(Asymmetric, l.object, "%v has the metric %d, back %d", l, l.igp.Value, back[i].igp.Value)
	}
}

// findMissingTEMetrics finds the links without a TE metric, if others have one.
func (v *view) findMissingTEMetrics(links []*link) {
	tells := func(l *link) bool { return l.te.OK && !l.local.isPseudonode() }
	if !slices.ContainsFunc(links, tells) {
		return
	}
	for _, l := range links {
		if !l.te.OK {
			v.findObject(NoTEMetric, l.object, "%v has no TE metric", l)
		}
	}
}

// endsOf returns what tells a link from one parallel to it. Some routers tell the link
// identifiers (TLV 258) among the attributes and not in the descriptors; some put
// interface indexes in the place of addresses.
func endsOf(r *schemas.RawTopology) *schemas.LinkDescriptor {
	var ends schemas.LinkDescriptor
	if r.Link != nil {
		ends = *r.Link
	}
	if a := r.Attributes; a != nil && a.LinkProperties != nil && ends.LocalID == nil {
		ends.LocalID, ends.RemoteID = a.LinkProperties.LocalID, a.LinkProperties.RemoteID
	}
	if isInterfaceIndex(ends.IPv4Interface) || isInterfaceIndex(ends.IPv4Neighbor) {
		ends.IPv4Interface, ends.IPv4Neighbor = nil, nil
	}
	return &ends
}

func isInterfaceIndex(address *string) bool {
	a, err := netip.ParseAddr(value(address))
	return err == nil && isIndex(a)
}

// isIndex tells whether an address is none: 0.0.0.0/8 is "this network" (RFC 791), and
// routers put the index of an unnumbered interface there (RFC 2328 §12.4.1.1).
func isIndex(a netip.Addr) bool { return a.Is4() && a.As4()[0] == 0 }

// multiTopologyID is that of a link; one without is in the standard topology (RFC 9552
// §5.2.2.1).
func multiTopologyID(d *schemas.LinkDescriptor) uint16 {
	if d == nil {
		return standardTopology
	}
	return value(d.MultiTopologyID)
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
