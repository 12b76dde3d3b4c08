//go:build !linux

package bgp

import (
	"errors"
	"net"
	"net/netip"
)

func signWith(int, netip.Prefix, Password) error {
	return errors.New("MD5 signatures of TCP segments are supported on Linux only")
}

func sendFar(int) error { return errors.New("GTSM is supported on Linux only") }

func requireNear(*net.TCPConn) (int, error) {
	return 0, errors.New("GTSM is supported on Linux only")
}
