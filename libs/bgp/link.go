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

// link is one TCP connection with a peer.
type link struct {
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

func newLink(tcp *net.TCPConn, dialed bool) *link {
	l := &link{tcp: tcp, dialed: dialed, limit: maxMessage, over: make(chan struct{}), release: func() {}}
	l.in = bufio.NewReaderSize(socket{l}, maxMessage)
	return l
}

// socket reads from the connection of a link within its hold time.
type socket struct{ *link }

// Read waits for bytes as long as the hold time allows. Only time spent here counts:
// while the handler is busy nobody waits for the peer.
func (l socket) Read(b []byte) (int, error) {
	var deadline time.Time
	start := time.Now()
	if l.hold > 0 {
		deadline = start.Add(max(l.hold-l.waited, 0))
	}
	if err := l.tcp.SetReadDeadline(deadline); err != nil {
		return 0, err
	}
	n, err := l.tcp.Read(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		if err := l.tcp.SetReadDeadline(time.Now().Add(grace)); err != nil {
			return 0, err
		}
		n, err = l.tcp.Read(b)
	}
	l.waited += time.Since(start)
	return n, err
}

// widen makes the link ready for a session: messages up to limit, a buffer for many.
// Nothing that is buffered is lost.
func (l *link) widen(limit int) {
	l.limit = limit
	rest, _ := l.in.Peek(l.in.Buffered())
	head := append([]byte(nil), rest...)
	l.in = bufio.NewReaderSize(&prefixed{head: head, rest: socket{l}}, readBuffer)
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
func (l *link) requireNear() error {
	early, err := requireNear(l.tcp)
	l.early = early
	return err
}

// read returns the next message; its body is valid until the next call. A fault of the
// peer is answered with a NOTIFICATION and is the error.
func (l *link) read() (typ uint8, body []byte, err error) {
	if _, err := l.in.Discard(l.last); err != nil {
		return 0, nil, err
	}
	l.last = 0
	head, err := l.in.Peek(headerSize)
	if err != nil {
		return 0, nil, l.readError(err, len(head))
	}
	h, n := parseHeader(head, l.limit)
	if n != nil {
		return 0, nil, l.refuse(&refusal{Notification: *n})
	}
	whole, err := l.in.Peek(headerSize + h.size)
	if err != nil {
		return 0, nil, l.readError(err, len(whole))
	}
	l.last, l.waited = len(whole), 0
	return h.typ, whole[headerSize:], nil
}

// readError tells why nothing more can be read, after some octets of a message.
func (l *link) readError(err error, octets int) error {
	switch {
	case l.reasonOr(nil) != nil:
	case errors.Is(err, os.ErrDeadlineExceeded):
		return l.refuse(refuse(holdExpired, 0, nil, "nothing heard for %s", l.hold))
	case errors.Is(err, io.EOF) && octets == 0:
		err = errors.New("the peer closed the connection")
	case errors.Is(err, io.EOF):
		err = errors.New("the peer closed the connection within a message")
	}
	l.fail(cause(err))
	return l.reasonOr(err)
}

// write writes a message.
func (l *link) write(b []byte) error { return l.writeWithin(sendHold, b) }

func (l *link) writeWithin(limit time.Duration, b []byte) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	if l.broken != nil {
		return l.broken
	}
	err := l.tcp.SetWriteDeadline(time.Now().Add(limit))
	if err == nil {
		_, err = l.tcp.Write(b)
	}
	if err != nil {
		l.broken = fmt.Errorf("write to the peer: %w", err)
	}
	return err
}

// say writes a message, and sees to it that the link ends if it cannot.
func (l *link) say(b []byte) error {
	err := l.write(b)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = fmt.Errorf("send hold timer expired: the peer reads nothing for %s (RFC 9687)", sendHold)
		l.fail(err)
	default: // the peer has closed; what it said before is still to be read
		l.mu.Lock()
		l.dying = true
		l.mu.Unlock()
	}
	return err
}

// end notes the reason of the end, the first time.
func (l *link) end(reason error) (first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reason != nil {
		return false
	}
	l.reason = reason
	close(l.over)
	return true
}

// fail ends the link without a word.
func (l *link) fail(reason error) {
	if l.end(reason) {
		_ = l.tcp.Close()
	}
}

// refuse ends the link with a NOTIFICATION. The peer has a moment to read it: the
// connection is closed for good when the peer closes it, or soon.
func (l *link) refuse(r *refusal) error {
	err := r.err()
	if !l.end(err) {
		return l.reasonOr(err)
	}
	_ = l.tcp.SetWriteDeadline(time.Now().Add(lastWords)) // for who writes now
	_ = l.writeWithin(lastWords, r.message())
	_ = l.tcp.CloseWrite()
	time.AfterFunc(lastWords, func() { _ = l.tcp.Close() })
	return err
}

// drain reads, after the end, what the peer still sends: closing with unread bytes
// would take back our NOTIFICATION.
func (l *link) drain() {
	_ = l.tcp.SetReadDeadline(time.Now().Add(lastWords))
	_, _ = io.Copy(io.Discard, struct{ io.Reader }{l.tcp})
	_ = l.tcp.Close()
}

// reasonOr returns the reason of the end, or instead if it has not ended.
func (l *link) reasonOr(instead error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reason != nil {
		return l.reason
	}
	return instead
}

// alive reports whether the link is of use.
func (l *link) alive() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reason == nil && !l.dying
}
