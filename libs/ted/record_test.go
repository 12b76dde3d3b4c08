package ted

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
	"github.com/google/go-cmp/cmp"
)

func ptr[T any](v T) *T { return &v }

// domain writes the records of one scope.
type domain struct {
	protocol   uint8
	identifier uint64
	area       string
	asn        *uint32
}

var (
	level1   = domain{protocol: 1, asn: ptr[uint32](100)}
	level2   = domain{protocol: 2, asn: ptr[uint32](100)}
	backbone = domain{protocol: 3, area: "0.0.0.0", asn: ptr[uint32](100)}
)

func (d domain) inArea(area string) domain { d.area = area; return d }

func (d domain) inAS(asn *uint32) domain { d.asn = asn; return d }

func (d domain) descriptor(id string) *schemas.NodeDescriptor {
	n := &schemas.NodeDescriptor{ASN: d.asn, IGPRouterID: ptr(id)}
	if d.area != "" {
		n.OSPFAreaID = ptr(d.area)
	}
	return n
}

func (d domain) record(kind, id string, options []option) *schemas.RawTopology {
	r := &schemas.RawTopology{
		Kind: kind, ProtocolID: ptr(d.protocol), Identifier: ptr(d.identifier),
		LocalNode: d.descriptor(id), Attributes: &schemas.Attributes{},
	}
	for _, o := range options {
		o(r)
	}
	return r
}

func (d domain) node(id string, options ...option) *schemas.RawTopology {
	return d.record(schemas.KindNode, id, options)
}

func (d domain) link(from, to string, options ...option) *schemas.RawTopology {
	ends := func(r *schemas.RawTopology) {
		r.RemoteNode = d.descriptor(to)
		r.Link = &schemas.LinkDescriptor{}
	}
	return d.record(schemas.KindLink, from, append([]option{ends}, options...))
}

// pair is a link in both directions with one metric.
func (d domain) pair(a, b string, m uint32) []*schemas.RawTopology {
	return []*schemas.RawTopology{d.link(a, b, metric(m)), d.link(b, a, metric(m))}
}

func (d domain) prefix(id, prefix string, options ...option) *schemas.RawTopology {
	descriptor := func(r *schemas.RawTopology) { r.Prefix = &schemas.PrefixDescriptor{Prefix: prefix} }
	return d.record(schemas.KindPrefix4, id, append([]option{descriptor}, options...))
}

type option func(*schemas.RawTopology)

func metric(m uint32) option {
	return func(r *schemas.RawTopology) { r.Attributes.IGPMetric = &m }
}
func te(metric uint32) option {
	return func(r *schemas.RawTopology) { r.Attributes.TEMetric = &metric }
}

func ipv4(local, neighbor string) option {
	return func(r *schemas.RawTopology) { r.Link.IPv4Interface, r.Link.IPv4Neighbor = &local, &neighbor }
}

func ipv6(local, neighbor string) option {
	return func(r *schemas.RawTopology) { r.Link.IPv6Interface, r.Link.IPv6Neighbor = &local, &neighbor }
}

func linkIDs(local, remote uint32) option {
	return func(r *schemas.RawTopology) { r.Link.LocalID, r.Link.RemoteID = &local, &remote }
}

// attributeIDs tells link identifiers as some routers do: among the attributes.
func attributeIDs(local, remote uint32) option {
	return func(r *schemas.RawTopology) {
		r.Attributes.LinkProperties = &schemas.LinkProperties{LocalID: &local, RemoteID: &remote}
	}
}

func mt(id uint16) option { return func(r *schemas.RawTopology) { r.Link.MultiTopologyID = &id } }

func nodeFlags(flags uint8) option {
	return func(r *schemas.RawTopology) { r.Attributes.NodeFlags = &flags }
}

func prefixMetric(metric uint32) option {
	return func(r *schemas.RawTopology) { r.Attributes.PrefixMetric = &metric }
}

func forwarding(address string) option {
	return func(r *schemas.RawTopology) { r.Attributes.OSPFForwardingAddress = &address }
}

func routeType(t uint8) option { return func(r *schemas.RawTopology) { r.Prefix.OSPFRouteType = &t } }

func igpFlags(flags uint8) option {
	return func(r *schemas.RawTopology) { r.Attributes.IGPFlags = &flags }
}

func prefixFlags(flags ...byte) option {
	return func(r *schemas.RawTopology) { r.Attributes.PrefixAttributeFlags = flags }
}

func sidRange(r *schemas.RawTopology) {
	r.Attributes.SegmentRouting = &schemas.SegmentRouting{PrefixRanges: []schemas.PrefixRange{{Size: 256}}}
}

func locator(r *schemas.RawTopology) {
	r.Attributes.SRv6 = &schemas.SRv6{Locators: []schemas.SRv6Locator{{Metric: 1}}}
}

func lost(r *schemas.RawTopology) { r.AttributesLost = true }

func withoutAttributes(r *schemas.RawTopology) { r.Attributes = nil }

// keyOf names a record by everything that identifies its object.
func keyOf(source string, r *schemas.RawTopology) string {
	object, err := json.Marshal([]any{r.Kind, r.ProtocolID, r.Identifier, r.LocalNode, r.RemoteNode, r.Link, r.Prefix})
	if err != nil {
		panic(err)
	}
	return "default|" + source + "|" + string(object)
}

// told is a step of a test: what a source says.
type told struct {
	source  string
	state   string // "" for no peer record
	records []*schemas.RawTopology
}

func tells(source, state string, records ...*schemas.RawTopology) told {
	return told{source, state, records}
}

func load(steps ...told) *Database {
	d := New(Options{})
	for _, s := range steps {
		if s.state != "" {
			peer := &schemas.Peer{State: s.state}
			if state, partial := strings.CutPrefix(s.state, "partial "); partial {
				peer = &schemas.Peer{State: state, Partial: &partial}
			}
			d.Put("default|"+s.source+"|peer", &schemas.RawTopology{Kind: schemas.KindPeer, Peer: peer})
		}
		for _, r := range s.records {
			d.Put(keyOf(s.source, r), r)
		}
	}
	return d
}

// one loads what a single synced speaker tells.
func one(records ...*schemas.RawTopology) *Database {
	return load(tells("bgp:192.0.2.1", schemas.PeerSynced, records...))
}

// all joins records and lists of records.
func all(parts ...any) []*schemas.RawTopology {
	var records []*schemas.RawTopology
	for _, p := range parts {
		switch p := p.(type) {
		case *schemas.RawTopology:
			records = append(records, p)
		case []*schemas.RawTopology:
			records = append(records, p...)
		}
	}
	return records
}

func wantEqual(t *testing.T, what string, want, got any) {
	t.Helper()
	if c, ok := got.(alto.Costs); ok {
		got = alto.CostMapOf(c)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// OSPF router and IS-IS system ids, and the PIDs of these routers in AS 100.
const (
	o1, o2, o3, o4 = "01010101", "02020202", "03030303", "04040404"
	s1, s2, s3, s4 = "000000000001", "000000000002", "000000000003", "000000000004"

	p1, p2, p3, p4 = "pid100:" + o1, "pid100:" + o2, "pid100:" + o3, "pid100:" + o4
	q1, q2, q3, q4 = "pid100:" + s1, "pid100:" + s2, "pid100:" + s3, "pid100:" + s4
)

type (
	costs = map[string]map[string]float64
	row   = map[string]float64
	pids  = map[string]schemas.EndpointAddressGroup
)

func v4(prefixes ...string) schemas.EndpointAddressGroup {
	return schemas.EndpointAddressGroup{IPv4: prefixes}
}
