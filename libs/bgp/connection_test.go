package bgp

import (
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// ends returns a connection and the router at its other end.
func ends(t *testing.T) (*connection, *router) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	r := dial(t, "127.0.0.1", listener.Addr().(*net.TCPAddr).AddrPort())
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return newConnection(conn.(*net.TCPConn), false), r
}

// TestLateReader has its hold time run out while bytes wait to be read, as when this
// process did not run: the peer is not blamed.
func TestLateReader(t *testing.T) {
	c, r := ends(t)
	r.send(say(1))
	c.hold, c.waited = time.Second, time.Hour
	if typ, _, err := c.read(); typ != typeUpdate || err != nil {
		t.Fatalf("type %d, %v", typ, err)
	}
	c.waited = time.Hour
	if _, _, err := c.read(); err == nil || !strings.Contains(err.Error(), "Hold Timer Expired") {
		t.Errorf("error %v", err)
	}
}

// TestWriteToDeafPeer gives up.
func TestWriteToDeafPeer(t *testing.T) {
	c, _ := ends(t)
	var err error
	for range 10000 {
		if err = c.writeWithin(50*time.Millisecond, make([]byte, 60000)); err != nil {
			break
		}
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("error %v", err)
	}
	if err := c.write(keepalive); err == nil {
		t.Error("there is more after half a message")
	}
}

// TestFirstReasonStays whatever comes later.
func TestFirstReasonStays(t *testing.T) {
	c, r := ends(t)
	c.fail(errors.New("first"))
	_ = c.refuse(cease(OutOfResources, ""))
	r.Close()
	if _, _, err := c.read(); err == nil || err.Error() != "first" {
		t.Errorf("error %v", err)
	}
}

// TestReadAllocatesNothing per message.
func TestReadAllocatesNothing(t *testing.T) {
	const messages = 20000
	c, r := ends(t)
	go func() {
		var b []byte
		for n := range messages {
			b = append(b, say(n)...)
		}
		_, _ = r.Write(b)
	}()
	c.widen(maxMessage)
	if n := testing.AllocsPerRun(messages/2, func() {
		if _, _, err := c.read(); err != nil {
			t.Fatal(err)
		}
	}); n >= 1 {
		t.Errorf("%f allocations in reading a message", n)
	}
}

// BenchmarkUpdates reads small UPDATEs from a socket.
func BenchmarkUpdates(b *testing.B) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	go func() {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			return
		}
		defer conn.Close()
		var many []byte
		for n := range 1000 {
			many = append(many, short(typeUpdate, make([]byte, 60+n%100)...)...)
		}
		for {
			if _, err := conn.Write(many); err != nil {
				return
			}
		}
	}()
	conn, err := listener.Accept()
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	c := newConnection(conn.(*net.TCPConn), false)
	c.widen(maxMessage)
	c.hold = 90 * time.Second
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := c.read(); err != nil {
			b.Fatal(err)
		}
	}
}
