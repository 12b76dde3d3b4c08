package computeingest

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/compute-ingest/collect"
	"github.com/altostream/altostream/services/compute-ingest/collect/document"
)

// queue is how many events of one source may wait for the processor.
const queue = 16

// sitesName is the sites file's name among the sources in logs and metrics; no source
// can have it.
const sitesName = "COMPUTE_SITES (file)"

// feed is one source on its way to the processor.
type feed struct {
	source   Source
	follower *follower
	events   chan stream.Event[Event]
}

// Run runs compute-ingest until ctx ends or something fails for good. The resources
// of one source are in one partition, so each source has a processor of its own.
func Run(ctx context.Context, c Config, rt *service.Runtime) error {
	registry, err := avro.Dial(c.Registry())
	if err != nil {
		return fmt.Errorf("SCHEMA_REGISTRY_URL: %w", err)
	}
	serde, err := avro.NewSerde[schemas.ComputeResource](registry, schemas.ComputeResourcesTopic, schemas.ComputeResourcesSchema)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	feeds, err := newFeeds(ctx, c, rt)
	if err != nil {
		return err
	}
	var running sync.WaitGroup
	for _, f := range feeds {
		part := rt.Part("source", f.source.Name)
		running.Go(func() {
			source := stream.Source[Event]{
				Name: f.source.Name, Replicas: collect.ConsumerGroup(f.source.Name), Events: f.events,
				Start: func(ctx context.Context) error {
					go f.follower.follow(ctx)
					return nil
				},
			}
			cancel(stream.Feed(ctx, Spec(f.source, serde), source, c.Config, part))
		})
	}
	running.Wait()
	return context.Cause(ctx)
}

// newFeeds returns the configured sources, to each of which the sites are told first.
func newFeeds(ctx context.Context, c Config, rt *service.Runtime) ([]feed, error) {
	t, err := newTelemetry(rt)
	if err != nil {
		return nil, err
	}
	var feeds []feed
	var followers []*follower
	for _, source := range c.ComputeSources {
		source.Interval = cmp.Or(source.Interval, c.ComputePollInterval)
		f := newFeed(source, t)
		feeds, followers = append(feeds, f), append(followers, f.follower)
	}
	if c.ComputeSites == "" {
		tellSites(ctx, feeds, Sites{}, time.Now())
		return feeds, t.watchAges(followers)
	}
	sites := followSites(feeds, c.ComputeSites, c.ComputePollInterval, t)
	sites.report(ctx, sites.readOnce(ctx))
	go sites.follow(ctx)
	return feeds, t.watchAges(append(followers, sites))
}

// newFeed makes events of what a source tells.
func newFeed(s Source, t *telemetry) feed {
	collector := s.collector()
	f := feed{source: s, follower: newFollower(s.Name, collector, s.Interval, t), events: make(chan stream.Event[Event], queue)}
	stale := false
	f.follower.read = func(ctx context.Context, at time.Time) ([]collect.Problem, error) {
		reading, err := collector.Read(ctx)
		if err != nil {
			return nil, err
		}
		if !reading.Unchanged || stale {
			send(ctx, f.events, Read{reading, at}, at)
		}
		stale = false
		return reading.AllProblems(), nil
	}
	f.follower.failed = func(ctx context.Context, since time.Time, err error) {
		stale = true
		now := time.Now()
		send(ctx, f.events, Failed{Since: since, At: now, Reason: err.Error()}, now)
	}
	return f
}

// followSites tells all sources where their resources stand.
func followSites(feeds []feed, location string, interval time.Duration, t *telemetry) *follower {
	reader := document.NewReader(location)
	f := newFollower(sitesName, reader, interval, t)
	var problems []collect.Problem
	f.read = func(ctx context.Context, at time.Time) ([]collect.Problem, error) {
		err := reader.Read(ctx, func(text []byte) error {
			sites, aside, err := ParseSites(text)
			if err == nil {
				problems = aside
				tellSites(ctx, feeds, sites, at)
			}
			return err
		})
		return problems, err
	}
	return f
}

func tellSites(ctx context.Context, feeds []feed, sites Sites, at time.Time) {
	for _, f := range feeds {
		send(ctx, f.events, SitesRead{sites, at}, at)
	}
}

// send hands an event over; it waits while Kafka takes no records.
func send(ctx context.Context, events chan<- stream.Event[Event], e Event, at time.Time) {
	select {
	case events <- stream.Event[Event]{Event: e, ObservedAt: at}:
	case <-ctx.Done():
	}
}
