package bgp

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// run leads a connection from its OPEN to its end and returns the reason, and
// whether there was a session.
func (p *peer) run(c *connection) (up bool, reason error) {
	defer p.drop(c)
	s, err := p.open(c)
	if err == nil {
		err = p.confirm(c, s)
	}
	if err != nil {
		return false, err
	}
	return p.serve(c, s)
}

// open exchanges OPEN messages (state OpenSent, RFC 4271 §8.2.2). A peer that takes its
// time for it is cut off.
func (p *peer) open(c *connection) (Session, error) {
	ours := p.local()
	_ = c.say(ours.open()) // if that fails the peer may have said why
	c.hold = p.times.open
	typ, body, err := c.read()
	switch {
	case err != nil:
		return Session{}, err
	case typ == typeNotification:
		return Session{}, p.told(c, body)
	case typ != typeOpen:
		return Session{}, c.refuse(refuse(stateError, unexpectedInOpenSent, nil, "message type %d instead of OPEN", typ))
	}
	if c.last < c.early {
		err := errors.New("data came before the TTL was checked (GTSM)")
		c.fail(err)
		return Session{}, err
	}
	theirs, err := parseOpen(body)
	if err != nil {
		return Session{}, c.refuse(refuse(openError, 0, nil, "%s", err))
	}
	s, r := negotiate(ours, theirs)
	if r != nil {
		return Session{}, c.refuse(r)
	}
	s.Peer, s.Dialed, s.connection = p.addr, c.dialed, c
	return s, p.contend(c, s)
}

// told ends a connection with what a NOTIFICATION of the peer says.
func (p *peer) told(c *connection, body []byte) error {
	n := parseNotification(body)
	p.learn(n)
	err := received(n)
	c.fail(err)
	return err
}

// confirm waits for the KEEPALIVE that confirms our OPEN (state OpenConfirm).
func (p *peer) confirm(c *connection, s Session) error {
	_ = c.say(keepalive)
	if s.HoldTime > 0 {
		c.hold = s.HoldTime
		go c.keepAlive(s.HoldTime / 3)
	}
	typ, body, err := c.read()
	switch {
	case err != nil:
		return err
	case typ == typeNotification:
		return p.told(c, body)
	case typ != typeKeepalive:
		return c.refuse(refuse(stateError, unexpectedInOpenConf, nil, "message type %d instead of KEEPALIVE", typ))
	}
	c.hold = s.HoldTime
	return nil
}

// keepAlive sends KEEPALIVEs until the connection ends, three in a hold time or a few more
// (RFC 4271 §4.4, §10).
func (c *connection) keepAlive(interval time.Duration) {
	next := func() time.Duration { return time.Duration(float64(interval) * (0.75 + rand.Float64()/4)) }
	timer := time.NewTimer(next())
	defer timer.Stop()
	for {
		select {
		case <-c.over:
			return
		case <-timer.C:
		}
		if c.say(keepalive) != nil {
			return
		}
		timer.Reset(next())
	}
}

// serve is the session: state Established.
func (p *peer) serve(c *connection, s Session) (up bool, reason error) {
	if !p.establish(c, s) {
		return false, c.reasonOr(errors.New("the connection was lost"))
	}
	defer p.finish(c)
	c.widen(s.limit)
	handler := p.speaker.handler
	handler.Established(s)
	for _, f := range s.Families {
		if s.Restarting { // it waits for our End-of-RIB (RFC 4724 §4.1)
			_ = c.say(endOfRIB(f))
		}
	}
	p.listen(c, s)
	reason = c.reasonOr(errors.New("the connection was lost"))
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

// listen hands over what the peer says until the connection ends.
func (p *peer) listen(c *connection, s Session) {
	for c.reasonOr(nil) == nil {
		typ, body, err := c.read()
		if err != nil {
			return
		}
		switch typ {
		case typeUpdate:
			p.speaker.handler.Update(p.addr, body)
		case typeKeepalive:
		case typeRouteRefresh:
			p.refresh(c, s, body)
		case typeNotification:
			_ = p.told(c, body)
		default:
			_ = c.refuse(refuse(stateError, unexpectedInSession, nil, "message type %d in a session", typ))
		}
	}
}

// refresh hands over where a route refresh begins and ends. A request for our routes is
// for a Teller; a listener has none, and the peer marks none stale without a beginning
// (RFC 7313 §4.2).
func (p *peer) refresh(c *connection, s Session, body []byte) {
	f, subtype, n := parseRouteRefresh(body)
	handler := p.speaker.handler
	switch {
	case n != nil:
		_ = c.refuse(&refusal{*n, fmt.Sprintf("a ROUTE-REFRESH of %d octets", len(body))})
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
