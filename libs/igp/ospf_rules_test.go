package igp

import "testing"

func TestOSPFSumsOfPaths(t *testing.T) {
	testRules(t, []rule{
		{name: "RFC 2328 §3.2: source area, backbone, destination area", network: `
			ospf
			area 1; A-B 3 30
			area 0; B-C 4 40
			area 2; C-D 5 50`,
			want: "A>D 12/3, D>A 120/3, A>C 7/2, B>D 9/2, A>B 3/1"},
		{name: "RFC 2328 §16.2 (6): intra-area counts though inter-area is shorter", network: `
			ospf
			area 0; A-B 1
			area 1; A-C 100; B-C 1`,
			want: "A>C 100/1, C>A 100/1, B>C 1/1, A>B 1/1"},
		{name: "RFC 2328 §16.1: of several areas that both are in, the shortest", network: `
			ospf
			area 0; A-B 10
			area 1; A-B 7`,
			want: "A>B 7/1"},
		{name: "RFC 2328 §16.2: a border router with a backbone neighbour looks there alone", network: `
			ospf
			area 0; A-B 50; B-C 50
			area 1; A-C 1; A-E 1
			area 2; C-D 1`,
			want: "A>D 101/3, A>C 1/1, E>D 3/3"},
		{name: "RFC 3509 §2.2: without a backbone neighbour it looks at all its areas and passes on its own alone", network: `
			ospf
			area 0; A; B-C 1
			area 1; A-B 1; A-F 1
			area 2; A-E 1
			area 3; C-D 1`,
			want: "A>D 3/3, E>D none, E>B 2/2, F>E 2/2, D>E none, B>E none"},
		{name: "RFC 3509 §2.2: a LAN that no one else is on is no backbone neighbour", network: `
			ospf
			area 0; A-x 1; B-C 1
			area 1; A-B 1
			area 3; C-D 1`,
			want: "A>D 3/3"},
		{name: "RFC 3509 §1.2: no border router without area 0", network: `
			ospf
			area 0; D-E 1
			area 1; A-B 1; A-D 1
			area 2; A-C 1`,
			want: "A>B 1/1, A>C 1/1, A>E 2/2, B>C none, C>B none, C>E none, E>C none"},
		{name: "RFC 2328 §16.2: what tells that it is a border router without area 0 has no inter-area routes, and passes on its own", network: `
			ospf
			area 0; D-E 1
			area 1; A-B 1; A-D 1; A border
			area 2; A-C 1; A border`,
			want: "A>B 1/1, A>C 1/1, A>E none, B>E 3/3, B>C 2/2, C>B 2/2, C>E none, E>C none, D>C none"},
		{name: "RFC 2328 §12.4.3: only intra-area routes are passed into the backbone", network: `
			ospf
			area 0; A-B 1; C-D 1
			area 1; B-E 1; E-C 1`,
			want: "A>D none, B>D none, A>E 2/2, A>C 3/3, E>A 2/2, E>D 2/2, B>C 2/2"},
		{name: "RFC 2328 §3.7: parts of an area are joined over the backbone", network: `
			ospf
			area 0; A-B 5
			area 1; A-C 1; B-D 1`,
			want: "C>D 7/3, C>A 1/1, C>B 6/2, A>D 6/2"},
		{name: "RFC 2328 §12.4.3: what is reached within an area is not passed into it", network: `
			ospf
			area 0; A-D 1
			area 1; A-B 1; A-C 1; A overload`,
			want: "B>C none, A>C 1/1, D>C 2/2"},
		{name: "RFC 5340 §A.2: without the R bit a border router takes nothing on", network: `
			ospf
			area 0; B-C 1; D-C 9; B overload
			area 1; A-B 1; A-D 5; B overload`,
			want: "A>C 14/2, A>B 1/1, B>C 1/1, C>A 14/2"},
		{name: "RFC 2328 §16.2 (4): a router that tells that it is no border router passes nothing on", network: `
			ospf
			area 0; A-B 1; A noborder
			area 1; A-C 1; A noborder`,
			want: "B>C none, C>B none, A>C 1/1"},
		{name: "RFC 2328 §12.4.3: nor what is nearer within it than in another", network: `
			ospf
			area 0; B-D 5
			area 1; A-B 1; B-D 1; B overload`,
			want: "A>D none, B>D 1/1, A>B 1/1"},
		{name: "RFC 6987: MaxLinkMetric is a cost", network: `
			ospf
			area 0; A-B 65535 1; B-C 1; A-D 10; D-C 10; B-E 1
			area 1; B-F 2`,
			want: "A>C 20/2, A>B 21/3, A>E 22/4, A>F 23/4"},
		{name: "RFC 5340 §4.8.1: without the R bit no path leads through", network: `
			ospf
			area 0; A-B 1; B-C 1; A-D 9; D-C 9; B overload
			area 1; C-E 1`,
			want: "A>C 18/2, A>B 1/1, B>C 1/1, A>E 19/3"},
		{name: "LANs count no link, in any area", network: `
			ospf
			area 0; A-x 2; B-x 3; C-x 4
			area 1; C-y 5; D-y 6`,
			want: "A>B 2/1, B>A 3/1, A>D 7/2, D>A 10/2"},
		{name: "the fewest links of the shortest", network: `
			ospf
			area 0; A-B 1; B-C 1; A-C 2
			area 1; B-D 2; C-D 1`,
			want: "A>D 3/2, A>C 2/1"},
		{name: "ByTE adds up TE metrics by the same rules", weight: ByTE, network: `
			ospf
			area 0; A-B 1 te 50
			area 1; B-C 1 te 70; A-C 100 te 200`,
			want: "A>C 200/1, A>B 50/1, C>B 70/1"},
		{name: "ByTE goes over no link without one", weight: ByTE, network: `
			ospf
			area 0; A-B 1; A-D 1 te 3; D-B 1 te 4
			area 1; B-C 1 te 5`,
			want: "A>C 12/3"},
		{name: "ByLinks counts links by the same rules", weight: ByLinks, network: `
			ospf
			area 0; A-B 9; A-x 1; D-x 1
			area 1; B-C 9; A-E 1; E-F 1; F-C 1`,
			want: "A>C 3/3, D>C 3/3, D>B 2/2"},
	})
}

