package mapbuilder

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/ted"
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
	got := g.Views[0].networkMap(byRouter, []ted.Router{
		{PID: "a", Names: []string{"fra1"}}, {PID: "b", Names: []string{"fra2"}}, {PID: "c"},
	})
	want := alto.NetworkMap{
		"pop-fra":       {IPv4: []string{"9.0.0.0/8", "10.0.0.0/8"}, IPv6: []string{"2001:db8::/32"}, Members: []string{"a", "b"}},
		Ungrouped:       {Members: []string{"c"}},
		alto.DefaultPID: {IPv4: []string{"0.0.0.0/0"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
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
