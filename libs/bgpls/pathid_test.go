package bgpls

import "testing"

// Path identifiers before NLRIs (RFC 7911 §3) are seen in the octets; they are no part of
// the identity.
func TestPathIDs(t *testing.T) {
	one, two := nodeBytes(r1), nodeBytes(r2)
	with := func(id uint32, router string) NLRI {
		n := nodeValue(router)
		n.PathID = id
		return n
	}
	id := func(hex string) string { return bin(hex) }
	for _, test := range []struct {
		name string
		mode PathIDs
		list []string
		want []NLRI
		has  bool
		err  string
	}{
		{"none, none wanted", NoPathIDs, []string{one, two}, []NLRI{nodeValue(r1), nodeValue(r2)}, false, ""},
		{"none, nobody said so", SomePathIDs, []string{one, two}, []NLRI{nodeValue(r1), nodeValue(r2)}, false, ""},
		{"none, though said so", WantedPathIDs, []string{one, two}, []NLRI{nodeValue(r1), nodeValue(r2)}, false, ""},
		{"some, nobody said so", SomePathIDs, []string{id("00000001"), one, id("00000002"), two}, []NLRI{with(1, r1), with(2, r2)}, true, ""},
		{"0, nobody said so", SomePathIDs, []string{id("00000000"), one}, []NLRI{with(0, r1)}, true, ""},
		{"large", SomePathIDs, []string{id("fffefffd"), one}, []NLRI{with(0xfffefffd, r1)}, true, ""},
		{"some, said so", WantedPathIDs, []string{id("00000001"), one, id("0a000001"), two}, []NLRI{with(1, r1), with(0x0a000001, r2)}, true, ""},
		{"several topologies", WantedPathIDs, []string{id("00000007"), tlvOf(6, isis, tlvOf(256), tlvOf(263, bin("0000 0002")), tlvOf(518, bin("fc000000000000000000000000000001")))}, []NLRI{
			{Type: SRv6SIDNLRI, PathID: 7, Protocol: ISISLevel2, Local: &NodeDescriptor{}, SID: &SRv6SIDDescriptor{MultiTopologyID: new(uint16(0)), SID: addr("fc00::1")}},
			{Type: SRv6SIDNLRI, PathID: 7, Protocol: ISISLevel2, Local: &NodeDescriptor{}, SID: &SRv6SIDDescriptor{MultiTopologyID: new(uint16(2)), SID: addr("fc00::1")}},
		}, true, ""},
		{"malformed in both ways, nobody said so", SomePathIDs, []string{one, bin("0001 0100 02")}, nil, false,
			"cannot decode attribute 14 at octet 4: NLRI at octet 44: truncated: length 256, 1 octets left"},
		{"malformed in both ways, said so", WantedPathIDs, []string{id("00000001"), one, bin("0001")}, nil, true,
			"cannot decode attribute 14 at octet 4: NLRI at octet 48: truncated: length 4, 2 octets left"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var d Decoder
			got, errs := d.DecodeWith(test.mode, bodyOf(mpReach(test.list...)))
			same(t, "NLRIs", got.Reach, test.want)
			if got.PathIDs != test.has {
				t.Errorf("path identifiers %v, want %v", got.PathIDs, test.has)
			}
			switch {
			case test.err == "" && len(errs) > 0, test.err != "" && (len(errs) != 1 || errs[0].Error() != test.err):
				t.Errorf("errors %v, want %q", errs, test.err)
			}
			for i := range got.Reach {
				plain := got.Reach[i]
				plain.PathID = 0
				if got.Reach[i].Key() != plain.Key() {
					t.Errorf("key %s with a path identifier, %s without", got.Reach[i].Key(), plain.Key())
				}
			}
		})
	}
	var d Decoder
	if got, errs := d.DecodeWith(WantedPathIDs, bodyOf(mpUnreach())); !got.EndOfRIB || got.PathIDs || len(errs) > 0 {
		t.Errorf("End-of-RIB: %+v, %v", got, errs)
	}
}
