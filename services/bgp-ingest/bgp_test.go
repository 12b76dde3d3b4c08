package bgpingest

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/altostream/altostream/libs/bgp"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
)

// listening opens BGP sessions for the peers, and returns the port and the events.
func listening(t *testing.T, peers string) (port int, events chan stream.Event[Event], r *refresher) {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port = free.Addr().(*net.TCPAddr).Port
	free.Close()
	tracer, _, err := service.NewTracer(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	rt, err := service.NewRuntime("test", slog.New(slog.DiscardHandler), prometheus.NewRegistry(), tracer)
	if err != nil {
		t.Fatal(err)
	}
	events = make(chan stream.Event[Event], 16)
	l, err := newListener(events, Config{}, rt)
	if err != nil {
		t.Fatal(err)
	}
	c := Config{BGPASN: 100, BGPRouterID: netip.MustParseAddr("192.0.2.1"), BGPListen: free.Addr().String()}
	if err := c.BGPPeers.Decode(peers); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	failed := make(chan error, 1)
	if r, err = listenBGP(ctx, l, c, func(err error) { failed <- err }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		select {
		case err := <-failed:
			t.Errorf("sessions ended: %v", err)
		default:
		}
	})
	return port, events, r
}

// caller is a router that connects and tells one node.
type caller struct{ up chan bgp.Session }

func (c *caller) Established(s bgp.Session) {
	_ = s.Tell(bgpls.EncodeUpdate(nodes(7), nil, nil, netip.MustParseAddr("192.0.2.9")))
	c.up <- s
}

func (*caller) Update(netip.Addr, []byte)           {}
func (*caller) RefreshBegun(netip.Addr, bgp.Family) {}
func (*caller) RefreshEnded(netip.Addr, bgp.Family) {}
func (*caller) Closed(netip.Addr, error)            {}
func (*caller) Connecting(netip.Addr)               {}
func (*caller) Failed(netip.Addr, error)            {}
func (*caller) Refused(netip.AddrPort, error)       {}

// call connects a router from a loopback address and returns how to hang up.
func call(t *testing.T, address string, port int, change ...func(*bgp.Config, *bgp.Peer)) (hangUp func()) {
	t.Helper()
	return callAs(t, &caller{up: make(chan bgp.Session, 100)}, address, port, change...)
}

func callAs(t *testing.T, c *caller, address string, port int, change ...func(*bgp.Config, *bgp.Peer)) (hangUp func()) {
	t.Helper()
	from := netip.MustParseAddr(address)
	config := bgp.Config{ASN: 100, RouterID: from}
	peer := PeerAt(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port)), 100)
	peer.Local = from
	for _, f := range change {
		f(&config, &peer)
	}
	speaker, err := bgp.New(config, []bgp.Peer{peer}, c, c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- speaker.Serve(ctx, nil) }()
	hangUp = sync.OnceFunc(func() {
		cancel()
		<-done
	})
	t.Cleanup(hangUp)
	return hangUp
}

func next(t *testing.T, events <-chan stream.Event[Event]) Event {
	t.Helper()
	select {
	case e := <-events:
		if e.ObservedAt.IsZero() {
			t.Errorf("%T has no time", e.Event)
		}
		return e.Event
	case <-time.After(10 * time.Second):
		t.Fatal("no event in time")
		return nil
	}
}

// TestPassiveSessions lets speakers connect: one by its address, one from a prefix.
func TestPassiveSessions(t *testing.T) {
	for name, peers := range map[string]string{"by address": "127.0.0.41;100;passive", "by prefix": "127.0.0.40/29;100;passive"} {
		t.Run(name, func(t *testing.T) {
			port, events, _ := listening(t, peers)
			hangUp := call(t, "127.0.0.41", port)
			if up, ok := next(t, events).(Up); !ok || up.Source != "bgp:127.0.0.41" || up.ASN != 100 {
				t.Errorf("first event = %+v", up)
			}
			if u, ok := next(t, events).(Update); !ok || len(u.Update.Reach) != 1 || u.Update.Reach[0].Key() != "node|3|0|router=00000007" {
				t.Errorf("second event = %+v", u)
			}
			hangUp()
			if down, ok := next(t, events).(Down); !ok || down.Source != "bgp:127.0.0.41" || !strings.HasPrefix(down.Reason, "peer sent: Cease / Administrative Reset") {
				t.Errorf("third event = %+v", down)
			}
		})
	}
}

// TestStrangers are not admitted.
func TestStrangers(t *testing.T) {
	port, events, _ := listening(t, "127.0.0.40/29;100;passive")
	call(t, "127.0.0.99", port)
	call(t, "127.0.0.42", port)
	if up, ok := next(t, events).(Up); !ok || up.Source != "bgp:127.0.0.42" {
		t.Errorf("first event = %+v, want the session of 127.0.0.42", up)
	}
}

// TestHoldTimeZero is a session like others.
func TestHoldTimeZero(t *testing.T) {
	port, events, _ := listening(t, "127.0.0.40/29;100;passive")
	call(t, "127.0.0.43", port, func(c *bgp.Config, _ *bgp.Peer) { c.HoldTime = bgp.NoHoldTime })
	if up, ok := next(t, events).(Up); !ok || up.Source != "bgp:127.0.0.43" {
		t.Errorf("first event = %+v, want the session of 127.0.0.43", up)
	}
	if u, ok := next(t, events).(Update); !ok {
		t.Errorf("second event = %+v", u)
	}
}

