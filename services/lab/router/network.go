package router

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
)

// Config says where the speakers of a Network listen and whom they tell.
type Config struct {
	First     netip.Addr // address of R1; R2 and so on have the next ones. Only speakers listen
	Port      uint16     // of all speakers; 0: each has any free port
	Collector Collector
	Uplinks   []Uplink // of the speakers; none: the collector connects to the addresses from First on, from Collector.Address
	Log       *slog.Logger
	News      func(text string) // what changes, in words, just before the speakers tell it; may be nil
}

// Uplink is where a speaker and the collector meet, if not at the speaker's address from
// First on.
type Uplink struct {
	Address   netip.Addr // of the speaker
	Collector netip.Addr
}

// Network is a topology whose speakers run.
type Network struct {
	servers []*server // of the topology's speakers
	news    func(text string)

	mu       sync.Mutex
	topology *Topology
}

// Start starts the speakers. The context is for the start only. The topology belongs to
// the network from now on.
func Start(ctx context.Context, topology *Topology, cfg Config) (*Network, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.News == nil {
		cfg.News = func(string) {}
	}
	n := &Network{topology: topology, news: cfg.News}
	for i, r := range topology.speakers {
		if err := n.start(ctx, r, cfg.uplink(i, slices.Index(topology.routers, r)), cfg); err != nil {
			n.Close()
			return nil, fmt.Errorf("start the lab's network: %w", err)
		}
	}
	return n, nil
}

func (n *Network) start(ctx context.Context, r router, at Uplink, cfg Config) error {
	collector := Collector{at.Collector, cfg.Collector.ASN}
	s, err := startServer(ctx, r, netip.AddrPortFrom(at.Address, cfg.Port), collector, n.topology.database(r), cfg.Log.With("router", r.String()))
	if err != nil {
		return err
	}
	n.servers = append(n.servers, s)
	return nil
}

// uplink is that of a speaker or, without one, its address among the routers.
func (c Config) uplink(speaker, router int) Uplink {
	if speaker < len(c.Uplinks) {
		return c.Uplinks[speaker]
	}
	return Uplink{nth(c.First, router), c.Collector.Address}
}

// Close ends all sessions.
func (n *Network) Close() {
	for _, s := range n.servers {
		s.stop()
	}
}

// Peers returns the speakers that the collector connects to.
func (n *Network) Peers() []Peer {
	var peers []Peer
	for _, s := range n.servers {
		peers = append(peers, Peer{Name: s.name, Address: s.address, ASN: asn})
	}
	return peers
}
