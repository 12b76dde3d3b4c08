package router

import (
	"context"
	"encoding/binary"
	"log/slog"
	"net"
	"net/netip"
	"testing"

	api "github.com/osrg/gobgp/v3/api"
	"github.com/osrg/gobgp/v3/pkg/log"
	gobgp "github.com/osrg/gobgp/v3/pkg/server"

	"github.com/altostream/altostream/libs/bgpls"
)

var linkState = &api.Family{Afi: api.Family_AFI_LS, Safi: api.Family_SAFI_LS}

// goBGP is a GoBGP server. It is no router of the lab, because it does not tell nodes and
// prefixes of several areas apart, and drops the prefix metric (v3.37.0).
type goBGP struct {
	address netip.AddrPort
	bgp     *gobgp.BgpServer
}

// startGoBGP listens on any free port of the address.
func startGoBGP(t *testing.T, as uint32, r router, at netip.Addr) *goBGP {
	t.Helper()
	address, err := resolvePort(netip.AddrPortFrom(at, 0))
	if err != nil {
		t.Fatal(err)
	}
	s := &goBGP{address, gobgp.NewBgpServer(gobgp.LoggerOption(logger{slog.New(slog.DiscardHandler)}))}
	go s.bgp.Serve()
	t.Cleanup(s.bgp.Stop)
	err = s.bgp.StartBgp(t.Context(), &api.StartBgpRequest{Global: &api.Global{
		Asn: as, RouterId: r.id.String(), ListenAddresses: []string{at.String()}, ListenPort: int32(address.Port()),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return s
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

func (s *goBGP) neighbor(address netip.Addr, peerASN uint32) *api.Peer {
	return &api.Peer{
		Conf:      &api.PeerConf{NeighborAddress: address.String(), PeerAsn: peerASN},
		Transport: &api.Transport{LocalAddress: s.address.Addr().String()},
		Timers:    &api.Timers{Config: &api.TimersConfig{ConnectRetry: 1}},
		AfiSafis:  []*api.AfiSafi{{Config: &api.AfiSafiConfig{Family: linkState, Enabled: true}}},
	}
}

func (s *goBGP) add(ctx context.Context, peer *api.Peer) error {
	return s.bgp.AddPeer(ctx, &api.AddPeerRequest{Peer: peer})
}

func (s *goBGP) announce(ctx context.Context, o Object) error {
	_, err := s.bgp.AddPath(ctx, &api.AddPathRequest{TableType: api.TableType_GLOBAL, Path: &api.Path{
		Family:       linkState,
		NlriBinary:   o.NLRI.Append(nil),
		PattrsBinary: pathAttributes(bgpls.EncodeUpdate([]bgpls.NLRI{o.NLRI}, nil, o.Attributes, s.address.Addr())),
	}})
	return err
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

// logger passes GoBGP's log on as debug lines.
type logger struct{ log *slog.Logger }

func (l logger) Panic(msg string, f log.Fields) { l.line(msg, f); panic(msg) }
func (l logger) Fatal(msg string, f log.Fields) { l.line(msg, f); panic(msg) }
func (l logger) Error(msg string, f log.Fields) { l.line(msg, f) }
func (l logger) Warn(msg string, f log.Fields)  { l.line(msg, f) }
func (l logger) Info(msg string, f log.Fields)  { l.line(msg, f) }
func (l logger) Debug(msg string, f log.Fields) { l.line(msg, f) }
func (l logger) SetLevel(log.LogLevel)          {}

func (l logger) GetLevel() log.LogLevel {
	if l.log.Enabled(context.Background(), slog.LevelDebug) {
		return log.DebugLevel
	}
	return log.ErrorLevel
}

func (l logger) line(msg string, fields log.Fields) {
	args := make([]any, 0, 2*len(fields))
	for key, value := range fields {
		args = append(args, key, value)
	}
	l.log.Debug("gobgp: "+msg, args...)
}
