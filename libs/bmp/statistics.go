package bmp

import (
	"encoding/binary"
	"fmt"
)

// Statistic is one number that a router counts or gauges.
type Statistic struct {
	Type  uint16
	AFI   uint16 // 0 if it is not about one address family
	SAFI  uint8
	Value uint64
}

// statisticNames are the names of statistics by type: RFC 7854 §4.8 (0 to 13), RFC 8671
// §6 (14 to 17), RFC 9972 §3 (from 18 on). Those of one address family have "family" in
// their names.
var statisticNames = [...]string{
	0:  "prefixes-rejected",
	1:  "duplicate-prefixes",
	2:  "duplicate-withdraws",
	3:  "cluster-list-loops",
	4:  "as-path-loops",
	5:  "originator-id-loops",
	6:  "as-confed-loops",
	7:  "adj-rib-in-routes",
	8:  "loc-rib-routes",
	9:  "family-adj-rib-in-routes",
	10: "family-loc-rib-routes",
	11: "updates-treated-as-withdraw",
	12: "prefixes-treated-as-withdraw",
	13: "duplicate-updates",
	14: "adj-rib-out-pre-policy-routes",
	15: "adj-rib-out-post-policy-routes",
	16: "family-adj-rib-out-pre-policy-routes",
	17: "family-adj-rib-out-post-policy-routes",
	18: "adj-rib-in-pre-policy-routes",
	19: "family-adj-rib-in-pre-policy-routes",
	20: "adj-rib-in-post-policy-routes",
	21: "family-adj-rib-in-post-policy-routes",
	22: "family-adj-rib-in-routes-rejected",
	23: "family-adj-rib-in-routes-accepted",
}

// Name is what the statistic counts; type-N if N has no name here.
func (s Statistic) Name() string {
	if int(s.Type) < len(statisticNames) {
		return statisticNames[s.Type]
	}
	return fmt.Sprintf("type-%d", s.Type)
}

// statisticsReport reads counters of 4 bytes, gauges of 8, and gauges of one address
// family of 11 (RFC 7854 §4.8), whatever their types. Statistics of other lengths are
// passed over.
func (c cursor) statisticsReport(p Peer) (Message, error) {
	if _, err := c.take(4, "the number of statistics"); err != nil {
		return nil, err
	}
	m := &StatisticsReport{Peer: p}
	return m, c.tlvs(func(typ uint16, value []byte) error {
		s := Statistic{Type: typ}
		switch len(value) {
		case 4:
			s.Value = uint64(binary.BigEndian.Uint32(value))
		case 8:
			s.Value = binary.BigEndian.Uint64(value)
		case 11:
			s.AFI, s.SAFI, s.Value = binary.BigEndian.Uint16(value), value[2], binary.BigEndian.Uint64(value[3:])
		default:
			return nil
		}
		m.Statistics = append(m.Statistics, s)
		return nil
	})
}
