package lab

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/services/lab/broker"
)

// Lab is a running lab.
type Lab struct {
	config   Config
	broker   *broker.Broker
	routers  *routers
	services *services
	screen   *screen
	dir      string // of the compute document
	temp     string // dir to remove at the end; empty if it stays
}

// Start starts broker, registry and routers and makes the services ready. Run runs
// them and shows on out what becomes of the maps; Close ends all.
func Start(ctx context.Context, c Config, log service.Config, out, errs io.Writer) (*Lab, error) {
	l := &Lab{config: c, screen: newScreen(out)}
	if err := l.start(ctx, log, errs); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

func (l *Lab) start(ctx context.Context, logging service.Config, errs io.Writer) (err error) {
	c := l.config
	logger := service.NewLogger(&logging, errs)
	l.broker, err = broker.Start(broker.Config{
		KafkaListen: c.KafkaListen, RegistryListen: c.RegistryListen, DataDir: c.DataDir, Partitions: c.Partitions, Log: logger,
	})
	if err != nil {
		return err
	}
	if l.routers, err = startRouters(ctx, c, logger, l.screen.news); err != nil {
		return err
	}
	if l.dir = c.DataDir; l.dir == "" {
		if l.temp, err = os.MkdirTemp("", "altostream-lab-"); err != nil {
			return fmt.Errorf("folder for the compute document: %w", err)
		}
		l.dir = l.temp
	}
	l.services = &services{common: l.Clients(), log: logger, metrics: prometheus.NewRegistry()}
	if err := l.services.addAll(ctx, l.routers.peers, l.dir, l.config.Events == eventsDemo); err != nil {
		return err
	}
	return l.services.addControl(ctx, l.routers.network)
}

// Clients returns the configuration of a client of the lab's broker and registry.
func (l *Lab) Clients() service.Config {
	return service.Config{KafkaBootstrapServers: l.broker.KafkaAddress(), SchemaRegistryURL: l.broker.RegistryURL()}
}

// Close ends broker and routers.
func (l *Lab) Close() {
	if l.routers != nil {
		l.routers.close()
	}
	if l.broker != nil {
		l.broker.Close()
	}
	if l.temp != "" {
		_ = os.RemoveAll(l.temp)
	}
}

// Run runs the services, shows what becomes of the maps, and plays the events, until ctx
// ends or a service fails.
func (l *Lab) Run(ctx context.Context) error {
	server, err := service.Serve(l.config.HTTPListen, "HTTP_LISTEN", l.services.metrics, l.services.runtimes...)
	if err != nil {
		return err
	}
	defer server.Close()
	l.screen.welcome(l, server.Addr)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return l.services.run(ctx) })
	group.Go(func() error {
		for !l.services.ready() {
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(20 * time.Millisecond):
			}
		}
		return l.show(ctx, l.screen)
	})
	return group.Wait()
}

// show follows the maps and plays the events.
func (l *Lab) show(ctx context.Context, s *screen) error {
	group, ctx := errgroup.WithContext(ctx)
	if l.config.isp() > 0 {
		return s.summarize(ctx, l)
	}
	group.Go(func() error { return s.follow(ctx, l.Clients(), "network-map", "--watch") })
	group.Go(func() error {
		s.written(ctx)
		return s.follow(ctx, l.Clients(), "cost-map", "--metric", "routingcost", "--watch")
	})
	if l.config.Events == eventsDemo {
		hosts, err := newLoad(filepath.Join(l.dir, computeDocument))
		if err != nil {
			return err
		}
		group.Go(func() error { return hosts.churn(ctx, l.config.EventsPause/8) })
		group.Go(func() error {
			s.written(ctx)
			return s.rank(ctx, l.Clients())
		})
		group.Go(func() error { return demo(ctx, l.routers.network, hosts, s.news, l.config.EventsPause) })
	}
	return group.Wait()
}
