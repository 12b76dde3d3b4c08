package bgpingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/altostream/altostream/libs/bgp"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/bmp"
)

// router is the BMP session of a router.
type router struct {
	*station
	ctx     context.Context // of the session
	end     context.CancelCauseFunc
	done    chan struct{} // closed when all is told
	address netip.Addr
	name    string // in sources: the address, or the sysName where several routers come from there
	system  string // sysName; "" before the Initiation
	known   bool   // it has said something
	ended   bool   // it says no more; guarded by station.mu
	conn    net.Conn
	peers   map[peerKey]*monitored
}

// peerKey is what tells the peers of a router apart (RFC 7854 §4.2). Whether a message
// is about Adj-RIB-In or Adj-RIB-Out, before or after the policy, does not: the session
// is the same (RFC 8671 §5.1).
type peerKey struct {
	typ           bmp.PeerType
	distinguisher bmp.Distinguisher
	address       netip.Addr
}

func keyOf(p bmp.Peer) peerKey { return peerKey{p.Type, p.Distinguisher, p.Address} }

// monitored is a peer of the router whose session is up, or a Loc-RIB.
type monitored struct {
	linkState bool            // BGP-LS is in both OPEN messages
	restart   time.Duration   // that the peer asked for
	in, out   bgpls.PathIDs   // of what the peer sends and of what it is sent
	told      map[string]bool // sources: its tables with something in them of BGP-LS
}

var (
	errReplaced = errors.New("the router has connected again")
	errSilent   = errors.New("the router said nothing")
)

func newRouter(s *station, address netip.Addr, conn net.Conn) *router {
	r := &router{station: s, done: make(chan struct{}), address: address, name: address.String(), conn: conn, peers: map[peerKey]*monitored{}}
	r.ctx, r.end = context.WithCancelCause(s.ctx)
	context.AfterFunc(r.ctx, func() { _ = conn.Close() })
	return r
}

// source names the router itself, in logs and metrics.
func (r *router) source() string { return bmpSourcePrefix + r.name }

// run takes messages until the session ends, and then tells that all peers are lost.
func (r *router) run(text io.Reader) {
	err := r.read(bmp.NewReader(text))
	r.station.ends(r)
	if r.station.ctx.Err() != nil {
		return
	}
	if cause := context.Cause(r.ctx); cause != nil {
		err = cause
	}
	if !r.known { // a health check, say
		if held, ok := r.refused.Allow(); ok {
			r.log.Warn("BMP connection ended before a message", "from", r.address, "reason", err, "held_back", held)
		}
		return
	}
	r.log.Warn("router disconnected; what its peers said is kept for the stale time", "router", r.name, "peers", len(r.peers), "reason", err)
	for _, peer := range r.peers {
		r.lose(peer, "BMP session of the router lost: "+err.Error())
	}
}

// read takes messages and returns why there are no more.
func (r *router) read(messages *bmp.Reader) error {
	_ = r.conn.SetReadDeadline(time.Now().Add(initiationTime))
	for first := true; ; first = false {
		m, err := messages.Next()
		if first {
			_ = r.conn.SetReadDeadline(time.Time{})
		}
		var timeout net.Error
		switch {
		case err == nil:
		case bmp.Skippable(err):
			r.bad(r.ctx, r.source(), "bmp", err)
			continue
		case errors.Is(err, io.EOF):
			return errors.New("it closed the connection")
		case errors.As(err, &timeout) && timeout.Timeout() && first:
			return errSilent
		default:
			return err
		}
		if first {
			r.identify(m)
		}
		if m, ok := m.(*bmp.Termination); ok {
			return fmt.Errorf("it terminated the session: %s %s", m.Reason, strings.Join(m.Strings, " "))
		}
		r.take(m)
	}
}

// identify takes the name of the router from its first message, an Initiation, and ends
// the connection that there was before.
func (r *router) identify(first bmp.Message) {
	if m, ok := first.(*bmp.Initiation); ok {
		r.system = m.SystemName
	}
	r.known = true
	if former := r.claim(r); former != nil {
		r.log.Warn("router connects again; the new connection replaces the old one", "router", r.name, "address", r.address)
		former.end(errReplaced)
		<-former.done
	}
}

func (r *router) take(m bmp.Message) {
	var kind string
	switch m := m.(type) {
	case *bmp.RouteMonitoring:
		kind = "route-monitoring"
		r.routes(m)
	case *bmp.PeerUp:
		kind = "peer-up"
		r.peerUp(m)
	case *bmp.PeerDown:
		kind = "peer-down"
		r.peerDown(m)
	case *bmp.StatisticsReport:
		kind = "statistics-report"
		r.report(m)
	case *bmp.Initiation:
		kind = "initiation"
		r.log.Info("router connected", "router", r.name, "name", m.SystemName, "description", m.SystemDescription, "address", r.address)
	case *bmp.RouteMirroring: // a copy of what Route Monitoring tells
		kind = "route-mirroring"
	default:
		kind = "unknown"
	}
	r.messages.Add(r.ctx, 1, metric.WithAttributes(attribute.String("router", r.name), attribute.String("type", kind)))
}

