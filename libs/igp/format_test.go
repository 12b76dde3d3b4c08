package igp

import (
	"fmt"
	"strings"
)

// format writes a network as parse reads it.
func format(n *Network) string {
	var b strings.Builder
	for _, d := range n.Domains {
		fmt.Fprintf(&b, "%s", [...]string{"flat", "ospf", "isis"}[d.Rules])
		if len(d.Areas) > 0 && d.Areas[0].TellsPrefixes {
			fmt.Fprintf(&b, " told")
		}
		for i, a := range d.Areas {
			switch {
			case d.Rules == ISIS && a.Backbone:
				fmt.Fprintf(&b, "\nlevel 2\n")
			case d.Rules == ISIS:
				fmt.Fprintf(&b, "\nlevel 1\n")
			case a.Backbone:
				fmt.Fprintf(&b, "\narea 0\n")
			default:
				fmt.Fprintf(&b, "\narea %d\n", i+1)
			}
			a.format(&b)
		}
		for _, o := range d.Outside {
			fmt.Fprintf(&b, "outside %c %d external%d %c; ", 'A'+o.Teller, o.Metric, o.Reach-External1+1, 'A'+o.Router)
		}
	}
	return b.String()
}

func (a *Area) format(b *strings.Builder) {
	name := func(node int) string {
		if r := a.Nodes[node].Router; r != Pseudonode {
			return string(rune('A' + r))
		}
		return string(rune('a' + node))
	}
	for n, node := range a.Nodes {
		fmt.Fprintf(b, "%s; ", name(n))
		if node.NoTransit {
			fmt.Fprintf(b, "%s overload; ", name(n))
		}
		if node.Attached {
			fmt.Fprintf(b, "%s attached; ", name(n))
		}
	}
	for _, l := range a.Links {
		fmt.Fprintf(b, "%s>%s %d te %d; ", name(l.From), name(l.To), l.IGP.Value, l.TE.Value)
	}
	for prefix, tellers := range a.Prefixes {
		of := prefix.String()
		switch {
		case prefix.Bits() == 0:
			of = "default"
		case prefix.IsSingleIP():
			of = string(rune('A' + prefix.Addr().As4()[3] - 1))
		}
		for _, t := range tellers {
			fmt.Fprintf(b, "%s tells %s %d %s; ", name(t.Node), of, t.Metric, [...]string{"", "passed", "external1", "external2"}[t.Reach])
		}
	}
}
