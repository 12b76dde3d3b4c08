package igp

import (
	"fmt"
	"strings"
	"testing"
)

func TestPath(t *testing.T) {
	for _, test := range []struct{ name, network, from, to, want string }{
		{"within an area, of several that are as good", `
			flat
			area 0; A-B 1; B-D 1; A-C 1; C-D 1; C-D 1`,
			"A", "D", "2/2: A→B→D within 0, or 1 other way"},
		{"over a LAN", `
			ospf
			area 0; A-x 5; B-x 7; B-C 1`,
			"A", "C", "6/2: A→(x)→B→C within 0"},
		{"not through an overloaded router", `
			flat
			area 0; A-B 1; B-C 1; A-D 5; D-C 5; B overload`,
			"A", "C", "10/2: A→D→C within 0"},
		{"over border routers that tell nothing", `
			ospf
			area 0; B-C 10
			area 1; A-B 1
			area 2; C-D 2`,
			"A", "D", "13/3: A→B to a border, B→C to a border, C→D within 2"},
		{"as a border router tells", `
			ospf told
			area 0; B-C 10; B tells B 0; C tells C 0; C tells D 2 passed
			area 1; A-B 1; A tells A 0; B tells D 12 passed
			area 2; C-D 2; D tells D 0`,
			"A", "D", "13/3: A→B as told, B→C as told, C→D within 2"},
		{"to the nearest attached router", `
			isis
			level 1; A-B 1; A-C 5; B attached; C attached
			level 2; B-C 7; C-D 2`,
			"A", "D", "10/3: A→B by default, B→C→D within 1"},
		{"in the preferred IGP", `
			ospf
			area 0; A-B 10
			isis
			level 2; A-B 1`,
			"A", "B", "10/1: A→B within 0"},
		{"by default, and on in another IGP", `
			ospf
			area 0; B-C 100
			isis
			level 1; A-B 1; B attached
			level 2; B-C 5`,
			"A", "C", "101/2: A→B by default, B→C within 0"},
		{"in another IGP, where the preferred one is one area in two parts", `
			ospf
			area 0; A-B 1; C-D 1
			isis
			level 2; B-C 1`,
			"B", "C", "1/1: B→C within 0"},
		{"by default of an overloaded router", `
			isis told
			level 2; A-B 1; B-C 2; B overload; B tells default 0`,
			"A", "C", "3/2: A→B by default, B→C within 0"},
		{"none", `
			flat
			area 0; A-B 1; C-D 1`,
			"A", "D", "none"},
		{"without any IGP", "", "A", "B", "none"},
		{"to itself", `
			flat
			area 0; A-B 1`,
			"A", "A", "0/0: "},
	} {
		n := parse(t, test.network)
		n.Routers = 0
		for _, r := range test.network + test.from + test.to {
			if isRouter(string(r)) {
				n.Routers = max(n.Routers, int(r-'A')+1)
			}
		}
		p, ok := n.Path(int(test.from[0]-'A'), int(test.to[0]-'A'))
		got := "none"
		if ok {
			got = fmt.Sprintf("%v: %s", p.Distance, strings.Join(describeLegs(n, p), ", "))
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func describeLegs(n *Network, p Path) []string {
	var texts []string
	for _, leg := range p.Legs {
		a := n.Domains[leg.Domain].Areas[leg.Area]
		text, others := string(rune('A'+leg.From)), len(leg.Others)
		for _, h := range leg.Hops {
			if a.Nodes[a.Links[h.Links[0]].To].Router == Pseudonode {
				text += "→(x)"
			}
			text += "→" + string(rune('A'+h.Router))
			others += len(h.Others)
		}
		text += map[Why]string{Within: fmt.Sprint(" within ", leg.Area), OverTeller: " as told", OverBorder: " to a border", OverDefault: " by default"}[leg.Why]
		if others > 0 {
			text += fmt.Sprintf(", or %d other way", others)
		}
		texts = append(texts, text)
	}
	return texts
}
