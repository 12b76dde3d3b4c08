package bgp

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var marker = strings.Repeat("ff", markerSize)

func TestParseHeader(t *testing.T) {
	for _, test := range []struct {
		name, head string
		limit      int
		want       header
		refused    string
	}{
		{"keepalive", marker + "0013 04", maxMessage, header{typeKeepalive, 0}, ""},
		{"update", marker + "0017 02", maxMessage, header{typeUpdate, 4}, ""},
		{"empty update", marker + "0013 02", maxMessage, header{typeUpdate, 0}, ""},
		{"longest update", marker + "1000 02", maxMessage, header{typeUpdate, 4077}, ""},
		{"extended update", marker + "ffff 02", maxExtendedMessage, header{typeUpdate, 65516}, ""},
		{"route refresh with more", marker + "0020 05", maxMessage, header{typeRouteRefresh, 13}, ""},
		{"marker", "fe" + marker[2:] + "0013 04", maxMessage, header{}, "Message Header Error / Connection Not Synchronized"},
		{"length 18", marker + "0012 02", maxMessage, header{}, "Message Header Error / Bad Message Length"},
		{"length 0", marker + "0000 02", maxMessage, header{}, "Message Header Error / Bad Message Length"},
		{"too long", marker + "1001 02", maxMessage, header{}, "Message Header Error / Bad Message Length"},
		{"extended OPEN", marker + "1001 01", maxExtendedMessage, header{}, "Message Header Error / Bad Message Length"},
		{"keepalive with a body", marker + "0014 04", maxMessage, header{}, "Message Header Error / Bad Message Length"},
		{"short OPEN", marker + "001c 01", maxMessage, header{}, "Message Header Error / Bad Message Length"},
		{"short notification", marker + "0014 03", maxMessage, header{}, "Message Header Error / Bad Message Length"},
		{"type 0", marker + "0013 00", maxMessage, header{}, "Message Header Error / Bad Message Type"},
		{"type 6", marker + "0013 06", maxMessage, header{}, "Message Header Error / Bad Message Type"},
		{"type 128", marker + "0017 80", maxMessage, header{}, "Message Header Error / Bad Message Type"},
	} {
		h, n := parseHeader(unhex(t, test.head), test.limit)
		if h != test.want || (n == nil) != (test.refused == "") || n != nil && n.Error() != test.refused {
			t.Errorf("%s: %+v, %v", test.name, h, n)
		}
	}
}

