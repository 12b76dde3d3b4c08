package frr

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/mrt"
)

const asn = 100

// exporter is a BGP-LS speaker at a router, with one session.
type exporter struct {
	router *router
	record func(mrt.Record)
	told   map[string]object // by the octets of the NLRI
	up     bool
	// reaches says that it tells only of nodes that it reaches (RFC 9552 §5.9).
	reaches bool
}

// object is a node, link or prefix of a link-state database.
type object struct {
	nlri       bgpls.NLRI
	attributes bgpls.Attributes
}

func (o object) key() string { return string(o.nlri.Append(nil)) }

// address is the exporter's, as the collector sees it.
func (e *exporter) address() netip.Addr {
	n := byte(e.router.number)
	return netip.AddrFrom4([4]byte{10, 99, n, n})
}

func (e *exporter) state(from, to uint16) {
	e.record(mrt.Record{Time: time.Now(), Peer: e.address(), PeerASN: asn, OldState: from, NewState: to})
}

// open begins a session and tells the whole database.
func (e *exporter) open() {
	const openConfirm = 5
	e.state(openConfirm, mrt.Established)
	e.up, e.told = true, map[string]object{}
	e.tell()
	e.update(nil, nil, nil)
}

// end ends the session.
func (e *exporter) end() {
	const idle = 1
	e.state(mrt.Established, idle)
	e.up = false
}

// perUpdate is how many objects an UPDATE has at most: it must fit a message (RFC 4271 §4.1).
const perUpdate = 20

// tell tells what has changed in the router's database, and whether anything has.
func (e *exporter) tell() (changed bool) {
	now := e.router.objects()
	if e.reaches {
		now = e.router.reached(now)
	}
	var gone []bgpls.NLRI
	for _, key := range slices.Sorted(maps.Keys(e.told)) {
		if _, there := now[key]; !there {
			gone = append(gone, e.told[key].nlri)
		}
	}
	for some := range slices.Chunk(gone, perUpdate) {
		e.update(nil, some, nil)
	}
	alike := map[string][]object{} // by their attributes
	for _, key := range slices.Sorted(maps.Keys(now)) {
		o := now[key]
		attributes := string(o.attributes.Append(nil))
		if before, told := e.told[key]; !told || string(before.attributes.Append(nil)) != attributes {
			alike[attributes] = append(alike[attributes], o)
		}
	}
	for _, attributes := range slices.Sorted(maps.Keys(alike)) {
		for some := range slices.Chunk(alike[attributes], perUpdate) {
			var nlris []bgpls.NLRI
			for _, o := range some {
				nlris = append(nlris, o.nlri)
			}
			e.update(nlris, nil, &some[0].attributes)
		}
	}
	e.told = now
	return len(gone)+len(alike) > 0
}

// update sends an UPDATE; with nothing to tell it is the End-of-RIB marker.
func (e *exporter) update(reach, unreach []bgpls.NLRI, attributes *bgpls.Attributes) {
	const update = 2
	body := bgpls.EncodeUpdate(reach, unreach, attributes, e.address())
	e.record(mrt.Record{Time: time.Now(), Peer: e.address(), PeerASN: asn, Type: update, Body: body})
}

// objects returns what the router's databases hold.
func (r *router) objects() map[string]object {
	r.t.Helper()
	all := map[string]object{}
	for daemon, read := range map[string]func(*router) []object{"ospfd": ospfObjects, "ospf6d": ospf6Objects, "isisd": isisObjects} {
		if !r.runs(daemon) {
			continue
		}
		for _, o := range read(r) {
			key := o.key()
			if before, twice := all[key]; twice && lower(before, o) {
				continue // links that the database does not tell apart, or prefixes of unnumbered interfaces
			}
			all[key] = o
		}
	}
	return all
}

// lower tells whether a has the lower metric.
func lower(a, b object) bool {
	if x, y := a.attributes.PrefixMetric, b.attributes.PrefixMetric; x != nil && y != nil {
		return *x <= *y
	}
	x, y := a.attributes.IGPMetric, b.attributes.IGPMetric
	return x != nil && y != nil && x.Value <= y.Value
}

// node describes a node by its IGP router id.
func node(area netip.Addr, id ...byte) *bgpls.NodeDescriptor {
	return &bgpls.NodeDescriptor{ASN: new(uint32(asn)), BGPLSID: new(uint32), OSPFAreaID: area, IGPRouterID: id}
}

// nodeObject tells of a node's flags (TLV 1024).
func nodeObject(protocol bgpls.ProtocolID, local *bgpls.NodeDescriptor, flags uint8) object {
	return object{bgpls.NLRI{Type: bgpls.NodeNLRI, Protocol: protocol, Local: local}, bgpls.Attributes{NodeFlags: &flags}}
}

// linkObject tells of a link whose metric has a number of octets.
func linkObject(protocol bgpls.ProtocolID, local, remote *bgpls.NodeDescriptor, link bgpls.LinkDescriptor, metric uint32, octets uint8) object {
	return object{
		bgpls.NLRI{Type: bgpls.LinkNLRI, Protocol: protocol, Local: local, Remote: remote, Link: &link},
		bgpls.Attributes{IGPMetric: &bgpls.IGPMetric{Value: metric, Octets: octets}},
	}
}

// prefixObject tells of a prefix.
func prefixObject(protocol bgpls.ProtocolID, local *bgpls.NodeDescriptor, prefix bgpls.PrefixDescriptor, metric uint32) object {
	typ := bgpls.IPv4PrefixNLRI
	if prefix.Prefix.Addr().Is6() {
		typ = bgpls.IPv6PrefixNLRI
	}
	return object{
		bgpls.NLRI{Type: typ, Protocol: protocol, Local: local, Prefix: &prefix},
		bgpls.Attributes{PrefixMetric: &metric},
	}
}

// octets are the octets of an address.
func octets(address string) []byte { return netip.MustParseAddr(address).AsSlice() }

// Node flags (TLV 1024, RFC 9552 §5.3.1.1).
const (
	overloadFlag = 0x80
	attachedFlag = 0x40
	externalFlag = 0x20
	borderFlag   = 0x10
	routerFlag   = 0x08
	v6Flag       = 0x04
)

func flag(set bool, flag uint8) uint8 {
	if set {
		return flag
	}
	return 0
}

// hasOption tells whether FRR's text of OSPFv3 options has one.
func hasOption(options, option string) bool {
	return slices.Contains(strings.Split(options, "|"), option)
}
