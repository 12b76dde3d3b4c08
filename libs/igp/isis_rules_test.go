package igp

import "testing"

func TestISISSumsOfPaths(t *testing.T) {
	testRules(t, []rule{
		{name: "RFC 1195 §3.2: level 1 before level 2 whatever the metrics", network: `
			isis
			level 1; A-B 100
			level 2; A-B 1`,
			want: "A>B 100/1"},
		{name: "RFC 1195 §3.2: to the nearest attached router, over level 2, and down", network: `
			isis
			level 1; A-B 1; B attached; C-D 2; C attached
			level 2; B-C 10`,
			want: "A>D 13/3, D>A 13/3, B>D 12/2, A>C 11/2"},
		{name: "ISO 10589 §7.2.9.1: the nearest attached router, though the whole path is longer", network: `
			isis
			level 1; A-B 1; A-C 2; B attached; C attached
			level 2; B-D 50; C-D 1`,
			want: "A>D 51/2"},
		{name: "of several equally near the least whole path", network: `
			isis
			level 1; A-B 2; A-C 2; B attached; C attached
			level 2; B-D 50; C-D 1`,
			want: "A>D 3/2"},
		{name: "RFC 1195 §3.2: a router that is not attached leads nowhere", network: `
			isis
			level 1; A-B 1; A-C 2; C attached
			level 2; B-D 1; C-D 1`,
			want: "A>D 3/2"},
		{name: "no attached router, no way out of the area", network: `
			isis
			level 1; A-B 1
			level 2; B-D 1`,
			want: "A>D none, D>A 2/2"},
		{name: "a router on the way to the nearest attached one goes its own way", network: `
			isis
			level 1; A-B 1; B-C 1; C attached
			level 2; B-D 9; C-E 1; E-D 1`,
			want: "A>D 10/2, A>E 11/3"},
		{name: "ISO 10589 §7.2.9.2: without a neighbour in level 2 a router behaves as one of level 1", network: `
			isis
			level 1; A-B 1; B attached
			level 2; A; B-C 5`,
			want: "A>C 6/2"},
		{name: "ISO 10589 §7.2.8.1: overload of level 2 stops transit in level 2", network: `
			isis
			level 1; A-B 1; B-C 1
			level 2; A-B 1; B-D 1; A-D 9; B overload`,
			want: "A>D 9/1, A>C 2/2, A>B 1/1, B>D 1/1"},
		{name: "ISO 10589 §7.2.8.1: overload of level 1 stops transit in level 1", network: `
			isis
			level 1; A-B 1; B-C 1; B overload
			level 2; A-B 1; B-D 1`,
			want: "A>C 2/2, A>D 2/2, B>C 1/1"},
		{name: "two areas of level 1 that have no link are two areas", network: `
			isis
			level 1; A-B 1; C-D 1
			level 2; B-E 1`,
			want: "A>C none, A>B 1/1, C>D 1/1, E>A 2/2, E>C none"},
		{name: "a neighbour in level 2 is one without a TE metric too", weight: ByTE, network: `
			isis
			level 1; A-B 1 te 1; B attached
			level 2; A-C 1; B-C 1 te 1`,
			want: "A>C none, A>B 1/1"},
		{name: "LANs count no link in either level", network: `
			isis
			level 1; A-x 1; B-x 2; B attached
			level 2; B-y 3; C-y 4`,
			want: "A>C 4/2, C>A 6/2"},
		{name: "RFC 3787 §4: flags of a pseudonode say nothing", network: `
			isis
			level 1; A-x 1; B-x 2; B attached; x attached; x overload
			level 2; B-y 3; C-y 4`,
			want: "A>C 4/2, C>A 6/2"},
	})
}

