package bgpingest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/seeds"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/stream/streamtest"
	"github.com/altostream/altostream/schemas"
)

const staleTime = time.Minute

// table is the output table of a machine as a consumer sees it.
type table struct {
	serde   *avro.Serde[schemas.RawTopology]
	machine *stream.Machine[*State, Event, avro.Encoded]
	records map[string]*schemas.RawTopology
	alarms  []stream.Alarm
}

func newTable(tb testing.TB) *table {
	t := &table{
		serde:   streamtest.Serde[schemas.RawTopology](tb, schemas.RawTopologyTopic),
		records: map[string]*schemas.RawTopology{},
	}
	t.restart()
	return t
}

// restart replaces the machine by one that knows only the table.
func (t *table) restart() {
	t.machine = stream.NewMachine(Spec(Config{Topology: "net", StaleTime: staleTime, MaxObjects: 1_000_000}, t.serde))
	t.alarms = nil
	for key, record := range t.records {
		b, err := t.serde.Encode(record)
		if err != nil {
			panic(err)
		}
		t.machine.Load(key, (*avro.Encoded)(&b))
	}
	t.apply(TakenOver{})
}

// disown makes the speakers those of other instances.
func (t *table) disown() *table {
	for _, r := range t.records {
		if r.Peer != nil {
			r.Peer.ReplicaGroup = new("elsewhere")
		}
	}
	return t
}

func (t *table) apply(events ...Event) *table {
	for _, e := range events {
		t.machine.Apply(e, stream.Cause{ObservedAt: time.Unix(1, 0)})
		t.flush()
	}
	return t
}

func (t *table) flush() {
	changes, _ := t.machine.Flush()
	t.write(changes)
	t.alarms = append(t.alarms, t.machine.Alarms()...)
}

func (t *table) write(changes []stream.Change[avro.Encoded]) {
	for _, c := range changes {
		if c.Value == nil {
			delete(t.records, c.Key)
			continue
		}
		record, err := t.serde.Decode(*c.Value)
		if err != nil {
			panic(err)
		}
		t.records[c.Key] = record
	}
}

// ring lets the n-th alarm go off; the last ones have negative numbers.
func (t *table) ring(n int) *table {
	if n < 0 {
		n += len(t.alarms)
	}
	t.machine.Wake(t.alarms[n].Name, time.Unix(2, 0))
	t.flush()
	return t
}

// state is what the table holds of speaker s: its peer state, partial if its table was never told to the end, and its
// node names.
func (t *table) state(source string) string {
	state := "-"
	var nodes []string
	for _, r := range t.records {
		switch {
		case r.Source != source:
		case r.Kind == schemas.KindPeer:
			if state = r.Peer.State; r.Peer.Partial != nil {
				state = "partial " + state
			}
		default:
			nodes = append(nodes, *r.LocalNode.IGPRouterID)
		}
	}
	return fmt.Sprint(state, " ", sorted(nodes))
}

func sorted(s []string) []string {
	out := []string{}
	for _, v := range []string{"00000001", "00000002", "00000003"} {
		for _, w := range s {
			if v == w {
				out = append(out, v[7:])
			}
		}
	}
	return out
}

func nodeNLRI(id byte) bgpls.NLRI {
	return bgpls.NLRI{Type: bgpls.NodeNLRI, Protocol: bgpls.OSPFv2, Local: &bgpls.NodeDescriptor{IGPRouterID: []byte{0, 0, 0, id}}}
}

func nodes(ids ...byte) (n []bgpls.NLRI) {
	for _, id := range ids {
		n = append(n, nodeNLRI(id))
	}
	return n
}

func reach(source string, ids ...byte) Event {
	return Update{Source: source, Update: bgpls.Update{Reach: nodes(ids...)}}
}

func unreach(source string, ids ...byte) Event {
	return Update{Source: source, Update: bgpls.Update{Unreach: nodes(ids...)}}
}

func endOfRIB(source string) Event {
	return Update{Source: source, Update: bgpls.Update{EndOfRIB: true}}
}

