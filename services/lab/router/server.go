package router

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"

	api "github.com/osrg/gobgp/v3/api"
	"github.com/osrg/gobgp/v3/pkg/log"
	gobgp "github.com/osrg/gobgp/v3/pkg/server"

	"github.com/altostream/altostream/libs/bgpls"
)

var linkState = &api.Family{Afi: api.Family_AFI_LS, Safi: api.Family_SAFI_LS}

// restartSeconds is how long the collector keeps what a router told it after the
// router is lost (RFC 4724 §3).
const restartSeconds = 30

// server is the BGP server of a router.
type server struct {
	router
	address netip.AddrPort
	uplink  netip.Addr // where the collector connects to, on the same port
	bgp     *gobgp.BgpServer
}

// startServer listens on the address; port 0 is any free port. It listens on the same
// port of the uplink too.
func startServer(ctx context.Context, r router, address netip.AddrPort, uplink netip.Addr, logger log.Logger) (*server, error) {
	address, err := resolvePort(address)
	if err != nil {
		return nil, fmt.Errorf("router %s cannot listen; choose another port or address: %w", r, err)
	}
	s := &server{router: r, address: address, uplink: uplink, bgp: gobgp.NewBgpServer(gobgp.LoggerOption(logger))}
	go s.bgp.Serve()
	listen := []string{address.Addr().String()}
	if uplink != address.Addr() {
		listen = append(listen, uplink.String())
	}
	err = s.bgp.StartBgp(ctx, &api.StartBgpRequest{Global: &api.Global{
		Asn:             asn,
		RouterId:        r.id().String(),
		ListenAddresses: listen,
		ListenPort:      int32(address.Port()),
	}})
	if err != nil {
		s.bgp.Stop()
		return nil, fmt.Errorf("router %s cannot listen on %s; choose another port or address: %w", r, address, err)
	}
	return s, nil
}

// resolvePort gives an address with port 0 a port that is free.
func resolvePort(address netip.AddrPort) (netip.AddrPort, error) {
	if address.Port() != 0 {
		return address, nil
	}
	listener, err := net.Listen("tcp", address.String())
	if err != nil {
		return address, err
	}
	defer listener.Close()
	return netip.ParseAddrPort(listener.Addr().String())
}

// connect opens the iBGP session with another router: the one with the lower number
// dials. A route reflector takes a router that is none for its client.
func (s *server) connect(ctx context.Context, to *server) error {
	peer := s.neighbor(to.address.Addr(), asn)
	peer.Transport.RemotePort = uint32(to.address.Port())
	peer.Transport.PassiveMode = s.router > to.router
	if s.reflects() && !to.reflects() {
		peer.RouteReflector = s.reflection()
	}
	return s.add(ctx, peer)
}

// admit lets the collector connect. GoBGP sends End-of-RIB only to a peer that
// has the graceful restart capability, as this side does.
func (s *server) admit(ctx context.Context, c Collector) error {
	peer := s.neighbor(c.Address, c.ASN)
	peer.Transport.LocalAddress = s.uplink.String()
	peer.Transport.PassiveMode = true
	peer.GracefulRestart = &api.GracefulRestart{Enabled: true, RestartTime: restartSeconds}
	peer.AfiSafis[0].MpGracefulRestart = &api.MpGracefulRestart{Config: &api.MpGracefulRestartConfig{Enabled: true}}
	if c.ASN == asn {
		peer.RouteReflector = s.reflection()
	}
	return s.add(ctx, peer)
}

func (s *server) neighbor(address netip.Addr, peerASN uint32) *api.Peer {
	return &api.Peer{
		Conf:      &api.PeerConf{NeighborAddress: address.String(), PeerAsn: peerASN},
		Transport: &api.Transport{LocalAddress: s.address.Addr().String()},
		Timers:    &api.Timers{Config: &api.TimersConfig{ConnectRetry: 1}},
		AfiSafis:  []*api.AfiSafi{{Config: &api.AfiSafiConfig{Family: linkState, Enabled: true}}},
	}
}

func (s *server) reflection() *api.RouteReflector {
	return &api.RouteReflector{RouteReflectorClient: true, RouteReflectorClusterId: s.id().String()}
}

func (s *server) add(ctx context.Context, peer *api.Peer) error {
	if err := s.bgp.AddPeer(ctx, &api.AddPeerRequest{Peer: peer}); err != nil {
		return fmt.Errorf("router %s: add neighbor %s: %w", s.router, peer.Conf.NeighborAddress, err)
	}
	return nil
}

func (s *server) announce(ctx context.Context, o object) error {
	path := s.path(o)
	if _, err := s.bgp.AddPath(ctx, &api.AddPathRequest{TableType: api.TableType_GLOBAL, Path: path}); err != nil {
		return fmt.Errorf("router %s: announce %s: %w", s.router, o.nlri.Key(), err)
	}
	return nil
}

func (s *server) withdraw(ctx context.Context, o object) error {
	path := s.path(o)
	path.IsWithdraw = true
	if err := s.bgp.DeletePath(ctx, &api.DeletePathRequest{TableType: api.TableType_GLOBAL, Family: linkState, Path: path}); err != nil {
		return fmt.Errorf("router %s: withdraw %s: %w", s.router, o.nlri.Key(), err)
	}
	return nil
}

func (s *server) path(o object) *api.Path {
	return &api.Path{
		Family:       linkState,
		NlriBinary:   o.nlri.Append(nil),
		PattrsBinary: pathAttributes(bgpls.EncodeUpdate([]bgpls.NLRI{o.nlri}, nil, o.attributes, s.address.Addr())),
	}
}

// objects is the number of objects that the server knows.
func (s *server) objects(ctx context.Context) (uint64, error) {
	table, err := s.bgp.GetTable(ctx, &api.GetTableRequest{TableType: api.TableType_GLOBAL, Family: linkState})
	if err != nil {
		return 0, fmt.Errorf("router %s: read the table: %w", s.router, err)
	}
	return table.NumDestination, nil
}

// pathAttributes splits the body of an UPDATE without withdrawn routes into its path
// attributes (RFC 4271 §4.3).
func pathAttributes(body []byte) (attributes [][]byte) {
	const extendedLength = 0x10
	for b := body[4:]; len(b) > 0; {
		n := 3 + int(b[2])
		if b[0]&extendedLength != 0 {
			n = 4 + int(binary.BigEndian.Uint16(b[2:]))
		}
		attributes = append(attributes, b[:n])
		b = b[n:]
	}
	return attributes
}
