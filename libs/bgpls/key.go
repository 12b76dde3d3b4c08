package bgpls

import (
	"encoding/hex"
	"net/netip"
	"strconv"
)

// Key is the text that identifies the object: kind, Protocol-ID, instance
// identifier and every descriptor, with '|' between the parts.
//
//	node|2|0|asn=100,router=000000000002
//	link|3|0|area=0.0.0.1,router=01010101|area=0.0.0.1,router=02020202|if4=192.168.12.1,nbr4=192.168.12.2
//	prefix4|3|0|area=0.0.0.1,router=01010101|192.168.12.0/24,ospf=1
//	srv6sid|2|0|router=000000000002|fc00::1,mt=2
//	srpolicy|9|0|bgprouter=1.1.1.1|origin=2,endpoint=2.2.2.2,color=100,asn=65000,originator=1.1.1.1,discriminator=1
//	nlri7|0200000000…
//	nlrivpn1|0000fde800000001|0200000000…
//
// Different identities have different keys: what was not said is not in the key,
// and a TLV that is not decoded is there as type=hex.
func (n *NLRI) Key() string {
	var room [256]byte
	return string(n.AppendKey(room[:0]))
}

// AppendKey appends Key.
func (n *NLRI) AppendKey(b []byte) []byte {
	if n.VPN {
		return n.appendVPN(b)
	}
	if !n.Decoded() {
		b = strconv.AppendUint(append(b, "nlri"...), uint64(n.Type), 10)
		return hex.AppendEncode(append(b, '|'), n.Raw)
	}
	switch n.Type {
	case NodeNLRI:
		b = n.appendNode(b, "node")
		if len(n.Unknown) > 0 {
			b = append(b, '|')
			b = appendUnknown(b, len(b), n.Unknown)
		}
		return b
	case LinkNLRI:
		b = append(n.appendNode(b, "link"), '|')
		b = append(n.Remote.appendKey(b), '|')
		return n.Link.appendKey(b)
	case IPv4PrefixNLRI:
		return n.Prefix.appendKey(append(n.appendNode(b, "prefix4"), '|'))
	case IPv6PrefixNLRI:
		return n.Prefix.appendKey(append(n.appendNode(b, "prefix6"), '|'))
	case SRPolicyNLRI:
		return n.Policy.appendKey(append(n.appendNode(b, "srpolicy"), '|'))
	}
	return n.SID.appendKey(append(n.appendNode(b, "srv6sid"), '|'))
}

// appendVPN appends the type, the route distinguisher and the octets of an object of
// a VPN, which is no object of the network itself.
func (n *NLRI) appendVPN(b []byte) []byte {
	b = strconv.AppendUint(append(b, "nlrivpn"...), uint64(n.Type), 10)
	rd := min(distinguisher, len(n.Raw))
	b = hex.AppendEncode(append(b, '|'), n.Raw[:rd])
	return hex.AppendEncode(append(b, '|'), n.Raw[rd:])
}

// appendNode appends what all kinds have in common.
func (n *NLRI) appendNode(b []byte, kind string) []byte {
	b = append(append(b, kind...), '|')
	b = append(strconv.AppendUint(b, uint64(n.Protocol), 10), '|')
	b = append(strconv.AppendUint(b, n.Identifier, 10), '|')
	return n.Local.appendKey(b)
}

func (d *NodeDescriptor) appendKey(b []byte) []byte {
	start := len(b)
	b = appendNumber(b, start, "asn", d.ASN)
	b = appendNumber(b, start, "lsid", d.BGPLSID)
	b = appendAddress(b, start, "area", d.OSPFAreaID)
	if d.IGPRouterID != nil {
		b = hex.AppendEncode(appendName(b, start, "router"), d.IGPRouterID)
	}
	b = appendAddress(b, start, "bgprouter", d.BGPRouterID)
	b = appendNumber(b, start, "member", d.MemberASN)
	return appendUnknown(b, start, d.Unknown)
}

func (d *LinkDescriptor) appendKey(b []byte) []byte {
	start := len(b)
	if id := d.Identifiers; id != nil {
		b = appendNumber(b, start, "local", &id.Local)
		b = appendNumber(b, start, "remote", &id.Remote)
	}
	b = appendAddress(b, start, "if4", d.IPv4Interface)
	b = appendAddress(b, start, "nbr4", d.IPv4Neighbor)
	b = appendAddress(b, start, "if6", d.IPv6Interface)
	b = appendAddress(b, start, "nbr6", d.IPv6Neighbor)
	b = appendNumber(b, start, "mt", d.MultiTopologyID)
	return appendUnknown(b, start, d.Unknown)
}

func (d *PrefixDescriptor) appendKey(b []byte) []byte {
	start := len(b)
	b = d.Prefix.AppendTo(b)
	b = appendNumber(b, start, "ospf", d.OSPFRouteType)
	b = appendNumber(b, start, "mt", d.MultiTopologyID)
	return appendUnknown(b, start, d.Unknown)
}

func (d *SRv6SIDDescriptor) appendKey(b []byte) []byte {
	start := len(b)
	b = d.SID.AppendTo(b)
	b = appendNumber(b, start, "mt", d.MultiTopologyID)
	return appendUnknown(b, start, d.Unknown)
}

func (d *SRPolicyDescriptor) appendKey(b []byte) []byte {
	start := len(b)
	b = appendNumber(b, start, "origin", &d.ProtocolOrigin)
	if d.Flags != 0 {
		b = appendNumber(b, start, "flags", &d.Flags)
	}
	b = appendAddress(b, start, "endpoint", d.Endpoint)
	b = appendNumber(b, start, "color", &d.Color)
	b = appendNumber(b, start, "asn", &d.OriginatorASN)
	b = appendAddress(b, start, "originator", d.Originator)
	b = appendNumber(b, start, "discriminator", &d.Discriminator)
	return appendUnknown(b, start, d.Unknown)
}

// appendName appends name=, after a comma if the part that began at start holds
// something already.
func appendName(b []byte, start int, name string) []byte {
	if len(b) > start {
		b = append(b, ',')
	}
	return append(append(b, name...), '=')
}

func appendNumber[T uint8 | uint16 | uint32](b []byte, start int, name string, x *T) []byte {
	if x == nil {
		return b
	}
	return strconv.AppendUint(appendName(b, start, name), uint64(*x), 10)
}

func appendAddress(b []byte, start int, name string, a netip.Addr) []byte {
	if !a.IsValid() {
		return b
	}
	return a.AppendTo(appendName(b, start, name))
}

func appendUnknown(b []byte, start int, unknown []TLV) []byte {
	for _, u := range unknown {
		if len(b) > start {
			b = append(b, ',')
		}
		b = append(strconv.AppendUint(b, uint64(u.Type), 10), '=')
		b = hex.AppendEncode(b, u.Value)
	}
	return b
}
