package bgp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

const (
	// readBuffer holds at least one message of any size, and many small ones.
	readBuffer = 128 << 10
	// sendHold is how long the peer may leave no room for what this side says. It is
	// so little that a peer that reads at all has room (RFC 9687).
	sendHold = 30 * time.Second
	// updateHold is how long the peer may leave no room for an UPDATE (RFC 9687 §6).
	updateHold = 8 * time.Minute
	// lastWords is how long the end of a connection may take.
	lastWords = time.Second
	// grace is for bytes that arrived while this process did not run.
	grace = 100 * time.Millisecond
)

// connection is one TCP connection with a peer.
type connection struct {
	tcp    *net.TCPConn
	dialed bool // by this side

	// Reading; of the goroutine that reads.
	in     *bufio.Reader
	hold   time.Duration // how long to wait for a message; 0 = for ever
	waited time.Duration // for the next message so far
	limit  int           // octets of a message
	last   int           // octets of the message that was read last
	early  int           // octets that came before the TTL was checked (GTSM)

	writing sync.Mutex
	broken  error // half a message may be written

	mu     sync.Mutex
	reason error         // of the end; nil before
	dying  bool          // nothing can be written; there may still be something to read
	over   chan struct{} // closed with the reason

	release func() // gives back the place among connections without a session
}

func newConnection(tcp *net.TCPConn, dialed bool) *connection {
	c := &connection{tcp: tcp, dialed: dialed, limit: maxMessage, over: make(chan struct{}), release: func() {}}
	c.in = bufio.NewReaderSize(socket{c}, maxMessage)
	return c
}

// socket reads from the connection of a peer within its hold time.
type socket struct{ *connection }

// Read waits for bytes as long as the hold time allows. Only time spent here counts:
// while the handler is busy nobody waits for the peer.
func (c socket) Read(b []byte) (int, error) {
	var deadline time.Time
	start := time.Now()
	if c.hold > 0 {
		deadline = start.Add(max(c.hold-c.waited, 0))
	}
	if err := c.tcp.SetReadDeadline(deadline); err != nil {
		return 0, err
	}
	n, err := c.tcp.Read(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		if err := c.tcp.SetReadDeadline(time.Now().Add(grace)); err != nil {
			return 0, err
		}
		n, err = c.tcp.Read(b)
	}
	c.waited += time.Since(start)
	return n, err
}

// widen makes the connection ready for a session: messages up to limit, a buffer for many.
// Nothing that is buffered is lost.
func (c *connection) widen(limit int) {
	c.limit = limit
	rest, _ := c.in.Peek(c.in.Buffered())
	head := append([]byte(nil), rest...)
	c.in = bufio.NewReaderSize(&prefixed{head: head, rest: socket{c}}, readBuffer)
}

// prefixed reads some bytes and then the rest.
type prefixed struct {
	head []byte
	rest socket
}

func (p *prefixed) Read(b []byte) (int, error) {
	if len(p.head) == 0 {
		return p.rest.Read(b)
	}
	n := copy(b, p.head)
	p.head = p.head[n:]
	return n, nil
}

// requireNear lets only packets through that no router has forwarded (RFC 5082 §3),
// and notes how many octets came before that.
func (c *connection) requireNear() error {
	early, err := requireNear(c.tcp)
	c.early = early
	return err
}

// read returns the next message; its body is valid until the next call. A fault of the
// peer is answered with a NOTIFICATION and is the error.
func (c *connection) read() (typ uint8, body []byte, err error) {
	if _, err := c.in.Discard(c.last); err != nil {
		return 0, nil, err
	}
	c.last = 0
	head, err := c.in.Peek(headerSize)
	if err != nil {
		return 0, nil, c.readError(err, len(head))
	}
	h, n := parseHeader(head, c.limit)
	if n != nil {
		return 0, nil, c.refuse(&refusal{Notification: *n})
	}
	whole, err := c.in.Peek(headerSize + h.size)
	if err != nil {
		return 0, nil, c.readError(err, len(whole))
	}
	c.last, c.waited = len(whole), 0
	return h.typ, whole[headerSize:], nil
}

// readError tells why nothing more can be read, after some octets of a message.
func (c *connection) readError(err error, octets int) error {
	switch {
	case c.reasonOr(nil) != nil:
	case errors.Is(err, os.ErrDeadlineExceeded):
		return c.refuse(refuse(holdExpired, 0, nil, "nothing heard for %s", c.hold))
	case errors.Is(err, io.EOF) && octets == 0:
		err = errors.New("the peer closed the connection")
	case errors.Is(err, io.EOF):
		err = errors.New("the peer closed the connection within a message")
	}
	c.fail(cause(err))
	return c.reasonOr(err)
}

// write writes a message.
func (c *connection) write(b []byte) error { return c.writeWithin(sendHold, b) }

func (c *connection) writeWithin(limit time.Duration, b []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.broken != nil {
		return c.broken
	}
	err := c.tcp.SetWriteDeadline(time.Now().Add(limit))
	if err == nil {
		_, err = c.tcp.Write(b)
	}
	if err != nil {
		c.broken = fmt.Errorf("write to the peer: %w", err)
	}
	return err
}

// say writes a message, and sees to it that the connection ends if it cannot.
func (c *connection) say(b []byte) error {
	err := c.write(b)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = fmt.Errorf("send hold timer expired: the peer reads nothing for %s (RFC 9687)", sendHold)
		c.fail(err)
	default: // the peer has closed; what it said before is still to be read
		c.mu.Lock()
		c.dying = true
		c.mu.Unlock()
	}
	return err
}

// end notes the reason of the end, the first time.
func (c *connection) end(reason error) (first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reason != nil {
		return false
	}
	c.reason = reason
	close(c.over)
	return true
}

// fail ends the connection without a word.
func (c *connection) fail(reason error) {
	if c.end(reason) {
		_ = c.tcp.Close()
	}
}

// refuse ends the connection with a NOTIFICATION. The peer has a moment to read it: the
// connection is closed for good when the peer closes it, or soon.
func (c *connection) refuse(r *refusal) error {
	err := r.err()
	if !c.end(err) {
		return c.reasonOr(err)
	}
	_ = c.tcp.SetWriteDeadline(time.Now().Add(lastWords)) // for who writes now
	_ = c.writeWithin(lastWords, r.message())
	_ = c.tcp.CloseWrite()
	time.AfterFunc(lastWords, func() { _ = c.tcp.Close() })
	return err
}

// drain reads, after the end, what the peer still sends: closing with unread bytes
// would take back our NOTIFICATION.
func (c *connection) drain() {
	_ = c.tcp.SetReadDeadline(time.Now().Add(lastWords))
	_, _ = io.Copy(io.Discard, struct{ io.Reader }{c.tcp})
	_ = c.tcp.Close()
}

// reasonOr returns the reason of the end, or instead if it has not ended.
func (c *connection) reasonOr(instead error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reason != nil {
		return c.reason
	}
	return instead
}

// alive reports whether the connection is of use.
func (c *connection) alive() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reason == nil && !c.dying
}
