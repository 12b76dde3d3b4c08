package frr

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"net"
	"net/netip"
	"strings"

	"github.com/altostream/altostream/libs/bgpls"
)

// maxAge is the age of an LSA that is no more (RFC 2328 §B).
const maxAge = 3600

// lsa is an LSA as `show ip ospf database … json` has it.
type lsa struct {
	LSAAge            int
	Flags             int // of a router: 1 border, 2 to outside
	LinkStateID       string
	AdvertisingRouter string
	NetworkMask       int
	RouterLinks       map[string]routerLink
	AttachedRouters   map[string]any `json:"attchedRouters"`
	Tos0Metric        uint32
	Metric            uint32
	MetricType        string
	ForwardAddress    string
	NSSAForward       string `json:"nssaForwardAddress"`
}

type routerLink struct {
	LinkType                string
	NeighborRouterID        string
	RouterInterfaceAddress  string
	DesignatedRouterAddress string
	NetworkAddress          string
	NetworkMask             string
	Tos0Metric              uint32
}

// byArea holds LSAs by their area; those of no area are in area "".
type byArea map[string][]lsa

// ospfArea reads one area's LSAs.
type ospfArea struct {
	area             netip.Addr
	routers, network []lsa
	found            []object
}

func ospfObjects(r *router) []object {
	routers, networks := ospfLSAs(r, "router"), ospfLSAs(r, "network")
	summaries, nssa := ospfLSAs(r, "summary"), ospfLSAs(r, "nssa-external")
	var found []object
	for area := range routers {
		a := &ospfArea{area: netip.MustParseAddr(area), routers: routers[area], network: networks[area]}
		for _, l := range a.routers {
			a.readRouter(l)
		}
		for _, l := range a.network {
			a.readNetwork(l)
		}
		for _, l := range summaries[area] {
			a.addPrefix(l, l.Tos0Metric, 2)
		}
		for _, l := range nssa[area] {
			a.addExternal(l, 5)
		}
		found = append(found, a.found...)
	}
	outside := &ospfArea{}
	for _, l := range ospfLSAs(r, "external")[""] {
		outside.addExternal(l, 3)
	}
	return append(found, outside.found...)
}

// ospfLSAs returns the LSAs of a type.
func ospfLSAs(r *router, kind string) byArea {
	r.t.Helper()
	command := "show ip ospf database " + kind + " json"
	text := r.show("ospfd", command)
	var answer map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		r.t.Fatalf("%s: %s: %v: %.200s", r.name(), command, err, text)
	}
	all := byArea{}
	for key, value := range answer {
		var areas struct{ Areas byArea }
		var of []lsa
		switch {
		case !strings.HasSuffix(key, "LinkStates"):
			continue
		case json.Unmarshal(value, &areas) == nil:
			all = areas.Areas
		case json.Unmarshal(value, &of) == nil:
			all[""] = of
		default:
			r.t.Fatalf("%s: %s: %.200s", r.name(), command, text)
		}
	}
	for area, lsas := range all {
		var living []lsa
		for _, l := range lsas {
			if l.LSAAge < maxAge {
				living = append(living, l)
			}
		}
		all[area] = living
	}
	return all
}

func (a *ospfArea) add(o object) { a.found = append(a.found, o) }

func (a *ospfArea) node(routerID string) *bgpls.NodeDescriptor {
	return node(a.area, octets(routerID)...)
}

// pseudonode is the node of a network, by its designated router and the address of
// that.
func (a *ospfArea) pseudonode(l lsa) *bgpls.NodeDescriptor {
	return node(a.area, append(octets(l.AdvertisingRouter), octets(l.LinkStateID)...)...)
}

