package bgp

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// run leads a connection from its OPEN to its end and returns the reason, and
// whether there was a session.
func (p *peer) run(l *link) (up bool, reason error) {
	defer p.drop(l)
	s, err := p.open(l)
	if err == nil {
		err = p.confirm(l, s)
	}
	if err != nil {
		return false, err
	}
	return p.serve(l, s)
}

// open exchanges OPEN messages (state OpenSent, RFC 4271 §8.2.2). A peer that takes its
// time for it is cut off.
func (p *peer) open(l *link) (Session, error) {
	ours := p.local()
	_ = l.say(ours.open()) // if that fails the peer may have said why
	l.hold = p.times.open
	typ, body, err := l.read()
	switch {
	case err != nil:
		return Session{}, err
	case typ == typeNotification:
		return Session{}, p.told(l, body)
	case typ != typeOpen:
		return Session{}, l.refuse(refuse(stateError, unexpectedInOpenSent, nil, "message type %d instead of OPEN", typ))
	}
	if l.last < l.early {
		err := errors.New("data came before the TTL was checked (GTSM)")
		l.fail(err)
		return Session{}, err
	}
	theirs, err := parseOpen(body)
	if err != nil {
		return Session{}, l.refuse(refuse(openError, 0, nil, "%s", err))
	}
	s, r := negotiate(ours, theirs)
	if r != nil {
		return Session{}, l.refuse(r)
	}
	s.Peer, s.Dialed, s.link = p.addr, l.dialed, l
	return s, p.contend(l, s)
}

// told ends a link with what a NOTIFICATION of the peer says.
func (p *peer) told(l *link, body []byte) error {
	n := parseNotification(body)
	p.learn(n)
	err := received(n)
	l.fail(err)
	return err
}

// confirm waits for the KEEPALIVE that confirms our OPEN (state OpenConfirm).
func (p *peer) confirm(l *link, s Session) error {
	_ = l.say(keepalive)
	if s.HoldTime > 0 {
		l.hold = s.HoldTime
		go l.keepAlive(s.HoldTime / 3)
	}
	typ, body, err := l.read()
	switch {
	case err != nil:
		return err
	case typ == typeNotification:
		return p.told(l, body)
	case typ != typeKeepalive:
		return l.refuse(refuse(stateError, unexpectedInOpenConf, nil, "message type %d instead of KEEPALIVE", typ))
	}
	l.hold = s.HoldTime
	return nil
}

// keepAlive sends KEEPALIVEs until the link ends, three in a hold time or a few more
// (RFC 4271 §4.4, §10).
func (l *link) keepAlive(interval time.Duration) {
	next := func() time.Duration { return time.Duration(float64(interval) * (0.75 + rand.Float64()/4)) }
	timer := time.NewTimer(next())
	defer timer.Stop()
	for {
		select {
		case <-l.over:
			return
		case <-timer.C:
		}
		if l.say(keepalive) != nil {
			return
		}
		timer.Reset(next())
	}
}

// serve is the session: state Established.
func (p *peer) serve(l *link, s Session) (up bool, reason error) {
	if !p.establish(l, s) {
		return false, l.reasonOr(errors.New("the connection was lost"))
	}
	defer p.finish(l)
	l.widen(s.limit)
	handler := p.speaker.handler
	handler.Established(s)
	for _, f := range s.Families {
		if s.Restarting { // it waits for our End-of-RIB (RFC 4724 §4.1)
			_ = l.say(endOfRIB(f))
		}
	}
	p.listen(l, s)
	reason = l.reasonOr(errors.New("the connection was lost"))
	if s.ends(reason) {
		reason = final{reason}
	}
	handler.Closed(p.addr, reason)
	return true, reason
}

// final is the end of a session after which graceful restart does not apply.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

// Final reports whether the reason of Closed says that what the peer asked for with
// RestartTime does not apply: the session was ended by a NOTIFICATION (RFC 4724 §4), and
// that as a hard reset, or among speakers that do not both keep routes over others
// (RFC 8538 §3, §4).
func Final(reason error) bool {
	var f final
	return errors.As(reason, &f)
}

// ends reports whether the end of the session ends graceful restart too.
func (s Session) ends(reason error) bool {
	var n *Notification
	if !errors.As(reason, &n) {
		return false
	}
	return !s.survivesNotice || n.Code == ceaseError && n.Subcode == ceaseHardReset
}

// listen hands over what the peer says until the link ends.
func (p *peer) listen(l *link, s Session) {
	for l.reasonOr(nil) == nil {
		typ, body, err := l.read()
		if err != nil {
			return
		}
		switch typ {
		case typeUpdate:
			p.speaker.handler.Update(p.addr, body)
		case typeKeepalive:
		case typeRouteRefresh:
			p.refresh(l, s, body)
		case typeNotification:
			_ = p.told(l, body)
		default:
			_ = l.refuse(refuse(stateError, unexpectedInSession, nil, "message type %d in a session", typ))
		}
	}
}

// refresh hands over where a route refresh begins and ends. A request for our routes is
// for a Teller; a listener has none, and the peer marks none stale without a beginning
// (RFC 7313 §4.2).
func (p *peer) refresh(l *link, s Session, body []byte) {
	f, subtype, n := parseRouteRefresh(body)
	handler := p.speaker.handler
	switch {
	case n != nil:
		_ = l.refuse(&refusal{*n, fmt.Sprintf("a ROUTE-REFRESH of %d octets", len(body))})
	case !s.has(f):
	case subtype == refreshRequest:
		if teller, ok := handler.(Teller); ok {
			teller.RefreshAsked(s, f)
		}
	case !s.EnhancedRefresh:
	case subtype == refreshBegins:
		handler.RefreshBegun(p.addr, f)
	case subtype == refreshEnds:
		handler.RefreshEnded(p.addr, f)
	}
}
