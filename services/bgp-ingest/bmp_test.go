package bgpingest

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/osrg/gobgp/v3/pkg/packet/bgp"
	gobmp "github.com/osrg/gobgp/v3/pkg/packet/bmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/bmp"
	"github.com/altostream/altostream/libs/mrt"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// testStation is a station that listens, and what it tells.
type testStation struct {
	t        *testing.T
	address  string
	events   chan stream.Event[Event]
	registry *prometheus.Registry
}

func testListener(t *testing.T, queue int) (*listener, chan stream.Event[Event], *prometheus.Registry) {
	t.Helper()
	tracer, _, err := service.NewTracer(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	rt, err := service.NewRuntime("test", slog.New(slog.DiscardHandler), registry, tracer)
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan stream.Event[Event], queue)
	l, err := newListener(events, Config{}, rt)
	if err != nil {
		t.Fatal(err)
	}
	return l, events, registry
}

// startStation listens for routers of BMP_ROUTERS.
func startStation(t *testing.T, routers string, queue int) *testStation {
	t.Helper()
	var c Config
	if err := c.BMPRouters.Decode(routers); err != nil {
		t.Fatal(err)
	}
	return startStationWith(t, c, queue)
}

func startStationWith(t *testing.T, c Config, queue int) *testStation {
	t.Helper()
	l, events, registry := testListener(t, queue)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	c.BMPListen = free.Addr().String()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	failed := func(err error) { t.Errorf("station ended: %v", err) }
	if err := listenBMP(ctx, l, c, failed); err != nil {
		t.Fatal(err)
	}
	return &testStation{t, c.BMPListen, events, registry}
}

