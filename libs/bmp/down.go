package bmp

import (
	"encoding/binary"
	"fmt"
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
		return m.Reason.String() + " " + m.Notification.String()
	case m.FSMEvent != 0:
		return fmt.Sprintf("%s (FSM event %d)", m.Reason, m.FSMEvent)
	}
	return m.Reason.String()
}

// Notification is a BGP NOTIFICATION message (RFC 4271 §4.5).
type Notification struct {
	Code, Subcode uint8
	Data          []byte
}

// notificationNames are the error codes (RFC 4271 §4.5, RFC 7313 §5).
var notificationNames = [...]string{
	1: "message header error", 2: "OPEN message error", 3: "UPDATE message error",
	4: "hold timer expired", 5: "finite state machine error", 6: "cease", 7: "ROUTE-REFRESH message error",
}

// Shutdown subcodes of a cease, which a text may go with (RFC 9003 §2).
const (
	cease         = 6
	adminShutdown = 2
	adminReset    = 4
)

// String is code/subcode, the code's name, and an operator's text (RFC 9003).
func (n *Notification) String() string {
	text := fmt.Sprintf("%d/%d", n.Code, n.Subcode)
	if int(n.Code) < len(notificationNames) && notificationNames[n.Code] != "" {
		text += " " + notificationNames[n.Code]
	}
	if n.Code == cease && (n.Subcode == adminShutdown || n.Subcode == adminReset) && len(n.Data) > 0 {
		if length := int(n.Data[0]); 0 < length && length < len(n.Data) {
			text += fmt.Sprintf(" %q", n.Data[1:1+length])
		}
	}
	return text
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
func (c cursor) notification() *Notification {
	b, err := c.bgp(bgpNotification, "the NOTIFICATION")
	if err != nil || len(b) < 2 {
		return nil
	}
	return &Notification{Code: b[0], Subcode: b[1], Data: b[2:]}
}
