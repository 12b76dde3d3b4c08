package bgp

import (
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Session is what two speakers agreed on.
type Session struct {
	Peer     netip.Addr
	ASN      uint32 // of the peer
	RouterID netip.Addr
	HoldTime time.Duration // 0: no keepalives
	Families []Family      // that both offer
	Dialed   bool          // by this side

	RouteRefresh     bool // Refresh works (RFC 2918)
	EnhancedRefresh  bool // the peer tells where a refresh begins and ends (RFC 7313)
	ExtendedMessages bool // the peer takes messages of more than 4096 octets (RFC 8654)

	GracefulRestart bool // the peer keeps its session's routes over a restart (RFC 4724)
	Restarting      bool // the peer has restarted, and waits for End-of-RIB
	// RestartTime is how long the peer asks for what it told to outlive the session:
	// the restart time (RFC 4724 §3) and the long-lived stale time (RFC 9494 §3.1) of
	// our families, the longest if they differ; 0 if it does not ask.
	RestartTime time.Duration

	survivesNotice bool // both treat a NOTIFICATION as the begin of a restart (RFC 8538 §2)

	limit      int // octets of a message of the peer
	connection *connection
}

func (s Session) has(f Family) bool { return slices.Contains(s.Families, f) }

// local is this side of a negotiation.
type local struct {
	asn      uint32
	routerID netip.Addr
	holdTime uint16 // seconds
	families []Family
	peerASN  uint32 // that the peer must have
	plain    bool   // only what a session needs is offered
}

// open returns our OPEN message.
func (l local) open() []byte {
	return openMessage(l.asn, l.holdTime, l.routerID, ourCapabilities(l.asn, l.families, l.plain))
}

// negotiate returns what our OPEN and the peer's make of a session, or why there can
// be none (RFC 4271 §6.2).
func negotiate(l local, o open) (Session, *refusal) {
	if r := l.refuse(o); r != nil {
		return Session{}, r
	}
	s := Session{
		ASN: o.asn, RouterID: o.routerID,
		HoldTime:         time.Duration(min(l.holdTime, o.holdTime)) * time.Second,
		RouteRefresh:     o.routeRefresh && !l.plain,
		EnhancedRefresh:  o.enhancedRefresh && !l.plain,
		ExtendedMessages: o.extendedMessage && !l.plain,
		GracefulRestart:  o.gracefulRestart,
		Restarting:       o.restarting,
		survivesNotice:   o.survivesNotice && !l.plain,
		limit:            maxMessage,
	}
	if !l.plain {
		s.limit = maxExtendedMessage // we offered to take such messages (RFC 8654 §4)
	}
	for _, f := range l.families {
		if slices.Contains(o.families, f) {
			s.Families = append(s.Families, f)
			s.RestartTime = max(s.RestartTime, o.keepFor(f))
		}
	}
	return s, nil
}

// refusal is a NOTIFICATION to send and, for people, what led to it.
type refusal struct {
	Notification
	detail string
}

func refuse(code, subcode uint8, data []byte, format string, args ...any) *refusal {
	return &refusal{Notification{code, subcode, data}, fmt.Sprintf(format, args...)}
}

func (l local) refuse(o open) *refusal {
	switch {
	case o.version != version:
		return refuse(openError, unsupportedVersion, []byte{0, version}, "the peer speaks version %d", o.version)
	case o.asn != l.peerASN:
		return refuse(openError, badPeerAS, nil, "the peer is AS %d, but AS %d is configured", o.asn, l.peerASN)
	case o.routerID.IsUnspecified():
		return refuse(openError, badIdentifier, nil, "the peer's router id is %s", o.routerID)
	case o.routerID == l.routerID && o.asn == l.asn: // RFC 6286 §2.2
		return refuse(openError, badIdentifier, nil, "the peer has our router id %s", o.routerID)
	case o.holdTime == 1 || o.holdTime == 2:
		return refuse(openError, unacceptableHoldTime, nil, "the peer asks for a hold time of %d s; 0 or at least 3 is allowed", o.holdTime)
	}
	return nil
}
