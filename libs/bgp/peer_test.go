package bgp

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// TestCollision has two connections with one peer at once: the one stays that the
// speaker with the higher router id began, whichever came first.
func TestCollision(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		id        string // of the peer; ours is 10.0.0.5
		oursFirst bool
		oursStays bool
	}{
		{"the peer is higher, ours is first", "10.0.0.9", true, false},
		{"the peer is higher, theirs is first", "10.0.0.9", false, false},
		{"the peer is lower, ours is first", "10.0.0.1", true, true},
		{"the peer is lower, theirs is first", "10.0.0.1", false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			port, accept := listen(t, "127.0.0.61:0")
			s := serve(t, "127.0.0.1:0", nil, one("127.0.0.61", port))
			ours, theirs := accept(), dial(t, "127.0.0.61", s.addr)
			ours.id, theirs.id = netip.MustParseAddr(test.id), netip.MustParseAddr(test.id)
			first, second := theirs, ours
			if test.oursFirst {
				first, second = ours, theirs
			}
			first.meet()
			first.expect(typeKeepalive) // it is in OpenConfirm
			second.meet()
			winner, loser := theirs, ours
			if test.oursStays {
				winner, loser = ours, theirs
			}
			loser.refused("Cease / Connection Collision Resolution")
			winner.send(keepalive)
			if e := s.next("established"); e.session.Dialed != test.oursStays {
				t.Errorf("dialed %t", e.session.Dialed)
			}
			winner.send(say(1))
			s.next("update")
			if n := len(s.others); n != 0 {
				t.Errorf("%d complaints about the connection that lost: %s", n, (<-s.others).reason)
			}
		})
	}
}

// TestCollisionWithSession refuses a second connection while there is a session, and,
// if the peer knows of the session no more, finds that out.
func TestCollisionWithSession(t *testing.T) {
	t.Parallel()
	s := serve(t, "127.0.0.1:0", nil, one("127.0.0.62", 0))
	r := dial(t, "127.0.0.62", s.addr)
	r.offers = ourCapabilities(peerAS, []Family{LinkState}, true) // no graceful restart
	r.establish()
	s.next("established")
	second := dial(t, "127.0.0.62", s.addr)
	second.send(second.open())
	second.expect(typeOpen)
	second.refused("Cease / Connection Collision Resolution")
	r.expect(typeKeepalive) // the probe
	r.send(say(1))
	s.next("update")
}

// TestPeerRestarts takes a session for lost when a peer with graceful restart connects
// again, without a NOTIFICATION (RFC 4724 §4.2).
func TestPeerRestarts(t *testing.T) {
	t.Parallel()
	s := serve(t, "127.0.0.1:0", func(s *Speaker) { s.times.settled = 0 }, one("127.0.0.63", 0))
	old := dial(t, "127.0.0.63", s.addr).establish()
	s.next("established")
	dial(t, "127.0.0.63", s.addr).establish()
	if e := s.next("closed"); !strings.Contains(e.reason, "the peer has restarted") {
		t.Errorf("reason %q", e.reason)
	}
	s.next("established")
	for {
		typ, body, err := old.receive()
		if err != nil {
			break
		}
		if typ != typeKeepalive {
			t.Errorf("message type %d on the old connection: %x", typ, body)
		}
	}
}

// TestSessionWaitsForHandler begins the next session only when the handler is done with
// the one before, and keeps it up meanwhile.
func TestSessionWaitsForHandler(t *testing.T) {
	t.Parallel()
	busy, release := make(chan struct{}), make(chan struct{})
	s := serve(t, "127.0.0.1:0", func(s *Speaker) { s.times.settled = 0 }, one("127.0.0.64", 0))
	s.update = func([]byte) {
		close(busy)
		<-release
	}
	dial(t, "127.0.0.64", s.addr).establish().send(say(1))
	s.next("established")
	<-busy
	for range 3 { // they are replaced before their turn comes
		dial(t, "127.0.0.64", s.addr).establish()
	}
	last := dial(t, "127.0.0.64", s.addr).establish()
	if e := len(s.events); e != 0 {
		t.Errorf("%d events while the handler is busy", e)
	}
	close(release)
	s.next("closed")
	s.next("established")
	last.Close()
	s.next("closed")
}

// TestBothConnect has two speakers that connect to each other all the time: they end
// up with one session, again and again.
func TestBothConnect(t *testing.T) {
	t.Parallel()
	for round := range 10 {
		portA, portB := freePort(t, "127.0.0.65"), freePort(t, "127.0.0.66")
		peerA := one("127.0.0.65", portA)
		peerA.ASN, peerA.Local = ourAS, netip.MustParseAddr("127.0.0.66")
		peerB := one("127.0.0.66", portB)
		peerB.Local = netip.MustParseAddr("127.0.0.65")
		a := serve(t, fmt.Sprint("127.0.0.65:", portA), fast, peerB)
		b := serveAs(t, Config{ASN: peerAS, RouterID: netip.MustParseAddr("10.0.0.9")}, fmt.Sprint("127.0.0.66:", portB), fast, peerA)
		deadline := time.Now().Add(patience)
		heard := func() bool {
			before := len(b.events)
			sessions := a.Sessions()
			return len(sessions) == 1 && sessions[0].Tell([]byte{0, 0, 0, 0}) == nil && eventually(100*time.Millisecond, func() bool { return len(b.events) > before })
		}
		for !heard() {
			if time.Now().After(deadline) {
				t.Fatalf("round %d: no session", round)
			}
		}
		a.close()
		b.close()
	}
}

func eventually(limit time.Duration, condition func() bool) bool {
	for deadline := time.Now().Add(limit); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}

