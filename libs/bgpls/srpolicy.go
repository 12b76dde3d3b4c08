package bgpls

import (
	"encoding/binary"
	"net/netip"
)

// SRPolicyDescriptor names a candidate path of an SR Policy (TLV 554, RFC 9857 §4.1).
type SRPolicyDescriptor struct {
	ProtocolOrigin uint8      // 1 PCEP, 2 BGP SR Policy, 3 configuration
	Flags          uint8      // without those that say that an address is IPv6
	Endpoint       netip.Addr // IPv4 or IPv6
	Color          uint32
	OriginatorASN  uint32
	Originator     netip.Addr // IPv4 or IPv6
	Discriminator  uint32
	Unknown        []TLV // further TLVs beside TLV 554, ascending
}

// Flags of TLV 554 (RFC 9857 §4.1).
const (
	endpointIPv6   = 0x80
	originatorIPv6 = 0x40
)

// read reads protocol origin, flags, two reserved octets, endpoint, color,
// originator ASN and address, and discriminator.
func (d *SRPolicyDescriptor) read(v []byte) error {
	const fixed = 4 + 4 + 4 + 4
	if d.Endpoint.IsValid() {
		return errNoRoom
	}
	if err := atLeast(v, fixed); err != nil {
		return err
	}
	endpoint, originator := octetsOf(v[1]&endpointIPv6), octetsOf(v[1]&originatorIPv6)
	if want := fixed + endpoint + originator; len(v) != want {
		return errLength(len(v), "24, 36 or 48, by the flags")
	}
	d.ProtocolOrigin, d.Flags = v[0], v[1]&^(endpointIPv6|originatorIPv6)
	d.Endpoint, _ = netip.AddrFromSlice(v[4 : 4+endpoint])
	v = v[4+endpoint:]
	d.Color, d.OriginatorASN = binary.BigEndian.Uint32(v), binary.BigEndian.Uint32(v[4:])
	d.Originator, _ = netip.AddrFromSlice(v[8 : 8+originator])
	d.Discriminator = binary.BigEndian.Uint32(v[8+originator:])
	return nil
}

func octetsOf(ipv6 byte) int {
	if ipv6 != 0 {
		return 16
	}
	return 4
}

func appendSRPolicyDescriptor(b []byte, d *SRPolicyDescriptor) []byte {
	flags := d.Flags &^ (endpointIPv6 | originatorIPv6)
	if d.Endpoint.Is6() {
		flags |= endpointIPv6
	}
	if d.Originator.Is6() {
		flags |= originatorIPv6
	}
	b = appendIP(append(b, d.ProtocolOrigin, flags, 0, 0), &d.Endpoint)
	b = binary.BigEndian.AppendUint32(b, d.Color)
	b = binary.BigEndian.AppendUint32(b, d.OriginatorASN)
	b = appendIP(b, &d.Originator)
	return binary.BigEndian.AppendUint32(b, d.Discriminator)
}

// SRPolicy is what is said of a candidate path (RFC 9857 §5); its segment lists and
// constraints stay bytes.
type SRPolicy struct {
	State    *SRPolicyState // TLV 1202
	PathName *string        // TLV 1203, UTF-8
	Name     *string        // TLV 1213, UTF-8
}

// SRPolicyState is TLV 1202 (RFC 9857 §5.3).
type SRPolicyState struct {
	Priority   uint8
	Flags      uint16 // 0x8000 shut down, 0x4000 active, 0x2000 backup, 0x1000 evaluated, 0x0800 valid
	Preference uint32
}

func (p *SRPolicy) decode(m *memory, typ uint16, v []byte) error {
	switch typ {
	case TLVSRPolicyState:
		return optional(m, &m.policyStates, &p.State, v, readSRPolicyState)
	case TLVSRPolicyPathName:
		return optional(m, &m.texts, &p.PathName, v, readText)
	case TLVSRPolicyName:
		return optional(m, &m.texts, &p.Name, v, readText)
	}
	return errNoRoom
}

func (p *SRPolicy) encode(e *encoder) {
	putOptional(e, TLVSRPolicyState, p.State, appendSRPolicyState)
	putOptional(e, TLVSRPolicyPathName, p.PathName, appendText)
	putOptional(e, TLVSRPolicyName, p.Name, appendText)
}

// readSRPolicyState reads priority, a reserved octet, flags and preference.
func readSRPolicyState(_ *memory, s *SRPolicyState, v []byte) error {
	if err := sized(v, 8); err != nil {
		return err
	}
	*s = SRPolicyState{v[0], binary.BigEndian.Uint16(v[2:]), binary.BigEndian.Uint32(v[4:])}
	return nil
}

func appendSRPolicyState(b []byte, s *SRPolicyState) []byte {
	b = binary.BigEndian.AppendUint16(append(b, s.Priority, 0), s.Flags)
	return binary.BigEndian.AppendUint32(b, s.Preference)
}
