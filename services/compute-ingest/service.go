package computeingest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// queue is how many events of one source may wait for the processor.
const queue = 16

// sitesName is the sites file's name among the sources in logs and metrics; no source
// can have it.
const sitesName = "COMPUTE_SITES (file)"

// feed is one source on its way to the processor.
type feed struct {
	reader *reader
	events chan stream.Event[Event]
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
		part := rt.Part("source", f.reader.source)
		running.Go(func() {
			source := stream.Source[Event]{
				Name: f.reader.source, Replicas: "altostream-compute-ingest-" + f.reader.source, Events: f.events,
				Start: func(ctx context.Context) error {
					go f.reader.follow(ctx)
					return nil
				},
			}
			cancel(stream.Feed(ctx, Spec(f.reader.source, serde), source, c.Config, part))
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
	var readers []*reader
	for _, source := range c.ComputeSources {
		f := newFeed(source, c.ComputePollInterval, t)
		feeds, readers = append(feeds, f), append(readers, f.reader)
	}
	if c.ComputeSites == "" {
		tellSites(ctx, feeds, Sites{}, time.Now())
		return feeds, t.watchAges(readers)
	}
	sites := newReader(sitesName, file(c.ComputeSites), c.ComputePollInterval, t, func(ctx context.Context, text []byte, at time.Time) ([]Problem, error) {
		sites, problems, err := ParseSites(text)
		if err == nil {
			tellSites(ctx, feeds, sites, at)
		}
		return problems, err
	})
	sites.report(ctx, sites.read(ctx))
	go sites.follow(ctx)
	return feeds, t.watchAges(append(readers, sites))
}

func newFeed(s Source, interval time.Duration, t *telemetry) feed {
	var l location = file(s.Location)
	if isURL(s.Location) {
		l = newPage(s.Location)
	}
	events := make(chan stream.Event[Event], queue)
	return feed{events: events, reader: newReader(s.Name, l, interval, t, func(ctx context.Context, text []byte, at time.Time) ([]Problem, error) {
		document, problems, err := ParseDocument(text)
		if err == nil {
			send(ctx, events, Read{document, at}, at)
		}
		return problems, err
	})}
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
