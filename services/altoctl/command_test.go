package altoctl

import (
	"errors"
	"strings"
	"testing"

	"github.com/altostream/altostream/libs/service"
)

func TestUsage(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, "altoctl network-map"},
		{[]string{"costs"}, `altoctl has no command "costs"`},
		{[]string{"cost-map", "--metrics", "x"}, "flag provided but not defined: -metrics"},
		{[]string{"cost-map", "routingcost"}, `unexpected "routingcost"`},
	} {
		var out strings.Builder
		err := Run(t.Context(), service.Config{}, test.args, &out, &out)
		var usage Usage
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), test.want) || out.Len() > 0 {
			t.Errorf("%q: %v, want %q", test.args, err, test.want)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"-h"}, {"--help"}, {"topics", "--help"}} {
		var out strings.Builder
		if err := Run(t.Context(), service.Config{}, args, &out, &out); err != nil {
			t.Errorf("%q: %v", args, err)
		}
		for _, part := range []string{"altoctl topics plan", "-watch", "-delete", "SCHEMA_REGISTRY_URL"} {
			if strings.Count(out.String(), part) != 1 {
				t.Errorf("%q: help says %q not once:\n%s", args, part, out.String())
			}
		}
	}
}

func TestMatch(t *testing.T) {
	c := &command{topology: "net", metric: "hopcount"}
	for id, want := range map[string]bool{
		"costmap-net-hopcount": true, "costmap-net-routingcost": false, "costmap-other-hopcount": false,
	} {
		if got := c.ofCostMap(id); got != want {
			t.Errorf("ofCostMap(%q) = %v", id, got)
		}
	}
	if c.ofNetworkMap("networkmap-other") || !c.ofNetworkMap("networkmap-net") {
		t.Error("ofNetworkMap does not heed the topology")
	}
	if c.ofTopology("other|s|peer") || !c.ofTopology("net|s|peer") {
		t.Error("ofTopology does not heed the topology")
	}
}
