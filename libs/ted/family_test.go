package ted

import (
	"testing"

	"github.com/altostream/altostream/schemas"
)

// TestLinkOutsideOfTheTopologyOfIPv6: router 1 has one link, which is not in topology 2; the others are in both.
func TestLinkOutsideOfTheTopologyOfIPv6(t *testing.T) {
	inBoth := all(level2.pair(s2, s3, 5), level2.link(s2, s3, mt(2), metric(7)), level2.link(s3, s2, mt(2), metric(7)))
	tells := func(id, prefix string, topology uint16) *schemas.RawTopology {
		r := level1.prefix(id, prefix)
		r.Prefix.MultiTopologyID = &topology
		return r
	}
	for _, tt := range []struct {
		name    string
		records []*schemas.RawTopology
		want    costs
	}{
		{"prefixes in topology 2: it routes no IPv6", all(tells(s1, "fd00::1/128", 2), tells(s2, "fd00::2/128", 2)),
			costs{q1: {q1: 0}, q2: {q2: 0, q3: 7}, q3: {q2: 7, q3: 0}}},
		{"prefixes in the standard topology: that routes IPv6 there", all(tells(s1, "fd00::1/128", 0), tells(s2, "fd00::2/128", 0)),
			costs{q1: {q1: 0, q2: 1, q3: 8}, q2: {q1: 1, q2: 0, q3: 7}, q3: {q1: 8, q2: 7, q3: 0}}},
		{"in both", all(tells(s1, "fd00::1/128", 2), tells(s2, "fd00::2/128", 0)),
			costs{q1: {q1: 0, q2: 1, q3: 8}, q2: {q1: 1, q2: 0, q3: 7}, q3: {q1: 8, q2: 7, q3: 0}}},
	} {
		d := one(all(level1.pair(s1, s2, 1), inBoth, tt.records)...)
		wantEqual(t, tt.name, tt.want, d.Graph().IPv6Costs(RoutingIGP))
	}
}
