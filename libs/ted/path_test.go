package ted

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/altostream/altostream/schemas"
)

func TestPathOfSeed(t *testing.T) {
	g := one(seedNetwork()...).Graph()
	for _, test := range []struct{ from, to, want string }{
		{o4, o5, `OSPFv2 22 in 3 links
area 0.0.0.2 over-border: 192.168.24.2-192.168.24.1 5
area 0.0.0.0 over-border: 192.168.23.1-192.168.23.2 10
area 0.0.0.3 within: 192.168.35.1-192.168.35.2 7`},
		{o1, o2, `OSPFv2 10 in 1 links
area 0.0.0.1 within: 192.168.12.1-192.168.12.2 10`},
	} {
		p, ok := g.Path("pid100:"+test.from, "pid100:"+test.to, false)
		if got := describePath(p); !ok || got != test.want {
			t.Errorf("from %s to %s: %v\n%s\nwant\n%s", test.from, test.to, ok, got, test.want)
		}
	}
	if p, ok := g.Path("pid100:"+o1, "pid100:ffffffff", false); ok {
		t.Errorf("there is a path to nowhere: %v", p)
	}
}

func TestPathWithinOneArea(t *testing.T) {
	g := one(all(level2.pair(s1, s2, 5), level2.pair(s2, s3, 6))...).Graph()
	p, ok := g.Path(q1, q3, false)
	if got := fmt.Sprint(p.Metric, p.Links, len(p.Legs)); !ok || got != "11 2 1" {
		t.Errorf("got %v %s, want a path of 11 in 2 links and 1 leg", ok, got)
	}
}

func describePath(p Path) string {
	lines := []string{fmt.Sprintf("%s %d in %d links", p.Protocol, p.Metric, p.Links)}
	for _, l := range p.Legs {
		line := l.Area + " " + string(l.Why)
		if l.Prefix != nil {
			line += " " + l.Prefix.String()
		}
		line += ":"
		for _, h := range l.Hops {
			line += fmt.Sprintf(" %s-%s %d", h.Interface, h.Neighbor, h.Metric)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestRouters(t *testing.T) {
	node := func(name string) option {
		return func(r *schemas.RawTopology) {
			r.Attributes = &schemas.Attributes{NodeName: &name, ISISAreaIDs: []string{"490001"}, LocalIPv4RouterIDs: []string{"10.0.0.1"}}
		}
	}
	tag := func(r *schemas.RawTopology) { r.Attributes.RouteTags = []uint32{7} }
	d := one(all(
		level2.node(s1, node("edge")), level2.pair(s1, s2, 1),
		level2.prefix(s1, "192.0.2.0/24", prefixMetric(1), tag), level2.prefix(s1, "10.9.0.0/16", prefixMetric(1), igpFlags(0x80)),
	)...)
	got := d.Routers()
	wantEqual(t, "routers", []string{fmt.Sprint(
		Router{PID: q1, Names: []string{"edge"}, IDs: []string{"0000.0000.0001", "10.0.0.1"}, Areas: []string{"49.0001"}, Tags: []string{"7"}, Prefixes: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}},
		Router{PID: q2, IDs: []string{"0000.0000.0002"}},
	)}, []string{fmt.Sprint(*got[0], *got[1])})

	r := level2.node(s1, node("core"))
	d.Put(keyOf(speaker, r), r)
	after := d.Routers()
	if after[0] == got[0] || after[0].Names[0] != "core" {
		t.Errorf("a router with another name is described as %+v", *after[0])
	}
	if after[1] != got[1] {
		t.Error("a router that nothing changed of is described anew")
	}
}
