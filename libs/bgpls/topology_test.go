package bgpls

import "testing"

// An NLRI of several topologies is one NLRI in each of them (routers write such lists,
// though RFC 9552 §5.2.2.1 allows one).
func TestSeveralTopologies(t *testing.T) {
	local, remote := tlvOf(256, tlvOf(515, bin(r1))), tlvOf(257, tlvOf(515, bin(r2)))
	for _, test := range []struct {
		name string
		nlri string
		keys []string
		odd  int
	}{
		{"link in one", tlvOf(2, isis, local, remote, tlvOf(263, bin("0002"))), []string{"link|2|0|router=" + r1 + "|router=" + r2 + "|mt=2"}, 0},
		{"link in two", tlvOf(2, isis, local, remote, tlvOf(259, bin("0a000001")), tlvOf(263, bin("0000 0002"))), []string{
			"link|2|0|router=" + r1 + "|router=" + r2 + "|if4=10.0.0.1,mt=0",
			"link|2|0|router=" + r1 + "|router=" + r2 + "|if4=10.0.0.1,mt=2",
		}, 1},
		{"prefix in three, with reserved bits", tlvOf(3, isis, local, tlvOf(263, bin("f002 f003 0000")), tlvOf(265, bin("08 0a"))), []string{
			"prefix4|2|0|router=" + r1 + "|10.0.0.0/8,mt=2", "prefix4|2|0|router=" + r1 + "|10.0.0.0/8,mt=3", "prefix4|2|0|router=" + r1 + "|10.0.0.0/8,mt=0",
		}, 1},
		{"SID in two", tlvOf(6, isis, local, tlvOf(263, bin("0000 0002")), tlvOf(518, bin("fc000000000000000000000000000001"))), []string{
			"srv6sid|2|0|router=" + r1 + "|fc00::1,mt=0", "srv6sid|2|0|router=" + r1 + "|fc00::1,mt=2",
		}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, errs := DecodeUpdate(bodyOf(mpReach(nodeBytes(r1), test.nlri, nodeBytes(r2)), mpUnreach(test.nlri)))
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			var keys []string
			for _, n := range got.Reach[1 : len(got.Reach)-1] {
				keys = append(keys, n.Key())
			}
			same(t, "keys", keys, test.keys)
			same(t, "withdrawn", got.Unreach, got.Reach[1:len(got.Reach)-1])
			same(t, "oddities", got.Oddities, Oddities{Topologies: 2 * test.odd})
			one, err := DecodeNLRI([]byte(test.nlri), false)
			if (err != nil) != (len(test.keys) > 1) || err == nil && one.Key() != test.keys[0] {
				t.Errorf("alone it is %s, %v", one.Key(), err)
			}
		})
	}
}
