package alto

import (
	"net/netip"
	"slices"

	"github.com/gaissmai/bart"
)

// PrefixTable finds the PIDs of an address or prefix by longest match (RFC 7285
// §11.2.2). It does not change once built.
type PrefixTable struct {
	pids bart.Table[[]string] // sorted
}

// NewPrefixTable builds the table of a network map. A text that is not a prefix is
// left out.
func NewPrefixTable(m NetworkMap) *PrefixTable {
	t := &PrefixTable{}
	for pid, group := range m {
		t.add(pid, group.IPv4)
		t.add(pid, group.IPv6)
	}
	return t
}

func (t *PrefixTable) add(pid string, texts []string) {
	for _, text := range texts {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			continue
		}
		t.pids.Modify(prefix.Masked(), func(holders []string, _ bool) ([]string, bool) {
			if at, held := slices.BinarySearch(holders, pid); !held {
				holders = slices.Insert(holders, at, pid)
			}
			return holders, false
		})
	}
}

// Lookup returns the PID that holds an address and the prefix by which it does; of
// several that hold the prefix the lowest name. An IPv4-mapped IPv6 address is looked up
// as the IPv4 address. The default PID counts as any other.
func (t *PrefixTable) Lookup(address netip.Addr) (pid string, prefix netip.Prefix, ok bool) {
	address = address.Unmap().WithZone("")
	return t.LookupPrefix(netip.PrefixFrom(address, address.BitLen()))
}

// LookupPrefix returns the PID of the longest prefix that covers the whole of the
// given one.
func (t *PrefixTable) LookupPrefix(covered netip.Prefix) (pid string, prefix netip.Prefix, ok bool) {
	prefix, pids, ok := t.pids.LookupPrefixLPM(covered)
	if !ok {
		return "", netip.Prefix{}, false
	}
	return pids[0], prefix, true
}

// Holders returns all PIDs that hold the longest prefix that covers the whole of the
// given one, sorted; none if nothing covers it. They must not be changed.
func (t *PrefixTable) Holders(covered netip.Prefix) []string {
	pids, _ := t.pids.LookupPrefix(covered)
	return pids
}

// Differing returns the prefixes that other PIDs hold in the one table than in the other,
// as a set to look up what may have moved: an address has other holders only if a prefix of
// the set covers it, and a prefix only if one covers it.
func (t *PrefixTable) Differing(other *PrefixTable) *bart.Lite {
	differing := &bart.Lite{}
	for prefix, pids := range t.pids.All() {
		if others, ok := other.pids.Get(prefix); !ok || !slices.Equal(pids, others) {
			differing.Insert(prefix)
		}
	}
	for prefix := range other.pids.All() {
		if _, ok := t.pids.Get(prefix); !ok {
			differing.Insert(prefix)
		}
	}
	return differing
}
