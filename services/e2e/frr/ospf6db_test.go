package frr

import (
	"encoding/binary"
	"encoding/json"
	"net/netip"
	"strconv"
	"strings"

	"github.com/altostream/altostream/libs/bgpls"
)

// lsa6 is an LSA as `show ipv6 ospf6 database detail json` has it.
type lsa6 struct {
	Age               int
	Type              string
	LinkStateID       string
	AdvertisingRouter string
	Bits              string
	Options           string
	Links             []link6  `json:"lsaDescription"`
	AttachedRouter    []string // of a network
	ReferenceID       string   // of intra-area prefixes
	Reference         string
	ReferenceAdv      string
	Metric            uint32
	Prefix            json.RawMessage
}

type link6 struct {
	Type                string
	Metric              uint32
	InterfaceID         string
	NeighborInterfaceID string
	NeighborRouterID    string
}

func ospf6Objects(r *router) []object {
	r.t.Helper()
	const command = "show ipv6 ospf6 database detail json"
	text := r.show("ospf6d", command)
	var answer struct {
		Area []struct {
			AreaID string
			LSA    []lsa6
		} `json:"areaScopedLinkStateDb"`
		AS []struct{ LSA []lsa6 } `json:"asScopedLinkStateDb"`
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		r.t.Fatalf("%s: %s: %v: %.200s", r.name(), command, err, text)
	}
	var found []object
	for _, a := range answer.Area {
		for _, l := range a.LSA {
			found = append(found, l.objects(areaID(a.AreaID))...)
		}
	}
	for _, a := range answer.AS {
		for _, l := range a.LSA {
			found = append(found, l.objects(netip.Addr{})...)
		}
	}
	return found
}

// areaID reads an area that may be written as a number.
func areaID(text string) netip.Addr {
	if n, err := strconv.ParseUint(text, 10, 32); err == nil {
		return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, uint32(n))))
	}
	return netip.MustParseAddr(text)
}

func (l lsa6) objects(area netip.Addr) []object {
	local := node(area, octets(l.AdvertisingRouter)...)
	prefix := func(n *bgpls.NodeDescriptor, text string, metric uint32, routeType uint8) []object {
		d := bgpls.PrefixDescriptor{Prefix: netip.MustParsePrefix(text).Masked(), OSPFRouteType: &routeType}
		return []object{prefixObject(bgpls.OSPFv3, n, d, metric)}
	}
	switch {
	case l.Age >= maxAge:
		return nil
	case l.Type == "Router":
		return l.router(area, local)
	case l.Type == "Network":
		return l.network(area)
	case l.Type == "Intra-Prefix":
		var prefixes []struct {
			Prefix string
			Metric uint32
		}
		_ = json.Unmarshal(l.Prefix, &prefixes)
		if l.Reference == "Network" {
			local = pseudonode6(area, l.ReferenceAdv, l.ReferenceID)
		}
		var found []object
		for _, p := range prefixes {
			found = append(found, prefix(local, p.Prefix, p.Metric, 1)...)
		}
		return found
	case l.Type == "Inter-Prefix":
		return prefix(local, l.onePrefix(), l.Metric, 2)
	case l.Type == "AS-External", l.Type == "Type-7":
		routeType := map[string]uint8{"AS-External": 3, "Type-7": 5}[l.Type]
		if strings.Contains(l.Bits, "E") {
			routeType++
		}
		return prefix(local, l.onePrefix(), l.Metric, routeType)
	}
	return nil
}

func (l lsa6) onePrefix() string {
	var text string
	_ = json.Unmarshal(l.Prefix, &text)
	if text == "::" { // the default route
		text += "/0"
	}
	return text
}

// pseudonode6 is the node of a network, by its designated router and the interface of
// that.
func pseudonode6(area netip.Addr, router, iface string) *bgpls.NodeDescriptor {
	return node(area, append(octets(router), octets(iface)...)...)
}

func (l lsa6) router(area netip.Addr, local *bgpls.NodeDescriptor) []object {
	found := []object{nodeObject(bgpls.OSPFv3, local,
		flag(strings.Contains(l.Bits, "B"), borderFlag)|flag(strings.Contains(l.Bits, "E"), externalFlag)|
			flag(hasOption(l.Options, "R"), routerFlag)|flag(hasOption(l.Options, "V6"), v6Flag))}
	for _, k := range l.Links {
		id := func(text string) uint32 { return binary.BigEndian.Uint32(octets(text)) }
		link := bgpls.LinkDescriptor{Identifiers: &bgpls.LinkIdentifiers{Local: id(k.InterfaceID), Remote: id(k.NeighborInterfaceID)}}
		remote := node(area, octets(k.NeighborRouterID)...)
		if k.Type == "Transit-Network" {
			remote = pseudonode6(area, k.NeighborRouterID, k.NeighborInterfaceID)
			link.Identifiers.Remote = 0
		}
		found = append(found, linkObject(bgpls.OSPFv3, local, remote, link, k.Metric, 2))
	}
	return found
}

func (l lsa6) network(area netip.Addr) []object {
	local := pseudonode6(area, l.AdvertisingRouter, l.LinkStateID)
	found := []object{{nlri: bgpls.NLRI{Type: bgpls.NodeNLRI, Protocol: bgpls.OSPFv3, Local: local}}}
	for _, id := range l.AttachedRouter {
		found = append(found, linkObject(bgpls.OSPFv3, local, node(area, octets(id)...), bgpls.LinkDescriptor{}, 0, 2))
	}
	return found
}
