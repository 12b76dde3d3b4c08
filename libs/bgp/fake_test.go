package bgp

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"
)

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

// event is a call of a Handler or Watcher.
type event struct {
	what    string
	peer    netip.Addr
	session Session
	body    []byte
	reason  string
	final   bool
}

// recorder is a Handler and Watcher that keeps what it is told.
type recorder struct {
	t       *testing.T
	events  chan event // of sessions
	others  chan event // outside of sessions
	update  func(body []byte)
	talking chan struct{} // is full during a call
}

func newRecorder(t *testing.T) *recorder {
	return &recorder{t: t, events: make(chan event, 1<<17), others: make(chan event, 1<<14), talking: make(chan struct{}, 1)}
}

func (r *recorder) tell(e event) {
	select {
	case r.talking <- struct{}{}:
	default:
		r.t.Errorf("%s during another call", e.what)
		return
	}
	r.events <- e
	<-r.talking
}

func (r *recorder) Established(s Session) {
	r.tell(event{what: "established", peer: s.Peer, session: s})
}

func (r *recorder) Update(peer netip.Addr, body []byte) {
	if r.update != nil {
		r.update(body)
		return
	}
	r.tell(event{what: "update", peer: peer, body: bytes.Clone(body)})
}

func (r *recorder) RefreshBegun(peer netip.Addr, _ Family) {
	r.tell(event{what: "refresh begun", peer: peer})
}

func (r *recorder) RefreshEnded(peer netip.Addr, _ Family) {
	r.tell(event{what: "refresh ended", peer: peer})
}

func (r *recorder) Closed(peer netip.Addr, reason error) {
	r.tell(event{what: "closed", peer: peer, reason: reason.Error(), final: Final(reason)})
}

func (r *recorder) Connecting(netip.Addr) {}

func (r *recorder) Failed(peer netip.Addr, reason error) {
	r.other(event{what: "failed", peer: peer, reason: reason.Error()})
}

func (r *recorder) Refused(from netip.AddrPort, reason error) {
	r.other(event{what: "refused", peer: from.Addr(), reason: reason.Error()})
}

func (r *recorder) other(e event) {
	select {
	case r.others <- e:
	default:
	}
}

// next returns the next event of a session.
func (r *recorder) next(what string) event {
	r.t.Helper()
	return await(r.t, r.events, what)
}

// failed returns the next event outside of sessions.
func (r *recorder) failed(what string) event {
	r.t.Helper()
	return await(r.t, r.others, what)
}

func await(t *testing.T, events <-chan event, what string) event {
	t.Helper()
	select {
	case e := <-events:
		if e.what != what {
			t.Fatalf("%s %s %s, want %s", e.what, e.peer, e.reason, what)
		}
		return e
	case <-time.After(patience):
		t.Fatalf("no %q in time", what)
		return event{}
	}
}

// server is a speaker under test.
type server struct {
	*Speaker
	*recorder
	addr  netip.AddrPort // that it listens on
	close func()
}

const ourAS, peerAS = 100, 200

var localhost = netip.MustParseAddr("127.0.0.1")

// one is a peer at an address.
func one(addr string, port int) Peer {
	a := netip.MustParseAddr(addr)
	return Peer{Addrs: netip.PrefixFrom(a, a.BitLen()), Zone: a.Zone(), Port: port, ASN: peerAS, Passive: port == 0}
}

// setup changes a speaker before it serves.
type setup func(*Speaker)

func serve(t *testing.T, listen string, change setup, peers ...Peer) *server {
	t.Helper()
	return serveAs(t, Config{ASN: ourAS, RouterID: netip.MustParseAddr("10.0.0.5")}, listen, change, peers...)
}

func serveAs(t *testing.T, config Config, listen string, change setup, peers ...Peer) *server {
	t.Helper()
	r := newRecorder(t)
	s, err := New(config, peers, r, r)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(s)
	}
	var listener net.Listener
	out := &server{Speaker: s, recorder: r}
	if listen != "" {
		if listener, err = s.Listen(t.Context(), listen); err != nil {
			t.Fatal(err)
		}
		out.addr = listener.Addr().(*net.TCPAddr).AddrPort()
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Serve(ctx, listener); err != nil {
			t.Errorf("serve: %v", err)
		}
	}()
	out.close = func() {
		cancel()
		select {
		case <-done:
		case <-time.After(patience):
			t.Error("the speaker does not end")
		}
	}
	t.Cleanup(out.close)
	return out
}

