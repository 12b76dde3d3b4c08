package broker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// maxRequest is the longest request in bytes: Kafka's default socket.request.max.bytes.
const maxRequest = 100 << 20

// fixedHeader is the length, API key, API version, correlation id and length of the
// client id, with which each request begins.
const fixedHeader = 4 + 2 + 2 + 4 + 2

// guard is a listener whose connections end at a request that is none. kfake ends
// the process on an unknown API key, takes memory for any length and spins through
// billions of header fields. It also keeps kfake from losing members of groups (groupAnswer).
type guard struct {
	net.Listener
	produced atomic.Int64 // octets of records, at most, that came since this was last cleared
}

// Accept returns the next connection, guarded.
func (g *guard) Accept() (net.Conn, error) {
	conn, err := g.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &guardedConn{Conn: conn, produced: &g.produced}, nil
}

// Addr returns the address that clients are told to connect to: the one that is
// listened on, or the loopback address if that is all addresses.
func (g *guard) Addr() net.Addr {
	addr, ok := g.Listener.Addr().(*net.TCPAddr)
	if ok && addr.IP.IsUnspecified() {
		return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: addr.Port}
	}
	return g.Listener.Addr()
}

// guardedConn looks at the header of each request before it lets it through.
type guardedConn struct {
	net.Conn
	produced *atomic.Int64
	header   []byte
	unread   []byte // the part of header that Read has not returned yet
	left     int    // bytes of the request that follow the header
	group    groupAnswer
}

// Read reads from one request, at most to its end.
func (c *guardedConn) Read(p []byte) (int, error) {
	n, err := c.readRequest(p)
	if err != nil {
		c.group.await()
	}
	return n, err
}

// Write writes answers.
func (c *guardedConn) Write(p []byte) (int, error) {
	c.group.answered(p)
	return c.Conn.Write(p)
}

// Close ends the connection.
func (c *guardedConn) Close() error {
	c.group.end()
	return c.Conn.Close()
}

func (c *guardedConn) readRequest(p []byte) (int, error) {
	if len(c.unread) == 0 && c.left == 0 {
		if err := c.next(); err != nil {
			return 0, err
		}
	}
	if len(c.unread) > 0 {
		n := copy(p, c.unread)
		c.unread = c.unread[n:]
		return n, nil
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// next reads the header of a request.
func (c *guardedConn) next() error {
	if err := c.read(0, fixedHeader); err != nil {
		return err
	}
	length := int(int32(binary.BigEndian.Uint32(c.header)))
	key := int16(binary.BigEndian.Uint16(c.header[4:]))
	flexible, err := checkRequest(length, key, int16(binary.BigEndian.Uint16(c.header[6:])))
	if err != nil {
		return err
	}
	rest := max(0, int(int16(binary.BigEndian.Uint16(c.header[12:])))) // the client id; -1 is none
	if flexible {
		rest++ // the number of tagged fields (KIP-482)
	}
	if fixedHeader+rest > 4+length {
		return fmt.Errorf("request of %d bytes has a longer header", length)
	}
	if err := c.read(fixedHeader, rest); err != nil {
		return err
	}
	if flexible && c.header[fixedHeader+rest-1] != 0 {
		return errors.New("request header with tagged fields, of which Kafka knows none")
	}
	if key == kmsg.Produce.Int16() {
		c.produced.Add(int64(length))
	}
	if key == kmsg.JoinGroup.Int16() || key == kmsg.SyncGroup.Int16() {
		c.group.asked(binary.BigEndian.Uint32(c.header[8:]), c.Conn)
	}
	c.unread, c.left = c.header, 4+length-len(c.header)
	return nil
}

// read reads n bytes of the header behind its first at bytes.
func (c *guardedConn) read(at, n int) error {
	c.header = slices.Grow(c.header[:at], n)[:at+n]
	_, err := io.ReadFull(c.Conn, c.header[at:])
	return err
}

// checkRequest reports whether the header ends with tagged fields.
func checkRequest(length int, key, version int16) (flexible bool, err error) {
	if length < fixedHeader-4 || length > maxRequest {
		return false, fmt.Errorf("request of %d bytes", length)
	}
	request := kmsg.RequestForKey(key)
	if request == nil {
		return false, fmt.Errorf("unknown API key %d", key)
	}
	// A client may ask for the API versions in a version that is too new (KIP-511).
	if version < 0 || version > request.MaxVersion() && key != kmsg.ApiVersions.Int16() {
		return false, fmt.Errorf("unknown version %d of API %s", version, kmsg.NameForKey(key))
	}
	request.SetVersion(version)
	return request.IsFlexible(), nil
}
