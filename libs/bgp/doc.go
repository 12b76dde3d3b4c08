// Package bgp is a BGP speaker that listens: it holds sessions with routers (RFC
// 4271) and hands over what they tell as raw UPDATE bodies, which it never parses. It
// keeps no routes. It is our own because the libraries that there are do not do what a
// listener of any router needs: back-pressure without a lost session, extended messages
// (RFC 8654), route refresh, a hold time of 0.
//
//	             ┌ dial (backoff) ────┐
//	peer ────────┤                    ├▶ OPEN, negotiation, ─▶ Handler: Established,
//	             └ accept (admission) ┘  collision             Update…, Closed
//
// A Handler may block for as long as it likes: nothing more is read then, TCP holds
// the router back, and the session stays up, because keepalives are sent by a
// goroutine of their own and the hold timer counts only time in which this side
// waited for bytes.
//
// Pure, without clock and I/O:
//
//	message.go       the frame of messages, and the small ones (RFC 4271 §4, RFC 2918, RFC 7313)
//	open.go          OPEN (RFC 4271 §4.2, RFC 9072)
//	capability.go    capabilities (RFC 5492 and those that it names)
//	negotiation.go   what two OPENs make of a session (RFC 4271 §6.2)
//	collision.go     which of two connections stays (RFC 4271 §6.8, RFC 4724 §4.2)
//	notification.go  NOTIFICATION in words (RFC 4271 §6, RFC 9003)
//	backoff.go       how long to wait before the next attempt
//
// The rest:
//
//	config.go        Config, Peer
//	speaker.go       Speaker: Serve, Refresh, End; Handler, Watcher
//	admission.go     who may connect, and how many at once
//	dial.go          connecting to a peer, again and again
//	peer.go          one peer: its connections and which of them has the session
//	teller.go        what routers of labs say: Session.Tell, Teller
//	session.go       from OPEN to the end of one connection
//	connection.go    reading and writing one connection, hold time
//	socket_linux.go  MD5 (RFC 2385) and GTSM (RFC 5082)
package bgp
