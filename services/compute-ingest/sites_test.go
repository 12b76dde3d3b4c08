package computeingest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseSites(t *testing.T) {
	tests := []struct {
		name, text string
		want       Sites
		problems   []string
	}{
		{"nothing", `{}`, Sites{}, nil},
		{"all", `{"compute5":{"site":"madrid","addresses":["192.168.24.10"],"attachments":["pid100:04040404"]}}`,
			Sites{"compute5": {Site: ptr("madrid"), Addresses: []string{"192.168.24.10"}, Attachments: []string{"pid100:04040404"}}}, nil},
		{"nothing told", `{"compute5":{}}`, Sites{"compute5": {}}, nil},
		{"addresses in canonical form, sorted, each once",
			`{"c":{"addresses":["2001:DB8::0:1","192.0.2.9","192.0.2.10/32","192.0.2.10","::ffff:192.0.2.9","10.0.0.0/8"]}}`,
			Sites{"c": {Addresses: []string{"10.0.0.0/8", "192.0.2.10", "192.0.2.9", "2001:db8::1"}}}, nil},
		{"wrong addresses", `{"c":{"addresses":["192.0.2.256","192.0.2.1","192.0.2.1/24","fe80::1%eth0","::ffff:0:0/96",""]}}`,
			Sites{"c": {Addresses: []string{"192.0.2.1"}}},
			[]string{`"192.0.2.256" is neither`, `write 192.0.2.1 or 192.0.2.0/24`, `"fe80::1%eth0" is neither`, `"::ffff:0:0/96" is neither`, `"" is neither`}},
		{"attachments", `{"c":{"attachments":["4.4.4.4","0000.0000.0002","192.168.24.0/24","pid0:000000000002","4.4.4.4"]}}`,
			Sites{"c": {Attachments: []string{"0000.0000.0002", "192.168.24.0/24", "4.4.4.4", "pid0:000000000002"}}}, nil},
		{"attachments with costs", `{"c":{"attachments":["4.4.4.4",{"to":"192.168.24.1/32","cost":10},{"to":"5.5.5.5"},{"to":"6.6.6.6","cost":-1}]}}`,
			Sites{"c": {Attachments: []string{"192.168.24.1", "4.4.4.4", "5.5.5.5", "6.6.6.6"}, Costs: map[string]float64{"192.168.24.1": 10}}},
			[]string{"the cost of 6.6.6.6 is negative"}},
		{"wrong attachments", `{"c":{"attachments":["rack 7","","10.0.0.1/8","4.4.4.4"]}}`,
			Sites{"c": {Attachments: []string{"4.4.4.4"}}}, []string{`"rack 7" is no PID name`, `"" is no PID name`, `"10.0.0.1/8" is no PID name`}},
		{"wrong form", `{"a":[],"b":{"addresses":"192.0.2.1"},"c":{"adresses":[]},"d":{"site":"x"}}`,
			Sites{"a": nil, "b": nil, "c": nil, "d": {Site: ptr("x")}},
			[]string{`resource "a": is not {site, addresses, attachments}`, `resource "b"`, `unknown field "adresses"`}},
		{"one name twice", `{"a":{"site":"x"},"a":{"site":"y"}}`, Sites{"a": nil}, []string{"more than once"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sites, problems, err := ParseSites([]byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, sites); diff != "" {
				t.Error(diff)
			}
			wantProblems(t, problems, tt.problems)
		})
	}
	if _, _, err := ParseSites([]byte(`[]`)); err == nil {
		t.Error("a list is taken for sites")
	}
}

func TestSitesOfAResource(t *testing.T) {
	sites := Sites{"compute5": {Site: ptr("any")}, "dc1|compute5": {Site: ptr("dc1")}, "bad": nil, "dc1|bad": {}, "dc2|compute5": nil}
	tests := []struct {
		sites        Sites
		source, name string
		want         Site
		ok           bool
	}{
		{sites, "static", "compute5", Site{Site: ptr("any")}, true},
		{sites, "dc1", "compute5", Site{Site: ptr("dc1")}, true},
		{sites, "dc2", "compute5", Site{}, false},
		{sites, "static", "bad", Site{}, false},
		{sites, "dc1", "bad", Site{}, true},
		{sites, "static", "other", Site{}, true},
		{nil, "static", "compute5", Site{}, false},
	}
	for _, tt := range tests {
		got, ok := tt.sites.of(tt.source, tt.name)
		if diff := cmp.Diff(tt.want, got); diff != "" || ok != tt.ok {
			t.Errorf("%s|%s: %t, want %t %s", tt.source, tt.name, ok, tt.ok, diff)
		}
	}
}