func TestOSPFBorderRoutersWord(t *testing.T) {
	testRules(t, []rule{
		{name: "RFC 2328 §16.2 (4): the way to the border router and its word", network: `
			ospf told
			area 0; A-B 1; B tells C 20 passed
			area 1; B-C 2; C tells C 0`,
			want: "A>C 21/2, B>C 2/1"},
		{name: "RFC 2328 §12.4.3: into area 0 a border router passes nothing that it does not reach within another area", network: `
			ospf told
			area 0; A-B 1; A-D 1; B tells C 3 passed; D tells C 7 passed
			area 1; B-E 2; C-F 2; D-F 2; C tells C 0`,
			want: "A>C 8/3, B>C 9/4"},
		{name: "RFC 5340 §A.2: nor does its word count without the R bit", network: `
			ospf told
			area 0; B-C 1; D-C 9; B overload; C tells C 0
			area 1; A-B 1; A-D 5; B overload; B tells C 1 passed; D tells C 9 passed`,
			want: "A>C 14/2, B>C 1/1"},
		{name: "the metric of the address at its router is not part of the path", network: `
			ospf told
			area 0; A-B 1; A tells A 7; B tells C 7 passed
			area 1; B-C 2; C tells C 5; B tells A 8 passed`,
			want: "A>C 3/2, C>A 3/2"},
		{name: "RFC 2328 §12.4.3: what is filtered is not reached", network: `
			ospf told
			area 0; A-B 1
			area 1; B-C 2; C tells C 0`,
			want: "A>C none, B>C 2/1"},
		{name: "RFC 2328 §16.2 (1): another border router than the one at LSInfinity, which is not among the prefixes", network: `
			ospf told
			area 0; A-B 1; A-D 1; D tells C 9 passed
			area 1; B-C 2; D-C 9; C tells C 0`,
			want: "A>C 10/2"},
		{name: "RFC 6987: what a max-metric border router passes on", network: `
			ospf told
			area 0; A-B 1; B tells C 0xFF0000 passed
			area 1; B-C 2; C tells C 0`,
			want: "A>C 16711681/2"},
		{name: "RFC 2328 §16.2: own address in area 0 alone is reached from elsewhere by summaries", network: `
			ospf told
			area 0; A-B 1; A tells A 0; B tells B 0
			area 1; A-C 100; B-C 1; C tells C 0
			A tells A 0 passed; B tells A 1 passed; A tells B 1 passed; B tells B 0 passed`,
			want: "C>A 2/2, C>B 1/1"},
		{name: "RFC 2328 §12.4.3: a range is told for what is in it", network: `
			ospf told
			area 0; A-B 1; B tells 10.0.0.0/24 20 passed
			area 1; B-C 2; C tells C 0; D tells D 0`,
			want: "A>C 21/2, A>D none"},
		{name: "RFC 2328 §16.2 (3): a border router does not look for a range of its own elsewhere, and §11.1 discards what it does not reach", network: `
			ospf told
			area 0; A-B 1; A-E 1; B tells 10.0.0.0/24 20 passed; E tells 10.0.0.0/24 50 passed; E tells default 1 passed
			area 1; B-C 2; E-D 3; C tells C 0; D tells D 0`,
			want: "A>C 21/2, A>D none, B>D none, E>D 3/1, E>C none, B>C 2/1"},
		{name: "of border routers that tell a range the best counts, one as good that leads on too", network: `
			ospf told
			area 0; A-B 1; A-E 1; B tells 10.0.0.0/24 20 passed; E tells 10.0.0.0/24 20 passed
			area 1; B-C 2; E-D 3; C tells C 0; D tells D 0`,
			want: "A>C 21/2, A>D 21/2"},
		{name: "RFC 2328 §11.1: the more specific counts, though costlier", network: `
			ospf told
			area 0; A-B 1; A-E 1; B tells 10.0.0.0/24 2 passed; E tells C 50 passed
			area 1; B-C 2; E-C 50; C tells C 0`,
			want: "A>C 51/2"},
		{name: "RFC 2328 §16.2: a border router with a backbone neighbour looks there alone", network: `
			ospf told
			area 0; A-B 50; B tells D 9 passed
			area 1; A-C 1; C tells D 1 passed; A-E 1
			area 2; C-D 1; B-D 9; D tells D 0`,
			want: "A>D 59/2, E>D 3/3"},
		{name: "ByTE: border routers say nothing of TE metrics, their own paths do", weight: ByTE, network: `
			ospf told
			area 0; A-B 1 te 5; B tells C 20 passed
			area 1; B-C 2 te 7; C tells C 0`,
			want: "A>C 12/2"},
		{name: "RFC 2328 §12.4.3.1: the default of a stub area leads the nearest border router's way", network: `
			ospf told
			area 0; B-D 10; C-D 1; D tells D 0
			area 1; A-B 1; A-C 5; B tells default 1 passed; C tells default 1 passed`,
			want: "A>D 11/2"},
		{name: "RFC 2328 §12.4.3.1: nearest counts the default's own cost", network: `
			ospf told
			area 0; B-D 10; C-D 1; D tells D 0
			area 1; A-B 1; A-C 5; B tells default 9 passed; C tells default 1 passed`,
			want: "A>D 6/2"},
		{name: "of several equally near the least whole path", network: `
			ospf told
			area 0; B-D 10; C-D 1; D tells D 0
			area 1; A-B 5; A-C 5; B tells default 1 passed; C tells default 1 passed`,
			want: "A>D 6/2"},
		{name: "a border router without a backbone neighbour does not follow the default of a stub area", network: `
			ospf told
			area 0; A
			area 1; A-B 1; A-C 1; B tells default 1 passed
			area 2; B-D 10; D tells D 0`,
			want: "A>D none, C>D none, B>D 10/1"},
		{name: "a router on the way to the nearest goes its own way", network: `
			ospf told
			area 0; B-D 10; C-E 1; E-D 30; D tells D 0
			area 1; A-B 1; B-C 1; B tells default 100 passed; C tells default 1 passed`,
			want: "A>D 11/2"},
		{name: "RFC 2328 §16.4 (6): external type 1 before type 2", network: `
			ospf told
			area 0; B-D 10; C-D 1; D tells D 0
			area 1; A-B 1; A-C 5; B tells default 100 external1; C tells default 1 external2`,
			want: "A>D 11/2"},
		{name: "RFC 2328 §16.4 (6): of type 2 the lower metric, then the nearer", network: `
			ospf told
			area 0; B-D 10; C-D 1; E-D 3; D tells D 0
			area 1; A-B 1; A-C 5; A-E 4; B tells default 2 external2; C tells default 1 external2; E tells default 1 external2`,
			want: "A>D 7/2"},
		{name: "RFC 2328 §11: an inter-area default before an external one", network: `
			ospf told
			area 0; B-D 10; C-D 1; D tells D 0
			area 1; A-B 1; A-C 5; B tells default 1 external1; C tells default 1 passed`,
			want: "A>D 6/2"},
		{name: "a summary is more specific than the default", network: `
			ospf told
			area 0; B-D 10; C-D 1; D tells D 0
			area 1; A-B 1; A-C 5; B tells default 0 passed; C tells default 0 passed; C tells D 1 passed`,
			want: "A>D 6/2"},
	})
}
