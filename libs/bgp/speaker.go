package bgp

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

const (
	// DefaultHoldTime is offered if the configuration says nothing (RFC 4271 §10).
	DefaultHoldTime = 90 * time.Second
	// NoHoldTime offers a session without keepalives.
	NoHoldTime time.Duration = -1
	// DefaultPort is BGP's TCP port.
	DefaultPort = 179

	// dialTimeout is how long a peer may take to accept a connection.
	dialTimeout = 10 * time.Second
	// goodbye is what the operator of a router reads when this process ends. The
	// subcode with it is a reset, not a shutdown: this side will be back, and a peer
	// with graceful restart may treat it as a restart (RFC 8538 §4).
	goodbye = "the listener stops or restarts"
)

// Config is this side of all sessions.
type Config struct {
	ASN      uint32
	RouterID netip.Addr
	HoldTime time.Duration // that is offered, in whole seconds; 0 = DefaultHoldTime
	Families []Family      // that are offered; none = LinkState
	// Plain offers no more than what a session needs, to all peers.
	Plain bool
}

// Peer is a speaker to hold a session with, or with Addrs of more than one address
// all those that connect from there.
type Peer struct {
	Addrs    netip.Prefix
	Zone     string // interface of a link-local address; "" = any
	Port     int    // to connect to
	ASN      uint32
	Passive  bool       // wait for the peer to connect
	Local    netip.Addr // to connect from; none = the system's choice
	Password Password   // MD5 signature of each TCP segment (RFC 2385)
	GTSM     bool       // no router stands between (RFC 5082)
}

// Password is a secret that does not show itself.
type Password string

// String returns no more than that there is a password.
func (p Password) String() string {
	if p == "" {
		return ""
	}
	return "…"
}

// GoString is String, for %#v.
func (p Password) GoString() string { return p.String() }

// Dynamic reports whether a peer stands for all that connect from a prefix.
func (p Peer) Dynamic() bool { return !p.Addrs.IsSingleIP() }

// Addr is the address of a peer that is not dynamic.
func (p Peer) Addr() netip.Addr { return p.Addrs.Addr().WithZone(p.Zone) }

// matches reports whether a connection from an address is one of the peer's.
func (p Peer) matches(addr netip.Addr) bool {
	return p.Addrs.Contains(addr.WithZone("")) && (p.Zone == "" || p.Zone == addr.Zone())
}

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
	// Closed ends a session.
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

	mu    sync.Mutex
	peers map[netip.Addr]*peer
	door  door
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
		peers: map[netip.Addr]*peer{}, door: newDoor(),
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

func (c *Config) complete() error {
	switch {
	case c.ASN == 0:
		return errors.New("0 is not an AS number (RFC 7607)")
	case !c.RouterID.Is4() || c.RouterID.IsUnspecified():
		return fmt.Errorf("%q is not a router id: it is an IPv4 address", c.RouterID)
	case c.HoldTime == NoHoldTime:
		c.HoldTime = 0
	case c.HoldTime == 0:
		c.HoldTime = DefaultHoldTime
	case c.HoldTime < 3*time.Second || c.HoldTime > 65535*time.Second:
		return fmt.Errorf("the hold time %s is not 3 to 65535 seconds (RFC 4271 §4.2)", c.HoldTime)
	}
	if len(c.Families) == 0 {
		c.Families = []Family{LinkState}
	}
	return nil
}

func (p Peer) check() error {
	switch {
	case !p.Addrs.IsValid():
		return errors.New("there is no address")
	case p.ASN == 0:
		return errors.New("there is no AS number")
	case len(p.Password) > MaxPassword:
		return fmt.Errorf("the MD5 password has %d octets; %d is the most", len(p.Password), MaxPassword)
	case p.Dynamic() && !p.Passive:
		return errors.New("peers by prefix must be passive")
	case !p.Passive && p.Zone == "" && p.Addrs.Addr().Is6() && p.Addrs.Addr().IsLinkLocalUnicast():
		return errors.New("to connect to a link-local address needs its interface: address%interface")
	}
	return nil
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

func (s *Speaker) current(addr netip.Addr) (*link, Session, error) {
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
	l, session, err := s.current(peer)
	switch {
	case err != nil:
		return fmt.Errorf("route refresh: %w", err)
	case !session.RouteRefresh:
		return fmt.Errorf("route refresh: %s does not offer it", peer)
	case len(session.Families) == 0:
		return fmt.Errorf("route refresh: no address family in common with %s", peer)
	}
	for _, f := range session.Families {
		if err := l.say(routeRefresh(f)); err != nil {
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