func TestSession(t *testing.T) {
	configured, up := Configured{Source: "s", ASN: 100}, Up{Source: "s", ASN: 100}
	for _, test := range []struct {
		name string
		run  func(*table)
		want string
	}{
		{"configured", func(tb *table) { tb.apply(configured) }, "idle []"},
		{"established", func(tb *table) { tb.apply(configured, up, reach("s", 1, 2)) }, "partial established [1 2]"},
		{"synced", func(tb *table) { tb.apply(configured, up, reach("s", 1, 2), endOfRIB("s")) }, "synced [1 2]"},
		{"withdrawn", func(tb *table) { tb.apply(up, reach("s", 1, 2), unreach("s", 2, 3)) }, "partial established [1]"},
		{"announced twice", func(tb *table) { tb.apply(up, reach("s", 1, 1), reach("s", 1)) }, "partial established [1]"},
		{"lost empty", func(tb *table) { tb.apply(up, endOfRIB("s"), Down{Source: "s"}) }, "idle []"},
		{"lost", func(tb *table) { tb.apply(up, reach("s", 1, 2), endOfRIB("s"), Down{Source: "s"}) }, "stale [1 2]"},
		{"lost for good", func(tb *table) { tb.apply(up, reach("s", 1, 2), Down{Source: "s"}).ring(1) }, "idle []"},
		{"back", func(tb *table) { tb.apply(up, reach("s", 1, 2), Down{Source: "s"}, up, reach("s", 2)) }, "partial established [1 2]"},
		{"back with half", func(tb *table) {
			tb.apply(up, reach("s", 1, 2), Down{Source: "s"}, up, reach("s", 2, 3), endOfRIB("s"))
		}, "synced [2 3]"},
		{"back without End-of-RIB", func(tb *table) {
			tb.apply(up, reach("s", 1, 2), Down{Source: "s"}, up, reach("s", 2)).ring(2).ring(-1)
		}, "synced [2]"},
		{"never End-of-RIB", func(tb *table) { tb.apply(up, reach("s", 1)).ring(0).ring(-1) }, "synced [1]"},
		{"back, and half of the stale time", func(tb *table) {
			tb.apply(up, reach("s", 1, 2), Down{Source: "s"}, up, reach("s", 2)).ring(2)
		}, "partial established [1 2]"},
		{"back, and slow to tell its table", func(tb *table) {
			tb.apply(up, reach("s", 1, 2), Down{Source: "s"}, up, reach("s", 2)).ring(2).apply(reach("s", 3)).ring(-1)
		}, "partial established [1 2 3]"},
		{"back, and told its table slowly", func(tb *table) {
			tb.apply(up, reach("s", 1, 2), Down{Source: "s"}, up, reach("s", 2)).ring(2).apply(reach("s", 3)).ring(-1).ring(-1)
		}, "synced [2 3]"},
		{"back late", func(tb *table) {
			tb.apply(up, reach("s", 1, 2), Down{Source: "s"}, up, reach("s", 2)).ring(1)
		}, "partial established [1 2]"},
		{"End-of-RIB without a session", func(tb *table) {
			tb.apply(up, reach("s", 1, 2), Down{Source: "s"}, endOfRIB("s"))
		}, "partial stale [1 2]"},
		{"alarm of an earlier loss", func(tb *table) {
			tb.apply(up, reach("s", 1, 2), Down{Source: "s"}, up, reach("s", 1), Down{Source: "s"}).ring(1)
		}, "partial stale [1 2]"},
		{"flaps before End-of-RIB", func(tb *table) {
			tb.apply(up, reach("s", 1, 2, 3), Down{Source: "s"}, up, reach("s", 1), Down{Source: "s"}, up, reach("s", 2), endOfRIB("s"))
		}, "synced [2]"},
		{"second End-of-RIB", func(tb *table) { tb.apply(up, reach("s", 1), endOfRIB("s"), endOfRIB("s")) }, "synced [1]"},
		{"service restarts", func(tb *table) {
			tb.apply(configured, up, reach("s", 1, 2), endOfRIB("s")).restart()
			tb.apply(configured)
		}, "stale [1 2]"},
		{"service restarts, speaker has half", func(tb *table) {
			tb.apply(configured, up, reach("s", 1, 2), endOfRIB("s")).restart()
			tb.apply(configured, up, reach("s", 2), endOfRIB("s"))
		}, "synced [2]"},
		{"service restarts, speaker stays away", func(tb *table) {
			tb.apply(configured, up, reach("s", 1, 2), endOfRIB("s")).restart()
			tb.apply(configured).ring(0)
		}, "idle []"},
		{"service stops", func(tb *table) { tb.apply(up, reach("s", 1), endOfRIB("s"), Stopped{}) }, "stale [1]"},
		{"service stops without a session", func(tb *table) { tb.apply(configured, Stopped{}) }, "idle []"},
		{"back with its table told before", func(tb *table) {
			tb.apply(up, reach("s", 1, 2), endOfRIB("s"), Down{Source: "s"}, up, reach("s", 2))
		}, "established [1 2]"},
		{"back after all was withdrawn", func(tb *table) {
			tb.apply(up, reach("s", 1, 2), endOfRIB("s"), Down{Source: "s"}).ring(1).apply(up, reach("s", 2))
		}, "partial established [2]"},
		{"service restarts, speaker tells the table again", func(tb *table) {
			tb.apply(configured, up, reach("s", 1, 2), endOfRIB("s")).restart()
			tb.apply(configured, up, reach("s", 2))
		}, "established [1 2]"},
		{"service restarts before End-of-RIB", func(tb *table) {
			tb.apply(configured, up, reach("s", 1, 2)).restart()
			tb.apply(configured, up, reach("s", 2))
		}, "partial established [1 2]"},
		{"dynamic speaker after a restart", func(tb *table) {
			tb.apply(up, reach("s", 1, 2)).restart()
			tb.apply(up, reach("s", 3), endOfRIB("s"))
		}, "synced [3]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tb := newTable(t)
			test.run(tb)
			if got := tb.state("s"); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func TestRestartTimeReplacesStaleTime(t *testing.T) {
	tb := newTable(t).apply(Up{Source: "s", RestartTime: 7 * time.Second}, reach("s", 1), Down{Source: "s"})
	if got := tb.alarms[1].After; got != 7*time.Second {
		t.Errorf("kept for %v, want the negotiated 7s", got)
	}
	tb.apply(Up{Source: "s"}, Down{Source: "s"})
	if got := tb.alarms[3].After; got != staleTime {
		t.Errorf("kept for %v, want the stale time", got)
	}
	tb.apply(Up{Source: "s", RestartTime: 100 * time.Hour}, Down{Source: "s", Final: true})
	if got := tb.alarms[5].After; got != staleTime {
		t.Errorf("kept for %v after the speaker ended the session for good, want the stale time", got)
	}
}

func TestSpeakersAreApart(t *testing.T) {
	tb := newTable(t).apply(Up{Source: "a"}, Up{Source: "b"}, reach("a", 1, 2), reach("b", 1, 3), unreach("a", 1), endOfRIB("a"), Down{Source: "b"})
	if got := tb.state("a"); got != "synced [2]" {
		t.Errorf("a: %s", got)
	}
	if got := tb.state("b"); got != "partial stale [1 3]" {
		t.Errorf("b: %s", got)
	}
}

// TestDynamicSpeakerStaysAway forgets a speaker of a prefix that does not come back after
// a restart, and leaves alone one of elsewhere.
func TestDynamicSpeakerStaysAway(t *testing.T) {
	const near, far = "bgp:10.0.0.7", "bgp:192.0.2.7"
	tb := newTable(t).apply(Up{Source: near, ASN: 1}, reach(near, 1), endOfRIB(near), Up{Source: far}, reach(far, 2), endOfRIB(far))
	tb.disown().restart()
	tb.apply(Admitted{Prefix: netip.MustParsePrefix("10.0.0.0/8")})
	if got := tb.state(near); got != "stale [1]" {
		t.Errorf("speaker of the prefix: %s", got)
	}
	tb.ring(0)
	if got := tb.state(near); got != "idle []" {
		t.Errorf("speaker of the prefix, later: %s", got)
	}
	if got := tb.state(far); got != "synced [2]" {
		t.Errorf("speaker of elsewhere: %s", got)
	}
}

// TestReason tells why a session ended, until there is one again.
func TestReason(t *testing.T) {
	tb := newTable(t).apply(Up{Source: "s"}, reach("s", 1), Down{Source: "s", Reason: "hold timer expired"})
	peer := func() *schemas.Peer { return tb.records["net|s|peer"].Peer }
	if r := peer().Reason; r == nil || *r != "hold timer expired" {
		t.Errorf("reason = %v", r)
	}
	if tb.apply(Up{Source: "s"}); peer().Reason != nil {
		t.Errorf("reason in a session = %v", *peer().Reason)
	}
}

// TestFailed tells why there was no session, of speakers that are ours.
func TestFailed(t *testing.T) {
	refused := Failed{"s", "cannot connect to port 179: connection refused"}
	tb := newTable(t).apply(refused)
	if len(tb.records) > 0 {
		t.Errorf("a stranger is told of: %v", tb.records)
	}
	tb.apply(Configured{Source: "s", ASN: 100}, refused)
	peer := func() *schemas.Peer { return tb.records["net|s|peer"].Peer }
	if p := peer(); p.State != schemas.PeerIdle || p.Reason == nil || *p.Reason != refused.Reason {
		t.Errorf("peer = %+v", p)
	}
	tb.apply(Failed{"s", "Bad Peer AS"})
	if p := peer(); *p.Reason != "Bad Peer AS" {
		t.Errorf("reason = %s", *p.Reason)
	}
	if tb.apply(Up{Source: "s"}, refused); peer().State != schemas.PeerEstablished || peer().Reason != nil {
		t.Errorf("in a session: %+v", peer())
	}
	tb.apply(reach("s", 1), Down{Source: "s", Reason: "hold timer expired"}, refused)
	if p := peer(); p.State != schemas.PeerStale || *p.Reason != refused.Reason {
		t.Errorf("after a session: %+v", p)
	}
}

// TestForeignRecords leaves alone what other ingests and other topologies keep.
func TestForeignRecords(t *testing.T) {
	tb := newTable(t)
	foreign := &schemas.RawTopology{Topology: "net", Source: "other", Kind: schemas.KindNode}
	elsewhere := &schemas.RawTopology{Topology: "far", Source: "s", Kind: schemas.KindNode}
	tb.records["net|other|node|3|0|router=00000001|"] = foreign
	tb.records["far|s|node|3|0|router=00000001|"] = elsewhere
	tb.restart()
	tb.apply(Configured{Source: "s", ASN: 1}, Up{Source: "s"}, reach("s", 2), endOfRIB("s"))
	if len(tb.records) != 4 {
		t.Errorf("table holds %d records, want 2 foreign, 1 node, 1 peer", len(tb.records))
	}
}

func TestAttributesLost(t *testing.T) {
	name := "r1"
	known := bgpls.Update{Reach: nodes(1), Attributes: &bgpls.Attributes{NodeName: &name}}
	lost := bgpls.Update{Reach: nodes(1, 2), AttributesLost: true}
	tb := newTable(t).apply(Up{Source: "s"}, Update{Source: "s", Update: known}, Update{Source: "s", Update: lost})
	one := tb.records[key("net", "s", new(nodeNLRI(1)))]
	if !one.AttributesLost || one.Attributes == nil || *one.Attributes.NodeName != "r1" {
		t.Errorf("known object = %+v, want its last attributes, marked lost", one)
	}
	two := tb.records[key("net", "s", new(nodeNLRI(2)))]
	if two == nil || !two.AttributesLost || two.Attributes != nil {
		t.Errorf("new object = %+v, want no attributes, marked lost", two)
	}
	tb.apply(Update{Source: "s", Update: known})
	if one = tb.records[key("net", "s", new(nodeNLRI(1)))]; one.AttributesLost {
		t.Error("attributes told again are still marked lost")
	}
}

// TestRestartsDoNotMatter plays random sessions with and without restarts of the
// service: once the speaker has told its table, the topic holds the same.
func TestRestartsDoNotMatter(t *testing.T) {
	for seed := range seeds.Of(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		plain, restarted := newTable(t), newTable(t)
		both := func(e ...Event) {
			plain.apply(e...)
			restarted.apply(e...)
		}
		both(Configured{Source: "s", ASN: 1})
		has := map[byte]bool{}
		for range 5 {
			both(Up{Source: "s", ASN: 1})
			for id := range has {
				both(reach("s", id))
			}
			for range 8 {
				id := byte(1 + random.IntN(3))
				if has[id] = random.IntN(2) == 0; has[id] {
					both(reach("s", id))
				} else {
					delete(has, id)
					both(unreach("s", id))
				}
			}
			both(endOfRIB("s"), Down{Source: "s"})
			if random.IntN(2) == 0 {
				restarted.restart()
				restarted.apply(Configured{Source: "s", ASN: 1})
			}
		}
		both(Up{Source: "s", ASN: 1}, endOfRIB("s"))
		if diff := cmp.Diff(plain.records, restarted.records); diff != "" {
			t.Fatalf("seed %d (-plain +restarted):\n%s", seed, diff)
		}
	}
}

func TestKeysOfRecords(t *testing.T) {
	tb := newTable(t).apply(Up{Source: "bgp:192.0.2.7", ASN: 9}, reach("bgp:192.0.2.7", 1))
	want := []string{"net|bgp:192.0.2.7|node|3|0|router=00000001", "net|bgp:192.0.2.7|peer"}
	var got []string
	for k := range maps.Keys(tb.records) {
		got = append(got, k)
	}
	for _, k := range want {
		if tb.records[k] == nil {
			t.Errorf("no record %q among %q", k, got)
		}
	}
}

func TestConfigPeers(t *testing.T) {
	prefix := netip.MustParsePrefix
	for _, test := range []struct {
		text string
		want Peers
		err  string
	}{
		{text: "192.0.2.7;64512", want: Peers{{Addrs: prefix("192.0.2.7/32"), Port: 179, ASN: 64512}}},
		{text: "192.0.2.7:1790;1;passive, [2001:db8::1]:1791;4200000000", want: Peers{
			{Addrs: prefix("192.0.2.7/32"), Port: 1790, ASN: 1, Passive: true},
			{Addrs: prefix("2001:db8::1/128"), Port: 1791, ASN: 4200000000},
		}},
		{text: "10.1.2.3/8;7;passive", want: Peers{{Addrs: prefix("10.0.0.0/8"), Port: 179, ASN: 7, Passive: true}}},
		{text: "::ffff:192.0.2.7;7", want: Peers{{Addrs: prefix("192.0.2.7/32"), Port: 179, ASN: 7}}},
		{text: "2001:db8::1;7;gtsm,192.0.2.7;7;md5=a b=$;passive", want: Peers{
			{Addrs: prefix("2001:db8::1/128"), Port: 179, ASN: 7, GTSM: true},
			{Addrs: prefix("192.0.2.7/32"), Port: 179, ASN: 7, Passive: true, Password: "a b=$"},
		}},
		{text: "fe80::1%eth0;7,[fe80::1%eth1]:1790;7", want: Peers{
			{Addrs: prefix("fe80::1/128"), Zone: "eth0", Port: 179, ASN: 7},
			{Addrs: prefix("fe80::1/128"), Zone: "eth1", Port: 1790, ASN: 7},
		}},
		{text: "fe80::1;7", err: "needs its interface: fe80::1%eth0"},
		{text: "192.0.2.7:0;7", err: "is not an address"},
		{text: "192.0.2.7;7;md5=", err: "wrong peer, number 1"},
		{text: "10.0.0.0/8;7", err: "peers by prefix must be passive"},
		{text: "192.0.2.7", err: "it is not addr[:port];asn"},
		{text: "router1;7", err: `"router1" is not an address, address:port or prefix`},
		{text: "192.0.2.7;0", err: `"0" is not an AS number`},
		{text: "192.0.2.7;4294967296", err: `"4294967296" is not an AS number`},
		{text: "192.0.2.7;7;active", err: `"active" is not an option; there are: passive, gtsm, md5=…`},
		{text: "192.0.2.7;7,192.0.2.7;8", err: "names the peer 192.0.2.7/32 twice"},
	} {
		t.Run(test.text, func(t *testing.T) {
			var got Peers
			err := got.Decode(test.text)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("error = %v, want %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestMaxObjects takes a speaker that tells too much for one that lost its session, until
// its next.
func TestMaxObjects(t *testing.T) {
	tb := newTable(t)
	tb.machine = stream.NewMachine(Spec(Config{Topology: "net", StaleTime: staleTime, MaxObjects: 2}, tb.serde))
	tb.apply(TakenOver{}, Up{Source: "s"}, reach("s", 1, 2), reach("s", 2), endOfRIB("s"))
	if got := tb.state("s"); got != "synced [1 2]" {
		t.Errorf("at the limit: %s", got)
	}
	tb.apply(reach("s", 3), unreach("s", 1), endOfRIB("s"), Down{Source: "s"})
	if got := tb.state("s"); got != "stale [1 2]" {
		t.Errorf("over the limit: %s", got)
	}
	tb.apply(Up{Source: "s"}, reach("s", 1), endOfRIB("s"))
	if got := tb.state("s"); got != "synced [1]" {
		t.Errorf("back with less: %s", got)
	}
	tb.apply(Down{Source: "s"}, Up{Source: "s"}, reach("s", 2, 3), unreach("s", 3), reach("s", 3), endOfRIB("s"))
	if got := tb.state("s"); got != "synced [2 3]" {
		t.Errorf("back with others, as many as it may: %s", got)
	}
}

// TestSince tells when a session came up and when it was lost, over a restart too.
func TestSince(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 11, 28, 4, minute, 0, 0, time.UTC) }
	identifier := "192.0.2.1"
	want := func(tb *table, state string, minute int) {
		t.Helper()
		p := tb.records["net|s|peer"].Peer
		if p.State != state || p.Since == nil || !p.Since.Equal(at(minute)) || p.BGPIdentifier == nil || *p.BGPIdentifier != identifier {
			t.Errorf("peer = %+v, want %s since %v", p, state, at(minute))
		}
	}
	tb := newTable(t).apply(Configured{Source: "s", At: at(0)}, Up{Source: "s", At: at(1), Identifier: netip.MustParseAddr(identifier)}, reach("s", 1))
	want(tb, schemas.PeerEstablished, 1)
	want(tb.apply(endOfRIB("s")), schemas.PeerSynced, 1)
	want(tb.apply(Down{Source: "s", At: at(2)}), schemas.PeerStale, 2)
	tb.restart()
	want(tb.apply(Configured{Source: "s", At: at(3)}), schemas.PeerStale, 2)
	tb.apply(Up{Source: "s", At: at(4), Identifier: netip.MustParseAddr(identifier)}) // and killed
	tb.restart()
	want(tb.apply(Configured{Source: "s", At: at(6)}), schemas.PeerStale, 6)
	// A replica that hears the speaker before it takes over knows better than the table.
	tb.machine.Apply(StoodBy{}, stream.Cause{})
	tb.machine.Apply(Up{Source: "s", At: at(7), Identifier: netip.MustParseAddr(identifier)}, stream.Cause{})
	record, err := tb.serde.Encode(tb.records["net|s|peer"])
	if err != nil {
		t.Fatal(err)
	}
	tb.machine.Load("net|s|peer", (*avro.Encoded)(&record))
	want(tb.apply(TakenOver{at(8)}), schemas.PeerEstablished, 7)
}
