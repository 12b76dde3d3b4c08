package bgp

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestSession goes through one session with a router that connects.
func TestSession(t *testing.T) {
	t.Parallel()
	s := serve(t, "127.0.0.1:0", nil, one("127.0.0.41", 0))
	r := dial(t, "127.0.0.41", s.addr).establish()
	e := s.next("established")
	if e.session.Peer != netip.MustParseAddr("127.0.0.41") || e.session.ASN != peerAS || e.session.RouterID != r.id || e.session.HoldTime != 90*time.Second || !e.session.has(LinkState) || e.session.Dialed {
		t.Errorf("session %+v", e.session)
	}
	if got := s.Sessions(); len(got) != 1 || got[0].Peer != e.session.Peer {
		t.Errorf("sessions %+v", got)
	}
	r.send(bytes.Join([][]byte{say(1), keepalive, say(2)}, nil))
	for _, want := range []string{"00000001", "00000002"} {
		if e := s.next("update"); string(e.body) != want {
			t.Errorf("update %q, want %q", e.body, want)
		}
	}
	r.Close()
	if e := s.next("closed"); e.reason != "the peer closed the connection" {
		t.Errorf("reason %q", e.reason)
	}
}

// TestRefusedOpens sends OPENs that no session can come from.
func TestRefusedOpens(t *testing.T) {
	t.Parallel()
	s := serve(t, "127.0.0.1:0", nil, one("127.0.0.42", 0))
	for _, test := range []struct {
		name, notification, reason string
		change                     func(*router)
	}{
		{"AS", "OPEN Message Error / Bad Peer AS", "the peer is AS 300, but AS 200 is configured", func(r *router) { r.asn, r.offers = 300, ourCapabilities(300, nil, true) }},
		{"hold time", "OPEN Message Error / Unacceptable Hold Time", "hold time of 2 s", func(r *router) { r.holdTime = 2 }},
		{"router id", "OPEN Message Error / Bad BGP Identifier", "router id is 0.0.0.0", func(r *router) { r.id = netip.IPv4Unspecified() }},
		{"capabilities", "OPEN Message Error", "cut short", func(r *router) { r.offers = []byte{1, 9} }},
	} {
		r := dial(t, "127.0.0.42", s.addr)
		test.change(r)
		r.meet()
		r.refused(test.notification)
		if e := s.failed("failed"); !strings.Contains(e.reason, test.reason) || !strings.HasPrefix(e.reason, "we sent: "+test.notification) {
			t.Errorf("%s: reason %q", test.name, e.reason)
		}
		r.Close()
	}
	r := dial(t, "127.0.0.42", s.addr)
	b := r.open()
	b[headerSize] = 3
	r.send(b)
	r.expect(typeOpen)
	r.refused("OPEN Message Error / Unsupported Version Number: speaks version 4")
}

// TestBadMessages end a session, or the way to one, with the right NOTIFICATION.
func TestBadMessages(t *testing.T) {
	t.Parallel()
	s := serve(t, "127.0.0.1:0", nil, one("127.0.0.43", 0))
	unknown := bytes.Clone(keepalive)
	unknown[headerSize-1] = 9
	noMarker := bytes.Clone(keepalive)
	noMarker[3] = 0
	for _, test := range []struct {
		name         string
		sent         []byte
		notification string
	}{
		{"type", unknown, "Message Header Error / Bad Message Type"},
		{"marker", noMarker, "Message Header Error / Connection Not Synchronized"},
		{"length", append(bytes.Clone(keepalive[:markerSize]), 0, 18, 2), "Message Header Error / Bad Message Length"},
		{"second OPEN", openMessage(peerAS, 90, netip.MustParseAddr("10.0.0.9"), nil), "Finite State Machine Error / Unexpected Message in Established State"},
		{"route refresh", short(typeRouteRefresh, 0x40, 4, refreshEnds, 71, 0), "ROUTE-REFRESH Message Error / Invalid Message Length"},
	} {
		r := dial(t, "127.0.0.43", s.addr).establish()
		s.next("established")
		r.send(test.sent)
		r.refused(test.notification)
		if e := s.next("closed"); !strings.HasPrefix(e.reason, "we sent: "+test.notification) {
			t.Errorf("%s: reason %q", test.name, e.reason)
		}
		r.Close()
	}
	r := dial(t, "127.0.0.43", s.addr)
	r.send(keepalive)
	r.expect(typeOpen)
	r.refused("Finite State Machine Error / Unexpected Message in OpenSent State")
	r = dial(t, "127.0.0.43", s.addr)
	r.meet()
	r.send(say(1))
	r.refused("Finite State Machine Error / Unexpected Message in OpenConfirm State")
}

