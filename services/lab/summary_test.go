package lab

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/schemas"
)

// TestLargeNetwork shows a provider's network by its size, and how much a link changes.
func TestLargeNetwork(t *testing.T) {
	t.Parallel()
	var shown safeBuffer
	l := startLabOn(t, Config{Routers: "isp:30"}, &shown)
	shown.await(t, regexp.MustCompile(`networkmap-default  31 PIDs, 6\d prefixes\n`))
	shown.await(t, regexp.MustCompile(`costmap-default-routingcost  31 PIDs, 901 costs`))
	if err := l.routers.network.FailLink("R1", "R2"); err != nil {
		t.Fatal(err)
	}
	shown.await(t, regexp.MustCompile(`── link R1–R2 fails ──\n`))
	shown.await(t, regexp.MustCompile(`costmap-default-routingcost  31 PIDs, 901 costs, \d+ differ\n  pid100:0aff0001 → pid100:0aff0002: 10 → 30\n`))
}

func TestCostMapSize(t *testing.T) {
	type row = versioned.Row
	whole := func(a, b row) *versioned.CostMap {
		_, _, m := versioned.NewCostReader().Take("m", &versioned.CostRecord{
			Meta: &schemas.CostMapMeta{}, CostMap: []avro.Entry[row]{{Key: "a", Value: a}, {Key: "b", Value: b}},
		})
		return m
	}
	old := whole(row{{Key: "a"}, {Key: "b", Value: 1}}, row{{Key: "b"}})
	now := whole(row{{Key: "a"}}, row{{Key: "a", Value: 2.5}, {Key: "b"}})
	if got := costMapSize(nil, now); got != "2 PIDs, 3 costs" {
		t.Errorf("first: %q", got)
	}
	if got := costMapSize(old, now); got != "2 PIDs, 3 costs, 2 differ\n  a → b: 1 → -" {
		t.Errorf("change: %q", got)
	}
}

func TestRoutersVariable(t *testing.T) {
	for routers, want := range map[string]string{
		"seed": "", "none": "", "isp:10": "", "isp:1000": "",
		"isp:9":    "is no number from 10 to 5000",
		"isp:":     "is no number from 10 to 5000",
		"isp:many": "is no number from 10 to 5000",
		"away.mrt": "is neither seed, none, isp:<number> nor a readable MRT file",
	} {
		c := Config{Partitions: 1, Events: eventsNone, EventsPause: time.Second, Routers: routers}
		if err := c.Validate(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", routers, err)
		}
	}
}
