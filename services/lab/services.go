package lab

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	_ "embed"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/altostream/altostream/libs/service"
	bgpingest "github.com/altostream/altostream/services/bgp-ingest"
	computeingest "github.com/altostream/altostream/services/compute-ingest"
	"github.com/altostream/altostream/services/correlator"
	costbuilder "github.com/altostream/altostream/services/cost-builder"
	"github.com/altostream/altostream/services/lab/router"
	mapbuilder "github.com/altostream/altostream/services/map-builder"
)

var (
	//go:embed seed/compute.json
	seedCompute []byte
	//go:embed seed/sites.json
	seedSites []byte
)

// services are the services of the chain, ready to run.
type services struct {
	common   service.Config
	log      *slog.Logger
	metrics  *prometheus.Registry
	runtimes []*service.Runtime
	runs     []func(context.Context) error
}

// add makes a service ready: its configuration is that of the environment, with the
// lab's addresses.
func add[C any, P service.Configuration[C]](ctx context.Context, s *services, name string, run func(context.Context, C, *service.Runtime) error, adjust ...func(*C)) error {
	var config C
	addresses := func(c *C) {
		shared := P(c).Common()
		shared.KafkaBootstrapServers = s.common.KafkaBootstrapServers
		shared.SchemaRegistryURL = s.common.SchemaRegistryURL
	}
	if err := service.Load(&config, append(adjust, addresses)...); err != nil {
		return err
	}
	tracer, flush, err := service.NewTracer(ctx, name)
	if err != nil {
		return err
	}
	rt, err := service.NewRuntime(name, s.log, s.metrics, tracer)
	if err != nil {
		return err
	}
	s.runtimes = append(s.runtimes, rt)
	s.runs = append(s.runs, func(ctx context.Context) error {
		defer flush()
		err := run(ctx, config, rt)
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("%s ended: %w", name, err)
	})
	return nil
}

// addAll makes the five services ready, bgp-ingest with sessions to the peers, compute-ingest with the document
// of dir, which lives if it changes all the time.
func (s *services) addAll(ctx context.Context, peers []router.Peer, dir string, lives bool) error {
	err := add(ctx, s, "bgp-ingest", bgpingest.Run,
		func(c *bgpingest.Config) { meet(c, peers) })
	if err != nil {
		return err
	}
	if err := add(ctx, s, "map-builder", mapbuilder.Run); err != nil {
		return err
	}
	if err := add(ctx, s, "cost-builder", costbuilder.Run); err != nil {
		return err
	}
	document, sites, err := writeSeed(dir)
	if err != nil {
		return err
	}
	err = add(ctx, s, "compute-ingest", computeingest.Run,
		func(c *computeingest.Config) { useSeed(c, document, sites, lives) })
	if err != nil {
		return err
	}
	return add(ctx, s, "correlator", correlator.Run)
}

// addControl has links of the network fail over HTTP.
func (s *services) addControl(ctx context.Context, network *router.Network) error {
	if network == nil {
		return nil
	}
	tracer, _, err := service.NewTracer(ctx, "routers")
	if err != nil {
		return err
	}
	rt, err := service.NewRuntime("routers", s.log, s.metrics, tracer)
	if err != nil {
		return err
	}
	network.Serve(rt)
	s.runtimes = append(s.runtimes, rt)
	return nil
}

// meet adds the lab's routers to the peers of bgp-ingest, which connects to them.
func meet(c *bgpingest.Config, peers []router.Peer) {
	if len(peers) == 0 {
		return
	}
	for _, p := range peers {
		c.BGPPeers = append(c.BGPPeers, bgpingest.PeerAt(p.Address, p.ASN))
	}
	c.BGPASN = labASN
	if _, set := os.LookupEnv("BGP_LISTEN"); !set {
		c.BGPListen = collectorAddress + ":0"
	}
}

// computeDocument is the file of the lab's compute resources, in its folder.
const computeDocument = "compute.json"

// writeSeed puts the seed's compute document and its sites into dir, where a person
// may change them; files that exist are left as they are.
func writeSeed(dir string) (document, sites string, err error) {
	document, sites = filepath.Join(dir, computeDocument), filepath.Join(dir, "sites.json")
	for path, content := range map[string][]byte{document: seedCompute, sites: seedSites} {
		if _, err := os.Stat(path); err == nil {
			continue
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return "", "", fmt.Errorf("write the lab's compute document (DATA_DIR): %w", err)
		}
	}
	return document, sites, nil
}

// useSeed gives compute-ingest the seed's document unless the environment names one. A document that
// lives is looked at often.
func useSeed(c *computeingest.Config, document, sites string, lives bool) {
	if len(c.ComputeSources) > 0 {
		return
	}
	if lives {
		c.ComputePollInterval = 200 * time.Millisecond
	}
	c.ComputeSources = computeingest.Sources{computeingest.Document("seed", document)}
	if c.ComputeSites == "" {
		c.ComputeSites = sites
	}
}

// run runs the services until ctx ends or one of them fails.
func (s *services) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, run := range s.runs {
		group.Go(func() error { return run(ctx) })
	}
	return group.Wait()
}

// ready reports whether all services are caught up.
func (s *services) ready() bool {
	for _, rt := range s.runtimes {
		if !rt.IsReady() {
			return false
		}
	}
	return true
}

// Configurations are what the lab's environment is read into: its own, and the services'.
func Configurations() []any {
	return []any{new(Config), new(bgpingest.Config), new(mapbuilder.Config), new(costbuilder.Config), new(computeingest.Config), new(correlator.Config)}
}