// connect is a router's connection from a loopback address.
func (s *testStation) connect(from string) *testRouter {
	s.t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	conn, err := dialer.Dial("tcp", s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	return &testRouter{s.t, conn}
}

// counter is the sum of a metric's series that have a label value.
func (s *testStation) counter(name, label string) (sum float64) {
	s.t.Helper()
	families, err := s.registry.Gather()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, f := range families {
		if !strings.Contains(f.GetName(), name) {
			continue
		}
		for _, m := range f.Metric {
			if strings.Contains(fmt.Sprint(m.Label), `"`+label+`"`) {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return sum
}

// want checks the next events.
func (s *testStation) want(events ...Event) {
	s.t.Helper()
	for _, want := range events {
		got := next(s.t, s.events)
		if w, ok := want.(Down); ok && w.Reason == "" {
			if down, ok := got.(Down); ok {
				got = Down{Source: down.Source}
			}
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{}), cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(Update{}),
			cmpopts.IgnoreFields(Up{}, "At", "Identifier"), cmpopts.IgnoreFields(Down{}, "At")); diff != "" {
			s.t.Errorf("event (-want +got)\n%s", diff)
		}
	}
}

// quiet checks that there are no events for a moment.
func (s *testStation) quiet() {
	s.t.Helper()
	select {
	case e := <-s.events:
		s.t.Errorf("event %+v, want none", e.Event)
	case <-time.After(50 * time.Millisecond):
	}
}

type testRouter struct {
	t    *testing.T
	conn net.Conn
}

func (r *testRouter) write(b []byte) {
	r.t.Helper()
	if _, err := r.conn.Write(b); err != nil {
		r.t.Error(err)
	}
}

func (r *testRouter) say(messages ...*gobmp.BMPMessage) {
	r.t.Helper()
	for _, m := range messages {
		b, err := m.Serialize()
		if err != nil {
			r.t.Fatal(err)
		}
		r.write(b)
	}
}

const nine = "192.0.2.9"

// header is the per-peer header of a peer in AS 65009.
func header(typ, flags uint8, distinguisher uint64, address string) *gobmp.BMPPeerHeader {
	return gobmp.NewBMPPeerHeader(typ, flags, distinguisher, address, 65009, "10.0.0.9", 7)
}

var pre = header(0, 0, 0, nine)

func openWith(capabilities ...bgp.ParameterCapabilityInterface) *bgp.BGPMessage {
	return bgp.NewBGPOpenMessage(bgp.AS_TRANS, 90, "10.0.0.9", []bgp.OptionParameterInterface{bgp.NewOptionParameterCapability(capabilities)})
}

// upWithLinkState says that a peer is up which asks for 120 s of graceful restart.
func upWithLinkState(h *gobmp.BMPPeerHeader) *gobmp.BMPMessage {
	o := openWith(
		bgp.NewCapMultiProtocol(bgp.RF_LS), bgp.NewCapFourOctetASNumber(65009),
		bgp.NewCapGracefulRestart(false, false, 120, []*bgp.CapGracefulRestartTuple{bgp.NewCapGracefulRestartTuple(bgp.RF_LS, true)}),
	)
	return gobmp.NewBMPPeerUpNotification(*h, "192.0.2.1", 179, 40000, o, o)
}

func downByPeer(h *gobmp.BMPPeerHeader) *gobmp.BMPMessage {
	return gobmp.NewBMPPeerDownNotification(*h, gobmp.BMP_PEER_DOWN_REASON_REMOTE_BGP_NOTIFICATION, bgp.NewBGPNotificationMessage(6, 2, nil), nil)
}

// routesOf are the body of an UPDATE as Route Monitoring.
func routesOf(h *gobmp.BMPPeerHeader, body []byte) *gobmp.BMPMessage {
	m := gobmp.NewBMPRouteMonitoring(*h, nil)
	head := append(slices.Repeat([]byte{0xff}, 16), byte((19+len(body))>>8), byte(19+len(body)), 2)
	m.Body.(*gobmp.BMPRouteMonitoring).BGPUpdatePayload = append(head, body...)
	return m
}

func tellNode(h *gobmp.BMPPeerHeader, id byte) *gobmp.BMPMessage {
	return routesOf(h, bgpls.EncodeUpdate(nodes(id), nil, nil, netip.MustParseAddr(nine)))
}

func end(h *gobmp.BMPPeerHeader) *gobmp.BMPMessage {
	return routesOf(h, bgpls.EncodeUpdate(nil, nil, nil, netip.Addr{}))
}

func initiation() *gobmp.BMPMessage {
	return gobmp.NewBMPInitiation([]gobmp.BMPInfoTLVInterface{gobmp.NewBMPInfoTLVString(gobmp.BMP_INIT_TLV_TYPE_SYS_NAME, "edge1")})
}

func TestBMPSession(t *testing.T) {
	s := startStation(t, "", 16)
	r := s.connect("127.0.0.51")
	r.say(initiation(), upWithLinkState(pre), tellNode(pre, 1), end(pre), downByPeer(pre), upWithLinkState(pre), tellNode(pre, 2))
	const source = "bmp:127.0.0.51/" + nine
	up := Up{Source: source, ASN: 65009, RestartTime: 120 * time.Second}
	s.want(up, reach(source, 1), endOfRIB(source), Down{Source: source, Reason: "peer sent NOTIFICATION: Cease / Administrative Shutdown"}, up, reach(source, 2))
	r.say(upWithLinkState(pre), tellNode(pre, 3)) // without a Peer Down
	s.want(Down{Source: source, Reason: "the peer is up again"}, up, reach(source, 3))
	if got := s.counter("bmp_messages", "peer-up"); got != 3 {
		t.Errorf("%v messages counted as peer-up, want 3", got)
	}
}

// TestBMPTables are speakers of their own, all of which a Peer Down ends.
func TestBMPTables(t *testing.T) {
	const router = "bmp:127.0.0.51/"
	for _, test := range []struct {
		source string
		header *gobmp.BMPPeerHeader
	}{
		{"192.0.2.9", pre},
		{"192.0.2.9@post", header(0, gobmp.BMP_PEER_FLAG_POST_POLICY, 0, nine)},
		{"192.0.2.9@out", header(0, gobmp.BMP_PEER_FLAG_ADJ_RIB_TYP, 0, nine)},
		{"192.0.2.9@out-post", header(0, gobmp.BMP_PEER_FLAG_ADJ_RIB_TYP|gobmp.BMP_PEER_FLAG_POST_POLICY, 0, nine)},
		{"2001:db8::9", header(0, 0, 0, "2001:db8::9")},
		{"100:7/192.0.2.9", header(1, 0, 100<<32|7, nine)},
		{"100:8/192.0.2.9@post", header(1, gobmp.BMP_PEER_FLAG_POST_POLICY, 100<<32|8, nine)},
		{"local-7/192.0.2.9", header(2, 0, 7, nine)},
		{"loc-rib", header(3, 0, 0, "0.0.0.0")},
		{"100:7/loc-rib", header(3, 0, 100<<32|7, "0.0.0.0")},
	} {
		t.Run(test.source, func(t *testing.T) {
			s := startStation(t, "", 16)
			r := s.connect("127.0.0.51")
			source := router + test.source
			r.say(upWithLinkState(test.header), tellNode(test.header, 1), downByPeer(test.header))
			s.want(Up{Source: source, ASN: 65009, RestartTime: 120 * time.Second}, reach(source, 1), Down{Source: source})
		})
	}
	t.Run("of one peer", func(t *testing.T) {
		s := startStation(t, "", 16)
		r := s.connect("127.0.0.51")
		post := header(0, gobmp.BMP_PEER_FLAG_POST_POLICY, 0, nine)
		as2 := header(0, gobmp.BMP_PEER_FLAG_TWO_AS, 0, nine) // the same table
		r.say(upWithLinkState(pre), tellNode(pre, 1), tellNode(post, 2), tellNode(as2, 3), downByPeer(post))
		a, b := router+nine, router+nine+"@post"
		s.want(Up{Source: a, ASN: 65009, RestartTime: 120 * time.Second}, reach(a, 1), Up{Source: b, ASN: 65009, RestartTime: 120 * time.Second}, reach(b, 2), reach(a, 3), Down{Source: a}, Down{Source: b})
	})
}

func TestBMPSourceNamesDiffer(t *testing.T) {
	router := netip.MustParseAddr("192.0.2.1")
	seen := map[string]bmp.Peer{}
	for _, typ := range []bmp.PeerType{bmp.GlobalPeer, bmp.RDPeer, bmp.LocalPeer, bmp.LocRIB} {
		for _, d := range []bmp.Distinguisher{0, 7, 100<<32 | 7, 2<<48 | 100<<16 | 7, 1<<48 | 7} {
			for flags := range 4 {
				p := bmp.Peer{Type: typ, Distinguisher: d, PostPolicy: flags&1 != 0, AdjRIBOut: flags&2 != 0, Address: router}
				switch {
				case typ == bmp.LocRIB && flags != 0, typ == bmp.GlobalPeer && d != 0:
					continue
				}
				name := bmpSource(router.String(), p)
				if other, ok := seen[name]; ok {
					t.Errorf("%s is %+v and %+v", name, p, other)
				}
				if got, ok := bmpRouter(name); !ok || got != router || strings.ContainsAny(name, "|#") {
					t.Errorf("router of %s = %v", name, got)
				}
				seen[name] = p
			}
		}
	}
}

// TestBMPUnannouncedPeer speaks without a Peer Up.
func TestBMPUnannouncedPeer(t *testing.T) {
	s := startStation(t, "", 16)
	r := s.connect("127.0.0.51")
	withdrawal := routesOf(pre, bgpls.EncodeUpdate(nil, nodes(1), nil, netip.Addr{}))
	r.say(withdrawal, tellNode(pre, 1), downByPeer(pre), downByPeer(pre), withdrawal)
	const source = "bmp:127.0.0.51/" + nine
	s.want(unreach(source, 1), Up{Source: source, ASN: 65009}, reach(source, 1), Down{Source: source}, unreach(source, 1))
	s.quiet()
	if got := s.counter("bmp_unannounced_peers", "127.0.0.51"); got != 1 {
		t.Errorf("%v peers counted, want 1", got)
	}
}

// TestBMPOtherFamilies do not make a speaker of a peer.
func TestBMPOtherFamilies(t *testing.T) {
	s := startStation(t, "", 16)
	r := s.connect("127.0.0.51")
	o := openWith(bgp.NewCapMultiProtocol(bgp.RF_IPv4_UC))
	stats := gobmp.NewBMPStatisticsReport(*pre, []gobmp.BMPStatsTLVInterface{gobmp.NewBMPStatsTLV64(7, 1000)})
	r.say(gobmp.NewBMPPeerUpNotification(*pre, "192.0.2.1", 179, 40000, o, o),
		routesOf(pre, []byte{0, 0, 0, 0}), routesOf(pre, []byte{0, 2, 8, 10, 0, 0}), stats, downByPeer(pre))
	s.quiet()
	if got := s.counter("bmp_statistics", "adj-rib-in-routes"); got != 0 {
		t.Errorf("statistics of a peer without BGP-LS: %v", got)
	}
}

func TestBMPStatisticsAndMirroring(t *testing.T) {
	s := startStation(t, "", 16)
	r := s.connect("127.0.0.51")
	update := bgp.NewEndOfRib(bgp.RF_LS)
	r.say(upWithLinkState(pre),
		gobmp.NewBMPStatisticsReport(*pre, []gobmp.BMPStatsTLVInterface{
			gobmp.NewBMPStatsTLV32(0, 3), gobmp.NewBMPStatsTLV64(7, 1000), gobmp.NewBMPStatsTLVPerAfiSafi64(9, bgpls.AFI, bgpls.SAFI, 77),
		}),
		gobmp.NewBMPRouteMirroring(*pre, []gobmp.BMPRouteMirrTLVInterface{gobmp.NewBMPRouteMirrTLVBGPMsg(0, update)}))
	for deadline := time.Now().Add(10 * time.Second); s.counter("bmp_messages", "route-mirroring") == 0 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	s.quiet()
	for label, want := range map[string]float64{"prefixes-rejected": 3, "adj-rib-in-routes": 1000, "16388/71": 77} {
		if got := s.counter("bmp_statistics", label); got != want {
			t.Errorf("bmp_statistics of %s = %v, want %v", label, got, want)
		}
	}
	if got := s.counter("bmp_messages", "route-mirroring"); got != 1 {
		t.Errorf("%v mirroring messages counted, want 1", got)
	}
}

// TestBMPConnectionLost loses all peers of the router and none of another.
func TestBMPConnectionLost(t *testing.T) {
	termination := gobmp.NewBMPTermination([]gobmp.BMPTermTLVInterface{gobmp.NewBMPTermTLV16(1, 0)})
	for name, lose := range map[string]func(*testRouter){
		"closed":           func(r *testRouter) { r.conn.Close() },
		"reset":            func(r *testRouter) { _ = r.conn.(*net.TCPConn).SetLinger(0); r.conn.Close() },
		"cut in a message": func(r *testRouter) { r.write([]byte{3, 0, 0, 1, 0, 0, 0, 0}); r.conn.Close() },
		"terminated":       func(r *testRouter) { r.say(termination) },
		"another protocol": func(r *testRouter) { r.write([]byte("GET / HTTP/1.0\r\n\r\n")) },
	} {
		t.Run(name, func(t *testing.T) {
			s := startStation(t, "", 16)
			other, r := s.connect("127.0.0.52"), s.connect("127.0.0.51")
			other.say(tellNode(pre, 9))
			s.want(Up{Source: "bmp:127.0.0.52/" + nine, ASN: 65009}, reach("bmp:127.0.0.52/"+nine, 9))
			six := header(0, 0, 0, "2001:db8::9")
			a, b := "bmp:127.0.0.51/"+nine, "bmp:127.0.0.51/2001:db8::9"
			r.say(tellNode(pre, 1), tellNode(six, 2))
			s.want(Up{Source: a, ASN: 65009}, reach(a, 1), Up{Source: b, ASN: 65009}, reach(b, 2))
			lose(r)
			lost := map[string]bool{}
			for range 2 {
				down, _ := next(t, s.events).(Down)
				lost[down.Source] = strings.HasPrefix(down.Reason, "BMP session of the router lost: ")
			}
			if !maps.Equal(lost, map[string]bool{a: true, b: true}) {
				t.Errorf("lost: %v", lost)
			}
			other.say(tellNode(pre, 8))
			s.want(reach("bmp:127.0.0.52/"+nine, 8))
		})
	}
}

// TestBMPReconnect lets a new connection of a router replace the old one.
func TestBMPReconnect(t *testing.T) {
	s := startStation(t, "", 16)
	const source = "bmp:127.0.0.51/" + nine
	for id := range byte(3) {
		r := s.connect("127.0.0.51") // the former one stays open
		r.say(initiation(), upWithLinkState(pre), tellNode(pre, id))
		if id > 0 {
			s.want(Down{Source: source})
		}
		s.want(Up{Source: source, ASN: 65009, RestartTime: 120 * time.Second}, reach(source, id))
		if id == 2 {
			r.conn.Close()
			s.want(Down{Source: source})
		}
	}
	s.quiet()
}

func TestBMPStrangers(t *testing.T) {
	s := startStation(t, "127.0.0.51, 127.0.0.64/28", 16)
	s.connect("127.0.0.50").conn.Close()
	stranger := s.connect("127.0.0.50")
	_, _ = stranger.conn.Write([]byte{3}) // the station may have closed it by now
	_ = stranger.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	if n, err := stranger.conn.Read(make([]byte, 1)); err == nil {
		t.Errorf("stranger was answered %d bytes", n)
	} else if ne, ok := err.(net.Error); ok && ne.Timeout() {
		t.Error("stranger stays connected")
	}
	for _, address := range []string{"127.0.0.51", "127.0.0.65"} {
		s.connect(address).say(tellNode(pre, 1))
		source := "bmp:" + address + "/" + nine
		s.want(Up{Source: source, ASN: 65009}, reach(source, 1))
	}
}

// TestBMPMalformed costs the message while the framing is intact.
func TestBMPMalformed(t *testing.T) {
	s := startStation(t, "", 16)
	r := s.connect("127.0.0.51")
	r.write([]byte{3, 0, 0, 0, 7, 0, 9}) // Route Monitoring without a peer
	r.write([]byte{3, 0, 0, 0, 6, 99})   // an unknown type
	r.say(routesOf(pre, []byte{9}), tellNode(pre, 1), routesOf(pre, []byte{0, 9}), tellNode(pre, 2))
	const source = "bmp:127.0.0.51/" + nine
	s.want(Up{Source: source, ASN: 65009}, reach(source, 1), reach(source, 2))
	for label, want := range map[string]float64{"bmp": 1, source: 2} {
		if got := s.counter("bgp_bad_input", label); got != want {
			t.Errorf("bgp_bad_input of %s = %v, want %v", label, got, want)
		}
	}
}

// TestBMPSilentConnection is given up; one that has spoken may be silent.
func TestBMPSilentConnection(t *testing.T) {
	l, _, _ := testListener(t, 16)
	metrics, err := newBMPMetrics(l.meter)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		s := &station{listener: l, bmpMetrics: metrics, ctx: t.Context(), routers: map[string]*router{}}
		r := newRouter(s, netip.MustParseAddr(nine), ours)
		if err := r.read(bmp.NewReader(ours)); err != errSilent {
			t.Errorf("silent from the start: %v", err)
		}
		go func() {
			b, _ := initiation().Serialize()
			_, _ = theirs.Write(b)
			time.Sleep(time.Hour)
			_ = theirs.Close()
		}()
		begin := time.Now()
		if err := r.read(bmp.NewReader(ours)); err == errSilent || time.Since(begin) != time.Hour {
			t.Errorf("silent after the initiation: %v after %v", err, time.Since(begin))
		}
		r.end(nil)
	})
}

// TestBMPBackPressure stops reading while the events are not taken, and loses none.
func TestBMPBackPressure(t *testing.T) {
	s := startStation(t, "", 1)
	r := s.connect("127.0.0.51")
	one, err := tellNode(pre, 7).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	batch := slices.Repeat(one, 1000)
	sent := 0
	for {
		_ = r.conn.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
		n, err := r.conn.Write(batch)
		sent += n
		if err != nil {
			break
		}
		if sent > 1<<28 {
			t.Fatal("the station reads on")
		}
	}
	go func() {
		_ = r.conn.SetWriteDeadline(time.Time{})
		rest := (len(one) - sent%len(one)) % len(one)
		_, _ = r.conn.Write(one[len(one)-rest:])
		r.conn.Close()
	}()
	updates := 0
	for {
		switch next(t, s.events).(type) {
		case Update:
			updates++
			continue
		case Down:
		default:
			continue
		}
		break
	}
	if want := (sent + len(one) - 1) / len(one); updates != want {
		t.Errorf("%d updates, want %d", updates, want)
	}
}

// TestBMPSpeakersAfterRestart are stale until they speak again, those of the routers
// of this ingest only.
func TestBMPSpeakersAfterRestart(t *testing.T) {
	const near, far = "bmp:10.0.0.7/192.0.2.9@post", "bmp:192.0.2.7/192.0.2.9"
	for routers, want := range map[string][2]string{"": {"stale [1]", "stale [2]"}, "10.0.0.0/8": {"stale [1]", "synced [2]"}} {
		tb := newTable(t).apply(Up{Source: near, ASN: 1}, reach(near, 1), endOfRIB(near), Up{Source: far}, reach(far, 2), endOfRIB(far),
			Up{Source: "bgp:10.0.0.7"}, reach("bgp:10.0.0.7", 3), endOfRIB("bgp:10.0.0.7"))
		tb.disown().restart()
		var monitored Monitored
		if err := monitored.Routers.Decode(routers); err != nil {
			t.Fatal(err)
		}
		tb.apply(monitored)
		if got := [2]string{tb.state(near), tb.state(far)}; got != want {
			t.Errorf("routers %q: %v, want %v", routers, got, want)
		}
		if got := tb.state("bgp:10.0.0.7"); got != "synced [3]" {
			t.Errorf("routers %q: BGP speaker is %s", routers, got)
		}
		tb.apply(Up{Source: near, ASN: 1}, endOfRIB(near))
		if got := tb.state(near); got != "synced []" {
			t.Errorf("routers %q: speaker that is back: %s", routers, got)
		}
	}
}

// TestBMPAndMRTTellTheSame plays a recording over BMP and reads it as a file.
func TestBMPAndMRTTellTheSame(t *testing.T) {
	for _, name := range []string{"isis.mrt", "ospf.mrt"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("..", "..", "libs", "bgpls", "testdata", "captures", name)
			l, events, _ := testListener(t, 16)
			read := make(chan error, 1)
			go func() { read <- l.readMRT(t.Context(), path) }()
			want := records(t, events, read)

			s := startStation(t, "", 16)
			r := s.connect("127.0.0.51")
			played := make(chan error, 1)
			go func() { played <- play(r, path) }()
			got := records(t, s.events, played)
			if len(want) < 40 {
				t.Fatalf("%d records", len(want))
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}), cmpopts.IgnoreFields(schemas.Peer{}, "Since", "BGPIdentifier")); diff != "" {
				t.Errorf("records (-MRT +BMP)\n%s", diff)
			}
		})
	}
}