// peerUp notes a peer's session. A table of it becomes a speaker with the first thing
// of BGP-LS that is told of it: which of its tables the router monitors, and for which
// address families, is not known before.
func (r *router) peerUp(m *bmp.PeerUp) {
	key := keyOf(m.Peer)
	if former := r.peers[key]; former != nil {
		r.lose(former, "the peer is up again")
	}
	peer := &monitored{
		linkState: m.Sent.Offers(bgp.LinkState) && m.Received.Offers(bgp.LinkState),
		restart:   m.Received.RestartTime(bgp.LinkState),
		told:      map[string]bool{},
	}
	peer.agreeOnPathIDs(m)
	r.peers[key] = peer
	source := bmpSource(r.name, m.Peer)
	if !peer.linkState {
		r.log.Debug("monitored peer up, without BGP-LS", "source", source, "asn", m.Peer.ASN)
		return
	}
	r.log.Info("monitored peer up", "source", source, "asn", m.Peer.ASN, "restart_time", peer.restart, "table", m.Table)
}

// agreeOnPathIDs takes from the OPEN messages whether NLRIs have path identifiers: where
// one side sends and the other takes them (RFC 7911 §4, RFC 8671 §4.2). The OPENs of a
// Loc-RIB are made up by the router, to say what its table has (RFC 9069 §4.4).
func (p *monitored) agreeOnPathIDs(m *bmp.PeerUp) {
	weTake, weSend := m.Sent.AddPath(bgp.LinkState)
	theyTake, theySend := m.Received.AddPath(bgp.LinkState)
	p.in, p.out = bgpls.SomePathIDs, bgpls.SomePathIDs
	if theySend && weTake || m.Peer.Type == bmp.LocRIB && (weSend || theySend) {
		p.in = bgpls.WantedPathIDs
	}
	if weSend && theyTake {
		p.out = bgpls.WantedPathIDs
	}
}

// pathIDs says whether NLRIs of a table have path identifiers, as far as it is known.
func (r *router) pathIDs(p bmp.Peer) bgpls.PathIDs {
	switch peer := r.peers[keyOf(p)]; {
	case peer == nil:
		return bgpls.SomePathIDs
	case p.AdjRIBOut:
		return peer.out
	default:
		return peer.in
	}
}

// peerDown tells that a peer's session is lost.
func (r *router) peerDown(m *bmp.PeerDown) {
	key := keyOf(m.Peer)
	peer := r.peers[key]
	if peer == nil {
		return
	}
	delete(r.peers, key)
	if len(peer.told) > 0 {
		r.log.Warn("monitored peer down; what it said is kept for the stale time", "source", bmpSource(r.name, m.Peer), "reason", m.String())
	}
	r.lose(peer, m.String())
}

// lose tells that the tables of a peer are lost.
func (r *router) lose(peer *monitored, reason string) {
	for _, source := range slices.Sorted(maps.Keys(peer.told)) {
		r.send(r.station.ctx, Down{Source: source, Reason: reason, At: time.Now()})
	}
}

// routes tells the UPDATEs of a table.
func (r *router) routes(m *bmp.RouteMonitoring) {
	source := bmpSource(r.name, m.Peer)
	for _, body := range m.Bodies {
		if peer := r.peers[keyOf(m.Peer)]; peer != nil && peer.told[source] || r.begin(source, m.Peer, body) {
			r.tell(r.ctx, source, body, r.pathIDs(m.Peer))
		}
	}
	if m.Rest != nil {
		r.bad(r.ctx, source, "bmp", m.Rest)
	}
}

// begin tells that there is a table with the first UPDATE that it has something of
// BGP-LS in. It reports whether the UPDATE is about BGP-LS; one that only withdraws, such
// as those that GoBGP sends after a Peer Down, begins no table.
func (r *router) begin(source string, p bmp.Peer, body []byte) bool {
	if begins, withdraws := r.peek(r.ctx, source, body, r.pathIDs(p)); !begins {
		return withdraws
	}
	key := keyOf(p)
	if r.peers[key] == nil {
		r.peers[key] = r.unannouncedPeer(source)
	}
	peer := r.peers[key]
	peer.told[source] = true
	r.log.Info("monitored table begins", "source", source, "asn", p.ASN)
	r.send(r.ctx, Up{Source: source, ASN: p.ASN, At: time.Now(), Identifier: p.ID, RestartTime: peer.restart})
	return true
}

// unannouncedPeer is one that the router did not say is up, as GoBGP does of
// Loc-RIB.
func (r *router) unannouncedPeer(source string) *monitored {
	r.unannounced.Add(r.ctx, 1, metric.WithAttributes(attribute.String("router", r.name)))
	r.log.Info("router tells routes of a peer that it has not said is up", "source", source)
	return &monitored{linkState: true, in: bgpls.SomePathIDs, out: bgpls.SomePathIDs, told: map[string]bool{}}
}

// report notes what the router counts for a peer with BGP-LS; what it does for others
// would be as many numbers as the Internet has peers.
func (r *router) report(m *bmp.StatisticsReport) {
	if peer := r.peers[keyOf(m.Peer)]; peer == nil || !peer.linkState {
		return
	}
	source := bmpSource(r.name, m.Peer)
	for _, s := range m.Statistics {
		attributes := []attribute.KeyValue{attribute.String("source", source), attribute.String("type", s.Name())}
		if s.AFI != 0 {
			attributes = append(attributes, attribute.String("family", fmt.Sprintf("%d/%d", s.AFI, s.SAFI)))
		}
		r.statistics.Record(r.ctx, int64(min(s.Value, 1<<63-1)), metric.WithAttributes(attributes...))
	}
}
