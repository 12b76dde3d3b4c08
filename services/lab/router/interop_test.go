package router

import (
	"context"
	"net/netip"
	"slices"
	"testing"
	"time"

	api "github.com/osrg/gobgp/v3/api"

	"github.com/altostream/altostream/libs/bgp"
	"github.com/altostream/altostream/libs/bgpls"
)

// These are sessions of libs/bgp with GoBGP, which is a BGP speaker by other people.

const (
	listenerAS = 64512
	secret     = "an MD5 password"
)

// happening is a call of a bgp.Handler.
type happening struct {
	what    string
	session bgp.Session
	update  bgpls.Update
	reason  string
}

// ear is a listener's Handler and Watcher.
type ear struct {
	t          *testing.T
	happenings chan happening
	block      chan struct{} // an Update waits for it to be closed
}

func (e *ear) Established(s bgp.Session) { e.happenings <- happening{what: "established", session: s} }
func (e *ear) Update(_ netip.Addr, body []byte) {
	<-e.block
	update, errs := bgpls.DecodeUpdate(body)
	for _, err := range errs {
		e.t.Error(err)
	}
	e.happenings <- happening{what: "update", update: update}
}
func (e *ear) RefreshBegun(netip.Addr, bgp.Family) { e.happenings <- happening{what: "refresh begun"} }
func (e *ear) RefreshEnded(netip.Addr, bgp.Family) { e.happenings <- happening{what: "refresh ended"} }
func (e *ear) Closed(_ netip.Addr, reason error) {
	e.happenings <- happening{what: "closed", reason: reason.Error()}
}
func (e *ear) Connecting(netip.Addr) {}
func (e *ear) Failed(peer netip.Addr, reason error) {
	e.t.Logf("no session with %s: %v", peer, reason)
}
func (e *ear) Refused(from netip.AddrPort, reason error) { e.t.Logf("%s refused: %v", from, reason) }

func (e *ear) next(what string) happening {
	e.t.Helper()
	select {
	case h := <-e.happenings:
		if h.what != what {
			e.t.Fatalf("%s %s, want %s", h.what, h.reason, what)
		}
		return h
	case <-time.After(60 * time.Second):
		e.t.Fatalf("no %q in time", what)
		return happening{}
	}
}

// meeting is how GoBGP and a listener meet.
type meeting struct {
	gobgp, listener string // addresses
	gobgpID         byte   // its router id is n.n.n.n; the listener's is 3.3.3.3
	dials           string // gobgp, listener or both
	password        string
	gtsm            bool
	change          func(*api.Peer)
	holdTime        time.Duration
}

