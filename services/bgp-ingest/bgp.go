package bgpingest

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/bgp"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
)

// logInterval is the shortest time between two log lines about the same thing.
const logInterval = time.Second

// exceededPause is how long a peer that told too much is not talked to.
const exceededPause = 5 * time.Minute

// speakers tells what happens in BGP sessions: it is the Handler and Watcher of a
// bgp.Speaker.
type speakers struct {
	*listener
	ctx      context.Context
	refused  service.Limit // of lines about connections that are refused
	failures failures
}

// listenBGP opens BGP_LISTEN and starts the sessions. They end with ctx; failed
// gets the reason if they end otherwise. The result asks them for their tables again.
func listenBGP(ctx context.Context, l *listener, c Config, failed func(error)) (*refresher, error) {
	s := &speakers{listener: l, ctx: ctx, refused: service.Limit{Interval: logInterval}}
	speaker, err := bgp.New(bgp.Config{ASN: c.BGPASN, RouterID: c.BGPRouterID, HoldTime: c.BGPHoldTime}, c.BGPPeers, s, s)
	if err != nil {
		return nil, fmt.Errorf("BGP_PEERS: %w", err)
	}
	listen := func(address string) (net.Listener, error) { return speaker.Listen(ctx, address) }
	tcp, err := service.ListenWith(listen, c.BGPListen, "BGP_LISTEN")
	if err != nil {
		return nil, err
	}
	l.end = func(source, reason string) {
		addr, err := netip.ParseAddr(strings.TrimPrefix(source, bgpSourcePrefix))
		if err == nil {
			_ = speaker.End(addr, bgp.MaximumPrefixes, reason, exceededPause)
		}
	}
	l.log.Info("listening for BGP", "address", tcp.Addr().String(), "peers", len(c.BGPPeers))
	l.running.Go(func() {
		if err := speaker.Serve(ctx, tcp); err != nil && ctx.Err() == nil {
			failed(fmt.Errorf("BGP sessions ended: %w", err))
		}
	})
	return &refresher{speaker: speaker, log: l.log}, nil
}

// bgpSourcePrefix begins the source of a BGP speaker; its address follows.
const bgpSourcePrefix = "bgp:"

func bgpSource(addr netip.Addr) string { return bgpSourcePrefix + addr.String() }

// Established tells of a new session.
func (s *speakers) Established(session bgp.Session) {
	source := bgpSource(session.Peer)
	if len(session.Families) == 0 {
		s.log.Error("peer does not offer BGP-LS (AFI 16388, SAFI 71); enable the link-state address family on it",
			"peer", session.Peer, "router_id", session.RouterID)
	}
	s.failures.forget(session.Peer)
	s.log.Info("session established", "source", source, "asn", session.ASN, "router_id", session.RouterID,
		"hold_time", session.HoldTime, "restart_time", session.RestartTime)
	s.send(s.ctx, Up{Source: source, ASN: session.ASN, At: time.Now(), Identifier: session.RouterID, RestartTime: session.RestartTime})
}

// Update tells what an UPDATE says; it waits while Kafka takes no records, and so does
// the peer.
func (s *speakers) Update(peer netip.Addr, body []byte) {
	s.tell(s.ctx, bgpSource(peer), body, bgpls.NoPathIDs)
}

// RefreshBegun tells that the peer begins its table again.
func (s *speakers) RefreshBegun(peer netip.Addr, f bgp.Family) {
	source := bgpSource(peer)
	s.log.Info("route refresh begins", "source", source)
	s.send(s.ctx, RefreshBegun{source, f})
}

// RefreshEnded tells that the peer has told its table again.
func (s *speakers) RefreshEnded(peer netip.Addr, f bgp.Family) {
	source := bgpSource(peer)
	s.log.Info("route refresh complete", "source", source)
	s.send(s.ctx, RefreshEnded{source, f})
}

// Closed tells that a session is lost, unless this service ends it.
func (s *speakers) Closed(peer netip.Addr, reason error) {
	if s.ctx.Err() != nil {
		return
	}
	source := bgpSource(peer)
	s.log.Warn("session lost; what the speaker said is kept for the stale time", "source", source, "reason", reason)
	s.send(s.ctx, Down{Source: source, Reason: reason.Error(), At: time.Now(), Final: bgp.Final(reason)})
}

// Connecting logs an attempt, the first since the last session.
func (s *speakers) Connecting(peer netip.Addr) {
	if s.failures.none(peer) {
		s.log.Info("connecting", "peer", peer)
	}
}

// Failed logs why there is no session, and notes it for operators, unless Kafka takes no
// records: it is told again.
func (s *speakers) Failed(peer netip.Addr, reason error) {
	held, ok := s.failures.allow(peer, reason.Error(), time.Now())
	if !ok {
		return
	}
	s.log.Warn("no BGP session", "peer", peer, "reason", reason, "held_back", held)
	select {
	case s.events <- stream.Event[Event]{Event: Failed{bgpSource(peer), reason.Error()}, ObservedAt: time.Now()}:
	default:
	}
}

// Refused logs a connection that is not let in.
func (s *speakers) Refused(from netip.AddrPort, reason error) {
	if held, ok := s.refused.Allow(from.Addr().String() + " " + reason.Error()); ok {
		s.log.Warn("BGP connection refused", "from", from, "error", reason, "held_back", held)
	}
}
