package bgpingest

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/bgp"
	"github.com/altostream/altostream/libs/service"
)

// Config is the configuration of bgp-ingest.
type Config struct {
	service.Config
	Topology       string        `envconfig:"TOPOLOGY" default:"default" example:"backbone" desc:"name of the topology that the speakers belong to"`
	BGPASN         uint32        `envconfig:"BGP_ASN" default:"64512" example:"64512" desc:"our AS number"`
	BGPRouterID    netip.Addr    `envconfig:"BGP_ROUTER_ID" default:"192.0.2.1" example:"192.0.2.1" desc:"our BGP identifier"`
	BGPListen      string        `envconfig:"BGP_LISTEN" default:":1790" example:":179" desc:"address to accept BGP sessions on"`
	BGPHoldTime    time.Duration `envconfig:"BGP_HOLD_TIME" default:"90s" example:"9s" desc:"hold time offered"`
	BGPPeers       Peers         `envconfig:"BGP_PEERS" example:"192.0.2.7;64512,192.0.2.8:1790;64512;passive,2001:db8::7;64512;gtsm" desc:"addr[:port];asn[;passive][;gtsm][;md5=…],…"`
	BMPListen      string        `envconfig:"BMP_LISTEN" example:":11019" desc:"address to accept BMP sessions on; none without"`
	BMPRouters     Routers       `envconfig:"BMP_ROUTERS" example:"192.0.2.1,10.0.0.0/8" desc:"addresses and prefixes of the BMP routers; any without"`
	BMPProxy       bool          `envconfig:"BMP_PROXY" default:"false" example:"true" desc:"BMP sessions begin with the PROXY protocol, which says where the router is"`
	BMPNames       string        `envconfig:"BMP_NAMES" default:"address" example:"sysname" desc:"what BMP routers are named after: address or sysname"`
	MRTFiles       []string      `envconfig:"MRT_FILES" example:"/var/lib/mrt/updates.mrt" desc:"MRT files to read at the start"`
	StaleTime      time.Duration `envconfig:"STALE_TIME" default:"2m" example:"2m" desc:"how long a speaker's objects outlive its session"`
	EmptyTableTime time.Duration `envconfig:"EMPTY_TABLE_TIME" default:"30s" example:"1m" desc:"how long a table that shrinks to nothing is held"`
	MaxObjects     int           `envconfig:"MAX_OBJECTS" default:"1000000" example:"1000000" desc:"how many objects one speaker may tell"`
	MaxUpdateRate  int           `envconfig:"MAX_UPDATE_RATE" default:"0" example:"10000" desc:"UPDATE messages a second of one speaker; 0: any"`
	ReplicaGroup   string        `envconfig:"REPLICA_GROUP" default:"default" example:"east" desc:"instances with the same are replicas"`
}

// Validate reports the first wrong value, naming its variable.
func (c *Config) Validate() error {
	if err := c.Config.Validate(); err != nil {
		return err
	}
	if err := alto.ValidTopology(c.Topology); err != nil {
		return service.Wrong("TOPOLOGY", c.Topology, err.Error(), "backbone")
	}
	if c.BGPASN == 0 {
		return service.Wrong("BGP_ASN", "0", "is not an AS number", "64512")
	}
	if !c.BGPRouterID.Is4() || c.BGPRouterID.IsUnspecified() || c.BGPRouterID.IsMulticast() {
		return service.Wrong("BGP_ROUTER_ID", c.BGPRouterID.String(), "is not a unicast IPv4 address", "192.0.2.1")
	}
	if c.BGPHoldTime < 3*time.Second || c.BGPHoldTime > math.MaxUint16*time.Second {
		return service.Wrong("BGP_HOLD_TIME", c.BGPHoldTime.String(), "is not 3s to 65535s", "9s")
	}
	if _, _, err := net.SplitHostPort(c.BGPListen); err != nil {
		return service.Wrong("BGP_LISTEN", c.BGPListen, "is not [host]:port", ":1790")
	}
	if _, _, err := net.SplitHostPort(c.BMPListen); err != nil && c.BMPListen != "" {
		return service.Wrong("BMP_LISTEN", c.BMPListen, "is not [host]:port", ":11019")
	}
	if c.StaleTime <= 0 {
		return service.Wrong("STALE_TIME", c.StaleTime.String(), "is not positive", "2m")
	}
	if c.EmptyTableTime < 0 {
		return service.Wrong("EMPTY_TABLE_TIME", c.EmptyTableTime.String(), "is negative", "30s")
	}
	if c.MaxObjects <= 0 {
		return service.Wrong("MAX_OBJECTS", strconv.Itoa(c.MaxObjects), "is not positive", "1000000")
	}
	if c.BMPNames != bmpNamesAddress && c.BMPNames != bmpNamesSystem {
		return service.Wrong("BMP_NAMES", c.BMPNames, "is neither address nor sysname", "sysname")
	}
	if c.MaxUpdateRate < 0 {
		return service.Wrong("MAX_UPDATE_RATE", strconv.Itoa(c.MaxUpdateRate), "is negative", "10000")
	}
	if err := alto.ValidTopology(c.ReplicaGroup); err != nil {
		return service.Wrong("REPLICA_GROUP", c.ReplicaGroup, err.Error(), "east")
	}
	names := map[string]bool{}
	for _, file := range c.MRTFiles {
		if err := readable(file); err != nil {
			return service.Wrong("MRT_FILES", file, "cannot be read: "+err.Error(), "/var/lib/mrt/updates.mrt")
		}
		if name := filepath.Base(file); names[name] {
			return service.Wrong("MRT_FILES", strings.Join(c.MRTFiles, ","), "has two files named "+name+", which would be one speaker", "/var/lib/mrt/a.mrt,/var/lib/mrt/b.mrt")
		}
		names[filepath.Base(file)] = true
	}
	if len(c.BGPPeers) == 0 && len(c.MRTFiles) == 0 && c.BMPListen == "" {
		return service.Wrong("BGP_PEERS", "", "is empty, and so are BMP_LISTEN and MRT_FILES: there is nobody to listen to", "192.0.2.7;64512")
	}
	return nil
}

