package mapbuilder

import (
	"fmt"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
)

// BenchmarkPrefix measures what it takes until the records are there of one prefix that moves from one router to
// another, of 250,000 at 1,700 routers, without a view and with one of 50 groups.
func BenchmarkPrefix(b *testing.B) {
	const routers, prefixes = 1700, 250_000
	g, err := ParseGrouping([]byte(`views: [{name: pop, groups: [{pid: "pop$1", node_name: "^r(.).*$"}, {pid: "pop$1", node_name: "^s(..).*$"}]}]`))
	if err != nil {
		b.Fatal(err)
	}
	for name, views := range map[string][]View{"routers": nil, "with a view": g.Views} {
		b.Run(name, func(b *testing.B) {
			s := newState(ted.Unique, views, ted.Options{}, time.Second, versioned.Limits{Inline: 512 << 10, Record: 990_000, Flush: 8 << 20, Slots: 1024})
			told := func(kind string, router, n int, exists bool) {
				r := object(kind, fmt.Sprintf("%08x", router+1))
				if kind == schemas.KindNode {
					r.Attributes.NodeName = ptr(fmt.Sprintf("s%02d", router%50))
				} else {
					r.Prefix, r.Attributes.PrefixMetric = &schemas.PrefixDescriptor{Prefix: fmt.Sprintf("%d.%d.%d.0/24", 20+n>>16, n>>8&255, n&255)}, ptr[uint32](10)
				}
				if !exists {
					r = nil
				}
				Step(s, Told{fmt.Sprintf("default|%s|%s|3|0|%d|%d", speakerA, kind, router, n), r})
			}
			for router := range routers {
				told(schemas.KindNode, router, 0, true)
			}
			for n := range prefixes {
				told(schemas.KindPrefix4, n%routers, n, true)
			}
			Step(s, Flush{})
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				told(schemas.KindPrefix4, n%routers, n, n/prefixes%2 == 1)
				told(schemas.KindPrefix4, (n+1)%routers, n, n/prefixes%2 == 0)
				Step(s, Flush{})
				n++
			}
		})
	}
}
