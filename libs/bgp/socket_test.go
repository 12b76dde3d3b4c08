//go:build linux

package bgp

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// pair serves two speakers of which the second connects to the first, and returns
// them.
func pair(t *testing.T, listen string, known, connect Peer) (a, b *server) {
	t.Helper()
	known.ASN, known.Passive = peerAS, true
	a = serve(t, listen, fast, known)
	connect.ASN, connect.Port = ourAS, int(a.addr.Port())
	b = serveAs(t, Config{ASN: peerAS, RouterID: netip.MustParseAddr("10.0.0.9")}, "", fast, connect)
	return a, b
}

// meets waits for a session of two speakers.
func meets(t *testing.T, a, b *server) {
	t.Helper()
	peer := a.next("established").peer
	if err := b.next("established").session.Tell(say(7)[headerSize:]); err != nil {
		t.Fatal(err)
	}
	if e := a.next("update"); string(e.body) != "00000007" || e.peer != peer {
		t.Errorf("update %q of %s", e.body, e.peer)
	}
}

// neverMeets reports a session of a speaker that there must not be.
func neverMeets(t *testing.T, s *server) {
	t.Helper()
	select {
	case e := <-s.events:
		t.Errorf("%s %s", e.what, e.peer)
	case <-time.After(500 * time.Millisecond):
	}
}

func prefixOf(text string) Peer { return Peer{Addrs: netip.MustParsePrefix(text)} }

// TestIPv6 holds sessions over IPv6, and with IPv4 peers of a listener for both.
func TestIPv6(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ listen, known, connect string }{
		"IPv6":            {"[::1]:0", "::1/128", "::1/128"},
		"IPv6 by prefix":  {"[::]:0", "::/64", "::1/128"},
		"IPv4 of [::]":    {"[::]:0", "127.0.0.1/32", "127.0.0.1/32"},
		"IPv4 by prefix":  {":0", "127.0.0.0/8", "127.0.0.1/32"},
		"any IPv4 of any": {":0", "0.0.0.0/0", "127.0.0.1/32"},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := pair(t, test.listen, prefixOf(test.known), prefixOf(test.connect))
			meets(t, a, b)
		})
	}
}

// TestLinkLocal holds sessions between link-local addresses, with their interface.
func TestLinkLocal(t *testing.T) {
	t.Parallel()
	addr := linkLocal(t)
	for name, known := range map[string]Peer{
		"with the interface": {Addrs: netip.PrefixFrom(addr, 128), Zone: addr.Zone()},
		"any interface":      {Addrs: netip.PrefixFrom(addr, 128)},
		"by prefix":          prefixOf("fe80::/10"),
	} {
		t.Run(name, func(t *testing.T) {
			a, b := pair(t, netip.AddrPortFrom(addr, 0).String(), known, Peer{Addrs: netip.PrefixFrom(addr, 128), Zone: addr.Zone()})
			if peer := a.next("established").peer; peer != addr {
				t.Errorf("peer %s, want %s", peer, addr)
			}
			b.next("established")
		})
	}
}

func linkLocal(t *testing.T) netip.Addr {
	t.Helper()
	interfaces, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range interfaces {
		addrs, _ := i.Addrs()
		for _, a := range addrs {
			prefix, err := netip.ParsePrefix(a.String())
			if err == nil && prefix.Addr().Is6() && prefix.Addr().IsLinkLocalUnicast() {
				return prefix.Addr().WithZone(i.Name)
			}
		}
	}
	t.Skip("no interface has a link-local address")
	return netip.Addr{}
}

// needMD5 skips a test where the kernel cannot sign segments, but not in CI.
func needMD5(t *testing.T) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	err = signWith(fd, netip.MustParsePrefix("127.0.0.1/32"), "x")
	if errors.Is(err, unix.ENOPROTOOPT) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestMD5 signs segments (RFC 2385): with the right password there is a session, with
