package router

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// after is the seed's network after events: "fail A B", "metric A B M".
func after(t *testing.T, events ...string) *Topology {
	t.Helper()
	topology := Seed()
	for _, event := range events {
		words := strings.Fields(event)
		l, err := topology.link(words[1], words[2])
		if err != nil {
			t.Fatal(err)
		}
		if words[0] == "fail" {
			l.down = true
			continue
		}
		if _, err := fmt.Sscan(words[3], &l.end(words[1]).metric); err != nil {
			t.Fatal(err)
		}
	}
	return topology
}

// summaryLines are the summaries by router and area, with the links' numbers: "R2 0: 12=10".
func summaryLines(t *Topology) string {
	all := t.summaries()
	slices.SortFunc(all, func(a, b summary) int {
		return cmp.Or(cmp.Compare(a.by.name, b.by.name), cmp.Compare(a.into, b.into), a.prefix.Addr().Compare(b.prefix.Addr()))
	})
	var text strings.Builder
	last := ""
	for _, s := range all {
		if head := fmt.Sprintf("%s %d:", s.by, s.into); head != last {
			text.WriteString("\n" + head)
			last = head
		}
		fmt.Fprintf(&text, " %d=%d", s.prefix.Addr().As4()[2], s.metric)
	}
	return text.String() + "\n"
}

// TestSummaries has the summaries of the seed's network by hand: links 12 and 13 are in
// area 1, 23 in the backbone, 24 in area 2, 35 in area 3.
func TestSummaries(t *testing.T) {
	const base = `
R2 0: 12=10 13=20 24=10
R2 1: 23=10 24=10 35=20
R2 2: 12=10 13=20 23=10 35=20
R3 0: 12=20 13=10 35=10
R3 1: 23=10 24=20 35=10
R3 3: 12=20 13=10 23=10 24=20
`
	for name, test := range map[string]struct {
		events []string
		want   string
	}{
		"base": {nil, base},
		// R2's interface to 23 costs 50, and so does its way to what R3 tells; R3 goes on.
		"metric R2 R3 50": {[]string{"metric R2 R3 50"}, `
R2 0: 12=10 13=20 24=10
R2 1: 23=50 24=10 35=60
R2 2: 12=10 13=20 23=50 35=60
R3 0: 12=20 13=10 35=10
R3 1: 23=10 24=20 35=10
R3 3: 12=20 13=10 23=10 24=20
`},
		// Intra-area routes alone: R2 reaches 35 and R3 24 by area 1, and neither says so.
		"fail R2 R3": {[]string{"fail R2 R3"}, `
R2 0: 12=10 13=20 24=10
R2 1: 23=10 24=10
R2 2: 12=10 13=20 23=10
R3 0: 12=20 13=10 35=10
R3 1: 23=10 35=10
R3 3: 12=20 13=10 23=10
`},
		// Area 1 is in two parts, each with one border router: what the one reaches there the
		// other reaches over the backbone, but tells only beyond the backbone and area 1.
		"fail R1 R2": {[]string{"fail R1 R2"}, `
R2 0: 12=10 24=10
R2 1: 13=20 23=10 24=10 35=20
R2 2: 12=10 13=20 23=10 35=20
R3 0: 12=20 13=10 35=10
R3 1: 23=10 24=20 35=10
R3 3: 12=20 13=10 23=10 24=20
`},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := gocmp.Diff(test.want, summaryLines(after(t, test.events...))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestRestoredLink ends where it began.
func TestRestoredLink(t *testing.T) {
	topology := after(t, "fail R2 R3", "metric R2 R3 50")
	l, err := topology.link("R3", "R2")
	if err != nil {
		t.Fatal(err)
	}
	l.down, l.end("R2").metric = false, seedMetric
	if diff := gocmp.Diff(summaryLines(Seed()), summaryLines(topology)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestTable has routing tables by hand, by the links' numbers.
func TestTable(t *testing.T) {
	for _, test := range []struct {
		events []string
		router byte
		want   string
	}{
		{nil, 4, "12=20 13=30 23=20 24=10 35=30"},
		{nil, 2, "12=10 13=20 23=10 24=10 35=20"},
		// Intra-area first, though area 1 would be shorter.
		{[]string{"metric R2 R3 50"}, 2, "12=10 13=20 23=50 24=10 35=60"},
		// Without a neighbor in the backbone R2 uses R3's summaries in area 1.
		{[]string{"fail R2 R3"}, 2, "12=10 13=20 23=10 24=10 35=30"},
		{[]string{"fail R2 R3"}, 4, "12=20 13=30 23=20 24=10"},
		// R3 has 23 in common with R2, which tells 12 in the backbone.
		{[]string{"fail R1 R3"}, 3, "12=20 13=10 23=10 24=20 35=10"},
	} {
		topology := after(t, test.events...)
		table := topology.table(seedRouter(test.router), topology.summaries())
		var got []string
		for prefix, r := range table {
			got = append(got, fmt.Sprintf("%d=%d", prefix.Addr().As4()[2], r.cost))
		}
		slices.Sort(got)
		if diff := gocmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("R%d after %q (-want +got)\n%s", test.router, test.events, diff)
		}
	}
}

func TestUnreachable(t *testing.T) {
	alone := func(r string) (pairs []Pair) {
		for _, other := range []string{"R1", "R2", "R3", "R4", "R5"} {
			if other != r {
				pairs = append(pairs, Pair{other, r}, Pair{r, other})
			}
		}
		return pairs
	}
	for _, test := range []struct {
		events []string
		want   []Pair
	}{
		{nil, nil},
		{[]string{"fail R1 R3"}, nil},
		{[]string{"fail R2 R3"}, []Pair{{"R4", "R5"}, {"R5", "R4"}}},
		{[]string{"fail R2 R4"}, alone("R4")},
		{[]string{"fail R1 R2", "fail R1 R3"}, alone("R1")},
	} {
		got := after(t, test.events...).unreachable()
		for _, pairs := range [][]Pair{got, test.want} {
			slices.SortFunc(pairs, func(a, b Pair) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
		}
		if diff := gocmp.Diff(test.want, got); diff != "" {
			t.Errorf("after %q (-want +got)\n%s", test.events, diff)
		}
	}
}

// TestBorderRouter loses its place with its last interface in the backbone (RFC 3509 §2.1).
func TestBorderRouter(t *testing.T) {
	seed := Seed()
	withoutBackbone := newTopology(seed.routers, slices.DeleteFunc(seed.links, func(l *link) bool { return l.area == backbone }), nil)
	if s := withoutBackbone.summaries(); s != nil {
		t.Errorf("R2 and R3 without an interface in the backbone tell %v", s)
	}
	loopback := stub{seedRouter(2), backbone, netip.MustParsePrefix("10.255.0.2/32"), 0}
	if s := newTopology(seed.routers, withoutBackbone.links, []stub{loopback}).summaries(); s == nil {
		t.Error("R2 with a loopback in the backbone tells no summaries")
	}
}
