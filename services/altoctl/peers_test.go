package altoctl

import (
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/stream/streamtest"
	"github.com/altostream/altostream/schemas"
)

// TestPeers counts what each speaker has told and not withdrawn, and tells since when it
// is in its state.
func TestPeers(t *testing.T) {
	serde := streamtest.Serde[schemas.RawTopology](t, schemas.RawTopologyTopic)
	c, table := &command{}, map[string]*Peer{}
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	say := func(key string, r *schemas.RawTopology) (changed bool) {
		t.Helper()
		at = at.Add(time.Second)
		m := &kafka.Message{Key: []byte(key), Timestamp: at}
		if r != nil {
			b, err := serde.Encode(r)
			if err != nil {
				t.Fatal(err)
			}
			m.Value = b
		}
		changed, err := c.peerRecord(table, serde, m)
		if err != nil {
			t.Errorf("%s: %v", key, err)
		}
		return changed
	}
	peer := func(state string) *schemas.RawTopology {
		return &schemas.RawTopology{Kind: schemas.KindPeer, Peer: &schemas.Peer{State: state, ASN: new(uint32(100))}}
	}
	object := &schemas.RawTopology{Kind: schemas.KindNode}
	if !say("net|bgp:192.0.2.1|peer", peer("established")) {
		t.Error("a new state is no change")
	}
	for _, key := range []string{"node|2|0|router=01", "node|2|0|router=02", "link|2|0|a|b|", "prefix4|2|0|a|10.0.0.0/8", "prefix6|2|0|a|::/0", "nlri9|00"} {
		say("net|bgp:192.0.2.1|"+key, object)
		say("net|bgp:192.0.2.1|"+key, object)
	}
	say("net|bgp:192.0.2.1|node|2|0|router=02", nil)
	say("net|bgp:192.0.2.1|node|2|0|router=03", nil)
	if say("net|bgp:192.0.2.1|peer", peer("established")) {
		t.Error("the same state is a change")
	}
	lost := peer("idle")
	lost.Peer.ASN, lost.Peer.Reason = nil, new("hold timer expired")
	say("net|bmp:192.0.2.7/192.0.2.8|peer", lost)
	got := rendered(t, func(b *strings.Builder) error { return Peers(b, table, "", at.Add(90*time.Minute)) })
	is(t, got, `
SPEAKER                      AS   STATE        UP/DOWN     NODES  LINKS  PREFIXES  OTHERS  LAST ERROR
net bgp:192.0.2.1            100  established  up 1h30m    1      1      2         1       -
net bmp:192.0.2.7/192.0.2.8  -    idle         down 1h30m  0      0      0         0       hold timer expired
`)
	same := lost.Peer.Reason
	lost.Peer.Reason = new("connection refused")
	if !say("net|bmp:192.0.2.7/192.0.2.8|peer", lost) || same == lost.Peer.Reason {
		t.Error("another reason is no change")
	}
	if p := table["net|bmp:192.0.2.7/192.0.2.8"]; !p.Since.Equal(at.Add(-time.Second)) {
		t.Errorf("down since %v, want %v: another reason does not begin it anew", p.Since, at.Add(-time.Second))
	}
	got = rendered(t, func(b *strings.Builder) error { return Peers(b, table, "12:00:00.000  ", at.Add(50*time.Hour)) })
	if !strings.HasPrefix(got, "12:00:00.000  net bgp:192.0.2.1            100  established  up 2d02h ") {
		t.Errorf("a change has a heading:\n%s", got)
	}
	if _, err := c.peerRecord(table, serde, &kafka.Message{Key: []byte("net")}); err == nil {
		t.Error("a key without a source is taken")
	}
}