func TestISISPrefixes(t *testing.T) {
	testRules(t, []rule{
		{name: "RFC 5302 §3.2: level 1 before level 2 whatever the metrics", network: `
			isis told
			level 1; A-B 100; A tells A 0; B tells B 0
			level 2; A-B 1; A tells A 0; B tells B 0`,
			want: "A>B 100/1, B>A 100/1"},
		{name: "RFC 1195 §3.2: level 1 prefixes told in level 2", network: `
			isis told
			level 1; A-B 3; A tells A 0; B tells B 0
			level 2; B-C 2; B tells B 0; B tells A 3; C tells C 0`,
			want: "C>A 5/2, C>B 2/1"},
		{name: "RFC 5302 §3.2: level 1 prefixes not told in level 2", network: `
			isis told
			level 1; A-B 3; A tells A 0; B tells B 0
			level 2; B-C 2; B tells B 0; C tells C 0`,
			want: "C>A none, B>A 3/1"},
		{name: "RFC 5302 §3.2: of those that tell it in level 2 the shortest in all", network: `
			isis told
			level 1; A-B 3; A-D 30; A tells A 0; B tells B 0; D tells D 0
			level 2; B-C 90; D-C 1; B tells A 3; D tells A 30; C tells C 0`,
			want: "C>A 31/2"},
		{name: "RFC 5305 §4: the word counts, also one that a policy changed", network: `
			isis told
			level 1; A-B 3; A tells A 0
			level 2; B-C 2; B tells A 500; C tells C 0`,
			want: "C>A 502/2"},
		{name: "the metric of the address at its router is not part of the path", network: `
			isis told
			level 1; A-B 3; A tells A 10; B tells B 10; B attached
			level 2; B-C 2; B tells A 13; B tells B 10; C tells C 10`,
			want: "C>A 5/2, A>C 5/2, A>B 3/1"},
		{name: "in level 2 the totals compare, with the address's metric of each level", network: `
			isis told
			level 1; A-B 3; A tells A 0; B tells B 0
			level 2; A-C 4; B-C 2; A tells A 8; B tells A 3; C tells C 0`,
			want: "C>A 5/2"},
		{name: "RFC 5302 §3.2: leaked down is more specific than the default", network: `
			isis told
			level 1; A-B 1; A-D 5; B attached; D attached; D tells C 1 passed; A tells A 0
			level 2; B-C 50; D-C 1; C tells C 0`,
			want: "A>C 6/2"},
		{name: "RFC 5302 §3.2: level 2 before leaked down", network: `
			isis told
			level 1; A-B 1; B tells C 1 passed
			level 2; A-C 50; B-C 1; C tells C 0`,
			want: "A>C 50/1, B>C 1/1"},
		{name: "RFC 7775: in level 2 the up/down bit set counts after it clear", network: `
			isis told
			level 1; D
			level 2; A-B 1; A-C 50; B tells C 1 passed; C tells C 0`,
			want: "A>C 50/1"},
		{name: "RFC 7775: but before leaked down", network: `
			isis told
			level 1; A-B 1; B tells C 1 passed
			level 2; A-D 1; D tells C 50 passed; C tells C 0`,
			want: "A>C 51/?"},
		{name: "a summary told in level 2 leads to what its router reaches", network: `
			isis told
			level 1; A-B 3; A tells A 0; D tells D 0
			level 2; B-C 2; B tells 10.0.0.0/24 20; C tells C 0`,
			want: "C>A 22/2, C>D none"},
		{name: "a default told in level 1 leads as the attached bit does", network: `
			isis told
			level 1; A-B 1; A-D 5; B tells default 0; D tells default 0; A tells A 0
			level 2; B-C 50; D-C 1; C tells C 0`,
			want: "A>C 51/2"},
		{name: "a router that tells a default itself follows no other", network: `
			isis told
			level 1; A-B 1; A tells default 0; B attached
			level 2; B-C 50; C tells C 0`,
			want: "A>C none, B>C 50/1"},
		{name: "ISO 10589 §7.2.8.1: prefixes of an overloaded router are reached", network: `
			isis told
			level 1; A-B 1; B attached; B overload
			level 2; B-C 2; B overload; B tells B 0; C tells C 0; B tells A 1`,
			want: "C>B 2/1"},
		{name: "a router on the way that tells a default itself sends packets its own way", network: `
			isis told
			level 1; A-B 3; B-C 1; B tells default 5; C attached
			level 2; C-D 6; D tells D 0`,
			want: "A>D none, B>D none, C>D 6/1"},
		{name: "an overloaded router sends on what follows its default route", network: `
			isis told
			level 2; A-B 1; B-C 2; B overload; B tells default 5; C tells default 1`,
			want: "A>C 3/2, C>A none, B>C 2/1"},
		{name: "and its attached bit", network: `
			isis
			level 1; A-B 1; B-C 2; B overload; B attached; A-D 3`,
			want: "A>C 3/2, D>C 6/3, C>D 6/3"},
		{name: "RFC 1195 §3.2: prefixes of level 2 alone are told", network: `
			isis told
			level 2; A-B 1; A tells A 0; B tells B 0
			isis
			level 1; C-D 1; D attached
			level 2; D-E 1`,
			want: "A>B 1/1, C>E 2/2, A>C none"},
	})
}
