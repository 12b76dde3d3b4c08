package bgp

import "fmt"

// Teller is a Handler with routes of its own, as routers of labs and tests have. A
// listener is none.
type Teller interface {
	Handler
	// RefreshAsked is the peer's request to tell the whole table again (RFC 2918 §4).
	RefreshAsked(s Session, f Family)
}

// Tell sends an UPDATE in the session.
func (s Session) Tell(body []byte) error {
	b, err := message(typeUpdate, body)
	if err == nil && len(b) > maxMessage && !s.ExtendedMessages {
		err = fmt.Errorf("the peer takes no message of %d octets (RFC 8654)", len(b))
	}
	return s.write(b, err)
}

// BeginRefresh and EndRefresh enclose the table told again, if the peer knows what they
// say (RFC 7313 §4).
func (s Session) BeginRefresh(f Family) error { return s.mark(f, refreshBegins) }

// EndRefresh follows BeginRefresh.
func (s Session) EndRefresh(f Family) error { return s.mark(f, refreshEnds) }

func (s Session) mark(f Family, subtype byte) error {
	if !s.EnhancedRefresh {
		return nil
	}
	return s.write(short(typeRouteRefresh, byte(f.AFI>>8), byte(f.AFI), subtype, f.SAFI), nil)
}

func (s Session) write(b []byte, err error) error {
	if err == nil {
		err = s.connection.writeWithin(updateHold, b)
	}
	if err != nil {
		return fmt.Errorf("tell %s: %w", s.Peer, err)
	}
	return nil
}