// meet starts both sides.
func meet(t *testing.T, m meeting) (*goBGP, *bgp.Speaker, *ear) {
	t.Helper()
	t.Setenv("GODEBUG", "multipathtcp=0") // GoBGP's listener; see bgp.Speaker.Listen
	gobgp, us := netip.MustParseAddr(m.gobgp), netip.MustParseAddr(m.listener)
	at, err := resolvePort(netip.AddrPortFrom(us, 0))
	if err != nil {
		t.Fatal(err)
	}
	s := startGoBGP(t, asn, seedRouter(m.gobgpID), gobgp)
	peer := s.neighbor(us, listenerAS)
	peer.Conf.AuthPassword = m.password
	peer.Transport.PassiveMode = m.dials == "listener"
	peer.Transport.RemotePort = uint32(at.Port())
	peer.EbgpMultihop = &api.EbgpMultihop{Enabled: !m.gtsm, MultihopTtl: 64}
	peer.TtlSecurity = &api.TtlSecurity{Enabled: m.gtsm, TtlMin: 255}
	if m.change != nil {
		m.change(peer)
	}
	if err := s.announce(t.Context(), Seed().nodeObject(seedRouter(1), 1)); err != nil {
		t.Fatal(err)
	}
	e := &ear{t: t, happenings: make(chan happening, 1000), block: make(chan struct{})}
	speaker, err := bgp.New(
		bgp.Config{ASN: listenerAS, RouterID: netip.MustParseAddr("3.3.3.3"), HoldTime: m.holdTime},
		[]bgp.Peer{{
			Addrs: netip.PrefixFrom(gobgp, gobgp.BitLen()), Port: int(s.address.Port()), ASN: asn,
			Passive: m.dials == "gobgp", Local: us, Password: bgp.Password(m.password), GTSM: m.gtsm,
		}}, e, e)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := speaker.Listen(t.Context(), at.String())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- speaker.Serve(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	if err := s.add(t.Context(), peer); err != nil {
		t.Fatal(err)
	}
	return s, speaker, e
}

func (e *ear) hear() *ear {
	close(e.block)
	return e
}

// TestMeetGoBGP holds sessions in all ways that both sides know.
func TestMeetGoBGP(t *testing.T) {
	for name, m := range map[string]meeting{
		"we connect":                    {gobgp: "127.0.0.81", listener: "127.0.0.82", gobgpID: 1, dials: "listener"},
		"GoBGP connects":                {gobgp: "127.0.0.81", listener: "127.0.0.82", gobgpID: 1, dials: "gobgp"},
		"we connect, MD5":               {gobgp: "127.0.0.81", listener: "127.0.0.82", gobgpID: 1, dials: "listener", password: secret},
		"GoBGP connects, MD5":           {gobgp: "127.0.0.81", listener: "127.0.0.82", gobgpID: 1, dials: "gobgp", password: secret},
		"we connect, GTSM":              {gobgp: "127.0.0.81", listener: "127.0.0.82", gobgpID: 1, dials: "listener", gtsm: true},
		"GoBGP connects, GTSM":          {gobgp: "127.0.0.81", listener: "127.0.0.82", gobgpID: 1, dials: "gobgp", gtsm: true},
		"we connect, IPv6":              {gobgp: "::1", listener: "::1", gobgpID: 1, dials: "listener"},
		"GoBGP connects, IPv6 with MD5": {gobgp: "::1", listener: "::1", gobgpID: 1, dials: "gobgp", password: secret},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, e := meet(t, m)
			s := e.hear().next("established").session
			if s.ASN != asn || s.RouterID != seedRouter(m.gobgpID).id || len(s.Families) != 1 || !s.RouteRefresh || s.Dialed != (m.dials == "listener") {
				t.Errorf("session %+v", s)
			}
			if u := e.next("update").update; len(u.Reach) != 1 {
				t.Errorf("update %+v", u)
			}
		})
	}
}

// TestCollideWithGoBGP has both sides connect, with either of the router ids the
// higher: in the end there is one session, and it stays.
func TestCollideWithGoBGP(t *testing.T) {
	for name, id := range map[string]byte{"GoBGP is lower": 1, "GoBGP is higher": 4} {
		t.Run(name, func(t *testing.T) {
			_, speaker, e := meet(t, meeting{gobgp: "127.0.0.83", listener: "127.0.0.84", gobgpID: id, dials: "both"})
			e.hear().next("established")
			e.next("update")
			time.Sleep(2 * time.Second) // for what may go wrong
			if n := len(speaker.Sessions()); n != 1 || len(e.happenings) != 0 {
				t.Errorf("%d sessions, %d happenings", n, len(e.happenings))
			}
		})
	}
}

