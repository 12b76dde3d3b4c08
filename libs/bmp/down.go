package bmp

import (
	"encoding/binary"
	"fmt"

	"github.com/altostream/altostream/libs/bgp"
)

// DownReason says why a session was lost (RFC 7854 §4.9, RFC 9069 §4.5).
type DownReason uint8

// Reasons.
const (
	LocalNotification    DownReason = 1 + iota // the router closed it with a NOTIFICATION
	LocalNoNotification                        // the router closed it without one
	RemoteNotification                         // the peer closed it with a NOTIFICATION
	RemoteNoNotification                       // the peer closed it without one
	NoLongerMonitored                          // the session may be up; it is not told of any more
	LocalTLV                                   // the router closed it, with information: a Loc-RIB's end
)

// String names the reason.
func (r DownReason) String() string {
	names := []string{
		LocalNotification:    "router sent NOTIFICATION",
		LocalNoNotification:  "router closed the session",
		RemoteNotification:   "peer sent NOTIFICATION",
		RemoteNoNotification: "peer closed the session",
		NoLongerMonitored:    "no longer monitored",
		LocalTLV:             "router closed the table",
	}
	if int(r) < len(names) && names[r] != "" {
		return names[r]
	}
	return fmt.Sprintf("reason %d", uint8(r))
}

// String is the reason with what is known of it.
func (m *PeerDown) String() string {
	switch {
	case m.Notification != nil:
		return m.Reason.String() + ": " + m.Notification.Error()
	case m.FSMEvent != 0:
		return fmt.Sprintf("%s (FSM event %d)", m.Reason, m.FSMEvent)
	}
	return m.Reason.String()
}

func (c cursor) peerDown(p Peer) (Message, error) {
	reason, err := c.take(1, "the reason")
	if err != nil {
		return nil, err
	}
	m := &PeerDown{Peer: p, Reason: DownReason(reason[0])}
	switch {
	case len(c) == 0: // GoBGP has no NOTIFICATION to show for some of its reasons
	case m.Reason == LocalNotification || m.Reason == RemoteNotification:
		m.Notification = c.notification()
	case m.Reason == LocalNoNotification && len(c) >= 2:
		m.FSMEvent = binary.BigEndian.Uint16(c)
	}
	return m, nil
}

// notification reads a NOTIFICATION; nil if it is malformed: the session is lost all
// the same.
func (c cursor) notification() *bgp.Notification {
	b, err := c.bgp(bgpNotification, "the NOTIFICATION")
	if err != nil {
		return nil
	}
	n, err := bgp.ParseNotification(b)
	if err != nil {
		return nil
	}
	return n
}
