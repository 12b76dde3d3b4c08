package igp

import "testing"

func TestOSPFDefaultsToOutside(t *testing.T) {
	// From A to F, which only ways to what is outside lead to.
	const beyond = `
			isis
			level 2; C-F 3; D-F 1; E-F 2`
	testRules(t, []rule{
		{name: "RFC 2328 §16.4: to an AS boundary router of another area", network: `
			ospf told
			area 1; A-B 1
			area 0; B-C 2
			outside C 5` + beyond,
			want: "A>F 6/3, B>F 5/2, C>F 3/1, F>A none"},
		{name: "RFC 2328 §16.4 (6) (b): type 1 before type 2", network: `
			ospf told
			area 1; A-B 1
			area 0; B-C 2; B-D 90
			outside C 5; outside D 10 external1` + beyond,
			want: "A>F 92/3"},
		{name: "of type 1 by the metric and the way, over all areas", network: `
			ospf told
			area 1; A-B 1
			area 0; B-C 20; B-D 10
			outside C 10 external1; outside D 19 external1` + beyond,
			want: "A>F 12/3, B>F 11/2"},
		{name: "of type 2 by the metric, then the nearer", network: `
			ospf told
			area 1; A-B 1
			area 0; B-C 20; B-D 90; B-E 10
			outside C 5; outside D 4; outside E 5` + beyond,
			want: "A>F 92/3"},
		{name: "of type 2 the nearer", network: `
			ospf told
			area 1; A-B 1
			area 0; B-C 20; B-E 10
			outside C 5; outside E 5` + beyond,
			want: "A>F 13/3"},
		{name: "RFC 2328 §16.4.1: of type 1 first those to which a way leads within an area other than area 0", network: `
			ospf told
			area 1; A-B 1; A-C 100
			area 0; B-D 1
			outside C 10 external1; outside D 1 external1` + beyond,
			want: "A>F 103/2, B>F 104/3"},
		{name: "RFC 2328 §16.4 (6) (b): of type 2 the metric before that", network: `
			ospf told
			area 1; A-B 1; A-C 100
			area 0; B-D 1
			outside C 10; outside D 1` + beyond,
			want: "A>F 3/3"},
		{name: "RFC 2328 §16.4.1: to a router of several areas within the one other than area 0", network: `
			ospf told
			area 1; B-C 100
			area 0; B-C 1
			outside C 1` + beyond,
			want: "B>F 103/2, B>C 1/1"},
		{name: "RFC 2328 §16.2 (4): over no router that is no border router any more", network: `
			ospf told
			area 0; B
			area 1; A-B 1; B noborder
			area 2; B-C 1; B noborder
			outside C 1` + beyond,
			want: "A>F none, B>F 4/2"},
		{name: "RFC 3101: nothing of it is told in an NSSA, but what its border routers tell there", network: `
			ospf told
			area 1; stub; A-B 1; A-E 9; E tells default 1 external1
			area 0; B-C 1; E
			area 2; stub; B-D 1
			outside C 1` + beyond,
			want: "A>F 11/2, B>F 4/2, D>F 1/1"},
		{name: "RFC 2328 §3.6: none leads through a stub area", network: `
			ospf told
			area 1; stub; A-B 1; B tells default 1 passed
			area 0; A-G 1; B-C 1
			outside C 1` + beyond,
			want: "B>F 4/2, A>F none"},
		{name: "RFC 3101 §3.2: to the forwarding address within an NSSA of what its border router translates", network: `
			ospf told
			area 1; stub; B-C 1; A-C 9; C-G 1; C tells default 1 external1
			area 0; A-B 1; A-H 1
			area 2; stub; H-I 1
			outside B 1 external1 C` + beyond,
			want: "A>F 12/2, B>F 4/2, H>F 13/3, I>F none, G>F 4/2"},
		{name: "RFC 3101: a border router follows what a router within an NSSA tells", network: `
			ospf told
			area 1; stub; B-A 1; A-E 1; E tells default 1 external1
			area 0; B-C 1
			outside C 1` + beyond,
			want: "B>F 4/3, A>F 3/2"},
		{name: "where two follow each other's, packets go in a circle", network: `
			ospf told
			area 0; C-A 1; A-D 1
			outside A 1; outside D 2
			isis
			level 2; E-F 1`,
			want: "C>F none, A>F none, D>F none"},
		{name: "RFC 2328 §16.2: a router within the area has a route where a border router, which looks at area 0 alone, has none", network: `
			ospf told
			area 0; B-D 1; H tells H 0
			area 1; B-C 1; C-G 5; C-E 1; G tells H 3 passed
			outside E 1`,
			want: "B>H 9/?, C>H 8/?, D>H 10/?"},
		{name: "a router on the way that may follow a default back to where the way begins", network: `
			ospf told
			area 0; C-A 1; A-D 1
			outside C 1 external1; outside D 2
			isis
			level 2; D-F 1`,
			want: "D>F 1/1, A>F none, C>F none"},
	})
}