// readable tells why a file cannot be read.
func readable(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		return errors.New("it is a folder")
	}
	return err
}

// Peers are the BGP speakers of BGP_PEERS.
type Peers []bgp.Peer

// Decode reads addr[:port];asn[;passive][;md5=…][;gtsm],… (envconfig). Where there is a
// password, errors repeat nothing of the text.
func (p *Peers) Decode(text string) error {
	type identity struct {
		addrs netip.Prefix
		zone  string
	}
	seen := map[identity]bool{}
	n := 0
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		n++
		peer, err := parsePeer(item)
		switch {
		case err == nil:
		case strings.Contains(strings.ToLower(text), "md5"):
			return fmt.Errorf("has a wrong peer, number %d: it is not addr[:port];asn and options, which are passive, gtsm and md5=… (a password has 1 to %d octets, without comma and semicolon)", n, bgp.MaxPassword)
		default:
			return fmt.Errorf("has a wrong peer %q: %w", item, err)
		}
		id := identity{peer.Addrs, peer.Zone}
		if seen[id] {
			return fmt.Errorf("names the peer %s twice", peer.Addrs)
		}
		seen[id] = true
		*p = append(*p, peer)
	}
	return nil
}

func parsePeer(text string) (bgp.Peer, error) {
	parts := strings.Split(text, ";")
	if len(parts) < 2 {
		return bgp.Peer{}, errors.New("it is not addr[:port];asn")
	}
	peer, err := parseAddress(parts[0])
	if err != nil {
		return bgp.Peer{}, err
	}
	asn, err := strconv.ParseUint(parts[1], 10, 32)
	if err != nil || asn == 0 {
		return bgp.Peer{}, fmt.Errorf("%q is not an AS number", parts[1])
	}
	peer.ASN = uint32(asn)
	for _, option := range parts[2:] {
		if err := setOption(&peer, option); err != nil {
			return bgp.Peer{}, err
		}
	}
	if peer.Dynamic() && !peer.Passive {
		return bgp.Peer{}, errors.New("peers by prefix must be passive")
	}
	if addr := peer.Addrs.Addr(); !peer.Passive && addr.Is6() && addr.IsLinkLocalUnicast() && peer.Zone == "" {
		return bgp.Peer{}, fmt.Errorf("to connect to a link-local address needs its interface: %s%%eth0", addr)
	}
	return peer, nil
}

func setOption(peer *bgp.Peer, option string) error {
	password, isPassword := strings.CutPrefix(option, "md5=")
	switch {
	case option == "passive":
		peer.Passive = true
	case option == "gtsm":
		peer.GTSM = true
	case isPassword && password != "" && len(password) <= bgp.MaxPassword:
		peer.Password = bgp.Password(password)
	default:
		return fmt.Errorf("%q is not an option; there are: passive, gtsm, md5=…", option)
	}
	return nil
}

// parseAddress reads an address, address:port or prefix.
func parseAddress(text string) (bgp.Peer, error) {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return bgp.Peer{Addrs: prefix.Masked(), Port: bgp.DefaultPort}, nil
	}
	if addr, err := netip.ParseAddr(text); err == nil {
		return PeerAt(netip.AddrPortFrom(addr, bgp.DefaultPort), 0), nil
	}
	if ap, err := netip.ParseAddrPort(text); err == nil && ap.Port() != 0 {
		return PeerAt(ap, 0), nil
	}
	return bgp.Peer{}, fmt.Errorf("%q is not an address, address:port or prefix", text)
}

// PeerAt returns a speaker at an address to connect to.
func PeerAt(address netip.AddrPort, asn uint32) bgp.Peer {
	addr := address.Addr().Unmap()
	return bgp.Peer{Addrs: netip.PrefixFrom(addr, addr.BitLen()), Zone: addr.Zone(), Port: int(address.Port()), ASN: asn}
}
