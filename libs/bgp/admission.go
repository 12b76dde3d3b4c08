package bgp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

// Connections that may be on their way to a session at once, from one address and, of
// dynamic peers, in all; more are refused.
const (
	maxOpening     = 256
	maxOpeningEach = 4
)

// admission counts the accepted connections without a session; guarded by Speaker.mu.
type admission struct {
	total int
	by    map[netip.Addr]int
}

func newAdmission() admission { return admission{by: map[netip.Addr]int{}} }

var errStranger = errors.New("the address is not one of a configured peer")

// accept lets connections in until the listener fails or ctx ends.
func (s *Speaker) accept(ctx context.Context, listener net.Listener) error {
	for {
		conn, err := listener.Accept()
		switch {
		case err == nil:
			s.enter(ctx, conn)
		case ctx.Err() != nil:
			return nil
		case passing(err):
			s.watcher.Refused(netip.AddrPort{}, fmt.Errorf("accept: %w", err))
			sleep(ctx, 50*time.Millisecond)
		default:
			return fmt.Errorf("accept BGP connections: %w", err)
		}
	}
}

// passing reports whether an error of accept may go away.
func passing(err error) bool {
	for _, errno := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED, syscall.EPROTO, syscall.EPERM} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

// enter lets a connection in, or tells why not.
func (s *Speaker) enter(ctx context.Context, conn net.Conn) {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		_ = conn.Close()
		return
	}
	from := tcp.RemoteAddr().(*net.TCPAddr).AddrPort()
	addr := from.Addr().Unmap()
	c := newConnection(tcp, false)
	p, err := s.meet(addr, c)
	if err == nil && p.GTSM {
		err = c.requireNear()
	}
	if err != nil {
		c.fail(err)
		c.release()
		if errors.Is(err, errStranger) {
			s.watcher.Refused(netip.AddrPortFrom(addr, from.Port()), err)
		} else {
			s.watcher.Failed(addr, err)
		}
		return
	}
	s.running.Go(func() {
		defer s.part(p)
		defer c.release()
		p.lead(ctx, c)
	})
}

// meet returns the peer that a connection comes from; part is called when the
// connection has ended.
func (s *Speaker) meet(addr netip.Addr, c *connection) (*peer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.peers[addr]
	if p == nil {
		config, ok := s.best(addr)
		if !ok {
			return nil, errStranger
		}
		p = newPeer(s, addr, config, true)
	}
	if s.admission.by[addr] >= maxOpeningEach || p.dynamic && s.admission.total >= maxOpening {
		return nil, fmt.Errorf("too many connections without a session: %d from this address, %d in all", s.admission.by[addr], s.admission.total)
	}
	s.admission.total++
	s.admission.by[addr]++
	c.release = sync.OnceFunc(func() { s.pass(addr) })
	s.peers[addr] = p
	p.users++
	return p, nil
}

// best returns the configured peer with the longest prefix that an address is in.
func (s *Speaker) best(addr netip.Addr) (found Peer, ok bool) {
	for _, p := range s.known {
		if p.matches(addr) && (!ok || p.Addrs.Bits() > found.Addrs.Bits()) {
			found, ok = p, true
		}
	}
	return found, ok
}

// pass ends the count of a connection: it has a session, or is closed.
func (s *Speaker) pass(addr netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.admission.total--
	if s.admission.by[addr]--; s.admission.by[addr] == 0 {
		delete(s.admission.by, addr)
	}
}

// part forgets a dynamic peer that is gone, unless there is something to remember.
func (s *Speaker) part(p *peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.users--
	if p.users == 0 && p.dynamic && !p.remarkable() {
		delete(s.peers, p.addr)
	}
}

// remarkable reports whether a peer is to be treated in another way than a new one.
func (p *peer) remarkable() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.plain || time.Now().Before(p.pausedUntil)
}
