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
	session     *link // established; it may be over, but not closed yet
	agreed      Session
	since       time.Time // of the session
	pausedUntil time.Time
	plain       bool          // the peer refused what is offered otherwise
	free        chan struct{} // closed when there is no session any more
}

// opening is a connection whose OPEN exchange is under way.
type opening struct {
	*link
	confirmed bool // the peer's OPEN has come
}

func newPeer(s *Speaker, addr netip.Addr, config Peer, dynamic bool) *peer {
	return &peer{Peer: config, speaker: s, addr: addr, times: &s.times, dynamic: dynamic, turn: make(chan struct{}, 1)}
}

// local is our side of the next negotiation.
func (p *peer) local() local {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.speaker.config
	return local{
		asn: c.ASN, routerID: c.RouterID, holdTime: uint16(c.HoldTime / time.Second),
		families: c.Families, peerASN: p.ASN, plain: c.Plain != p.plain,
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
func (p *peer) admit(l *link) *refusal {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Now().Before(p.pausedUntil) {
		return cease(ConnectionRejected, "the peer is paused")
	}
	p.opening = append(p.opening, &opening{link: l})
	return nil
}

// drop forgets a connection.
func (p *peer) drop(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opening = without(p.opening, l)
}

func without(all []*opening, l *link) []*opening {
	return slices.DeleteFunc(all, func(o *opening) bool { return o.link == l })
}

// contend decides, when the peer's OPEN has come, between a connection and the others
// of the peer; it ends those that lose.
func (p *peer) contend(l *link, s Session) error {
	losers, r := p.rivals(l, s)
	for _, loser := range losers {
		_ = loser.refuse(cease(ConnectionCollision, ""))
	}
	if r != nil {
		return l.refuse(r)
	}
	return l.reasonOr(nil)
}

// rivals returns the connections that lose against a new one, or why that one loses.
func (p *peer) rivals(l *link, s Session) (losers []*link, r *refusal) {
	ours := identity{p.speaker.config.RouterID, p.speaker.config.ASN}
	theirs := identity{s.RouterID, s.ASN}
	p.mu.Lock()
	defer p.mu.Unlock()
	if old := p.session; old != nil && old.alive() {
		settled := time.Since(p.since) >= p.times.settled
		if !newStays(ours, theirs, l.dialed, rival{established: true, settled: settled, restarts: p.agreed.GracefulRestart}) {
			p.probe(old)
			return nil, cease(ConnectionCollision, "there is a session already")
		}
		old.fail(errors.New("the peer has restarted: it opened a new session (RFC 4724 §4.2)"))
	}
	var mine *opening
	for _, o := range p.opening {
		switch {
		case o.link == l:
			mine = o
		case !o.confirmed || !o.alive():
		case !newStays(ours, theirs, l.dialed, rival{dialed: o.dialed}):
			return nil, cease(ConnectionCollision, "the other connection stays")
		default:
			losers = append(losers, o.link)
		}
	}
	mine.confirmed = true
	return losers, nil
}

// probe finds out whether the peer still knows of a session: if not, it answers with a
// reset.
func (p *peer) probe(old *link) {
	if p.agreed.HoldTime > 0 {
		go func() { _ = old.say(keepalive) }()
	}
}

// establish gives a connection the session, once the one before is closed, and
// reports whether it is still of use then.
func (p *peer) establish(l *link, s Session) bool {
	p.mu.Lock()
	p.opening = without(p.opening, l)
	if p.session != nil && p.session.alive() || l.reasonOr(nil) != nil {
		p.mu.Unlock()
		_ = l.refuse(cease(ConnectionCollision, "there is a session already"))
		return false
	}
	if p.session == nil {
		p.free = make(chan struct{})
	}
	p.session, p.agreed, p.since = l, s, time.Now()
	p.mu.Unlock()
	l.release()
	select {
	case p.turn <- struct{}{}:
		if l.reasonOr(nil) == nil {
			return true
		}
		p.finish(l)
	case <-l.over:
		p.leave(l)
	}
	return false
}

// finish ends a session: the next one may begin.
func (p *peer) finish(l *link) {
	p.leave(l)
	<-p.turn
}

func (p *peer) leave(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session == l {
		p.session = nil
		close(p.free)
	}
}

// current returns the link that has the session, or an error.
func (p *peer) current() (*link, Session, error) {
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
	links := make([]*link, 0, len(p.opening)+1)
	for _, o := range p.opening {
		links = append(links, o.link)
	}
	if p.session != nil {
		links = append(links, p.session)
	}
	p.mu.Unlock()
	for _, l := range links {
		_ = l.refuse(r)
	}
}

// lead takes a connection in, leads it to its end and closes it.
func (p *peer) lead(ctx context.Context, l *link) (up bool) {
	defer l.drain()
	if r := p.admit(l); r != nil {
		p.speaker.watcher.Failed(p.addr, l.refuse(r))
		return false
	}
	stop := context.AfterFunc(ctx, func() { _ = l.refuse(cease(AdministrativeReset, goodbye)) })
	defer stop()
	up, err := p.run(l)
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
