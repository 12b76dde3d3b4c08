package alto

import (
	"net/netip"
	"slices"
)

// PrefixTable finds the PID of an address or prefix by longest match (RFC 7285
// §11.2.2). It does not change once built.
type PrefixTable struct {
	pids    map[netip.Prefix]string
	lengths map[bool][]int // by Addr.Is4: the prefix lengths that occur, longest first
}

// NewPrefixTable builds the table of a network map. If a prefix is in several PIDs,
// the lowest PID name has it. A text that is not a prefix is left out.
func NewPrefixTable(m NetworkMap) *PrefixTable {
	t := &PrefixTable{pids: map[netip.Prefix]string{}, lengths: map[bool][]int{}}
	for pid, group := range m {
		t.add(pid, group.IPv4)
		t.add(pid, group.IPv6)
	}
	for prefix := range t.pids {
		is4 := prefix.Addr().Is4()
		t.lengths[is4] = append(t.lengths[is4], prefix.Bits())
	}
	for is4, lengths := range t.lengths {
		slices.Sort(lengths)
		lengths = slices.Compact(lengths)
		slices.Reverse(lengths)
		t.lengths[is4] = lengths
	}
	return t
}

func (t *PrefixTable) add(pid string, texts []string) {
	for _, text := range texts {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			continue
		}
		prefix = prefix.Masked()
		if owner, held := t.pids[prefix]; !held || pid < owner {
			t.pids[prefix] = pid
		}
	}
}

// Lookup returns the PID that holds an address and the prefix by which it does. An
// IPv4-mapped IPv6 address is looked up as the IPv4 address. The default PID counts
// as any other.
func (t *PrefixTable) Lookup(address netip.Addr) (pid string, prefix netip.Prefix, ok bool) {
	address = address.Unmap().WithZone("")
	return t.LookupPrefix(netip.PrefixFrom(address, address.BitLen()))
}

// LookupPrefix returns the PID of the longest prefix that covers the whole of the
// given one.
func (t *PrefixTable) LookupPrefix(covered netip.Prefix) (pid string, prefix netip.Prefix, ok bool) {
	if !covered.IsValid() {
		return "", netip.Prefix{}, false
	}
	for _, length := range t.lengths[covered.Addr().Is4()] {
		if length > covered.Bits() {
			continue
		}
		prefix = netip.PrefixFrom(covered.Addr(), length).Masked()
		if pid, ok = t.pids[prefix]; ok {
			return pid, prefix, true
		}
	}
	return "", netip.Prefix{}, false
}