func (a *ospfArea) readRouter(l lsa) {
	local := a.node(l.AdvertisingRouter)
	a.add(nodeObject(bgpls.OSPFv2, local, flag(l.Flags&1 != 0, borderFlag)|flag(l.Flags&2 != 0, externalFlag)))
	for _, k := range l.RouterLinks {
		switch {
		case strings.Contains(k.LinkType, "point-to-point"):
			link := a.pointToPoint(l, k)
			a.add(linkObject(bgpls.OSPFv2, local, a.node(k.NeighborRouterID), link, k.Tos0Metric, 2))
		case strings.Contains(k.LinkType, "Virtual"):
			link := bgpls.LinkDescriptor{IPv4Interface: netip.MustParseAddr(k.RouterInterfaceAddress)}
			a.add(linkObject(bgpls.OSPFv2, local, a.node(k.NeighborRouterID), link, k.Tos0Metric, 2))
		case strings.Contains(k.LinkType, "Transit"):
			for _, n := range a.network {
				if n.LinkStateID == k.DesignatedRouterAddress {
					link := bgpls.LinkDescriptor{IPv4Interface: netip.MustParseAddr(k.RouterInterfaceAddress)}
					a.add(linkObject(bgpls.OSPFv2, local, a.pseudonode(n), link, k.Tos0Metric, 2))
				}
			}
		case strings.Contains(k.LinkType, "Stub"):
			bits, _ := net.IPMask(octets(k.NetworkMask)).Size()
			prefix := netip.PrefixFrom(netip.MustParseAddr(k.NetworkAddress), bits)
			a.add(prefixObject(bgpls.OSPFv2, local, bgpls.PrefixDescriptor{Prefix: prefix, OSPFRouteType: new(uint8(1))}, k.Tos0Metric))
		}
	}
}

// pointToPoint describes a link, one without addresses by the index of the interface (RFC 2328 §12.4.1.1).
func (a *ospfArea) pointToPoint(l lsa, k routerLink) bgpls.LinkDescriptor {
	if o := octets(k.RouterInterfaceAddress); o[0] == 0 {
		return bgpls.LinkDescriptor{Identifiers: &bgpls.LinkIdentifiers{Local: binary.BigEndian.Uint32(o)}}
	}
	return bgpls.LinkDescriptor{IPv4Interface: netip.MustParseAddr(k.RouterInterfaceAddress), IPv4Neighbor: a.neighborAddress(l, k)}
}

// neighborAddress is the address of the other end of a point-to-point link: that with
// which the neighbour tells it, in the subnet of this end.
func (a *ospfArea) neighborAddress(l lsa, k routerLink) netip.Addr {
	own := octets(k.RouterInterfaceAddress)
	for _, other := range a.routers {
		if other.AdvertisingRouter != k.NeighborRouterID {
			continue
		}
		for _, back := range other.RouterLinks {
			if back.NeighborRouterID != l.AdvertisingRouter {
				continue
			}
			if address := octets(back.RouterInterfaceAddress); bytes.Equal(address[:3], own[:3]) {
				return netip.MustParseAddr(back.RouterInterfaceAddress)
			}
		}
	}
	return netip.Addr{}
}

func (a *ospfArea) readNetwork(l lsa) {
	local := a.pseudonode(l)
	a.add(object{nlri: bgpls.NLRI{Type: bgpls.NodeNLRI, Protocol: bgpls.OSPFv2, Local: local}})
	for id := range l.AttachedRouters {
		a.add(linkObject(bgpls.OSPFv2, local, a.node(id), bgpls.LinkDescriptor{}, 0, 2))
	}
	prefix := netip.PrefixFrom(netip.MustParseAddr(l.LinkStateID), l.NetworkMask).Masked()
	a.add(prefixObject(bgpls.OSPFv2, local, bgpls.PrefixDescriptor{Prefix: prefix, OSPFRouteType: new(uint8(1))}, 0))
}

// addPrefix adds a prefix that is told in an LSA of its own.
func (a *ospfArea) addPrefix(l lsa, metric uint32, routeType uint8) {
	prefix := netip.PrefixFrom(netip.MustParseAddr(l.LinkStateID), l.NetworkMask).Masked()
	a.add(prefixObject(bgpls.OSPFv2, a.node(l.AdvertisingRouter), bgpls.PrefixDescriptor{Prefix: prefix, OSPFRouteType: &routeType}, metric))
}

// addExternal adds an external prefix of a type, or the second type after it.
func (a *ospfArea) addExternal(l lsa, type1 uint8) {
	if strings.HasPrefix(l.MetricType, "E2") {
		type1++
	}
	a.addPrefix(l, l.Metric, type1)
	forward := l.ForwardAddress
	if forward == "" {
		forward = l.NSSAForward
	}
	if address, err := netip.ParseAddr(forward); err == nil && !address.IsUnspecified() {
		a.found[len(a.found)-1].attributes.OSPFForwardingAddress = address
	}
}
