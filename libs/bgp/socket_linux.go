package bgp

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// farthest is the TTL of packets that no router has forwarded (RFC 5082 §3).
const farthest = 255

// signWith demands and makes the MD5 signature of all segments from and to a prefix
// (RFC 2385).
func signWith(fd int, addrs netip.Prefix, password Password) error {
	domain, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
	if err != nil {
		return fmt.Errorf("socket domain: %w", err)
	}
	sig := unix.TCPMD5Sig{
		Flags: unix.TCP_MD5SIG_FLAG_PREFIX, Prefixlen: uint8(addrs.Bits()), Keylen: uint16(len(password)),
	}
	copy(sig.Key[:], password)
	addr := addrs.Addr().WithZone("")
	if domain == unix.AF_INET && addr.Is6() {
		return nil // no such peer can be on this socket
	}
	if domain == unix.AF_INET {
		sig.Addr.Family = unix.AF_INET
		copyOctets(sig.Addr.Data[2:], addr.AsSlice()) // after the port
	} else {
		sig.Addr.Family = unix.AF_INET6
		mapped := addr.As16() // Linux counts the bits of a mapped IPv4 prefix from 0 to 32
		copyOctets(sig.Addr.Data[6:], mapped[:])
	}
	err = unix.SetsockoptTCPMD5Sig(fd, unix.IPPROTO_TCP, unix.TCP_MD5SIG_EXT, &sig)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.ENOPROTOOPT):
		return fmt.Errorf("MD5 for %s: this kernel does not sign TCP segments (CONFIG_TCP_MD5SIG is not set): %w", addrs, err)
	}
	return fmt.Errorf("MD5 for %s: %w", addrs, err)
}

// copyOctets copies to an array whose elements are signed or not.
func copyOctets[T ~int8 | ~uint8](to []T, from []byte) {
	for i, octet := range from {
		to[i] = T(octet)
	}
}

// sendFar lets packets start with the highest TTL or hop limit.
func sendFar(fd int) error {
	domain, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
	if err == nil && domain == unix.AF_INET6 {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS, farthest)
	}
	if err == nil { // on an IPv6 socket this is for mapped IPv4 addresses
		err = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_TTL, farthest)
	}
	if err != nil {
		return fmt.Errorf("set the TTL (GTSM): %w", err)
	}
	return nil
}

// requireNear lets only packets through whose TTL or hop limit was not lowered on the
// way, and returns how many octets came before that.
func requireNear(tcp *net.TCPConn) (early int, err error) {
	raw, err := tcp.SyscallConn()
	if err != nil {
		return 0, fmt.Errorf("GTSM: %w", err)
	}
	var failure error
	err = raw.Control(func(fd uintptr) { early, failure = requireNearFD(int(fd)) })
	if err := errors.Join(err, failure); err != nil {
		return 0, fmt.Errorf("check the TTL (GTSM): %w", err)
	}
	return early, nil
}

func requireNearFD(fd int) (early int, err error) {
	if err := sendFar(fd); err != nil {
		return 0, err
	}
	domain, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
	if err == nil && domain == unix.AF_INET6 {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_MINHOPCOUNT, farthest)
	}
	if err == nil {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MINTTL, farthest)
	}
	if err != nil {
		return 0, err
	}
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return 0, err
	}
	return int(info.Bytes_received), nil
}
