package bgp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// peer is one speaker and its connections: at most one has the session, others may be
// on their way to it.
type peer struct {
	Peer
	speaker *Speaker
	addr    netip.Addr
	times   *times
	dynamic bool // known only because it connected
	users   int  // accepted connections; guarded by speaker.mu

	// turn is taken by who calls the handler: a session begins when the one before
	// is closed.
	turn chan struct{}

	mu          sync.Mutex
	opening     []*opening
	session     *connection // established; it may be over, but not closed yet
	agreed      Session
	since       time.Time // of the session
	pausedUntil time.Time
	plain       bool          // the peer refused what is offered otherwise
	free        chan struct{} // closed when there is no session any more
}

// opening is a connection whose OPEN exchange is under way.
type opening struct {
	*connection
	confirmed bool // the peer's OPEN has come
}

func newPeer(s *Speaker, addr netip.Addr, config Peer, dynamic bool) *peer {
	return &peer{Peer: config, speaker: s, addr: addr, times: &s.times, dynamic: dynamic, turn: make(chan struct{}, 1)}
}

// local is our side of the next negotiation.
func (p *peer) local() local {
	p.mu.Lock()
	defer p.mu.Unlock()
	config := p.speaker.config
	return local{
		asn: config.ASN, routerID: config.RouterID, holdTime: uint16(config.HoldTime / time.Second),
		families: config.Families, peerASN: p.ASN, plain: config.Plain != p.plain,
	}
}

// learn takes from a NOTIFICATION what to do otherwise the next time: a peer that
// refuses a capability is not offered those that a session does not need (RFC 5492 §3),
// or, if that was it, all of them again.
func (p *peer) learn(n *Notification) {
	if n.Code == openError && (n.Subcode == unsupportedCapability || n.Subcode == unsupportedParameter) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.plain = !p.plain
	}
}

// admit takes a new connection in, unless there is to be none now.
func (p *peer) admit(c *connection) *refusal {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Now().Before(p.pausedUntil) {
		return cease(ConnectionRejected, "the peer is paused")
	}
	p.opening = append(p.opening, &opening{connection: c})
	return nil
}

// drop forgets a connection.
func (p *peer) drop(c *connection) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opening = without(p.opening, c)
}

func without(all []*opening, c *connection) []*opening {
	return slices.DeleteFunc(all, func(o *opening) bool { return o.connection == c })
}

// contend decides, when the peer's OPEN has come, between a connection and the others
// of the peer; it ends those that lose.
func (p *peer) contend(c *connection, s Session) error {
	losers, r := p.rivals(c, s)
	for _, loser := range losers {
		_ = loser.refuse(cease(ConnectionCollision, ""))
	}
	if r != nil {
		return c.refuse(r)
	}
	return c.reasonOr(nil)
}

// rivals returns the connections that lose against a new one, or why that one loses.
func (p *peer) rivals(c *connection, s Session) (losers []*connection, r *refusal) {
	ours := identity{p.speaker.config.RouterID, p.speaker.config.ASN}
	theirs := identity{s.RouterID, s.ASN}
	p.mu.Lock()
	defer p.mu.Unlock()
	if old := p.session; old != nil && old.alive() {
		settled := time.Since(p.since) >= p.times.settled
		if !newStays(ours, theirs, c.dialed, rival{established: true, settled: settled, restarts: p.agreed.GracefulRestart}) {
			p.probe(old)
			return nil, cease(ConnectionCollision, "there is a session already")
		}
		old.fail(errors.New("the peer has restarted: it opened a new session (RFC 4724 §4.2)"))
	}
	var mine *opening
	for _, o := range p.opening {
		switch {
		case o.connection == c:
			mine = o
		case !o.confirmed || !o.alive():
		case !newStays(ours, theirs, c.dialed, rival{dialed: o.dialed}):
			return nil, cease(ConnectionCollision, "the other connection stays")
		default:
			losers = append(losers, o.connection)
		}
	}
	mine.confirmed = true
	return losers, nil
}

// probe finds out whether the peer still knows of a session: if not, it answers with a
// reset.
func (p *peer) probe(old *connection) {
	if p.agreed.HoldTime > 0 {
		go func() { _ = old.say(keepalive) }()
	}
}

// establish gives a connection the session, once the one before is closed, and
// reports whether it is still of use then.
func (p *peer) establish(c *connection, s Session) bool {
	p.mu.Lock()
	p.opening = without(p.opening, c)
	if p.session != nil && p.session.alive() || c.reasonOr(nil) != nil {
		p.mu.Unlock()
		_ = c.refuse(cease(ConnectionCollision, "there is a session already"))
		return false
	}
	if p.session == nil {
		p.free = make(chan struct{})
	}
	p.session, p.agreed, p.since = c, s, time.Now()
	p.mu.Unlock()
	c.release()
	select {
	case p.turn <- struct{}{}:
		if c.reasonOr(nil) == nil {
			return true
		}
		p.finish(c)
	case <-c.over:
		p.leave(c)
	}
	return false
}

// finish ends a session: the next one may begin.
func (p *peer) finish(c *connection) {
	p.leave(c)
	<-p.turn
}

func (p *peer) leave(c *connection) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session == c {
		p.session = nil
		close(p.free)
	}
}

// current returns the connection that has the session, or an error.
func (p *peer) current() (*connection, Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session == nil || !p.session.alive() {
		return nil, Session{}, fmt.Errorf("no session with %s", p.addr)
	}
	return p.session, p.agreed, nil
}

// end ends all connections and lets none begin for a while.
func (p *peer) end(r *refusal, pause time.Duration) {
	p.mu.Lock()
	p.pausedUntil = time.Now().Add(pause)
	connections := make([]*connection, 0, len(p.opening)+1)
	for _, o := range p.opening {
		connections = append(connections, o.connection)
	}
	if p.session != nil {
		connections = append(connections, p.session)
	}
	p.mu.Unlock()
	for _, c := range connections {
		_ = c.refuse(r)
	}
}

// lead takes a connection in, leads it to its end and closes it.
func (p *peer) lead(ctx context.Context, c *connection) (up bool) {
	defer c.drain()
	if r := p.admit(c); r != nil {
		p.speaker.watcher.Failed(p.addr, c.refuse(r))
		return false
	}
	stop := context.AfterFunc(ctx, func() { _ = c.refuse(cease(AdministrativeReset, goodbye)) })
	defer stop()
	up, err := p.run(c)
	if !up && ctx.Err() == nil && !p.busy() {
		p.speaker.watcher.Failed(p.addr, err)
	}
	return up
}

// busy reports whether there is a session, or another connection on its way to one:
// then it is of no interest that a connection led to none.
func (p *peer) busy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.session != nil && p.session.alive() ||
		slices.ContainsFunc(p.opening, func(o *opening) bool { return o.alive() })
}
