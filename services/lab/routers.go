package lab

import (
	"context"
	"log/slog"
	"net/netip"

	"github.com/altostream/altostream/services/lab/router"
)

const (
	labASN             = 100
	collectorAddress   = "127.0.0.1"
	firstRouterAddress = "127.0.0.11"
)

// routers are the routers of LAB_ROUTERS; network is nil unless they are the seed's.
type routers struct {
	peers   []router.Peer
	network *router.Network
	close   func()
}

// startRouters starts them; what happens in a network is told to news.
func startRouters(ctx context.Context, c Config, log *slog.Logger, news func(string)) (*routers, error) {
	collector := router.Collector{Address: netip.MustParseAddr(collectorAddress), ASN: labASN}
	first := netip.MustParseAddr(firstRouterAddress)
	switch c.Routers {
	case routersNone:
		return &routers{close: func() {}}, nil
	case routersSeed:
		n, err := router.Start(ctx, router.Seed(), router.Config{First: first, Port: c.RouterPort, Collector: collector, Log: log, News: news})
		if err != nil {
			return nil, err
		}
		return &routers{peers: n.Peers(), network: n, close: n.Close}, nil
	}
	replay, err := router.StartReplay(ctx, router.ReplayConfig{
		File: c.Routers, Speed: c.ReplaySpeed, First: first, Port: c.RouterPort, Collector: collector, Log: log,
	})
	if err != nil {
		return nil, err
	}
	return &routers{peers: replay.Peers(), close: replay.Close}, nil
}