// TestPeerNotifies takes the peer's words over.
func TestPeerNotifies(t *testing.T) {
	t.Parallel()
	s := serve(t, "127.0.0.1:0", nil, one("127.0.0.44", 0))
	r := dial(t, "127.0.0.44", s.addr).establish()
	s.next("established")
	r.send(append(say(1), cease(AdministrativeShutdown, "maintenance").message()...))
	s.next("update")
	if e := s.next("closed"); e.reason != `peer sent: Cease / Administrative Shutdown: "maintenance"` {
		t.Errorf("reason %q", e.reason)
	}
	r = dial(t, "127.0.0.44", s.addr)
	r.send((&Notification{Code: openError, Subcode: badPeerAS}).message())
	r.Close()
	if e := s.failed("failed"); e.reason != "peer sent: OPEN Message Error / Bad Peer AS" {
		t.Errorf("reason %q", e.reason)
	}
}

// TestNoHoldTime holds sessions without keepalives, whoever wants none.
func TestNoHoldTime(t *testing.T) {
	t.Parallel()
	for name, ours := range map[string]time.Duration{"ours": NoHoldTime, "the peer's": DefaultHoldTime} {
		t.Run(name, func(t *testing.T) {
			config := Config{ASN: ourAS, RouterID: netip.MustParseAddr("10.0.0.5"), HoldTime: ours}
			s := serveAs(t, config, "127.0.0.1:0", nil, one("127.0.0.45", 0))
			r := dial(t, "127.0.0.45", s.addr)
			if ours == DefaultHoldTime {
				r.holdTime = 0
			}
			r.establish()
			if e := s.next("established"); e.session.HoldTime != 0 {
				t.Errorf("hold time %s", e.session.HoldTime)
			}
			if !r.quiet(300 * time.Millisecond) {
				t.Error("there is something said, or the session is lost")
			}
			r.send(say(1))
			s.next("update")
		})
	}
}

// TestHoldTimeExpires ends a session with a peer that says nothing.
func TestHoldTimeExpires(t *testing.T) {
	t.Parallel()
	s := serve(t, "127.0.0.1:0", nil, one("127.0.0.46", 0))
	r := dial(t, "127.0.0.46", s.addr)
	r.holdTime = 3
	r.establish()
	s.next("established")
	r.refused("Hold Timer Expired")
	if e := s.next("closed"); e.reason != "we sent: Hold Timer Expired: nothing heard for 3s" {
		t.Errorf("reason %q", e.reason)
	}
}

// TestTrickle ends a session with a peer that never ends a message.
func TestTrickle(t *testing.T) {
	t.Parallel()
	s := serve(t, "127.0.0.1:0", nil, one("127.0.0.47", 0))
	r := dial(t, "127.0.0.47", s.addr)
	r.holdTime = 3
	r.establish()
	s.next("established")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for range 60 {
			if _, err := r.Write([]byte{0xff}); err != nil {
				return
			}
			time.Sleep(500 * time.Millisecond)
		}
	}()
	if e := s.next("closed"); !strings.Contains(e.reason, "Hold Timer Expired") && !strings.Contains(e.reason, "Header Error") {
		t.Errorf("reason %q", e.reason)
	}
	r.Close()
	<-ended
}

// TestSlowHandler blocks for more than twice the hold time while the peer has much to
// say: keepalives go on, the peer is held back, the session stays and nothing is lost.
func TestSlowHandler(t *testing.T) {
	t.Parallel()
	const updates = 20000
	release := make(chan struct{})
	var heard atomic.Int64
	var first sync.Once
	s := serve(t, "127.0.0.1:0", nil, one("127.0.0.48", 0))
	s.update = func(body []byte) {
		first.Do(func() { <-release })
		if want := say(int(heard.Load()))[headerSize:]; !bytes.Equal(body[:8], want) {
			t.Errorf("update %q, want %q", body[:8], want)
		}
		heard.Add(1)
	}
	r := dial(t, "127.0.0.48", s.addr)
	r.holdTime = 3
	r.establish()
	s.next("established")
	var keepalives atomic.Int64
	go func() {
		for {
			typ, _, err := r.receive()
			if err != nil {
				return
			}
			if typ == typeKeepalive {
				keepalives.Add(1)
			}
		}
	}()
	sent := make(chan error, 1)
	go func() {
		padding := make([]byte, 4000)
		for n := range updates { // 80 MB: more than the sockets hold
			b, _ := message(typeUpdate, append(say(n)[headerSize:], padding...))
			if _, err := r.Write(b); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	time.Sleep(7 * time.Second) // the point of the test: time passes
	if n := keepalives.Load(); n < 3 {
		t.Errorf("%d keepalives in more than two hold times", n)
	}
	select {
	case err := <-sent:
		t.Errorf("the peer is not held back: %v", err)
	default:
	}
	close(release)
	select {
	case err := <-sent:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(patience):
		t.Fatal("not everything could be sent")
	}
	// Closed earlier, with keepalives unread, TCP would throw away what is on the way.
	for end := time.Now().Add(patience); heard.Load() < updates; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d updates heard of %d", heard.Load(), updates)
		}
	}
	r.Close()
	s.next("closed")
}

