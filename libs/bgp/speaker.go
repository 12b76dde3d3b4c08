package bgp

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

const (
	// dialTimeout is how long a peer may take to accept a connection.
	dialTimeout = 10 * time.Second
	// goodbye is what the operator of a router reads when this process ends. The
	// subcode with it is a reset, not a shutdown: this side will be back, and a peer
	// with graceful restart may treat it as a restart (RFC 8538 §4).
	goodbye = "the listener stops or restarts"
)

// Handler is told what happens in sessions. Calls about one peer are never
// concurrent, and each Established is followed by exactly one Closed. Any call may block;
// it must return soon after the context of Serve has ended.
type Handler interface {
	// Established begins a session.
	Established(Session)
	// Update is the body of an UPDATE message, valid only during the call. While it
	// blocks, the peer is held back and the session stays up.
	Update(peer netip.Addr, body []byte)
	// RefreshBegun and RefreshEnded enclose the whole table, told again (RFC 7313 §4).
	RefreshBegun(peer netip.Addr, f Family)
	RefreshEnded(peer netip.Addr, f Family)
	// Closed ends a session; see Final.
	Closed(peer netip.Addr, reason error)
}

// Watcher is told what happens outside of sessions, by any goroutine; it must not
// block.
type Watcher interface {
	// Connecting is the begin of an attempt to connect to a peer.
	Connecting(peer netip.Addr)
	// Failed is the end of a connection, or of an attempt at one, without a session.
	Failed(peer netip.Addr, reason error)
	// Refused is a connection of a stranger, which is not let in, or, without an address,
	// one that could not be accepted.
	Refused(from netip.AddrPort, reason error)
}

// Speaker holds BGP sessions.
type Speaker struct {
	config  Config
	known   []Peer // as configured
	handler Handler
	watcher Watcher
	times   times
	running sync.WaitGroup

	mu        sync.Mutex
	peers     map[netip.Addr]*peer
	admission admission
}

// times are the durations that tests change.
type times struct {
	open       time.Duration // that a peer may take for its OPEN
	firstRetry time.Duration
	lastRetry  time.Duration
	settled    time.Duration // age of a session from which on it is no flap
}

// New returns a speaker that is inert until Serve.
func New(config Config, peers []Peer, handler Handler, watcher Watcher) (*Speaker, error) {
	if err := config.complete(); err != nil {
		return nil, err
	}
	s := &Speaker{
		config: config, known: peers, handler: handler, watcher: watcher,
		times: times{open: 15 * time.Second, firstRetry: time.Second, lastRetry: 30 * time.Second, settled: 5 * time.Second},
		peers: map[netip.Addr]*peer{}, admission: newAdmission(),
	}
	for _, p := range peers {
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("peer %s: %w", p.Addrs, err)
		}
		if !p.Dynamic() && (!p.Passive || p.Zone != "" || !p.Addrs.Addr().IsLinkLocalUnicast()) {
			s.peers[p.Addr()] = newPeer(s, p.Addr(), p, false)
		}
	}
	return s, nil
}

// Serve holds sessions until ctx ends, and returns when they are closed. A listener, of
// Listen, is closed; nil is for a speaker that only connects. It returns an error only
// if the listener fails.
func (s *Speaker) Serve(ctx context.Context, listener net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer s.running.Wait()
	defer cancel()
	s.mu.Lock()
	peers := slices.Collect(maps.Values(s.peers))
	s.mu.Unlock()
	for _, p := range peers {
		if !p.Passive {
			s.running.Go(func() { p.dial(ctx) })
		}
	}
	if listener == nil {
		<-ctx.Done()
		return nil
	}
	defer context.AfterFunc(ctx, func() { _ = listener.Close() })()
	return s.accept(ctx, listener)
}

// Sessions returns the sessions that there are, by address.
func (s *Speaker) Sessions() []Session {
	s.mu.Lock()
	peers := slices.Collect(maps.Values(s.peers))
	s.mu.Unlock()
	var sessions []Session
	for _, p := range peers {
		if _, session, err := p.current(); err == nil {
			sessions = append(sessions, session)
		}
	}
	slices.SortFunc(sessions, func(a, b Session) int { return a.Peer.Compare(b.Peer) })
	return sessions
}

func (s *Speaker) current(addr netip.Addr) (*connection, Session, error) {
	s.mu.Lock()
	p := s.peers[addr]
	s.mu.Unlock()
	if p == nil {
		return nil, Session{}, fmt.Errorf("no session with %s", addr)
	}
	return p.current()
}

// Refresh asks a peer to tell its whole table again (RFC 2918 §4).
func (s *Speaker) Refresh(peer netip.Addr) error {
	c, session, err := s.current(peer)
	switch {
	case err != nil:
		return fmt.Errorf("route refresh: %w", err)
	case !session.RouteRefresh:
		return fmt.Errorf("route refresh: %s does not offer it", peer)
	case len(session.Families) == 0:
		return fmt.Errorf("route refresh: no address family in common with %s", peer)
	}
	for _, f := range session.Families {
		if err := c.say(routeRefresh(f)); err != nil {
			return fmt.Errorf("route refresh of %s: %w", peer, err)
		}
	}
	return nil
}

// End ends the session with a peer, and lets none begin for a while. The text is for
// the operator of the peer, or of this side if the peer is not sent one (RFC 9003).
func (s *Speaker) End(peer netip.Addr, why CeaseSubcode, text string, pause time.Duration) error {
	s.mu.Lock()
	p := s.peers[peer]
	s.mu.Unlock()
	if p == nil {
		return fmt.Errorf("end: no session with %s", peer)
	}
	p.end(cease(why, text), pause)
	return nil
}
