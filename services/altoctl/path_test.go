package altoctl

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/altostream/altostream/libs/igp"
	"github.com/altostream/altostream/libs/ted"
)

func TestWritePath(t *testing.T) {
	summary := netip.MustParsePrefix("192.0.2.0/24")
	p := pathFound{"net", "pid1:a", "pid1:c", ted.Path{Protocol: "OSPFv2", Metric: 40, Links: 3, Legs: []ted.Leg{
		{Area: "area 0.0.0.1", From: "pid1:a", To: "pid1:b", Why: igp.OverTeller, Prefix: &summary, Others: []string{"pid1:d"}, Hops: []ted.Hop{
			{To: "pid1:x", Metric: 10, Interface: "10.0.0.1", LAN: "0101"}, {To: "pid1:b", Metric: 5, Others: []string{"link"}},
		}},
		{Area: "area 0.0.0.0", From: "pid1:b", To: "pid1:c", Why: igp.Within, Hops: []ted.Hop{{To: "pid1:c", Metric: 20, Interface: "10.0.1.1", Neighbor: "10.0.1.2"}}},
	}}}
	names := map[string]string{"pid1:a": "A", "pid1:b": "B", "pid1:c": "1.1.1.3"}
	is(t, rendered(t, func(b *strings.Builder) error { return writePath(b, p, names) }), `
A pid1:a to 1.1.1.3 pid1:c
OSPFv2, metric 40, 3 links

area 0.0.0.1: to B, which tells 192.0.2.0/24 here
  A → pid1:x  metric 10  10.0.0.1 on a LAN
  pid1:x → B  metric 5   unnumbered
  or, as good: to pid1:d
  or, as good: 1 other link from pid1:x

area 0.0.0.0: the shortest path to it
  B → 1.1.1.3  metric 20  10.0.1.1 to 10.0.1.2

The links add up to 35: where another area is told of as one prefix, the metric told counts.
`)
}

func TestFindRouter(t *testing.T) {
	r := routers{all: []*ted.Router{
		{PID: "pid1:a", Names: []string{"edge"}, IDs: []string{"1.1.1.1"}},
		{PID: "pid1:b", Names: []string{"Edge", "core"}},
	}}
	for text, want := range map[string]string{
		"pid1:b": "pid1:b", "CORE": "pid1:b", "1.1.1.1": "pid1:a",
		"edge": "edge is each of pid1:a, pid1:b; give the PID",
		"none": "none is no PID, router name, router id or address of a known prefix",
	} {
		got, err := r.one(text)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}
