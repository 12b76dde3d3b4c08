package ted

import (
	"testing"
	"time"

	"github.com/altostream/altostream/schemas"
)

// TestFreshness loses the sessions of two speakers that tell of one network, and of a third
// one that alone tells of another.
func TestFreshness(t *testing.T) {
	at := func(minute int) *time.Time { return ptr(time.Date(2026, 11, 28, 4, minute, 0, 0, time.UTC)) }
	network := all(backbone.node(o1), backbone.node(o2), backbone.pair(o1, o2, 1))
	d := load(tells("a", synced, network...), tells("b", synced, network...), tells("c", synced, level2.node(s1)))
	put := func(source, state string, since *time.Time) {
		d.Put("default|"+source+"|peer", &schemas.RawTopology{Kind: schemas.KindPeer, Peer: &schemas.Peer{State: state, Since: since}})
	}
	want := func(what string, stale int32, since *time.Time) {
		t.Helper()
		wantEqual(t, what, Freshness{Sources: schemas.Sources{Count: 3, Stale: stale}, StaleSince: since}, d.Freshness())
	}
	want("all there", 0, nil)
	put("a", stale, at(1))
	want("another one tells the same", 1, nil)
	put("b", stale, at(2))
	want("both are lost", 2, at(1))
	put("c", stale, nil)
	want("it is not known since when", 3, ptr(time.UnixMicro(0).UTC()))
	put("c", established, at(3))
	put("a", synced, at(3))
	want("back", 1, nil)
	d.Put("default|b|peer", nil)
	want("b has no session that could be lost", 0, nil)
}
