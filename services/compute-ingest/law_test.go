package computeingest

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/seeds"
)

// story is what a source and its sites say, one after the other, with all that can be
// wrong.
func story(t *testing.T) []Event {
	return []Event{
		sitesRead(t, `{"a":{"site":"x","addresses":["192.0.2.1"]},"b":{"attachments":["4.4.4.4"]}}`, 0),
		read(t, `{"a":{"ram_used":1},"b":{"ram_used":1,"vcpu_used":2}}`, 1),
		read(t, `{"a":{"ram_used":-1},"b":{"ram_used":2},"c":{"instances":3}}`, 2),
		sitesRead(t, `{"a":{"site":"y"},"b":[],"c":{"site":"z"}}`, 3),
		read(t, `{"a":{"ram_used":-1},"c":{"instances":3.5},"d":{"gpu":1},"e":{}}`, 4),
		sitesRead(t, `{"static|a":{"site":"w"},"a":[],"d":{"addresses":["2001:db8::/32"]}}`, 5),
		read(t, `{"a":{"ram_used":3},"c":{"instances":4},"d":{},"d":{}}`, 6),
		read(t, `{"a":{"ram_used":3},"c":{"instances":"x"},"f":{"ram_used":"x"}}`, 7),
		sitesRead(t, `{"a":{"site":"x"},"c":[]}`, 8),
	}
}

// The table holds the same, to the time at which each content was first seen, however
// often the service is started again and reads again what it read last.
func TestRestartsLeaveNoTrace(t *testing.T) {
	plain := newIngest(t, "static")
	for _, e := range story(t) {
		plain.apply(e)
	}
	if len(plain.table) != 2 {
		t.Fatalf("the story ends with %v", plain.table)
	}
	for seed := range seeds.Of(100) {
		rng := rand.New(rand.NewPCG(seed, 0))
		i := newIngest(t, "static")
		var sites, document Event
		for n, e := range story(t) {
			i.apply(e)
			if _, ok := e.(Read); ok {
				document = e
			} else {
				sites = e
			}
			if rng.IntN(3) > 0 {
				continue
			}
			if rng.IntN(2) == 0 {
				i.restart()
			}
			for _, again := range []Event{sites, document} {
				if again == nil {
					continue
				}
				if keys := i.apply(later(again)); keys != nil {
					t.Fatalf("seed %d: after event %d, reading %T again changes %v", seed, n, again, keys)
				}
			}
		}
		if diff := cmp.Diff(plain.table, i.table); diff != "" {
			t.Fatalf("seed %d (-plain +restarted):\n%s", seed, diff)
		}
	}
}

// later is the same event, read an hour later.
func later(e Event) Event {
	switch e := e.(type) {
	case Read:
		e.At = e.At.Add(3600e9)
		return e
	case SitesRead:
		e.At = e.At.Add(3600e9)
		return e
	}
	return e
}
