package bmp

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/altostream/altostream/libs/bgp"
)

// Message is one of *RouteMonitoring, *StatisticsReport, *PeerDown, *PeerUp,
// *Initiation, *Termination, *RouteMirroring and *Unknown.
type Message any

// Message types (RFC 7854 §4.1).
const (
	typeRouteMonitoring  = 0
	typeStatisticsReport = 1
	typePeerDown         = 2
	typePeerUp           = 3
	typeInitiation       = 4
	typeTermination      = 5
	typeRouteMirroring   = 6
)

// RouteMonitoring is UPDATE messages of a peer, or such as stand for a part of its table
// (RFC 7854 §4.6): one, but some routers put several into one message.
type RouteMonitoring struct {
	Peer   Peer
	Bodies [][]byte // of the UPDATEs, after their 19-byte headers; one at least
	Rest   error    // why what follows them is no UPDATE; nil: nothing follows
}

// StatisticsReport is what a router counts for a peer (RFC 7854 §4.8).
type StatisticsReport struct {
	Peer       Peer
	Statistics []Statistic
}

// PeerUp says that a peer's session is established (RFC 7854 §4.10). For LocRIB it
// says that the table is monitored (RFC 9069 §4.4).
type PeerUp struct {
	Peer           Peer
	LocalAddress   netip.Addr // invalid for LocRIB
	LocalPort      uint16
	RemotePort     uint16
	Sent, Received bgp.Open
	Table          string   // name of the VRF or table (RFC 9069 §4.4); "" if not told
	Strings        []string // free text
}

// PeerDown says that a peer's session is lost (RFC 7854 §4.9).
type PeerDown struct {
	Peer         Peer
	Reason       DownReason
	Notification *bgp.Notification // for LocalNotification and RemoteNotification
	FSMEvent     uint16            // for LocalNoNotification (RFC 4271 §8.1); 0 if not told
}

// Initiation says which router speaks (RFC 7854 §4.3).
type Initiation struct {
	SystemName, SystemDescription string
	Strings                       []string // free text
}

// Termination says that the router ends the session (RFC 7854 §4.5).
type Termination struct {
	Reason  TerminationReason
	Strings []string // free text
}

// RouteMirroring is a copy of what a peer sent (RFC 7854 §4.7); the routes of it are
// told by RouteMonitoring.
type RouteMirroring struct {
	Peer     Peer
	Messages [][]byte // BGP messages, malformed ones too, with their headers
	Lost     bool     // the router could not mirror all
	Errored  bool     // the messages were taken for malformed (RFC 7606)
}

// Unknown is a message of a type that is not known, to be passed over (RFC 7854 §4.1).
type Unknown struct{ Type uint8 }

func parse(typ uint8, body []byte) (Message, error) {
	c := cursor(body)
	switch typ {
	case typeInitiation:
		return c.initiation()
	case typeTermination:
		return c.termination()
	}
	if typ > typeRouteMirroring {
		return &Unknown{typ}, nil
	}
	p, err := c.peer()
	if err != nil {
		return nil, err
	}
	switch typ {
	case typeRouteMonitoring:
		return c.routeMonitoring(p)
	case typeStatisticsReport:
		return c.statisticsReport(p)
	case typePeerDown:
		return c.peerDown(p)
	case typePeerUp:
		return c.peerUp(p)
	}
	return c.routeMirroring(p)
}

func (c cursor) routeMonitoring(p Peer) (Message, error) {
	m := &RouteMonitoring{Peer: p}
	for m.Bodies == nil || len(c) > 0 {
		body, err := c.bgp(bgpUpdate, "the UPDATE")
		switch {
		case err == nil:
			m.Bodies = append(m.Bodies, body)
		case m.Bodies == nil:
			return nil, err
		default:
			m.Rest = fmt.Errorf("after %d UPDATEs: %w", len(m.Bodies), err)
			return m, nil
		}
	}
	return m, nil
}

func (c cursor) peerUp(p Peer) (Message, error) {
	m := &PeerUp{Peer: p}
	head, err := c.take(20, "addresses and ports")
	if err != nil {
		return nil, err
	}
	if p.Type != LocRIB {
		m.LocalAddress = address(head, p.Address.Is6())
	}
	m.LocalPort, m.RemotePort = binary.BigEndian.Uint16(head[16:]), binary.BigEndian.Uint16(head[18:])
	if m.Sent, err = c.open("the OPEN sent"); err != nil {
		return nil, err
	}
	if m.Received, err = c.open("the OPEN received"); err != nil {
		return nil, err
	}
	return m, c.tlvs(func(typ uint16, value []byte) error { // RFC 9736
		switch typ {
		case 0:
			m.Strings = append(m.Strings, string(value))
		case 3: // RFC 9069 §4.4
			m.Table = string(value)
		}
		return nil
	})
}

func (c cursor) initiation() (Message, error) {
	m := &Initiation{}
	return m, c.tlvs(func(typ uint16, value []byte) error {
		switch typ {
		case 0:
			m.Strings = append(m.Strings, string(value))
		case 1:
			m.SystemDescription = string(value)
		case 2:
			m.SystemName = string(value)
		}
		return nil
	})
}

// TerminationReason says why a router ends the session (RFC 7854 §4.5).
type TerminationReason uint16

const noTerminationReason TerminationReason = 0xffff

// String names the reason.
func (r TerminationReason) String() string {
	names := []string{
		"administratively closed", "unspecified reason", "out of resources",
		"redundant connection", "permanently administratively closed",
	}
	switch {
	case r == noTerminationReason:
		return "no reason told"
	case int(r) < len(names):
		return names[r]
	}
	return fmt.Sprintf("reason %d", uint16(r))
}

func (c cursor) termination() (Message, error) {
	m := &Termination{Reason: noTerminationReason}
	return m, c.tlvs(func(typ uint16, value []byte) error {
		switch typ {
		case 0:
			m.Strings = append(m.Strings, string(value))
		case 1:
			if len(value) != 2 {
				return errLength
			}
			m.Reason = TerminationReason(binary.BigEndian.Uint16(value))
		}
		return nil
	})
}

func (c cursor) routeMirroring(p Peer) (Message, error) {
	m := &RouteMirroring{Peer: p}
	return m, c.tlvs(func(typ uint16, value []byte) error {
		switch typ {
		case 0:
			m.Messages = append(m.Messages, value)
		case 1:
			if len(value) != 2 {
				return errLength
			}
			code := binary.BigEndian.Uint16(value)
			m.Errored, m.Lost = m.Errored || code == 0, m.Lost || code == 1
		}
		return nil
	})
}
