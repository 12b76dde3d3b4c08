package bgpingest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/pires/go-proxyproto"
	"go.opentelemetry.io/otel/metric"

	"github.com/altostream/altostream/libs/service"
)

const (
	// initiationTime is how long a router may take to say something (RFC 7854 §4.3: an
	// Initiation comes first). Later it may be silent for as long as nothing happens.
	initiationTime = 30 * time.Second
	// bmpBuffer is how many bytes of a router's are read ahead.
	bmpBuffer = 1 << 16
)

// keepAlive notices within half a minute that a router is gone: BMP has no messages for
// that.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}

// station takes the BMP sessions of routers (a monitoring station, RFC 7854 §3).
type station struct {
	*listener
	*bmpMetrics
	ctx    context.Context
	admits Routers
	system bool // routers are named after their sysNames

	refused service.Limit // of lines about connections that are refused
	silent  service.Limit // of lines about connections that cannot be accepted

	mu      sync.Mutex
	routers map[string]*router  // connected, by name
	shared  map[netip.Addr]bool // addresses that several routers came from
}

type bmpMetrics struct {
	messages    metric.Int64Counter
	unannounced metric.Int64Counter
	statistics  metric.Int64Gauge
}

func newBMPMetrics(m metric.Meter) (*bmpMetrics, error) {
	messages, failure1 := m.Int64Counter("bmp_messages", metric.WithDescription("BMP messages received, by router and type."))
	unannounced, failure2 := m.Int64Counter("bmp_unannounced_peers", metric.WithDescription("Peers that routers told routes of without a Peer Up, by router."))
	statistics, failure3 := m.Int64Gauge("bmp_statistics", metric.WithDescription("What routers report of their BGP-LS peers (RFC 7854 section 4.8), by source, type and address family."))
	if err := errors.Join(failure1, failure2, failure3); err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return &bmpMetrics{messages, unannounced, statistics}, nil
}

// listenBMP opens BMP_LISTEN and takes the sessions of routers. They end with ctx;
// failed gets the reason if they end otherwise.
func listenBMP(ctx context.Context, l *listener, c Config, failed func(error)) error {
	metrics, err := newBMPMetrics(l.meter)
	if err != nil {
		return err
	}
	tcp, err := service.Listen(c.BMPListen, "BMP_LISTEN")
	if err != nil {
		return err
	}
	if c.BMPProxy {
		tcp = behindProxy(tcp)
	}
	s := &station{
		listener: l, bmpMetrics: metrics, ctx: ctx, admits: c.BMPRouters, system: c.BMPNames == bmpNamesSystem, routers: map[string]*router{}, shared: map[netip.Addr]bool{},
		refused: service.Limit{Interval: logInterval}, silent: service.Limit{Interval: logInterval},
	}
	l.log.Info("listening for BMP", "address", tcp.Addr().String())
	context.AfterFunc(ctx, func() { _ = tcp.Close() })
	go func() {
		err := s.serve(tcp)
		if ctx.Err() == nil {
			failed(fmt.Errorf("BMP sessions ended: %w", err))
		}
	}()
	return nil
}

// serve accepts routers until the listener is closed. Other errors pass: there are too
// many open files for a while, say.
func (s *station) serve(tcp net.Listener) error {
	const pause = 100 * time.Millisecond
	for {
		conn, err := tcp.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return err
		case err != nil:
			if held, ok := s.silent.Allow(err.Error()); ok {
				s.log.Error("BMP connection not accepted", "error", err, "held_back", held)
			}
			time.Sleep(pause)
		default:
			go s.admit(conn)
		}
	}
}

// behindProxy is a listener whose connections begin with the address that they come from
// (PROXY protocol, version 1 or 2). One that does not is ended: anybody could say so.
func behindProxy(tcp net.Listener) net.Listener {
	require := func(proxyproto.ConnPolicyOptions) (proxyproto.Policy, error) { return proxyproto.REQUIRE, nil }
	return &proxyproto.Listener{Listener: tcp, ReadHeaderTimeout: initiationTime, ConnPolicy: require}
}

// admit leads the session of a router that may connect. Behind a proxy its address is
// what the connection begins with.
func (s *station) admit(conn net.Conn) {
	remote, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	address := remote.Addr().Unmap()
	if err == nil && !s.admits.contain(address) {
		err = errors.New("the address is not in BMP_ROUTERS")
	}
	if err != nil {
		_ = conn.Close()
		if held, ok := s.refused.Allow(address.String()); ok {
			s.log.Warn("BMP connection refused", "from", conn.RemoteAddr().String(), "error", err, "held_back", held)
		}
		return
	}
	if tcp, ok := tcpOf(conn); ok {
		_ = tcp.SetKeepAliveConfig(keepAlive)
	}
	r := newRouter(s, address, conn)
	defer s.forget(r)
	r.run(bufio.NewReaderSize(conn, bmpBuffer))
}

func tcpOf(conn net.Conn) (*net.TCPConn, bool) {
	if proxied, ok := conn.(*proxyproto.Conn); ok {
		return proxied.TCPConn()
	}
	tcp, ok := conn.(*net.TCPConn)
	return tcp, ok
}

// claim names a router that has said who it is, and returns the connection that there was
// of the same one. Several routers may come from one address, through a proxy or NAT;
// their sysNames (RFC 7854 §4.4) tell them apart. Which of them has the address for its name depends on who
// connected first, unless all are named after their sysNames.
func (s *station) claim(r *router) (former *router) {
	s.mu.Lock()
	defer s.mu.Unlock()
	there := s.routers[r.name]
	if there != nil && there.ended {
		there = nil
	}
	if there != nil && there.system != "" && r.system != "" && there.system != r.system {
		if !s.shared[r.address] {
			s.log.Warn("several routers come from one address: which one is named after it changes with restarts; with BMP_NAMES=sysname none is",
				"address", r.address, "names", []string{there.system, r.system})
		}
		s.shared[r.address] = true
	}
	if r.system != "" && (s.system || s.shared[r.address] && (there == nil || there.system != r.system)) {
		r.name = url.PathEscape(r.system)
	}
	former = s.routers[r.name]
	s.routers[r.name] = r
	return former
}

// ends notes that a router says no more: its name does not tell others apart.
func (s *station) ends(r *router) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.ended = true
}

// forget ends the connection of a router.
func (s *station) forget(r *router) {
	r.end(nil)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.routers[r.name] == r {
		delete(s.routers, r.name)
	}
	close(r.done)
}

// Routers are the addresses of BMP_ROUTERS that may connect; none: all may.
type Routers []netip.Prefix

// Decode reads an address or prefix,… (envconfig).
func (r *Routers) Decode(text string) error {
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(item)
		if addr, failure := netip.ParseAddr(item); failure == nil {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return fmt.Errorf("has %q, which is neither an address nor a prefix", item)
		}
		*r = append(*r, prefix.Masked())
	}
	return nil
}

// contain reports whether a router may connect. A zone does not matter.
func (r Routers) contain(addr netip.Addr) bool {
	for _, prefix := range r {
		if prefix.Contains(addr.WithZone("")) {
			return true
		}
	}
	return len(r) == 0
}
