package ted

import (
	"maps"
	"slices"
	"testing"

	"github.com/altostream/altostream/libs/alto"
)

// wantValid checks the maps of a database against the rules of RFC 7285.
func wantValid(t *testing.T, what string, d *Database) {
	t.Helper()
	m := d.NetworkMap(Unique)
	if err := alto.CheckNetworkMap(m); err != nil {
		t.Errorf("%s: network map: %v", what, err)
	}
	if m != nil { // there is a router
		wantEqual(t, what+": canonical form", alto.Canonical(m), m)
	}
	g := d.Graph()
	for metric, name := range metricNames {
		c := g.Costs(metric)
		if err := alto.CheckCostMap(alto.CostMapOf(alto.Between(slices.Sorted(maps.Keys(m)), c)), m); err != nil {
			t.Errorf("%s: %s: %v", what, name, err)
		}
		routers := d.NetworkMap(All)
		if err := alto.CheckCostMap(alto.CostMapOf(c), routers); err != nil {
			t.Errorf("%s: %s of all routers: %v", what, name, err)
		}
		wantEqual(t, what+": PIDs", slices.Sorted(maps.Keys(routers)), c.PIDs())
	}
}
