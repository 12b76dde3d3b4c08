package igp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestValues(t *testing.T) {
	for _, test := range []struct {
		name    string
		network string
		join    bool
		measure Measure
		widest  bool
		want    string
	}{
		{name: "delays add up on the path of the IGP, not on the quickest one", measure: Delay, network: `
			ospf
			area 0; A-B 1 delay 10; B-C 1 delay 20; A-C 9 delay 1`,
			want: "A>C 30, C>A 30, A>B 10, A>A 0"},
		{name: "of equal paths the worst", measure: Delay, network: `
			ospf
			area 0; A-B 1 delay 1; B-D 2 delay 1; A-C 2 delay 5; C-D 1 delay 0; A-D 3 delay 4`,
			want: "A>D 5, D>A 5"},
		{name: "of equal links between the same routers the worst, of others the cheaper one", measure: Delay, network: `
			ospf
			area 0; A-B 1 delay 7; A-B 1 delay 3; B-C 1 delay 2; B-C 2 delay 9`,
			want: "A>B 7, A>C 9"},
		{name: "not told is not known, and does not stand for 0", measure: Delay, network: `
			ospf
			area 0; A-B 1 delay 0; B-C 1; A-C 9 delay 1`,
			want: "A>B 0, B>C NaN, A>C NaN, A>D NaN"},
		{name: "nor on one of several equal paths", measure: Delay, network: `
			ospf
			area 0; A-B 1 delay 1; B-D 1 delay 1; A-C 1 delay 1; C-D 1`,
			want: "A>D NaN, D>A NaN, A>B 1"},
		{name: "a LAN counts once", measure: Delay, network: `
			ospf
			area 0; A-x 5 delay 3; B-x 7 delay 4; B-C 1 delay 1`,
			want: "A>B 3, B>A 4, A>C 4"},
		{name: "links between LANs are none that routers tell", measure: Delay, network: `
			ospf
			area 0; A-x 5 delay 3; B-y 7 delay 4; x-y 1 delay 1`,
			want: "A>B NaN, B>A NaN"},
		{name: "over links of metric 0 the fewest", measure: Delay, network: `
			isis
			level 2; A-B 0 delay 1; B-C 0 delay 1; A-C 0 delay 1; A-x 0 delay 8; D-x 0 delay 9`,
			want: "A>C 1, A>B 1, C>B 1, A>D 8"},
		{name: "over a default route, and on by another IGP", measure: Delay, network: `
			ospf
			area 0; B-C 100 delay 7; B-C 100 delay 8
			isis
			level 1; A-B 1 delay 2; A-B 1 delay 3; B attached
			level 2; B-C 5 delay 1`,
			want: "A>C 11, C>A 4, B>C 8"},
		{name: "losses: of what is left", measure: Loss, network: `
			ospf
			area 0; A-B 1 loss 0.5; B-C 1 loss 0.5; C-D 1 loss 0`,
			want: "A>B 0.5, A>C 0.75, A>D 0.75, C>D 0"},
		{name: "bandwidths: the least on the path of the IGP", measure: AvailableBandwidth, network: `
			ospf
			area 0; A-B 1 available 10; B-C 1 available 5; A-C 9 available 100`,
			want: "A>C 5, A>B 10, A>A +Inf"},
		{name: "or the most of all paths", measure: AvailableBandwidth, widest: true, network: `
			ospf
			area 0; A-B 1 available 10; B-C 1 available 5; A-C 9 available 100; C-D 1`,
			want: "A>C 100, A>B 10, B>C 10, A>D NaN"},
		{name: "through no router without transit", measure: AvailableBandwidth, widest: true, network: `
			ospf
			area 0; A-B 1 available 10; B-C 1 available 10; A-C 9 available 1; B overload`,
			want: "A>C 1, A>B 10, B>C 10"},
		{name: "a default route leads on as its router goes", measure: Delay, network: `
			isis
			level 1; A-B 1 delay 1; B attached; A-C 5 delay 100; C attached
			level 2; B-C 1 delay 10; C-D 1 delay 20`,
			want: "A>D 31, D>A 31"},
		{name: "where no path leads nothing is known, between areas too", measure: Delay, network: `
			ospf
			area 0; A-B 1 delay 1; D
			area 1; B-C 1 delay 2; E`,
			want: "A>C 3, A>A 0, A>D NaN, A>E NaN, D>E NaN"},
		{name: "BGP without metrics: over the fewest links", measure: Delay, network: `
			flat
			area 0; A-B 1 delay 1; B-C 1 delay 1; A-C 9 delay 7`,
			want: "A>C 7"},
		{name: "the preferred IGP counts, known or not", measure: Delay, network: `
			ospf
			area 0; A-B 10
			isis
			level 2; A-B 1 delay 1; B-C 1 delay 2`,
			want: "A>B NaN, B>C 2, A>C 3"},
		{name: "Join adds up, of equal ways the worst", join: true, measure: Delay, network: `
			ospf
			area 0; A-B 1 delay 1; A-C 1 delay 5
			isis
			level 2; B-D 1 delay 1; C-D 1 delay 1; D-E 1 delay 1`,
			want: "A>D 6, A>E 7, D>A 6"},
		{name: "Join widens", join: true, widest: true, measure: AvailableBandwidth, network: `
			ospf
			area 0; A-B 1 available 1; A-C 1 available 5
			isis
			level 2; B-D 1 available 9; C-D 1 available 4`,
			want: "A>D 4, D>A 4"},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := parse(t, test.network)
			n.Join = test.join
			values := []*Values{n.Along(test.measure), n.UpdateAlong(nil, n.Distances(ByIGPThenLinks), test.measure)}
			if test.widest {
				values = []*Values{n.Widest(test.measure)}
			}
			for _, v := range values {
				var got, want []string
				for _, w := range strings.Split(test.want, ",") {
					w = strings.TrimSpace(w)
					want = append(want, w)
					got = append(got, fmt.Sprintf("%.3s %v", w, v.At(int(w[0]-'A'), int(w[2]-'A'))))
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s\n(-want +got)\n%s", test.network, diff)
				}
			}
		})
	}
}