// TestExtendedMessage takes a message of 60 kB, if that was offered (RFC 8654).
func TestExtendedMessage(t *testing.T) {
	t.Parallel()
	s := serve(t, "127.0.0.1:0", nil, one("127.0.0.49", 0))
	r := dial(t, "127.0.0.49", s.addr).establish()
	s.next("established")
	body := bytes.Repeat([]byte("x"), 60000)
	b, err := message(typeUpdate, body)
	if err != nil {
		t.Fatal(err)
	}
	r.send(bytes.Join([][]byte{say(1), b, say(2)}, nil))
	s.next("update")
	if e := s.next("update"); !bytes.Equal(e.body, body) {
		t.Errorf("%d octets", len(e.body))
	}
	s.next("update")
}

// TestRouteRefresh asks for the table again and hears where it begins and ends.
func TestRouteRefresh(t *testing.T) {
	t.Parallel()
	s := serve(t, "127.0.0.1:0", nil, one("127.0.0.50", 0))
	peer := netip.MustParseAddr("127.0.0.50")
	if err := s.Refresh(peer); err == nil {
		t.Error("refreshed without a session")
	}
	r := dial(t, "127.0.0.50", s.addr).establish()
	s.next("established")
	if err := s.Refresh(peer); err != nil {
		t.Fatal(err)
	}
	if body := r.expect(typeRouteRefresh); !bytes.Equal(body, []byte{0x40, 0x04, 0, 71}) {
		t.Errorf("ROUTE-REFRESH %x", body)
	}
	other := short(typeRouteRefresh, 0, 1, refreshBegins, 1)
	request := routeRefresh(LinkState)
	r.send(bytes.Join([][]byte{other, request, short(typeRouteRefresh, 0x40, 4, refreshBegins, 71), say(1), short(typeRouteRefresh, 0x40, 4, refreshEnds, 71)}, nil))
	s.next("refresh begun")
	s.next("update")
	s.next("refresh ended")
	r.Close()
	s.next("closed")

	r = dial(t, "127.0.0.50", s.addr)
	r.offers = ourCapabilities(peerAS, []Family{LinkState}, true)
	r.establish()
	s.next("established")
	if err := s.Refresh(peer); err == nil || !strings.Contains(err.Error(), "does not offer it") {
		t.Errorf("refresh: %v", err)
	}
}

// TestRestarting answers a peer that waits for End-of-RIB (RFC 4724 §4.1), and tells
// its restart times.
func TestRestarting(t *testing.T) {
	t.Parallel()
	s := serve(t, "127.0.0.1:0", nil, one("127.0.0.51", 0))
	r := dial(t, "127.0.0.51", s.addr)
	r.offers = appendCapability(r.offers, capGracefulRestart, 0x80, 60, 0x40, 4, 71, 0x80)
	r.offers = appendCapability(r.offers, capLongLivedGR, 0x40, 4, 71, 0x80, 0, 0x0e, 0x10)
	r.establish()
	if e := s.next("established"); e.session.RestartTime != time.Hour+time.Minute || !e.session.Restarting {
		t.Errorf("session %+v", e.session)
	}
	if body := r.expect(typeUpdate); !bytes.Equal(body, endOfRIB(LinkState)[headerSize:]) {
		t.Errorf("UPDATE %x", body)
	}
}

// TestFinal tells ends of sessions that end graceful restart as well from those that
// may begin a restart.
func TestFinal(t *testing.T) {
	t.Parallel()
	const restarts, survivesNotice = 0x00, 0x40
	hardReset := (&Notification{Code: ceaseError, Subcode: ceaseHardReset, Data: []byte{ceaseError, byte(AdministrativeShutdown)}}).message()
	s := serve(t, "127.0.0.1:0", nil, one("127.0.0.52", 0))
	for _, test := range []struct {
		name  string
		flags byte
		end   func(*router)
		want  bool
	}{
		{"connection lost", restarts, func(r *router) { r.Close() }, false},
		{"shutdown", restarts, func(r *router) { r.send(cease(AdministrativeShutdown, "").message()) }, true},
		{"our notification", restarts, func(r *router) { r.send(bytes.Repeat([]byte{1}, headerSize)) }, true},
		{"shutdown, N", survivesNotice, func(r *router) { r.send(cease(AdministrativeShutdown, "").message()) }, false},
		{"our notification, N", survivesNotice, func(r *router) { r.send(bytes.Repeat([]byte{1}, headerSize)) }, false},
		{"hard reset, N", survivesNotice, func(r *router) { r.send(hardReset) }, true},
	} {
		r := dial(t, "127.0.0.52", s.addr)
		r.offers = appendCapability(nil, capMultiprotocol, 0x40, 4, 0, 71)
		r.offers = appendCapability(r.offers, capGracefulRestart, test.flags, 60, 0x40, 4, 71, 0x80)
		r.establish()
		s.next("established")
		test.end(r)
		if e := s.next("closed"); e.final != test.want {
			t.Errorf("%s: %q, final %t", test.name, e.reason, e.final)
		}
		r.Close()
	}
}