// fast makes attempts to connect follow each other quickly.
func fast(s *Speaker) {
	s.times.firstRetry, s.times.lastRetry = time.Millisecond, 20*time.Millisecond
}

// router is a BGP speaker that does what a test says, octet by octet.
type router struct {
	t *testing.T
	*net.TCPConn
	asn      uint32
	id       netip.Addr
	holdTime uint16
	offers   []byte // capabilities
}

func newRouter(t *testing.T, conn net.Conn) *router {
	t.Cleanup(func() { conn.Close() })
	return &router{
		t: t, TCPConn: conn.(*net.TCPConn), asn: peerAS, id: netip.MustParseAddr("10.0.0.9"), holdTime: 90,
		offers: ourCapabilities(peerAS, []Family{LinkState}, false),
	}
}

// dial connects a router to a speaker.
func dial(t *testing.T, from string, to netip.AddrPort) *router {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: patience}
	conn, err := d.Dial("tcp", to.String())
	if err != nil {
		t.Fatal(err)
	}
	return newRouter(t, conn)
}

// listen waits for a speaker to connect.
func listen(t *testing.T, address string) (port int, accept func() *router) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().(*net.TCPAddr).Port, func() *router {
		t.Helper()
		_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		return newRouter(t, conn)
	}
}

func (r *router) send(b []byte) {
	r.t.Helper()
	if _, err := r.Write(b); err != nil {
		r.t.Fatal(err)
	}
}

// receive returns the next message.
func (r *router) receive() (typ uint8, body []byte, err error) {
	_ = r.SetReadDeadline(time.Now().Add(patience))
	head := make([]byte, headerSize)
	if _, err := io.ReadFull(r, head); err != nil {
		return 0, nil, err
	}
	body = make([]byte, int(binary.BigEndian.Uint16(head[markerSize:]))-headerSize)
	_, err = io.ReadFull(r, body)
	return head[headerSize-1], body, err
}

// expect returns the next message but KEEPALIVEs, which must have a type.
func (r *router) expect(typ uint8) []byte {
	r.t.Helper()
	for {
		got, body, err := r.receive()
		switch {
		case err != nil:
			r.t.Fatalf("waiting for message type %d: %v", typ, err)
		case got == typ:
			return body
		case got != typeKeepalive:
			r.t.Fatalf("message type %d (%x), want %d", got, body, typ)
		}
	}
}

// refused waits for a NOTIFICATION and the end of the connection.
func (r *router) refused(want string) {
	r.t.Helper()
	if got := parseNotification(r.expect(typeNotification)).Error(); got != want {
		r.t.Errorf("NOTIFICATION %s, want %s", got, want)
	}
	if _, _, err := r.receive(); !errors.Is(err, io.EOF) {
		r.t.Errorf("after a NOTIFICATION: %v", err)
	}
}

func (r *router) open() []byte { return openMessage(r.asn, r.holdTime, r.id, r.offers) }

// meet exchanges OPENs.
func (r *router) meet() open {
	r.t.Helper()
	r.send(r.open())
	o, err := parseOpen(r.expect(typeOpen))
	if err != nil {
		r.t.Fatal(err)
	}
	return o
}

// establish brings a session up.
func (r *router) establish() *router {
	r.t.Helper()
	r.meet()
	r.send(keepalive)
	r.expect(typeKeepalive)
	return r
}

// reset ends the connection with a RST.
func (r *router) reset() {
	_ = r.SetLinger(0)
	_ = r.Close()
}

// say is an UPDATE with a number in it.
func say(n int) []byte {
	return short(typeUpdate, fmt.Appendf(nil, "%08d", n)...)
}

// quiet reports whether nothing comes for a while.
func (r *router) quiet(d time.Duration) bool {
	_ = r.SetReadDeadline(time.Now().Add(d))
	_, err := r.Read(make([]byte, 1))
	return errors.Is(err, os.ErrDeadlineExceeded)
}
