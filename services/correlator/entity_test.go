package correlator

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

func TestEntitiesOfAddresses(t *testing.T) {
	tests := []struct {
		name      string
		addresses []string
		want      []string
	}{
		{"IPv4", []string{"192.168.24.10"}, []string{"ipv4:192.168.24.10"}},
		{"IPv6 in its canonical form", []string{"2001:DB8:0::1"}, []string{"ipv6:2001:db8::1"}},
		{"IPv4-mapped IPv6 is IPv4", []string{"::ffff:192.0.2.1"}, []string{"ipv4:192.0.2.1"}},
		{"prefix", []string{"192.168.24.0/24"}, []string{"ipv4:192.168.24.0/24"}},
		{"prefix with host bits", []string{"2001:db8::1/32"}, []string{"ipv6:2001:db8::/32"}},
		{"prefix of full length is the address", []string{"192.0.2.1/32", "2001:db8::1/128"}, []string{"ipv4:192.0.2.1", "ipv6:2001:db8::1"}},
		{"IPv4-mapped prefix", []string{"::ffff:192.0.2.0/120"}, []string{"ipv4:192.0.2.0/24"}},
		{"several", []string{"192.0.2.1", "2001:db8::1"}, []string{"ipv4:192.0.2.1", "ipv6:2001:db8::1"}},
		{"what is no address is left out", []string{"compute5", "192.0.2.1", "fe80::1%eth0", "::ffff:0:0/90"}, []string{"ipv4:192.0.2.1"}},
		{"none", nil, []string{".ane:static.compute5"}},
		{"none that is one", []string{"compute5"}, []string{".ane:static.compute5"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, e := range entities("static|compute5", &schemas.ComputeResource{Addresses: tt.addresses}) {
				got = append(got, e.id)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestANEEntities(t *testing.T) {
	long := strings.Repeat("n", 200)
	tests := []struct {
		name, key string
		want      string // * stands for the hash
	}{
		{"plain", "static|compute5", ".ane:static.compute5"},
		{"a name with dots", "static|compute5.dc1.example", ".ane:static.compute5.dc1.example"},
		{"all characters of the alphabet", "s-t_1|a-b:c@d_e.f", ".ane:s-t_1.a-b:c@d_e.f"},
		{"other characters", "static|rack 7/compute5", ".ane:static.rack-7-compute5-*"},
		{"other letters", "static|größe", ".ane:static.gr--e-*"},
		{"a source with a dot", "dc1.example|compute5", ".ane:dc1.example.compute5-*"},
		{"too long", "static|" + long, ".ane:static." + long[:64-len("static.")-9] + "-*"},
		{"64 characters", "static|" + long[:57], ".ane:static." + long[:57]},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := aneEntity(tt.key)
			want, hashed := strings.CutSuffix(tt.want, "*")
			rest, ok := strings.CutPrefix(got, want)
			if !ok || hashed != (len(rest) == hashLength) || !hashed && rest != "" {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if err := alto.ValidPID(strings.TrimPrefix(got, ".ane:")); err != nil {
				t.Errorf("not an ANE name: %v", err)
			}
		})
	}
}

func TestDifferentResourcesHaveDifferentANEEntities(t *testing.T) {
	seen := map[string]string{}
	for _, key := range []string{
		"a|b.c", "a.b|c", "a|b c", "a|b-c", "a|b/c", "a.b|c d", "a|b.c d", "a|" + strings.Repeat("n", 100), "a|" + strings.Repeat("n", 101),
	} {
		id := aneEntity(key)
		if other, ok := seen[id]; ok {
			t.Errorf("%q and %q are both %s", key, other, id)
		}
		seen[id] = key
	}
}
