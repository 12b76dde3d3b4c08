package correlator

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// Whatever hangs on what of a network map, and from whatever map to whatever other one: what has moved is
// what it is for who sees the second map alone.
func TestMoves(t *testing.T) {
	sites := Sites{"madrid": {Attachments: []string{"4.4.4.4", "10.4.0.0/16"}}, "bilbao": {Attachments: []string{"0000.0000.0002"}}}
	in := func(site string, addresses ...string) *schemas.ComputeResource {
		return &schemas.ComputeResource{Addresses: addresses, Site: &site}
	}
	resources := map[string]*schemas.ComputeResource{
		"a|address":     resourceOf([]string{"10.4.1.1"}, nil),
		"a|prefix":      resourceOf([]string{"10.4.0.0/16"}, nil),
		"a|v6":          resourceOf([]string{"2001:db8:2::1", "10.5.0.1"}, nil),
		"a|router":      resourceOf(nil, []string{"4.4.4.4"}),
		"a|pid":         resourceOf(nil, []string{isis}),
		"a|gateway":     resourceOf([]string{"192.0.2.1"}, []string{"10.4.1.254", "10.5.0.254"}),
		"a|of madrid":   in("madrid", "192.0.2.2"),
		"a|of bilbao":   in("bilbao"),
		"a|of zaragoza": in("zaragoza"), // which is a PID now and then
	}
	maps := map[string]*schemas.NetworkMap{"none": nil}
	for name, groups := range map[string]alto.NetworkMap{
		"empty":         {},
		"routers":       {p1: {}, isis: {}},
		"another":       {"pid200:04040404": {}, "zaragoza": {}},
		"prefixes":      {p1: {IPv4: []string{"10.4.0.0/16"}}, p2: {IPv4: []string{"10.5.0.0/16"}, IPv6: []string{"2001:db8:2::/48"}}},
		"more specific": {p1: {IPv4: []string{"10.4.0.0/16"}}, p2: {IPv4: []string{"10.4.1.0/24"}}, "madrid": {}},
		"exchanged":     {p2: {IPv4: []string{"10.4.0.0/16"}}, p1: {IPv4: []string{"10.5.0.0/16"}, IPv6: []string{"2001:db8:2::/48"}}},
		"two of one id": {"pid100:04040404": {}, "pid200:04040404": {}, "pid0:000000000002": {}},
	} {
		maps[name] = wholeMap("default", groups)
	}
	seen := func(names ...string) map[string]*schemas.EndpointProperties {
		p := newProcessorWith(t, Config{Sites: sites})
		for key, r := range resources {
			p.machine.Apply(told(key, r), stream.Cause{})
		}
		for _, name := range names {
			p.apply(mapped(defaultMap, maps[name]))
		}
		return p.table
	}
	for from := range maps {
		for to := range maps {
			t.Run(from+" to "+to, func(t *testing.T) {
				if diff := cmp.Diff(seen(to), seen(from, to)); diff != "" {
					t.Errorf("(-the second alone +one after the other):\n%s", diff)
				}
			})
		}
	}
}