// TestGoBGPRestartTimes reads graceful restart and its long-lived kin, gets the table
// again on request, and the words of its operator.
func TestGoBGPRestartTimes(t *testing.T) {
	s, speaker, e := meet(t, meeting{
		gobgp: "127.0.0.85", listener: "127.0.0.86", gobgpID: 1, dials: "listener",
		change: func(p *api.Peer) {
			p.GracefulRestart = &api.GracefulRestart{Enabled: true, RestartTime: 30, LonglivedEnabled: true, NotificationEnabled: true}
			p.AfiSafis[0].MpGracefulRestart = &api.MpGracefulRestart{Config: &api.MpGracefulRestartConfig{Enabled: true}}
			p.AfiSafis[0].LongLivedGracefulRestart = &api.LongLivedGracefulRestart{Config: &api.LongLivedGracefulRestartConfig{Enabled: true, RestartTime: 600}}
		},
	})
	session := e.hear().next("established").session
	if !session.GracefulRestart || session.RestartTime != 630*time.Second {
		t.Errorf("session %+v", session)
	}
	e.next("update")
	if u := e.next("update").update; !u.EndOfRIB {
		t.Errorf("update %+v, want End-of-RIB", u)
	}
	if err := speaker.Refresh(session.Peer); err != nil {
		t.Fatal(err)
	}
	if u := e.next("update").update; len(u.Reach) != 1 {
		t.Errorf("update %+v", u)
	}
	if err := s.bgp.ShutdownPeer(t.Context(), &api.ShutdownPeerRequest{Address: "127.0.0.86", Communication: "maintenance"}); err != nil {
		t.Fatal(err)
	}
	for {
		h := <-e.happenings
		if h.what == "update" { // End-of-RIB after the refresh
			continue
		}
		if h.what != "closed" || h.reason != `peer sent: Cease / Hard Reset: "maintenance"` {
			t.Errorf("%s %s", h.what, h.reason)
		}
		break
	}
}

// TestGoBGPWaits blocks the handler for more than two hold times: GoBGP, whose hold
// timer it is, hears our keepalives and keeps the session.
func TestGoBGPWaits(t *testing.T) {
	_, speaker, e := meet(t, meeting{gobgp: "127.0.0.87", listener: "127.0.0.88", gobgpID: 1, dials: "listener", holdTime: 3 * time.Second})
	if s := e.next("established").session; s.HoldTime != 3*time.Second {
		t.Errorf("session %+v", s)
	}
	time.Sleep(8 * time.Second)
	if n := len(speaker.Sessions()); n != 1 {
		t.Errorf("%d sessions", n)
	}
	e.hear().next("update")
	time.Sleep(time.Second)
	if len(e.happenings) != 0 {
		t.Errorf("%+v", <-e.happenings)
	}
}

// TestTellGoBGP has GoBGP for a collector, which checks the path attributes of what R2
// tells: the AS path is empty in its own AS, and begins with R2's in another one.
func TestTellGoBGP(t *testing.T) {
	for name, test := range map[string]struct {
		as   uint32
		path []uint32
	}{"iBGP": {asn, nil}, "eBGP": {listenerAS, []uint32{asn}}} {
		t.Run(name, func(t *testing.T) {
			at := netip.MustParseAddr("127.0.0.89")
			network, err := Start(t.Context(), Seed(), Config{First: netip.MustParseAddr("127.0.0.91"), Collector: Collector{at, test.as}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(network.Close)
			r2 := network.Peers()[0].Address
			s := startGoBGP(t, test.as, seedRouter(9), at)
			peer := s.neighbor(r2.Addr(), asn)
			peer.Transport.RemotePort = uint32(r2.Port())
			peer.EbgpMultihop = &api.EbgpMultihop{Enabled: true, MultihopTtl: 64}
			if err := s.add(t.Context(), peer); err != nil {
				t.Fatal(err)
			}
			// GoBGP tells nodes and prefixes of several areas not apart.
			const want = 4 + 8 + 18
			var paths [][]uint32
			for start := time.Now(); len(paths) != want; time.Sleep(20 * time.Millisecond) {
				if paths = s.paths(t); time.Since(start) > 20*time.Second {
					t.Fatalf("GoBGP has %d objects, want %d", len(paths), want)
				}
			}
			for _, path := range paths {
				if !slices.Equal(path, test.path) {
					t.Fatalf("AS path %v, want %v", path, test.path)
				}
			}
		})
	}
}

// paths are the AS paths of what GoBGP has heard.
func (s *goBGP) paths(t *testing.T) [][]uint32 {
	t.Helper()
	var paths [][]uint32
	err := s.bgp.ListPath(t.Context(), &api.ListPathRequest{TableType: api.TableType_GLOBAL, Family: linkState}, func(d *api.Destination) {
		for _, attribute := range d.Paths[0].Pattrs {
			var path api.AsPathAttribute
			if attribute.UnmarshalTo(&path) != nil {
				continue
			}
			var ases []uint32
			for _, segment := range path.Segments {
				ases = append(ases, segment.Numbers...)
			}
			paths = append(paths, ases)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