func TestParseOpen(t *testing.T) {
	const fixed = "04 fde8 005a c0000207"
	const mp, as4 = "0104 4004 00 47", "4104 000fffff"
	base := open{version: 4, asn: 65000, holdTime: 90, routerID: netip.MustParseAddr("192.0.2.7")}
	with := func(f func(*open)) open { o := base; f(&o); return o }
	linkState := func(o *open) { o.families = []Family{LinkState} }
	for _, test := range []struct {
		name, body string
		want       open
		fails      bool
	}{
		{"no parameters", fixed + "00", base, false},
		{"one capability", fixed + "08 0206" + mp, with(linkState), false},
		{"capabilities apart", fixed + "10 0206" + mp + "0206" + as4, with(func(o *open) { linkState(o); o.fourOctetAS, o.asn = 0xfffff, 0xfffff }), false},
		{"unknown parameter", fixed + "0d 0103 010203 0206" + mp, with(linkState), false},
		{"unknown capability", fixed + "0b 0209 e701 00" + mp, with(linkState), false},
		{"extended length", fixed + "ff ff 0009 02 0006" + mp, with(linkState), false},
		{"extended length, other first octet", fixed + "01 ff 0009 02 0006" + mp, with(linkState), false},
		{"refresh, enhanced, extended messages", fixed + "08 0206 0200 4600 0600", with(func(o *open) { o.routeRefresh, o.enhancedRefresh, o.extendedMessage = true, true, true }), false},
		{"graceful restart", fixed + "0a 0208 4006 8078 4004 47 80", with(func(o *open) {
			o.gracefulRestart, o.restarting = true, true
			o.restart = map[Family]time.Duration{LinkState: 120 * time.Second}
		}), false},
		{"long-lived", fixed + "0b 0209 4707 4004 47 80 000e10", with(func(o *open) { o.stale = map[Family]time.Duration{LinkState: time.Hour} }), false},
		{"FRRouting 10.8-dev after a restart (recorded in our own lab)", "04 0064 0003 02020202 46 0206 0104 4004 00 47 0202 0200 0202 4600 0206 4104 00000064 0202 0600" +
			"0206 4504 4004 47 01 0207 4c05 4004 47 0000 0206 4904 02766d00 0204 4002 c03c 0209 4707 4004 47 80 000064", open{
			version: 4, asn: 100, holdTime: 3, routerID: netip.MustParseAddr("2.2.2.2"),
			capabilities: capabilities{
				families: []Family{LinkState}, fourOctetAS: 100, routeRefresh: true, enhancedRefresh: true, extendedMessage: true,
				gracefulRestart: true, restarting: true, survivesNotice: true,
				restart: map[Family]time.Duration{}, stale: map[Family]time.Duration{LinkState: 100 * time.Second},
				addPath: map[Family]uint8{LinkState: 1},
			},
		}, false},
		{"version 3: the rest is not read", "03 fde8 005a c0000207 77", with(func(o *open) { o.version = 3 }), false},
		{"parameters too long", fixed + "09 0206" + mp, base, true},
		{"parameters too short", fixed + "07 0206" + mp, base, true},
		{"parameter cut short", fixed + "08 0207" + mp, base, true},
		{"capability cut short", fixed + "08 0206 0105 4004 00 47", base, true},
		{"no value of multiprotocol", fixed + "04 0202 0100", base, true},
		{"extended length cut short", fixed + "ff ff 0009 02 0006", base, true},
	} {
		got, err := parseOpen(unhex(t, test.body))
		if (err != nil) != test.fails {
			t.Errorf("%s: error %v", test.name, err)
		}
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(open{}, capabilities{}), cmpopts.EquateComparable(netip.Addr{})); err == nil && diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// TestOurOpen reads what we send.
func TestOurOpen(t *testing.T) {
	for _, plain := range []bool{false, true} {
		l := local{asn: 4200000000, routerID: netip.MustParseAddr("192.0.2.1"), holdTime: 90, families: []Family{LinkState}, plain: plain}
		b := l.open()
		h, n := parseHeader(b, maxMessage)
		if n != nil || h.size != len(b)-headerSize {
			t.Fatalf("header %+v: %v", h, n)
		}
		body := b[headerSize:]
		if as2 := body[1:3]; !bytes.Equal(as2, []byte{23456 >> 8, 23456 & 0xff}) {
			t.Errorf("2-octet AS %x is not AS_TRANS", as2)
		}
		want := open{version: 4, asn: l.asn, holdTime: 90, routerID: l.routerID, capabilities: capabilities{families: l.families, fourOctetAS: l.asn}}
		if !plain {
			want.routeRefresh, want.enhancedRefresh, want.extendedMessage = true, true, true
			want.gracefulRestart, want.survivesNotice = true, true
		}
		got, err := parseOpen(body)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(open{}, capabilities{}), cmpopts.EquateComparable(netip.Addr{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("plain %t: %s", plain, diff)
		}
	}
}

func TestNegotiate(t *testing.T) {
	us := local{asn: 100, routerID: netip.MustParseAddr("192.0.2.1"), holdTime: 90, families: []Family{LinkState}, peerASN: 200}
	them := open{version: 4, asn: 200, holdTime: 180, routerID: netip.MustParseAddr("192.0.2.2")}
	them.families = []Family{{1, 1}, LinkState}
	for _, test := range []struct {
		name    string
		change  func(*local, *open)
		refused string
		right   func(Session) bool
	}{
		{"the lower hold time", func(*local, *open) {}, "", func(s Session) bool { return s.HoldTime == 90*time.Second && s.has(LinkState) && !s.has(Family{1, 1}) }},
		{"hold time 0 of the peer", func(_ *local, o *open) { o.holdTime = 0 }, "", func(s Session) bool { return s.HoldTime == 0 }},
		{"hold time 0 of ours", func(l *local, _ *open) { l.holdTime = 0 }, "", func(s Session) bool { return s.HoldTime == 0 }},
		{"hold time 3", func(_ *local, o *open) { o.holdTime = 3 }, "", func(s Session) bool { return s.HoldTime == 3*time.Second }},
		{"hold time 2", func(_ *local, o *open) { o.holdTime = 2 }, "Unacceptable Hold Time", nil},
		{"hold time 1", func(_ *local, o *open) { o.holdTime = 1 }, "Unacceptable Hold Time", nil},
		{"version 3", func(_ *local, o *open) { o.version = 3 }, "Unsupported Version Number", nil},
		{"AS", func(_ *local, o *open) { o.asn = 300 }, "Bad Peer AS: the peer is AS 300, but AS 200 is configured", nil},
		{"router id 0", func(_ *local, o *open) { o.routerID = netip.IPv4Unspecified() }, "Bad BGP Identifier", nil},
		{"our router id, iBGP", func(l *local, o *open) { o.routerID, o.asn, l.peerASN = l.routerID, 100, 100 }, "Bad BGP Identifier", nil},
		{"our router id, eBGP", func(l *local, o *open) { o.routerID = l.routerID }, "", func(Session) bool { return true }},
		{"no link-state", func(_ *local, o *open) { o.families = nil }, "", func(s Session) bool { return len(s.Families) == 0 }},
		{"graceful restart", func(_ *local, o *open) {
			o.gracefulRestart, o.restart = true, map[Family]time.Duration{LinkState: time.Minute}
		}, "", func(s Session) bool { return s.RestartTime == time.Minute }},
		{"graceful restart of another family", func(_ *local, o *open) {
			o.gracefulRestart, o.restart = true, map[Family]time.Duration{{1, 1}: time.Minute}
		}, "", func(s Session) bool { return s.RestartTime == 0 && s.GracefulRestart }},
		{"long-lived too", func(_ *local, o *open) {
			o.gracefulRestart, o.restart = true, map[Family]time.Duration{LinkState: time.Minute}
			o.stale = map[Family]time.Duration{LinkState: time.Hour}
		}, "", func(s Session) bool { return s.RestartTime == time.Hour+time.Minute }},
		{"long-lived alone", func(_ *local, o *open) { o.stale = map[Family]time.Duration{LinkState: time.Hour} }, "", func(s Session) bool { return s.RestartTime == 0 }},
		{"extended messages of ours", func(*local, *open) {}, "", func(s Session) bool { return s.limit == maxExtendedMessage && !s.ExtendedMessages }},
		{"plain", func(l *local, o *open) { l.plain, o.routeRefresh = true, true }, "", func(s Session) bool { return s.limit == maxMessage && !s.RouteRefresh }},
	} {
		l, o := us, them
		test.change(&l, &o)
		s, r := negotiate(l, o)
		switch {
		case r != nil && (test.refused == "" || !strings.Contains(r.err().Error(), test.refused)):
			t.Errorf("%s: %v", test.name, r.err())
		case r == nil && (test.refused != "" || !test.right(s)):
			t.Errorf("%s: %+v", test.name, s)
		}
	}
}

func TestNewStays(t *testing.T) {
	low := identity{netip.MustParseAddr("1.1.1.1"), 200}
	high := identity{netip.MustParseAddr("2.2.2.2"), 100}
	same := identity{low.routerID, 300} // as low, of a higher AS
	for _, test := range []struct {
		name         string
		ours, theirs identity
		newDialed    bool
		old          rival
		want         bool
	}{
		{"we are low: theirs stays, it is new", low, high, false, rival{dialed: true}, true},
		{"we are low: theirs stays, it is old", low, high, true, rival{dialed: false}, false},
		{"we are high: ours stays, it is old", high, low, false, rival{dialed: true}, false},
		{"we are high: ours stays, it is new", high, low, true, rival{dialed: false}, true},
		{"equal ids: the AS decides", low, same, false, rival{dialed: true}, true},
		{"the peer connects twice", high, low, false, rival{dialed: false}, true},
		{"established", low, high, false, rival{dialed: true, established: true, settled: true}, false},
		{"established, restarts", low, high, false, rival{dialed: true, established: true, settled: true, restarts: true}, true},
		{"just established, restarts", low, high, false, rival{dialed: true, established: true, restarts: true}, false},
		{"established, restarts, but we dialed", low, high, true, rival{established: true, settled: true, restarts: true}, false},
	} {
		if got := newStays(test.ours, test.theirs, test.newDialed, test.old); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
	}
}

// TestBothSidesAgree lets both speakers decide about one collision: one connection
// stays.
func TestBothSidesAgree(t *testing.T) {
	a, b := identity{netip.MustParseAddr("1.1.1.1"), 1}, identity{netip.MustParseAddr("1.1.1.1"), 2}
	// a dialed X, b dialed Y; each sees one of them first.
	for _, aSeesXFirst := range []bool{true, false} {
		for _, bSeesXFirst := range []bool{true, false} {
			aKeepsX := aSeesXFirst != newStays(a, b, !aSeesXFirst, rival{dialed: aSeesXFirst})
			bKeepsX := bSeesXFirst != newStays(b, a, bSeesXFirst, rival{dialed: !bSeesXFirst})
			if aKeepsX != bKeepsX {
				t.Errorf("X first at a %t, at b %t: a keeps X %t, b %t", aSeesXFirst, bSeesXFirst, aKeepsX, bKeepsX)
			}
		}
	}
}

func TestNotificationText(t *testing.T) {
	for _, test := range []struct {
		n    Notification
		want string
	}{
		{Notification{6, 2, []byte("\x0bmaintenance")}, `Cease / Administrative Shutdown: "maintenance"`},
		{Notification{6, 4, []byte("\x03a\n\xff")}, `Cease / Administrative Reset: "a\n?"`},
		{Notification{6, 2, []byte("\xffshort")}, `Cease / Administrative Shutdown`},
		{Notification{6, 2, nil}, `Cease / Administrative Shutdown`},
		{Notification{6, 9, []byte("\x06\x02\x02ab")}, `Cease / Hard Reset (Cease / Administrative Shutdown: "ab")`},
		{Notification{6, 9, []byte("\x06\x09\x06\x09")}, `Cease / Hard Reset`},
		{Notification{6, 9, []byte("\x0bmaintenance")}, `Cease / Hard Reset: "maintenance"`},
		{Notification{2, 1, []byte{0, 3}}, `OPEN Message Error / Unsupported Version Number: speaks version 3`},
		{Notification{2, 7, []byte{6, 0}}, `OPEN Message Error / Unsupported Capability: capability 6`},
		{Notification{2, 2, nil}, `OPEN Message Error / Bad Peer AS`},
		{Notification{4, 0, nil}, `Hold Timer Expired`},
		{Notification{5, 3, nil}, `Finite State Machine Error / Unexpected Message in Established State`},
		{Notification{6, 77, nil}, `Cease / subcode 77`},
		{Notification{99, 1, nil}, `Error 99 / subcode 1`},
	} {
		if got := test.n.Error(); got != test.want {
			t.Errorf("%v: %s, want %s", test.n, got, test.want)
		}
		if got := parseNotification(test.n.message()[headerSize:]); got.Error() != test.want {
			t.Errorf("%v: sent and read as %s", test.n, got)
		}
	}
	long := cease(AdministrativeReset, strings.Repeat("é", 200))
	if n := len(long.Data); n != 255 || long.Data[0] != 254 {
		t.Errorf("a long text has %d octets, length %d", n, long.Data[0])
	}
}

func TestBackoff(t *testing.T) {
	b := backoff{first: time.Second, limit: 30 * time.Second}
	var got []time.Duration
	for range 7 {
		got = append(got, b.next(0.5)/time.Second)
	}
	if diff := cmp.Diff([]time.Duration{1, 2, 4, 8, 16, 30, 30}, got); diff != "" {
		t.Error(diff)
	}
	for range 100 {
		b.next(0)
	}
	if w := b.next(0); w != 22500*time.Millisecond {
		t.Errorf("after many failures: %s", w)
	}
	b.reset()
	if w := b.next(0.999); w > 1250*time.Millisecond || w < 1200*time.Millisecond {
		t.Errorf("after a reset: %s", w)
	}
}

func FuzzOpen(f *testing.F) {
	l := local{asn: 100, routerID: netip.MustParseAddr("192.0.2.1"), holdTime: 90, families: []Family{LinkState}, peerASN: 65000}
	f.Add(l.open()[headerSize:])
	f.Add(unhex(f, "04 fde8 005a c0000207 ff ff 0009 02 0006 0104 4004 00 47"))
	f.Add(unhex(f, "04 fde8 005a c0000207 15 0213 4006 8078 4004 47 80 4707 4004 47 80 000e10 4601"))
	f.Add(unhex(f, "04 fde8 005a c0000207 ff"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) < minSize[typeOpen] {
			return
		}
		o, err := parseOpen(body)
		if err != nil {
			return
		}
		if s, r := negotiate(l, o); r != nil {
			_ = r.err().Error()
			_ = r.message()
		} else if s.HoldTime != 0 && s.HoldTime < 3*time.Second {
			t.Errorf("hold time %s", s.HoldTime)
		}
	})
}

// FuzzStream takes random bytes for messages, as in a session.
func FuzzStream(f *testing.F) {
	f.Add(append(bytes.Clone(keepalive), routeRefresh(LinkState)...))
	f.Add(append(endOfRIB(LinkState), (&Notification{6, 9, []byte("\x06\x02\x02ab")}).message()...))
	f.Add(short(typeRouteRefresh, 0x40, 4, 1, 71, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		for len(b) >= headerSize {
			h, n := parseHeader(b, maxExtendedMessage)
			if n != nil {
				_ = n.Error()
				_ = n.message()
				return
			}
			if b = b[headerSize:]; len(b) < h.size {
				return
			}
			body := b[:h.size]
			b = b[h.size:]
			switch h.typ {
			case typeNotification:
				_ = parseNotification(body).Error()
			case typeRouteRefresh:
				if _, _, n := parseRouteRefresh(body); n != nil {
					_ = n.message()
				}
			case typeOpen:
				_, _ = parseOpen(body)
			}
		}
	})
}
