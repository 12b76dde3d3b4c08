package bgpingest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
)

// Offsets in an OPEN message (RFC 4271 §4.1, §4.2).
const (
	typeOffset     = 18
	holdTimeOffset = 22
	holdTimeEnd    = holdTimeOffset + 2
	messageOpen    = 1
)

// unacceptableHoldTime is a NOTIFICATION message: OPEN error, unacceptable hold time
// (RFC 4271 §6.2).
var unacceptableHoldTime = append(bytes.Repeat([]byte{0xff}, 16), 0, 21, 3, 2, 6)

var errNoHoldTime = errors.New("the peer asks for hold time 0 (no keepalives), which is not supported: set one of 3 seconds or more on it")

// holdTimeGuard refuses a peer that asks for hold time 0: corebgp v0.8.5 would end the
// process.
type holdTimeGuard struct {
	net.Conn
	head []byte // the start of what was read, up to the hold time
}

// Read reads from the peer until its OPEN is seen to ask for hold time 0.
func (g *holdTimeGuard) Read(p []byte) (int, error) {
	n, err := g.Conn.Read(p)
	if missing := holdTimeEnd - len(g.head); missing > 0 {
		g.head = append(g.head, p[:min(n, missing)]...)
		if len(g.head) == holdTimeEnd && g.head[typeOffset] == messageOpen && binary.BigEndian.Uint16(g.head[holdTimeOffset:]) == 0 {
			_, _ = g.Write(unacceptableHoldTime)
			return 0, errNoHoldTime
		}
	}
	return n, err
}
