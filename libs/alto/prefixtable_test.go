package alto

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/altostream/altostream/libs/seeds"
)

var table = NewPrefixTable(NetworkMap{
	"a":        {IPv4: []string{"10.0.0.0/8", "192.0.2.1/24"}, IPv6: []string{"2001:db8::/32"}},
	"b":        {IPv4: []string{"10.1.0.0/16", "10.1.2.3/32", "not a prefix"}, IPv6: []string{"2001:db8:1::/48"}},
	"c":        {IPv4: []string{"192.0.2.0/24"}},
	DefaultPID: {IPv4: []string{"0.0.0.0/0"}},
})

func TestLookup(t *testing.T) {
	tests := []struct{ name, address, pid, prefix string }{
		{"one prefix", "10.2.0.1", "a", "10.0.0.0/8"},
		{"longest of several", "10.1.0.1", "b", "10.1.0.0/16"},
		{"host prefix", "10.1.2.3", "b", "10.1.2.3/32"},
		{"prefix in two PIDs is the lower name's", "192.0.2.9", "a", "192.0.2.0/24"},
		{"whole space", "203.0.113.1", DefaultPID, "0.0.0.0/0"},
		{"IPv4-mapped address", "::ffff:10.1.0.1", "b", "10.1.0.0/16"},
		{"IPv6", "2001:db8:2::1", "a", "2001:db8::/32"},
		{"IPv6, longest", "2001:db8:1::1", "b", "2001:db8:1::/48"},
		{"IPv6 with zone", "2001:db8:1::1%eth0", "b", "2001:db8:1::/48"},
		{"in no PID", "fe80::1", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pid, prefix, ok := table.Lookup(netip.MustParseAddr(tt.address))
			wantMatch(t, pid, prefix, ok, tt.pid, tt.prefix)
		})
	}
}

func TestLookupPrefix(t *testing.T) {
	tests := []struct{ name, prefix, pid, found string }{
		{"the same prefix", "10.1.0.0/16", "b", "10.1.0.0/16"},
		{"a longer one", "10.1.5.0/24", "b", "10.1.0.0/16"},
		{"partly in a longer one", "10.0.0.0/15", "a", "10.0.0.0/8"},
		{"shorter than all but the whole space", "10.0.0.0/7", DefaultPID, "0.0.0.0/0"},
		{"whole space", "0.0.0.0/0", DefaultPID, "0.0.0.0/0"},
		{"with host bits", "10.1.5.1/24", "b", "10.1.0.0/16"},
		{"IPv6 host", "2001:db8:1::1/128", "b", "2001:db8:1::/48"},
		{"IPv6 whole space, not held", "::/0", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pid, prefix, ok := table.LookupPrefix(netip.MustParsePrefix(tt.prefix))
			wantMatch(t, pid, prefix, ok, tt.pid, tt.found)
		})
	}
}

func TestLookupOfNothing(t *testing.T) {
	if pid, prefix, ok := table.Lookup(netip.Addr{}); ok {
		t.Errorf("no address is in PID %s by %s", pid, prefix)
	}
	if pid, prefix, ok := table.LookupPrefix(netip.Prefix{}); ok {
		t.Errorf("no prefix is in PID %s by %s", pid, prefix)
	}
	if pid, prefix, ok := NewPrefixTable(nil).Lookup(netip.MustParseAddr("10.0.0.1")); ok {
		t.Errorf("in the empty table an address is in PID %s by %s", pid, prefix)
	}
}

func wantMatch(t *testing.T, pid string, prefix netip.Prefix, ok bool, wantPID, wantPrefix string) {
	t.Helper()
	if ok != (wantPID != "") {
		t.Fatalf("got ok %v", ok)
	}
	if ok && (pid != wantPID || prefix.String() != wantPrefix) {
		t.Errorf("got %s by %s, want %s by %s", pid, prefix, wantPID, wantPrefix)
	}
}

// naiveLookup looks at every prefix of the map.
func naiveLookup(m NetworkMap, address netip.Addr) (pid string, best netip.Prefix) {
	for name, group := range m {
		for _, text := range group.IPv4 {
			p := netip.MustParsePrefix(text).Masked()
			if !p.Contains(address) {
				continue
			}
			if !best.IsValid() || p.Bits() > best.Bits() || p.Bits() == best.Bits() && name < pid {
				pid, best = name, p
			}
		}
	}
	return pid, best
}

func TestLookupAgreesWithNaiveModel(t *testing.T) {
	for seed := range seeds.Of(300) {
		rng := rand.New(rand.NewPCG(seed, 2))
		address := func() netip.Addr { return netip.AddrFrom4([4]byte{10, byte(rng.IntN(4)), byte(rng.IntN(4)), 0}) }
		m := NetworkMap{}
		for range 1 + rng.IntN(20) {
			pid := fmt.Sprintf("p%d", rng.IntN(6))
			prefix := netip.PrefixFrom(address(), rng.IntN(33))
			m[pid] = v4(append(m[pid].IPv4, prefix.String())...)
		}
		table := NewPrefixTable(m)
		for range 50 {
			a := address()
			wantPID, wantPrefix := naiveLookup(m, a)
			pid, prefix, ok := table.Lookup(a)
			if ok != wantPrefix.IsValid() || pid != wantPID || prefix != wantPrefix {
				t.Fatalf("seed %d, address %s: got %s by %s, want %s by %s", seed, a, pid, prefix, wantPID, wantPrefix)
			}
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	m := NetworkMap{DefaultPID: v4("0.0.0.0/0")}
	for i := range 10_000 {
		pid := fmt.Sprintf("p%d", i%1000)
		m[pid] = v4(append(m[pid].IPv4, fmt.Sprintf("10.%d.%d.0/24", i/256, i%256))...)
	}
	table := NewPrefixTable(m)
	address := netip.MustParseAddr("10.20.30.40")
	for b.Loop() {
		table.Lookup(address)
	}
}