// TestProtectedSessions have a password and no router in between.
func TestProtectedSessions(t *testing.T) {
	port, events, _ := listening(t, "127.0.0.46;100;passive;md5=se=cret;gtsm")
	call(t, "127.0.0.46", port, func(_ *bgp.Config, p *bgp.Peer) { p.Password, p.GTSM = "se=cret", true })
	if up, ok := next(t, events).(Up); !ok || up.Source != "bgp:127.0.0.46" {
		t.Errorf("first event = %+v", up)
	}
}

// TestNobodyTakesEvents has the processor take nothing for more than two hold times, as
// without Kafka: the session stays, and nothing is lost.
func TestNobodyTakesEvents(t *testing.T) {
	t.Parallel()
	const updates = 5000 // more than there is room for
	port, events, refresher := listening(t, "127.0.0.47;100;passive")
	c := &caller{up: make(chan bgp.Session, 100)}
	callAs(t, c, "127.0.0.47", port, func(c *bgp.Config, _ *bgp.Peer) { c.HoldTime = 3 * time.Second })
	session := <-c.up
	told := make(chan error, 1)
	go func() {
		for n := range updates {
			if err := session.Tell(bgpls.EncodeUpdate(nodes(byte(n)), nil, nil, netip.MustParseAddr("192.0.2.9"))); err != nil {
				told <- err
				return
			}
		}
		told <- nil
	}()
	time.Sleep(7 * time.Second)
	if n := len(refresher.speaker.Sessions()); n != 1 {
		t.Errorf("%d sessions", n)
	}
	if up, ok := next(t, events).(Up); !ok {
		t.Fatalf("first event = %+v", up)
	}
	for n := range updates + 1 { // with the one that a caller tells first
		if u, ok := next(t, events).(Update); !ok || len(u.Update.Reach) != 1 {
			t.Fatalf("update %d = %+v", n, u)
		}
	}
	if err := <-told; err != nil {
		t.Error(err)
	}
}

// TestRefreshPage asks for tables again.
func TestRefreshPage(t *testing.T) {
	port, events, refresher := listening(t, "127.0.0.40/29;100;passive")
	ask := func(method, query string) (int, string) {
		w := httptest.NewRecorder()
		refresher.page(w, httptest.NewRequest(method, refreshPath+query, nil))
		return w.Code, w.Body.String()
	}
	if code, body := ask("POST", ""); code != http.StatusConflict || !strings.Contains(body, "no peer was asked") {
		t.Errorf("without sessions: %d %s", code, body)
	}
	call(t, "127.0.0.45", port)
	next(t, events)
	for _, test := range []struct {
		method, query, body string
		code                int
	}{
		{"POST", "", "asked for the table again: 127.0.0.45\n", http.StatusOK},
		{"POST", "?peer=127.0.0.45", "asked for the table again: 127.0.0.45\n", http.StatusOK},
		{"POST", "?peer=127.0.0.99", "no session with 127.0.0.99", http.StatusConflict},
		{"POST", "?peer=r1", `peer "r1" is not an address`, http.StatusBadRequest},
		{"GET", "", "use POST", http.StatusMethodNotAllowed},
	} {
		if code, body := ask(test.method, test.query); code != test.code || !strings.Contains(body, test.body) {
			t.Errorf("%s %s: %d %s", test.method, test.query, code, body)
		}
	}
}

// TestRefusedConnection tells why there is no session, with the port.
func TestRefusedConnection(t *testing.T) {
	t.Parallel()
	_, events, _ := listening(t, "127.0.0.48:1;100")
	want := Failed{"bgp:127.0.0.48", "cannot connect to port 1: connection refused"}
	if got := next(t, events); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestFailures(t *testing.T) {
	var f failures
	a := netip.MustParseAddr("192.0.2.1")
	start := time.Unix(1000, 0)
	for _, test := range []struct {
		after  time.Duration
		reason string
		held   int
		ok     bool
	}{
		{0, "x", 0, true},
		{500 * time.Millisecond, "y", 0, false},
		{2 * time.Second, "x", 0, false},
		{3 * time.Second, "y", 2, true},
		{4 * time.Second, "y", 0, false},
		{70 * time.Second, "y", 1, true},
	} {
		if held, ok := f.allow(a, test.reason, start.Add(test.after)); held != test.held || ok != test.ok {
			t.Errorf("%s after %s: %d, %t", test.reason, test.after, held, ok)
		}
	}
	if f.none(a) {
		t.Error("nothing failed")
	}
	if f.forget(a); !f.none(a) {
		t.Error("not forgotten")
	}
}

// TestPasswordsAreNotShown whatever is wrong with the peers.
func TestPasswordsAreNotShown(t *testing.T) {
	for _, text := range []string{
		"192.0.2.7;1;md5=se,cret", "192.0.2.7;1;md5=se;cret", "192.0.2.7;1;md5=secret;foo", "192.0.2.7;0;md5=secret",
		"192.0.2.7;1;MD5=secret", "192.0.2.7;1;md5:secret", "192.0.2.7;1;md5=" + strings.Repeat("secret", 20), `192.0.2.7;1;md5=se"cret;x`,
	} {
		t.Setenv("BGP_PEERS", text)
		var c Config
		err := service.Load(&c)
		if err == nil || strings.Contains(err.Error(), "cret") {
			t.Errorf("%s: %v", text, err)
		}
	}
	t.Setenv("BGP_PEERS", "192.0.2.7;1;md5=secret")
	var c Config
	if err := service.Load(&c); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, c.BGPPeers); strings.Contains(text, "secret") {
			t.Error(text)
		}
	}
}
