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

var (
	collector = router.Collector{Address: netip.MustParseAddr(collectorAddress), ASN: labASN}
	first     = netip.MustParseAddr(firstRouterAddress)
)

// routers are the routers of LAB_ROUTERS; network is nil if they are not the lab's own.
type routers struct {
	peers   []router.Peer
	network *router.Network
	close   func()
}

// startRouters starts them; what happens in a network is told to news.
func startRouters(ctx context.Context, c Config, log *slog.Logger, news func(string)) (*routers, error) {
	topology := router.Seed()
	switch n := c.isp(); {
	case c.Routers == routersNone:
		return &routers{close: func() {}}, nil
	case n > 0:
		topology = router.ISP(n)
	case c.Routers != routersSeed:
		return replay(ctx, c, log)
	}
	n, err := router.Start(ctx, topology, router.Config{First: first, Port: c.RouterPort, Collector: collector, Log: log, News: news})
	if err != nil {
		return nil, err
	}
	return &routers{peers: n.Peers(), network: n, close: n.Close}, nil
}

func replay(ctx context.Context, c Config, log *slog.Logger) (*routers, error) {
	r, err := router.StartReplay(ctx, router.ReplayConfig{
		File: c.Routers, Speed: c.ReplaySpeed, First: first, Port: c.RouterPort, Collector: collector, Log: log,
	})
	if err != nil {
		return nil, err
	}
	return &routers{peers: r.Peers(), close: r.Close}, nil
}