// a wrong one or none there is not.
func TestMD5(t *testing.T) {
	t.Parallel()
	needMD5(t)
	for _, test := range []struct{ listen, known, connect string }{
		{"127.0.0.1:0", "127.0.0.1/32", "127.0.0.1/32"},
		{"127.0.0.1:0", "127.0.0.0/8", "127.0.0.1/32"},
		{":0", "127.0.0.1/32", "127.0.0.1/32"},
		{":0", "127.0.0.0/8", "127.0.0.1/32"},
		{":0", "0.0.0.0/0", "127.0.0.1/32"},
		{"[::]:0", "::1/128", "::1/128"},
		{"[::1]:0", "::/0", "::1/128"},
	} {
		t.Run(fmt.Sprintf("%s of %s", test.known, test.listen), func(t *testing.T) {
			t.Parallel()
			known, connect := prefixOf(test.known), prefixOf(test.connect)
			known.Password = Password(strings.Repeat("x", MaxPassword))
			connect.Password = known.Password
			a, b := pair(t, test.listen, known, connect)
			meets(t, a, b)
			for _, password := range []Password{"", "y"} {
				connect.Password = password
				a, _ := pair(t, test.listen, known, connect)
				neverMeets(t, a)
			}
		})
	}
}

// TestMD5OfOthers leaves peers without a password alone.
func TestMD5OfOthers(t *testing.T) {
	t.Parallel()
	needMD5(t)
	signed := one("127.0.0.72", 0)
	signed.Password = "secret"
	s := serve(t, ":0", nil, signed, one("127.0.0.73", 0))
	dial(t, "127.0.0.73", netip.AddrPortFrom(localhost, s.addr.Port())).establish()
	s.next("established")
}

// TestGTSM holds a session with a peer whose packets have TTL 255, and none with one
// whose packets have the usual TTL (RFC 5082).
func TestGTSM(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ listen, known, connect string }{
		{"127.0.0.1:0", "127.0.0.1/32", "127.0.0.1/32"},
		{":0", "127.0.0.0/8", "127.0.0.1/32"},
		{"[::1]:0", "::1/128", "::1/128"},
	} {
		t.Run(fmt.Sprintf("%s of %s", test.known, test.listen), func(t *testing.T) {
			t.Parallel()
			known, connect := prefixOf(test.known), prefixOf(test.connect)
			known.GTSM, connect.GTSM = true, true
			a, b := pair(t, test.listen, known, connect)
			meets(t, a, b)
			known.GTSM, connect.GTSM = true, false
			a, _ = pair(t, test.listen, known, connect)
			neverMeets(t, a)
			known.GTSM, connect.GTSM = false, true
			_, b = pair(t, test.listen, known, connect)
			neverMeets(t, b)
		})
	}
}

// TestGTSMEarly has a stranger from afar that has said everything before the TTL is
// looked at: it is not believed.
func TestGTSMEarly(t *testing.T) {
	t.Parallel()
	near := one("127.0.0.74", 0)
	near.GTSM = true
	r := newRecorder(t)
	s, err := New(Config{ASN: ourAS, RouterID: netip.MustParseAddr("10.0.0.5")}, []Peer{near}, r, r)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := s.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	far := dial(t, "127.0.0.74", listener.Addr().(*net.TCPAddr).AddrPort())
	far.send(append(append(far.open(), keepalive...), say(1)...))
	time.Sleep(100 * time.Millisecond) // for the loopback to carry it; if it does not, it is dropped
	done := make(chan error)
	go func() { done <- s.Serve(t.Context(), listener) }()
	if e := r.failed("failed"); !strings.Contains(e.reason, "GTSM") && !strings.Contains(e.reason, "Hold Timer") {
		t.Errorf("reason %q", e.reason)
	}
	if n := len(r.events); n != 0 {
		t.Errorf("%d events of a session", n)
	}
	listener.Close()
	<-done
}
