package bgpingest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jwhited/corebgp"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/service"
)

const (
	// idleHoldTime is the pause before a lost session is tried again.
	idleHoldTime = time.Second
	// logInterval is the shortest time between two log lines about the same thing.
	logInterval = time.Second
)

// speakers holds the BGP sessions (github.com/jwhited/corebgp, which hands over raw
// UPDATE bodies) and tells what happens on them.
type speakers struct {
	*listener
	ctx    context.Context
	config Config
	server *corebgp.Server

	refused service.Limit // of lines about connections that are refused

	mu      sync.Mutex
	restart map[netip.Addr]time.Duration // negotiated restart time by peer
	errors  map[string]*service.Limit    // of lines about errors of sessions, by peer
}

// fsmListener is who hears what corebgp's state machines say: its logger is global, and
// may be set only before the first server starts.
var fsmListener atomic.Pointer[speakers]

func init() {
	corebgp.SetLogger(func(v ...any) {
		if s := fsmListener.Load(); s != nil {
			s.logFSM(v...)
		}
	})
}

// listenBGP opens BGP_LISTEN and starts the sessions. They end with ctx; failed
// gets the reason if they end otherwise.
func listenBGP(ctx context.Context, l *listener, c Config, failed func(error)) error {
	server, err := corebgp.NewServer(c.BGPRouterID)
	if err != nil {
		return fmt.Errorf("BGP_ROUTER_ID: %w", err)
	}
	s := &speakers{
		listener: l, ctx: ctx, config: c, server: server,
		refused: service.Limit{Interval: logInterval},
		restart: map[netip.Addr]time.Duration{}, errors: map[string]*service.Limit{},
	}
	fsmListener.Store(s)
	for _, peer := range c.BGPPeers {
		if peer.dynamic() {
			continue
		}
		if err := s.add(peer.Addrs.Addr(), peer); err != nil {
			return err
		}
	}
	tcp, err := service.Listen(c.BGPListen, "BGP_LISTEN")
	if err != nil {
		return err
	}
	l.log.Info("listening for BGP", "address", tcp.Addr().String(), "peers", len(c.BGPPeers))
	context.AfterFunc(ctx, server.Close)
	go func() {
		err := server.Serve([]net.Listener{&door{Listener: tcp, speakers: s}})
		if ctx.Err() == nil {
			failed(fmt.Errorf("BGP sessions ended: %w", err))
		}
	}()
	return nil
}

// add makes a peer known to the BGP server.
func (s *speakers) add(addr netip.Addr, peer Peer) error {
	options := []corebgp.PeerOption{corebgp.WithPort(peer.Port), corebgp.WithIdleHoldTime(idleHoldTime)}
	if peer.Passive {
		options = append(options, corebgp.WithPassive())
	}
	config := corebgp.PeerConfig{RemoteAddress: addr, LocalAS: s.config.BGPASN, RemoteAS: peer.ASN}
	if err := s.server.AddPeer(config, s, options...); err != nil {
		return fmt.Errorf("BGP_PEERS: peer %s: %w", addr, err)
	}
	return nil
}

// bgpSourcePrefix begins the source of a BGP speaker; its address follows.
const bgpSourcePrefix = "bgp:"

func bgpSource(addr netip.Addr) string { return bgpSourcePrefix + addr.String() }

// GetCapabilities asks for BGP-LS (RFC 9552 §5) and, with an empty graceful restart
// capability, for End-of-RIB (RFC 4724 §3).
func (s *speakers) GetCapabilities(corebgp.PeerConfig) []corebgp.Capability {
	return []corebgp.Capability{
		corebgp.NewMPExtensionsCapability(bgpls.AFI, bgpls.SAFI),
		{Code: corebgp.CAP_GRACEFUL_RESTART, Value: []byte{0, 0}},
	}
}

