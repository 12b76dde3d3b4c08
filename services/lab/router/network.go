package router

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Config says where the routers of a Network listen and whom they tell.
type Config struct {
	First     netip.Addr // address of R1; R2 to R5 have the next ones
	Port      uint16     // of all routers; 0: each has any free port
	Collector Collector
	Uplinks   []Uplink // of R2 and R3; none: the collector connects to their addresses, from Collector.Address
	Log       *slog.Logger
}

// Uplink is where a route reflector and the collector meet, apart from the addresses
// that the routers have for each other.
type Uplink struct {
	Address   netip.Addr // of the reflector, on the same port
	Collector netip.Addr
}

// Network is the running network of the seed.
type Network struct {
	servers []*server // R1 first
	total   uint64    // objects while all links are up

	mu    sync.Mutex
	links map[link]*linkStatus
}

// linkStatus is what can change about a link.
type linkStatus struct {
	down   bool
	metric map[router]uint16 // by the router that the direction starts at
}

// Start starts the routers, waits until the route reflectors know the whole network
// and only then lets the collector connect: the End-of-RIB of each is true. The
// context is for the start only.
func Start(ctx context.Context, cfg Config) (*Network, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	n := &Network{links: map[link]*linkStatus{}}
	for l := range linkArea {
		n.links[l] = &linkStatus{metric: map[router]uint16{l.a: defaultMetric, l.b: defaultMetric}}
	}
	if err := n.start(ctx, cfg); err != nil {
		n.Close()
		return nil, fmt.Errorf("start the lab's network: %w", err)
	}
	return n, nil
}

func (n *Network) start(ctx context.Context, cfg Config) error {
	for r := router(1); r <= routers; r++ {
		address := netip.AddrPortFrom(nth(cfg.First, int(r)-1), cfg.Port)
		s, err := startServer(ctx, r, address, cfg.uplink(r).Address, logger{cfg.Log.With("router", r.String())})
		if err != nil {
			return err
		}
		n.servers = append(n.servers, s)
	}
	for _, o := range topology() {
		if err := n.server(o.by).announce(ctx, o); err != nil {
			return err
		}
		n.total++
	}
	for l := range linkArea {
		if err := n.server(l.b).connect(ctx, n.server(l.a)); err != nil {
			return err
		}
		if err := n.server(l.a).connect(ctx, n.server(l.b)); err != nil {
			return err
		}
	}
	for _, r := range reflectors {
		if err := n.converge(ctx, n.server(r)); err != nil {
			return err
		}
		if err := n.server(r).admit(ctx, Collector{cfg.uplink(r).Collector, cfg.Collector.ASN}); err != nil {
			return err
		}
	}
	return nil
}

// uplink is that of a router or, without one, its address.
func (c Config) uplink(r router) Uplink {
	if i := slices.Index(reflectors, r); i >= 0 && i < len(c.Uplinks) {
		return c.Uplinks[i]
	}
	return Uplink{nth(c.First, int(r)-1), c.Collector.Address}
}

// converge waits until a server knows the whole network.
func (n *Network) converge(ctx context.Context, s *server) error {
	const patience, step = 30 * time.Second, 10 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		known, err := s.objects(ctx)
		if err != nil {
			return err
		}
		if known == n.total {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("router %s knows %d of %d objects: %w", s.router, known, n.total, ctx.Err())
		case <-time.After(step):
		}
	}
}

// Close ends all sessions.
func (n *Network) Close() {
	for _, s := range n.servers {
		s.bgp.Stop()
	}
}

// Peers returns the routers that the collector connects to.
func (n *Network) Peers() []Peer {
	var peers []Peer
	for _, r := range reflectors {
		s := n.server(r)
		peers = append(peers, Peer{Name: r.String(), Address: netip.AddrPortFrom(s.uplink, s.address.Port()), ASN: asn})
	}
	return peers
}

func (n *Network) server(r router) *server { return n.servers[r-1] }

func (s *server) reflects() bool { return slices.Contains(reflectors, s.router) }