// freePort is a port that was free a moment ago.
func freePort(t *testing.T, address string) int {
	t.Helper()
	l, err := net.Listen("tcp", address+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// TestReconnect connects again about a second after a session was reset.
func TestReconnect(t *testing.T) {
	t.Parallel()
	port, accept := listen(t, "127.0.0.67:0")
	s := serve(t, "", nil, one("127.0.0.67", port))
	accept().establish().reset()
	start := time.Now()
	s.next("established")
	if e := s.next("closed"); !strings.Contains(e.reason, "reset") {
		t.Errorf("reason %q", e.reason)
	}
	accept().establish()
	s.next("established")
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

// TestFlaps loses a hundred sessions, some in the midst of a message.
func TestFlaps(t *testing.T) {
	t.Parallel()
	port, accept := listen(t, "127.0.0.68:0")
	s := serve(t, "", fast, one("127.0.0.68", port))
	for n := range 100 {
		r := accept().establish()
		s.next("established")
		r.send(say(n))
		if e := s.next("update"); string(e.body) != fmt.Sprintf("%08d", n) {
			t.Errorf("update %s in session %d", e.body, n)
		}
		switch n % 3 {
		case 0:
			r.reset()
		case 1:
			r.send(say(n)[:20])
			r.Close()
		case 2:
			r.send(cease(AdministrativeReset, "").message())
			r.Close()
		}
		s.next("closed")
	}
}

// TestPlainPeer connects again without what the peer refuses (RFC 5492 §3).
func TestPlainPeer(t *testing.T) {
	t.Parallel()
	port, accept := listen(t, "127.0.0.69:0")
	s := serve(t, "", fast, one("127.0.0.69", port))
	r := accept()
	if o, err := parseOpen(r.expect(typeOpen)); err != nil || !o.gracefulRestart || !o.extendedMessage {
		t.Fatalf("OPEN %+v, %v", o, err)
	}
	r.send((&Notification{openError, unsupportedCapability, []byte{capExtendedMessage, 0}}).message())
	r.Close()
	if e := s.failed("failed"); e.reason != "peer sent: OPEN Message Error / Unsupported Capability: capability 6" {
		t.Errorf("reason %q", e.reason)
	}
	r = accept()
	o := r.meet()
	if len(o.families) != 1 || o.fourOctetAS != ourAS || o.gracefulRestart || o.extendedMessage || o.routeRefresh {
		t.Errorf("OPEN %+v", o)
	}
	r.send(keepalive)
	s.next("established")
}

// TestStrangers are not let in; peers from a prefix are, and the longest prefix says
// how.
func TestStrangers(t *testing.T) {
	t.Parallel()
	wide := Peer{Addrs: netip.MustParsePrefix("127.0.1.0/24"), ASN: 300, Passive: true}
	narrow := Peer{Addrs: netip.MustParsePrefix("127.0.1.64/26"), ASN: peerAS, Passive: true}
	s := serve(t, "127.0.0.1:0", nil, wide, narrow)
	stranger := dial(t, "127.0.2.1", s.addr)
	if _, _, err := stranger.receive(); err == nil {
		t.Error("a stranger hears something")
	}
	if e := s.failed("refused"); e.peer != netip.MustParseAddr("127.0.2.1") || e.reason != "the address is not one of a configured peer" {
		t.Errorf("refused %s: %s", e.peer, e.reason)
	}
	r := dial(t, "127.0.1.65", s.addr).establish()
	if e := s.next("established"); e.peer != netip.MustParseAddr("127.0.1.65") || e.session.ASN != peerAS {
		t.Errorf("session %+v", e.session)
	}
	r.Close()
	s.next("closed")
	if !eventually(patience, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.peers) == 0 && s.admission.total == 0 && len(s.admission.by) == 0
	}) {
		t.Error("a dynamic peer is not forgotten")
	}
}

// TestCrowd has more connections from one address than may wait for a session.
func TestCrowd(t *testing.T) {
	t.Parallel()
	s := serve(t, "127.0.0.1:0", nil, one("127.0.0.70", 0), one("127.0.0.71", 0))
	for range maxOpeningEach {
		dial(t, "127.0.0.70", s.addr).expect(typeOpen)
	}
	extra := dial(t, "127.0.0.70", s.addr)
	if _, _, err := extra.receive(); err == nil {
		t.Error("one too many is let in")
	}
	if e := s.failed("failed"); !strings.Contains(e.reason, "too many connections") {
		t.Errorf("refused: %s", e.reason)
	}
	dial(t, "127.0.0.71", s.addr).establish()
	s.next("established")
}

func TestWrongConfigurations(t *testing.T) {
	good := Config{ASN: 1, RouterID: netip.MustParseAddr("1.1.1.1")}
	for name, test := range map[string]struct {
		config Config
		peer   Peer
	}{
		"AS":         {Config{RouterID: good.RouterID}, one("::1", 0)},
		"router id":  {Config{ASN: 1}, one("::1", 0)},
		"hold time":  {Config{ASN: 1, RouterID: good.RouterID, HoldTime: time.Second}, one("::1", 0)},
		"peer's AS":  {good, Peer{Addrs: netip.MustParsePrefix("::1/128")}},
		"active":     {good, Peer{Addrs: netip.MustParsePrefix("::/64"), ASN: 1}},
		"no address": {good, Peer{ASN: 1}},
		"no zone":    {good, one("fe80::1", 179)},
		"password":   {good, Peer{Addrs: netip.MustParsePrefix("::1/128"), ASN: 1, Password: Password(strings.Repeat("x", 81))}},
		"IPv6 id":    {Config{ASN: 1, RouterID: netip.MustParseAddr("::1")}, one("::1", 0)},
	} {
		if _, err := New(test.config, []Peer{test.peer}, nil, nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
