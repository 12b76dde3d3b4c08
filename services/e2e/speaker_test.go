package e2e

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"testing"

	"github.com/jwhited/corebgp"

	"github.com/altostream/altostream/libs/bgpls"
)

// speaker is a BGP speaker that bgp-ingest connects to. It says what it is told to
// say, byte for byte, and, in each new session, first its greeting.
type speaker struct {
	t       *testing.T
	address netip.AddrPort
	asn     uint32 // that it says it has

	mu       sync.Mutex
	writer   corebgp.UpdateMessageWriter // of the session; nil if there is none
	sessions int
	greeting func() [][]byte // bodies of UPDATEs
}

// startSpeaker starts a speaker that waits for bgp-ingest on an address, with any free
// port.
func startSpeaker(t *testing.T, address string, as uint32, greeting func() [][]byte) *speaker {
	t.Helper()
	listener, err := net.Listen("tcp", address+":0")
	if err != nil {
		t.Fatal(err)
	}
	s := newSpeaker(t, address, as, greeting)
	s.address = netip.MustParseAddrPort(listener.Addr().String())
	s.serve([]net.Listener{listener}, corebgp.WithPassive())
	return s
}

func newSpeaker(t *testing.T, address string, as uint32, greeting func() [][]byte) *speaker {
	return &speaker{t: t, asn: as, greeting: greeting, address: netip.AddrPortFrom(netip.MustParseAddr(address), 0)}
}

func (s *speaker) serve(listeners []net.Listener, options ...corebgp.PeerOption) {
	s.t.Helper()
	server, err := corebgp.NewServer(s.address.Addr())
	if err != nil {
		s.t.Fatal(err)
	}
	config := corebgp.PeerConfig{RemoteAddress: netip.MustParseAddr(collector), LocalAS: s.asn, RemoteAS: asn}
	if err := server.AddPeer(config, s, append(options, corebgp.WithLocalAddress(s.address.Addr()))...); err != nil {
		s.t.Fatal(err)
	}
	go func() { _ = server.Serve(listeners) }()
	s.t.Cleanup(server.Close)
}

// peer returns the speaker as BGP_PEERS has it.
func (s *speaker) peer() string { return fmt.Sprintf("%s;%d", s.address, s.asn) }

// source returns the speaker's name in keys.
func (s *speaker) source() string { return "bgp:" + s.address.Addr().String() }

// GetCapabilities offers BGP-LS.
func (s *speaker) GetCapabilities(corebgp.PeerConfig) []corebgp.Capability {
	return []corebgp.Capability{corebgp.NewMPExtensionsCapability(bgpls.AFI, bgpls.SAFI)}
}

// OnOpenMessage takes any peer.
func (s *speaker) OnOpenMessage(corebgp.PeerConfig, netip.Addr, []corebgp.Capability) *corebgp.Notification {
	return nil
}

// OnEstablished starts a session with the greeting.
func (s *speaker) OnEstablished(_ corebgp.PeerConfig, writer corebgp.UpdateMessageWriter) corebgp.UpdateMessageHandler {
	go func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, body := range s.greeting() {
			if writer.WriteUpdate(body) != nil {
				return
			}
		}
		s.writer = writer
		s.sessions++
	}()
	return func(corebgp.PeerConfig, []byte) *corebgp.Notification { return nil }
}

// OnClose ends a session.
func (s *speaker) OnClose(corebgp.PeerConfig) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writer = nil
}

// count returns the number of sessions so far.
func (s *speaker) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions
}

// change changes what the greeting is made from and says so in the session, if there
// is one.
func (s *speaker) change(f func(), bodies ...[]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	if s.writer == nil {
		return
	}
	for _, body := range bodies {
		_ = s.writer.WriteUpdate(body)
	}
}

// say says something in the session that there is.
func (s *speaker) say(bodies ...[]byte) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writer == nil {
		s.t.Fatalf("speaker %s has no session", s.address)
	}
	for i, body := range bodies {
		if err := s.writer.WriteUpdate(body); err != nil {
			s.t.Fatalf("speaker %s: update %d of %d: %v", s.address, i+1, len(bodies), err)
		}
	}
}

// endOfRIB is the body of the UPDATE that ends a table (RFC 4724 §2).
func endOfRIB() []byte { return bgpls.EncodeUpdate(nil, nil, nil, netip.Addr{}) }
