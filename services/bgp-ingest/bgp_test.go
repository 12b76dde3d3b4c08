package bgpingest

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/jwhited/corebgp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
)

// listening opens BGP sessions for the peers, and returns the port and the events.
func listening(t *testing.T, peers string) (port int, events chan stream.Event[Event]) {
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
	l, err := newListener(events, rt)
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
	if err := listenBGP(ctx, l, c, func(err error) { failed <- err }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		select {
		case err := <-failed:
			t.Errorf("sessions ended: %v", err)
		default:
		}
	})
	return port, events
}

// caller is a speaker that connects and tells one node.
type caller struct{ said []byte }

func (caller) GetCapabilities(corebgp.PeerConfig) []corebgp.Capability {
	return []corebgp.Capability{corebgp.NewMPExtensionsCapability(bgpls.AFI, bgpls.SAFI)}
}

func (caller) OnOpenMessage(corebgp.PeerConfig, netip.Addr, []corebgp.Capability) *corebgp.Notification {
	return nil
}

func (c caller) OnEstablished(_ corebgp.PeerConfig, w corebgp.UpdateMessageWriter) corebgp.UpdateMessageHandler {
	_ = w.WriteUpdate(c.said)
	return func(corebgp.PeerConfig, []byte) *corebgp.Notification { return nil }
}

func (caller) OnClose(corebgp.PeerConfig) {}

// call connects a speaker from a loopback address and returns how to hang up.
func call(t *testing.T, address string, port int) (hangUp func()) {
	t.Helper()
	from := netip.MustParseAddr(address)
	server, err := corebgp.NewServer(from)
	if err != nil {
		t.Fatal(err)
	}
	config := corebgp.PeerConfig{RemoteAddress: netip.MustParseAddr("127.0.0.1"), LocalAS: 100, RemoteAS: 100}
	said := bgpls.EncodeUpdate(nodes(7), nil, nil, netip.MustParseAddr("192.0.2.9"))
	if err := server.AddPeer(config, caller{said}, corebgp.WithPort(port), corebgp.WithLocalAddress(from)); err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(nil) }()
	t.Cleanup(server.Close)
	return server.Close
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
			port, events := listening(t, peers)
			hangUp := call(t, "127.0.0.41", port)
			if up, ok := next(t, events).(Up); !ok || up.Source != "bgp:127.0.0.41" || up.ASN != 100 {
				t.Errorf("first event = %+v", up)
			}
			if u, ok := next(t, events).(Update); !ok || len(u.Update.Reach) != 1 || u.Update.Reach[0].Key() != "node|3|0|router=00000007" {
				t.Errorf("second event = %+v", u)
			}
			hangUp()
			if down, ok := next(t, events).(Down); !ok || down.Source != "bgp:127.0.0.41" {
				t.Errorf("third event = %+v", down)
			}
		})
	}
}

// TestStrangers are not admitted.
func TestStrangers(t *testing.T) {
	port, events := listening(t, "127.0.0.40/29;100;passive")
	call(t, "127.0.0.99", port)
	call(t, "127.0.0.42", port)
	if up, ok := next(t, events).(Up); !ok || up.Source != "bgp:127.0.0.42" {
		t.Errorf("first event = %+v, want the session of 127.0.0.42", up)
	}
}

// TestHoldTimeZero is refused, and does no harm to the others.
func TestHoldTimeZero(t *testing.T) {
	port, events := listening(t, "127.0.0.40/29;100;passive")
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 43)}}
	conn, err := dialer.Dial("tcp", netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port)).String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write(open(0)); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(conn)
	if !bytes.Contains(answer, unacceptableHoldTime) {
		t.Errorf("answered %x, want a NOTIFICATION", answer)
	}
	call(t, "127.0.0.44", port)
	if up, ok := next(t, events).(Up); !ok || up.Source != "bgp:127.0.0.44" {
		t.Errorf("first event = %+v, want the session of 127.0.0.44", up)
	}
}
