package bgp

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"slices"
	"syscall"
)

// MaxPassword is the longest MD5 password that Linux takes.
const MaxPassword = 80

// Listen opens a listener for Serve, which demands the MD5 signatures of those peers
// that have a password. It does not use MPTCP, as Go does by default: MD5 and GTSM do
// nothing there, without an error.
func (s *Speaker) Listen(ctx context.Context, address string) (net.Listener, error) {
	lc := net.ListenConfig{Control: onSocket(s.prepareListener)}
	lc.SetMultipathTCP(false)
	return lc.Listen(ctx, "tcp", address)
}

// prepareListener sets what must be there before the first connection comes.
func (s *Speaker) prepareListener(fd int) error {
	if slices.ContainsFunc(s.known, func(p Peer) bool { return p.GTSM }) {
		if err := sendFar(fd); err != nil {
			return err
		}
	}
	for _, p := range s.known {
		if p.Password == "" {
			continue
		}
		if err := signWith(fd, p.Addrs, p.Password); err != nil {
			return err
		}
	}
	return nil
}

// dialTCP connects to a peer.
func (s *Speaker) dialTCP(ctx context.Context, p *peer) (*net.TCPConn, error) {
	dialer := net.Dialer{Timeout: dialTimeout, Control: onSocket(p.prepare)}
	dialer.SetMultipathTCP(false)
	if p.Local.IsValid() {
		dialer.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(p.Local, 0))
	}
	conn, err := dialer.DialContext(ctx, "tcp", netip.AddrPortFrom(p.addr, p.port()).String())
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), nil
}

// port is where the peer listens.
func (p *peer) port() uint16 { return uint16(cmp.Or(p.Port, DefaultPort)) }

// prepare sets what must be there before a connection is opened.
func (p *peer) prepare(fd int) error {
	if p.GTSM {
		if err := sendFar(fd); err != nil {
			return err
		}
	}
	if p.Password == "" {
		return nil
	}
	return signWith(fd, netip.PrefixFrom(p.addr, p.addr.BitLen()), p.Password)
}

// onSocket is a net Control function.
func onSocket(f func(fd int) error) func(string, string, syscall.RawConn) error {
	return func(_, _ string, raw syscall.RawConn) error {
		var failure error
		if err := raw.Control(func(fd uintptr) { failure = f(int(fd)) }); err != nil {
			return err
		}
		return failure
	}
}
