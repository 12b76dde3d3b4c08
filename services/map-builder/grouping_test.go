package mapbuilder

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
)

const pops = `
views:
  - name: pop
    groups:
      - {pid: "pop-${pop}", node_name: "^(?P<pop>[a-z]{3})[0-9]+$"}
      - {pid: isis, router_id: 0000.0000.0009}
      - {pid: west, router_id: 10.1.0.0/16, area: 0.0.0.2}
      - {pid: core, area: 0.0.0.0}
      - {pid: data-centre, prefix: 192.0.2.0/24}
      - {pid: customers, tag: "700"}
`

func TestGroupOfARouter(t *testing.T) {
	g, err := ParseGrouping([]byte(pops))
	if err != nil {
		t.Fatal(err)
	}
	prefix := netip.MustParsePrefix
	for _, test := range []struct {
		want   string
		router ted.Router
	}{
		{"pop-fra", ted.Router{Names: []string{"core", "fra12"}, Areas: []string{"0.0.0.0"}}},
		{Ungrouped, ted.Router{Names: []string{"fra12a"}}},
		{"isis", ted.Router{IDs: []string{"0000.0000.0009"}}},
		{"west", ted.Router{IDs: []string{"10.1.2.3"}, Areas: []string{"0.0.0.1", "0.0.0.2"}}},
		{Ungrouped, ted.Router{IDs: []string{"10.1.2.3"}, Areas: []string{"0.0.0.1"}}},
		{"core", ted.Router{Areas: []string{"0.0.0.0"}, Prefixes: []netip.Prefix{prefix("192.0.2.0/28")}}},
		{"data-centre", ted.Router{Prefixes: []netip.Prefix{prefix("192.0.2.0/28")}}},
		{Ungrouped, ted.Router{Prefixes: []netip.Prefix{prefix("192.0.0.0/16"), prefix("2001:db8::/32")}}},
		{"customers", ted.Router{Tags: []string{"7", "700"}}},
	} {
		if got := g.Views[0].pid(test.router); got != test.want {
			t.Errorf("%+v: got %s, want %s", test.router, got, test.want)
		}
	}
}

func TestNetworkMapOfAView(t *testing.T) {
	g, err := ParseGrouping([]byte(pops))
	if err != nil {
		t.Fatal(err)
	}
	byRouter := alto.NetworkMap{
		"a": {IPv4: []string{"10.0.0.0/8"}}, "b": {IPv4: []string{"9.0.0.0/8"}, IPv6: []string{"2001:db8::/32"}}, "c": {},
		alto.DefaultPID: {IPv4: []string{"0.0.0.0/0"}},
	}
	view := newViewMap(&g.Views[0])
	view.update(byRouter, []*ted.Router{
		{PID: "a", Names: []string{"fra1"}}, {PID: "b", Names: []string{"fra2"}}, {PID: "c"},
	}, slices.Collect(maps.Keys(byRouter)))
	want := alto.NetworkMap{
		"pop-fra":       {IPv4: []string{"9.0.0.0/8", "10.0.0.0/8"}, IPv6: []string{"2001:db8::/32"}, Members: []string{"a", "b"}},
		Ungrouped:       {Members: []string{"c"}},
		alto.DefaultPID: {IPv4: []string{"0.0.0.0/0"}},
	}
	if diff := cmp.Diff(want, view.groups); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAViewIsAsAllAnew changes routers and their prefixes at random, and compares the groups that are kept up with
// those of all routers at once.
func TestAViewIsAsAllAnew(t *testing.T) {
	g, err := ParseGrouping([]byte(pops))
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	kept := newViewMap(&g.Views[0])
	pids, routers := alto.NetworkMap{}, map[string]*ted.Router{}
	for step := range 2000 {
		var changed []string
		for range random.IntN(4) {
			pid := fmt.Sprint("pid0:", random.IntN(8))
			if random.IntN(4) == 0 {
				delete(routers, pid)
				delete(pids, pid)
				changed = append(changed, pid)
				continue
			}
			if routers[pid] == nil || random.IntN(2) == 0 {
				routers[pid] = &ted.Router{PID: pid, Names: []string{fmt.Sprintf("%c%cx1", 'a'+random.IntN(2), 'a'+random.IntN(2))}, Areas: []string{fmt.Sprint("0.0.0.", random.IntN(2))}}
			}
			if _, known := pids[pid]; !known || random.IntN(2) == 0 {
				pids[pid] = schemas.EndpointAddressGroup{IPv4: []string{fmt.Sprintf("10.0.%d.0/24", random.IntN(50))}}
				changed = append(changed, pid)
			}
		}
		if delete(pids, alto.DefaultPID); random.IntN(2) == 0 {
			pids[alto.DefaultPID] = schemas.EndpointAddressGroup{IPv4: []string{"0.0.0.0/0"}}
		}
		var all []*ted.Router
		for _, pid := range slices.Sorted(maps.Keys(routers)) {
			all = append(all, routers[pid])
		}
		kept.update(pids, all, append(changed, alto.DefaultPID))
		if diff := cmp.Diff(g.Views[0].anew(pids, all), kept.groups); diff != "" {
			t.Fatalf("step %d: (-anew +kept)\n%s", step, diff)
		}
	}
}

// anew groups a network map by router, in which every router has a PID.
func (v *View) anew(m alto.NetworkMap, routers []*ted.Router) alto.NetworkMap {
	out := alto.NetworkMap{}
	groupOf := map[string]string{}
	for _, r := range routers {
		pid := v.pid(*r)
		groupOf[r.PID] = pid
		g := out[pid]
		g.Members = append(g.Members, r.PID)
		out[pid] = g
	}
	for pid, group := range m {
		to, grouped := groupOf[pid]
		if !grouped {
			out[pid] = group
			continue
		}
		g := out[to]
		g.IPv4, g.IPv6 = append(g.IPv4, group.IPv4...), append(g.IPv6, group.IPv6...)
		out[to] = g
	}
	return alto.Canonical(out)
}

func TestWrongGrouping(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "it has no views",
		"views: [{name: a b}]":  "view 1 (a b): view name \"a b\" has a character",
		"views: [{name: a}]":    "view 1 (a): it has no groups",
		"views: [{name: a, x}]": "field x not found",
		"views: [{name: a, cost: most, groups: [{pid: p, tag: 1}]}]":                            "cost: \"most\" is none of least, mean, greatest",
		"views: [{name: a, groups: [{pid: p}]}]":                                                "group 1: it has no condition",
		"views: [{name: a, groups: [{tag: 1}]}]":                                                "group 1: it has no pid",
		"views: [{name: a, groups: [{pid: default, tag: 1}]}]":                                  "pid: default is the name of another PID",
		"views: [{name: a, groups: [{pid: p q, tag: 1}]}]":                                      "pid: PID name \"p q\" has a character",
		"views: [{name: a, groups: [{pid: p, node_name: '('}]}]":                                "group 1: node_name: ",
		"views: [{name: a, groups: [{pid: p, prefix: 1.2.3.4}]}]":                               "group 1: prefix: ",
		"views: [{name: a, groups: [{pid: p, router_id: 1/2}]}]":                                "group 1: router_id: ",
		"views: [{name: a, groups: [{pid: p, tag: 1}]}, {name: a, groups: [{pid: p, tag: 1}]}]": "view 2 (a): the name is given twice",
		"views: [{name: " + strings.Repeat("a", 17) + "}]":                                      "at most 16 are allowed",
	} {
		if _, err := ParseGrouping([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}