// OnOpenMessage notes what the peer negotiated.
func (s *speakers) OnOpenMessage(peer corebgp.PeerConfig, routerID netip.Addr, capabilities []corebgp.Capability) *corebgp.Notification {
	var linkState bool
	var restart time.Duration
	for _, c := range capabilities {
		switch c.Code {
		case corebgp.CAP_MP_EXTENSIONS:
			linkState = linkState || c.Equal(corebgp.NewMPExtensionsCapability(bgpls.AFI, bgpls.SAFI))
		case corebgp.CAP_GRACEFUL_RESTART:
			restart = restartTime(c.Value)
		}
	}
	if !linkState {
		s.log.Error("peer does not offer BGP-LS (AFI 16388, SAFI 71); enable the link-state address family on it",
			"peer", peer.RemoteAddress, "router_id", routerID)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.restart[peer.RemoteAddress] = restart
	return nil
}

// restartTime reads the graceful restart capability (RFC 4724 §3): 4 flag bits, 12
// bits of seconds, then AFI, SAFI and flags of each family; 0 if BGP-LS is not in it.
func restartTime(value []byte) time.Duration {
	if len(value) < 2 {
		return 0
	}
	seconds := binary.BigEndian.Uint16(value) & 0x0fff
	for families := value[2:]; len(families) >= 4; families = families[4:] {
		if binary.BigEndian.Uint16(families) == bgpls.AFI && families[2] == bgpls.SAFI {
			return time.Duration(seconds) * time.Second
		}
	}
	return 0
}

// OnEstablished tells of a new session.
func (s *speakers) OnEstablished(peer corebgp.PeerConfig, _ corebgp.UpdateMessageWriter) corebgp.UpdateMessageHandler {
	s.mu.Lock()
	restart := s.restart[peer.RemoteAddress]
	s.mu.Unlock()
	source := bgpSource(peer.RemoteAddress)
	s.log.Info("session established", "source", source, "asn", peer.RemoteAS, "restart_time", restart)
	s.send(s.ctx, Up{Source: source, ASN: peer.RemoteAS, RestartTime: restart})
	return func(_ corebgp.PeerConfig, body []byte) *corebgp.Notification {
		s.tell(s.ctx, source, body)
		return nil
	}
}

// OnClose tells that a session is lost.
func (s *speakers) OnClose(peer corebgp.PeerConfig) {
	if s.ctx.Err() != nil {
		return
	}
	source := bgpSource(peer.RemoteAddress)
	s.log.Warn("session lost; what the speaker said is kept for the stale time", "source", source)
	s.send(s.ctx, Down{Source: source})
}

// logFSM passes on what the BGP state machines say, each time of one peer: [address]
// and a text. Errors are warnings, and so is that a peer is not talked to for a while
// because of one (RFC 4271 §8.1.1, DampPeerOscillations).
func (s *speakers) logFSM(v ...any) {
	text := strings.TrimSpace(fmt.Sprintln(v...))
	switch {
	case strings.Contains(text, "damping"):
		s.log.Warn("BGP session", "fsm", text)
	case !strings.Contains(text, "error"):
		s.log.Debug("bgp", "fsm", text)
	default:
		peer, _, _ := strings.Cut(text, " ")
		if held, ok := s.errorLimit(peer).Allow(); ok {
			s.log.Warn("BGP session", "fsm", text, "held_back", held)
		}
	}
}

func (s *speakers) errorLimit(peer string) *service.Limit {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit, ok := s.errors[peer]
	if !ok {
		limit = &service.Limit{Interval: logInterval}
		s.errors[peer] = limit
	}
	return limit
}

// door is the listener in front of the BGP server: it admits configured peers, adds
// those that come from a configured prefix, and says who was refused.
type door struct {
	net.Listener
	*speakers
}

// Accept returns the next connection of an admitted peer.
func (d *door) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		err = d.admit(conn.RemoteAddr())
		if err == nil {
			return &holdTimeGuard{Conn: conn}, nil
		}
		_ = conn.Close()
		if held, ok := d.refused.Allow(); ok {
			d.log.Warn("BGP connection refused", "from", conn.RemoteAddr().String(), "error", err, "held_back", held)
		}
	}
}

func (d *door) admit(remote net.Addr) error {
	ap, err := netip.ParseAddrPort(remote.String())
	if err != nil {
		return err
	}
	addr := ap.Addr().Unmap()
	for _, peer := range d.config.BGPPeers {
		if !peer.Addrs.Contains(addr) {
			continue
		}
		if !peer.dynamic() {
			return nil
		}
		if err := d.add(addr, peer); err != nil && !errors.Is(err, corebgp.ErrPeerAlreadyExists) {
			return err
		}
		return nil
	}
	return errors.New("the address is not in BGP_PEERS")
}
