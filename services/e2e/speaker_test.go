package e2e

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"testing"

	"github.com/altostream/altostream/libs/bgp"
	"github.com/altostream/altostream/libs/bgpls"
)

// speaker is a BGP speaker that bgp-ingest connects to. It says what it is told to
// say, byte for byte, and, in each new session, first its greeting.
type speaker struct {
	t       testing.TB
	address netip.AddrPort
	asn     uint32 // that it says it has

	mu       sync.Mutex
	session  *bgp.Session // nil if there is none
	sessions int
	greeting func() [][]byte // bodies of UPDATEs
}

// startSpeaker starts a speaker that waits for bgp-ingest on an address, with any free
// port.
func startSpeaker(t testing.TB, address string, as uint32, greeting func() [][]byte) *speaker {
	t.Helper()
	listener, err := net.Listen("tcp", address+":0")
	if err != nil {
		t.Fatal(err)
	}
	s := newSpeaker(t, address, as, greeting)
	s.address = netip.MustParseAddrPort(listener.Addr().String())
	s.serve(listener, 0)
	return s
}

func newSpeaker(t testing.TB, address string, as uint32, greeting func() [][]byte) *speaker {
	return &speaker{t: t, asn: as, greeting: greeting, address: netip.AddrPortFrom(netip.MustParseAddr(address), 0)}
}

// serve runs the speaker, with a listener or connecting to a port of bgp-ingest.
func (s *speaker) serve(listener net.Listener, port uint16) {
	s.t.Helper()
	peer := bgp.Peer{
		Addrs: netip.PrefixFrom(netip.MustParseAddr(collector), 32), Port: int(port), ASN: asn,
		Passive: listener != nil, Local: s.address.Addr(),
	}
	speaker, err := bgp.New(bgp.Config{ASN: s.asn, RouterID: s.address.Addr()}, []bgp.Peer{peer}, s, s)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- speaker.Serve(ctx, listener) }()
	s.t.Cleanup(func() {
		cancel()
		<-done
	})
}

// peer returns the speaker as BGP_PEERS has it.
func (s *speaker) peer() string { return fmt.Sprintf("%s;%d", s.address, s.asn) }

// source returns the speaker's name in keys.
func (s *speaker) source() string { return "bgp:" + s.address.Addr().String() }

// Established starts a session with the greeting.
func (s *speaker) Established(session bgp.Session) {
	go func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, body := range s.greeting() {
			if session.Tell(body) != nil {
				return
			}
		}
		s.session = &session
		s.sessions++
	}()
}

// Closed ends a session.
func (s *speaker) Closed(netip.Addr, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.session = nil
}

func (*speaker) Update(netip.Addr, []byte)           {}
func (*speaker) RefreshBegun(netip.Addr, bgp.Family) {}
func (*speaker) RefreshEnded(netip.Addr, bgp.Family) {}
func (*speaker) Connecting(netip.Addr)               {}
func (*speaker) Failed(netip.Addr, error)            {}
func (*speaker) Refused(netip.AddrPort, error)       {}

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
	if s.session == nil {
		return
	}
	for _, body := range bodies {
		_ = s.session.Tell(body)
	}
}

// say says something in the session that there is.
func (s *speaker) say(bodies ...[]byte) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session == nil {
		s.t.Fatalf("speaker %s has no session", s.address)
	}
	for i, body := range bodies {
		if err := s.session.Tell(body); err != nil {
			s.t.Fatalf("speaker %s: update %d of %d: %v", s.address, i+1, len(bodies), err)
		}
	}
}

// endOfRIB is the body of the UPDATE that ends a table (RFC 4724 §2).
func endOfRIB() []byte { return bgpls.EncodeUpdate(nil, nil, nil, netip.Addr{}) }
