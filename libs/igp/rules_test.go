package igp

import (
	"testing"

	"github.com/altostream/altostream/libs/apsp"
)

func TestPathsWithinAnArea(t *testing.T) {
	testRules(t, []rule{
		{name: "parallel links: the cheaper, by direction", network: `
			flat
			area 0; A-B 5 9; A-B 7 2`,
			want: "A>B 5/1, B>A 2/1"},
		{name: "a link of metric 0 costs 0 and counts", network: `
			flat
			area 0; A-B 0; B-C 0; C-A 1`,
			want: "A>B 0/1, A>C 0/2, C>B 0/1"},
		{name: "a LAN costs towards it and counts one link", network: `
			flat
			area 0; A-x 5; B-x 7; B-y 1; C-y 1`,
			want: "A>B 5/1, B>A 7/1, A>C 6/2"},
		{name: "one way", network: `
			flat
			area 0; A>B 5`,
			want: "A>B 5/1, B>A none, A>A 0/0"},
		{name: "overload: to and from, not through", network: `
			flat
			area 0; A-B 1; B-C 1; A-C 9; C-D 1; B overload`,
			want: "A>C 9/1, A>B 1/1, B>D 2/2, D>B 2/2"},
		{name: "ByTE: other paths than those of the IGP", weight: ByTE, network: `
			flat
			area 0; A-C 1 te 9; A-B 5 te 2; B-C 5 te 2`,
			want: "A>C 4/2"},
		{name: "ByLinks: the fewest, whatever the metrics", weight: ByLinks, network: `
			flat
			area 0; A-C 9; A-B 1; B-C 1; C-x 5; D-x 5`,
			want: "A>C 1/1, A>D 2/2"},
		{name: "ByIGPThenLinks: links where BGP has no metrics, the IGP's metrics elsewhere", weight: ByIGPThenLinks, network: `
			flat
			area 0; A-C 9; A-B 1; B-C 1
			ospf
			area 0; D-F 9; D-E 1; E-F 1`,
			want: "A>C 1/1, D>F 2/2"},
	})
}

func TestSeveralIGPs(t *testing.T) {
	const two = `
		ospf
		area 0; A-B 10; B-C 10
		isis
		level 2; A-B 1; C-D 1; E-F 1`
	testRules(t, []rule{
		{name: "the preferred IGP counts whatever the metrics", network: two, want: "A>B 10/1, C>B 10/1"},
		{name: "the other one where that does not lead", network: two, want: "C>D 1/1, E>F 1/1"},
		{name: "no path leads from one into the other", network: two, want: "A>D none, D>A none"},
		{name: "RFC 1812 §5.2.4.3: the default route of the preferred one after a route of the other", network: `
			ospf told
			area 0; B-D 10; D tells D 0
			area 1; A-B 1; B tells default 1 passed
			isis
			level 2; A-D 50`,
			want: "A>D 50/1, A>B 1/1"},
		{name: "where a default route leads, packets go on by the preferred one", network: `
			ospf
			area 0; B-C 100; B-E 3
			isis
			level 1; A-B 1; B attached
			level 2; B-C 5`,
			want: "A>C 101/2, A>E 4/2, B>C 100/1, C>A 6/2"},
		{name: "a router on the way of a default route goes its own way by another one", network: `
			ospf
			area 0; B-D 100
			isis
			level 1; A-B 1; B-C 1; C attached
			level 2; C-D 5`,
			want: "A>D 101/2, B>D 100/1, C>D 5/1"},
		{name: "from an IGP of one area a default route leads into another IGP", network: `
			isis told
			level 2; A-B 1; B-C 1; C tells default 5; D tells default 1; A-D 9
			ospf told
			area 0; C-E 7; B-F 1; A-G 1
			outside A 1`,
			want: "A>E 9/3, B>E 8/2, A>F 2/2, C>F none, C>G none, D>E none, E>C 7/1, E>F none, G>F 3/3, G>D 10/2"},
		{name: "no default route leads into BGP", weight: ByIGPThenLinks, network: `
			isis
			level 1; A-B 1; B attached
			level 2; B-C 5
			flat
			area 0; C-D 1; B-D 1`,
			want: "A>C 6/2, A>D none, B>D 1/1"},
		{name: "default routes that lead in a circle lead nowhere", network: `
			ospf told
			area 0; B-C 1
			area 1; A-B 1; B tells default 1 passed
			isis
			level 1; B-A 1; A attached
			level 2; D-E 1`,
			want: "A>D none, B>D none"},
		{name: "RFC 2328 §11.1: a range that leads nowhere hides default routes", network: `
			ospf told
			area 0; B-E 1; E tells 10.0.0.0/24 20 passed; B tells B 0
			area 1; E-F 3; F tells F 0; D tells D 0
			isis
			level 1; B-C 1; C attached
			level 2; C-D 1`,
			want: "B>D none, C>D 1/1, B>F 21/2"},
		{name: "Join adds up paths at common routers", join: true, network: two,
			want: "A>D 21/3, D>A 21/3, A>B 10/1, A>F none"},
		{name: "Join leads over several IGPs", join: true, network: `
			isis
			level 2; A-B 1
			ospf
			area 0; B-C 2; E-C 100
			flat
			area 0; C-D 3; B-D 90`,
			want: "A>D 6/3, D>A 6/3, A>E 103/3"},
	})
}

func TestUnreachable(t *testing.T) {
	if got := apsp.Unreachable[Distance](); got != Unreachable {
		t.Errorf("got %d, want %d", got, Unreachable)
	}
}

func TestDistancesAddUp(t *testing.T) {
	unknown := distance(5, linksUnknown)
	for _, test := range []struct {
		name string
		got  Distance
		want string
	}{
		{"metrics and links", distance(3, 1).plus(distance(4, 2)), "7/3"},
		{"part of the links is not known", distance(3, 1).plus(unknown), "8/?"},
		{"nor the first part's", unknown.plus(distance(3, 1)), "8/?"},
		{"nor any", unknown.plus(unknown), "10/?"},
		{"no path", distance(3, 1).plus(Unreachable), "none"},
		{"nor a first part", Unreachable.plus(distance(3, 1)), "none"},
	} {
		if got := test.got.String(); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}
