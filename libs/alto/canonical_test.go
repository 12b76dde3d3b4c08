package alto

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/altostream/altostream/libs/seeds"
	"github.com/altostream/altostream/schemas"
	"github.com/google/go-cmp/cmp"
)

func v4(prefixes ...string) schemas.EndpointAddressGroup {
	return schemas.EndpointAddressGroup{IPv4: prefixes}
}

func TestCanonical(t *testing.T) {
	tests := []struct {
		name     string
		in, want schemas.EndpointAddressGroup
	}{
		{"no prefix", schemas.EndpointAddressGroup{IPv4: []string{}, IPv6: []string{}}, schemas.EndpointAddressGroup{}},
		{"by address as number", v4("192.168.100.0/24", "192.168.24.0/24", "10.0.0.0/8"),
			v4("10.0.0.0/8", "192.168.24.0/24", "192.168.100.0/24")},
		{"shorter before longer", v4("10.0.0.0/16", "10.0.0.0/8", "0.0.0.0/0"), v4("0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/16")},
		{"host bits cleared", v4("192.168.24.10/24"), v4("192.168.24.0/24")},
		{"each once", v4("10.1.0.0/8", "10.0.0.0/8", "10.0.0.0/8"), v4("10.0.0.0/8")},
		{"IPv6 text of RFC 5952",
			schemas.EndpointAddressGroup{IPv6: []string{"2001:DB8:0:0::/64", "2001:db8::1/64", "::/0"}},
			schemas.EndpointAddressGroup{IPv6: []string{"::/0", "2001:db8::/64"}}},
		{"families apart",
			schemas.EndpointAddressGroup{IPv4: []string{"10.0.0.0/8"}, IPv6: []string{"fd00::/8"}},
			schemas.EndpointAddressGroup{IPv4: []string{"10.0.0.0/8"}, IPv6: []string{"fd00::/8"}}},
		{"texts that are no prefix last", v4("x", "10.0.0.0/8", "a", "x"), v4("10.0.0.0/8", "a", "x")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := NetworkMap{"p": tt.want}
			got := Canonical(NetworkMap{"p": tt.in})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Canonical (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want, Canonical(got)); diff != "" {
				t.Errorf("Canonical twice (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCanonicalLeavesItsArgument(t *testing.T) {
	in := NetworkMap{"p": v4("10.0.0.1/8", "1.0.0.0/8")}
	Canonical(in)
	if diff := cmp.Diff(NetworkMap{"p": v4("10.0.0.1/8", "1.0.0.0/8")}, in); diff != "" {
		t.Errorf("argument (-want +got):\n%s", diff)
	}
}

func TestTagTellsMapsApart(t *testing.T) {
	maps := []NetworkMap{
		{},
		{"a": {}},
		{"a": {}, "b": {}},
		{"a": v4("10.0.0.0/8")},
		{"b": v4("10.0.0.0/8")},
		{"a": v4("10.0.0.0/9")},
		{"a": v4("10.0.0.0/8"), "b": {}},
		{"a": v4("10.0.0.0/8", "11.0.0.0/8")},
		{"a": v4("10.0.0.0/8"), "b": v4("11.0.0.0/8")},
		{"a": {IPv6: []string{"::/0"}}},
		{"a": {IPv4: []string{"0.0.0.0/0"}, IPv6: []string{"::/0"}}},
	}
	seen := map[string]int{}
	for i, m := range maps {
		tag := Tag(m)
		if first, ok := seen[tag]; ok {
			t.Errorf("maps %d and %d have the same tag", first, i)
		}
		seen[tag] = i
	}
}

func TestTagDoesNotDependOnOrder(t *testing.T) {
	prefixes := []string{"10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24", "198.51.100.128/25"}
	want := Tag(NetworkMap{"a": v4(prefixes...), "b": {IPv6: []string{"::/0"}}})
	for seed := range seeds.Of(50) {
		rng := rand.New(rand.NewPCG(seed, 1))
		shuffled := append(slices.Clone(prefixes), prefixes[rng.IntN(len(prefixes))])
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		m := NetworkMap{"b": {IPv6: []string{"0::0/0"}}, "a": v4(shuffled...)}
		if got := Tag(m); got != want {
			t.Errorf("seed %d: got %s, want %s", seed, got, want)
		}
	}
}
