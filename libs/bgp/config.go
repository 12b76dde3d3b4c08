package bgp

import (
	"errors"
	"fmt"
	"net/netip"
	"time"
)

const (
	// DefaultHoldTime is offered if the configuration says nothing (RFC 4271 §10).
	DefaultHoldTime = 90 * time.Second
	// NoHoldTime offers a session without keepalives.
	NoHoldTime time.Duration = -1
	// DefaultPort is BGP's TCP port.
	DefaultPort = 179
)

// Config is this side of all sessions.
type Config struct {
	ASN      uint32
	RouterID netip.Addr
	HoldTime time.Duration // that is offered, in whole seconds; 0 = DefaultHoldTime
	Families []Family      // that are offered; none = LinkState
	// Plain offers no more than what a session needs, to all peers.
	Plain bool
}

// Peer is a speaker to hold a session with, or with Addrs of more than one address
// all those that connect from there.
type Peer struct {
	Addrs    netip.Prefix
	Zone     string // interface of a link-local address; "" = any
	Port     int    // to connect to
	ASN      uint32
	Passive  bool       // wait for the peer to connect
	Local    netip.Addr // to connect from; none = the system's choice
	Password Password   // MD5 signature of each TCP segment (RFC 2385)
	GTSM     bool       // no router stands between (RFC 5082)
}

// Password is a secret that does not show itself.
type Password string

// String returns no more than that there is a password.
func (p Password) String() string {
	if p == "" {
		return ""
	}
	return "…"
}

// GoString is String, for %#v.
func (p Password) GoString() string { return p.String() }

// Dynamic reports whether a peer stands for all that connect from a prefix.
func (p Peer) Dynamic() bool { return !p.Addrs.IsSingleIP() }

// Addr is the address of a peer that is not dynamic.
func (p Peer) Addr() netip.Addr { return p.Addrs.Addr().WithZone(p.Zone) }

// matches reports whether a connection from an address is one of the peer's.
func (p Peer) matches(addr netip.Addr) bool {
	return p.Addrs.Contains(addr.WithZone("")) && (p.Zone == "" || p.Zone == addr.Zone())
}

func (c *Config) complete() error {
	switch {
	case c.ASN == 0:
		return errors.New("0 is not an AS number (RFC 7607)")
	case !c.RouterID.Is4() || c.RouterID.IsUnspecified():
		return fmt.Errorf("%q is not a router id: it is an IPv4 address", c.RouterID)
	case c.HoldTime == NoHoldTime:
		c.HoldTime = 0
	case c.HoldTime == 0:
		c.HoldTime = DefaultHoldTime
	case c.HoldTime < 3*time.Second || c.HoldTime > 65535*time.Second:
		return fmt.Errorf("the hold time %s is not 3 to 65535 seconds (RFC 4271 §4.2)", c.HoldTime)
	}
	if len(c.Families) == 0 {
		c.Families = []Family{LinkState}
	}
	return nil
}

func (p Peer) check() error {
	switch {
	case !p.Addrs.IsValid():
		return errors.New("there is no address")
	case p.ASN == 0:
		return errors.New("there is no AS number")
	case len(p.Password) > MaxPassword:
		return fmt.Errorf("the MD5 password has %d octets; %d is the most", len(p.Password), MaxPassword)
	case p.Dynamic() && !p.Passive:
		return errors.New("peers by prefix must be passive")
	case !p.Passive && p.Zone == "" && p.Addrs.Addr().Is6() && p.Addrs.Addr().IsLinkLocalUnicast():
		return errors.New("to connect to a link-local address needs its interface: address%interface")
	}
	return nil
}