// play tells the UPDATEs of a recording, and that the tables are complete.
func play(r *testRouter, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	peers := map[string]*gobmp.BMPPeerHeader{}
	for reader := mrt.NewReader(f); ; {
		record, err := reader.Next()
		if err != nil {
			break
		}
		if record.Type != messageUpdate {
			continue
		}
		h := peers[record.Peer.String()]
		if h == nil {
			h = gobmp.NewBMPPeerHeader(0, 0, 0, record.Peer.String(), record.PeerASN, nine, 0)
			peers[record.Peer.String()] = h
			r.say(upWithLinkState(h))
		}
		r.say(routesOf(h, record.Body))
	}
	for _, h := range peers {
		r.say(end(h))
	}
	return nil
}

// records are what the table holds when all peers are synced, without their sources.
func records(t *testing.T, events <-chan stream.Event[Event], done <-chan error) map[string]schemas.RawTopology {
	t.Helper()
	tb := newTable(t)
	take := func(within time.Duration) bool {
		select {
		case e := <-events:
			tb.apply(e.Event)
			return true
		case <-time.After(within):
			return false
		}
	}
	for finished := false; !finished; {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			finished = true
		case e := <-events:
			tb.apply(e.Event)
		}
	}
	for take(300 * time.Millisecond) {
	}
	plain := map[string]schemas.RawTopology{}
	for key, r := range tb.records {
		peer := r.Source[strings.LastIndex(r.Source, "/")+1:]
		if r.Kind == schemas.KindPeer && r.Peer.State != schemas.PeerSynced {
			t.Errorf("%s is %s", r.Source, r.Peer.State)
		}
		plainer := *r
		plainer.Source = peer
		plain[strings.Replace(key, r.Source, peer, 1)] = plainer
	}
	return plain
}

func TestRoutersDecode(t *testing.T) {
	var r Routers
	if err := r.Decode("192.0.2.1, 10.1.2.3/8 ,2001:db8::/32"); err != nil || fmt.Sprint(r) != "[192.0.2.1/32 10.0.0.0/8 2001:db8::/32]" {
		t.Errorf("%v, %v", r, err)
	}
	if err := r.Decode("edge1"); err == nil || !strings.Contains(err.Error(), `"edge1", which is neither`) {
		t.Errorf("error = %v", err)
	}
}