// TestSlowOpen cuts off who does not come to the point.
func TestSlowOpen(t *testing.T) {
	t.Parallel()
	s := serve(t, "127.0.0.1:0", func(s *Speaker) { s.times.open = 200 * time.Millisecond }, one("127.0.0.52", 0))
	r := dial(t, "127.0.0.52", s.addr)
	r.send(r.open()[:12])
	r.expect(typeOpen)
	r.refused("Hold Timer Expired")
	if e := s.failed("failed"); !strings.Contains(e.reason, "nothing heard for 200ms") {
		t.Errorf("reason %q", e.reason)
	}
}

// TestEnd ends a session, and lets none begin for a while.
func TestEnd(t *testing.T) {
	t.Parallel()
	s := serve(t, "127.0.0.1:0", nil, one("127.0.0.53", 0))
	peer := netip.MustParseAddr("127.0.0.53")
	r := dial(t, "127.0.0.53", s.addr).establish()
	s.next("established")
	if err := s.End(peer, MaximumPrefixes, "more than 5 objects", time.Hour); err != nil {
		t.Fatal(err)
	}
	r.refused("Cease / Maximum Number of Prefixes Reached")
	if e := s.next("closed"); e.reason != "we sent: Cease / Maximum Number of Prefixes Reached: more than 5 objects" {
		t.Errorf("reason %q", e.reason)
	}
	dial(t, "127.0.0.53", s.addr).refused("Cease / Connection Rejected")
	if err := s.End(peer, AdministrativeReset, "", 0); err != nil {
		t.Fatal(err)
	}
	dial(t, "127.0.0.53", s.addr).establish()
	s.next("established")
}

// TestEndByHandler ends a session from within a call of the handler.
func TestEndByHandler(t *testing.T) {
	t.Parallel()
	s := serve(t, "127.0.0.1:0", nil, one("127.0.0.54", 0))
	var heard atomic.Int64
	s.update = func([]byte) {
		heard.Add(1)
		_ = s.End(netip.MustParseAddr("127.0.0.54"), OutOfResources, "", 0)
	}
	r := dial(t, "127.0.0.54", s.addr).establish()
	s.next("established")
	r.send(append(say(1), say(2)...))
	r.refused("Cease / Out of Resources")
	s.next("closed")
	if n := heard.Load(); n != 1 {
		t.Errorf("%d updates after the end", n-1)
	}
}

// TestGoodbye says to the peers why the sessions end, soon.
func TestGoodbye(t *testing.T) {
	t.Parallel()
	s := serve(t, "127.0.0.1:0", nil, one("127.0.0.55", 0))
	r := dial(t, "127.0.0.55", s.addr).establish()
	s.next("established")
	go s.close()
	r.refused(`Cease / Administrative Reset: "the listener stops or restarts"`)
	s.next("closed")
}

// TestDeafPeer does not keep a speaker from ending.
func TestDeafPeer(t *testing.T) {
	t.Parallel()
	s := serve(t, "127.0.0.1:0", nil, one("127.0.0.56", 0))
	dial(t, "127.0.0.56", s.addr).establish()
	session := s.next("established").session
	var said atomic.Int64
	ended := make(chan error)
	go func() {
		for {
			if err := session.Tell(make([]byte, 4000)); err != nil {
				ended <- err
				return
			}
			said.Add(1)
		}
	}()
	for before := int64(-1); before != said.Load(); time.Sleep(200 * time.Millisecond) {
		before = said.Load()
	}
	s.close()
	<-ended
	s.next("closed")
}

// TestGarbage gets no session, whatever the octets are.
func TestGarbage(t *testing.T) {
	t.Parallel()
	s := serve(t, "127.0.0.1:0", nil, one("127.0.0.57", 0))
	for _, b := range [][]byte{[]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), bytes.Repeat([]byte{0xff}, 100), make([]byte, 5000), nil} {
		r := dial(t, "127.0.0.57", s.addr)
		_, _ = r.Write(b)
		_ = r.CloseWrite()
		if _, err := io.Copy(io.Discard, r); err != nil && !errors.Is(err, io.EOF) && !strings.Contains(err.Error(), "reset") {
			t.Error(err)
		}
		s.failed("failed")
		r.Close()
	}
	dial(t, "127.0.0.57", s.addr).establish()
	s.next("established")
}
