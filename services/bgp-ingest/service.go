package bgpingest

import (
	"context"
	"fmt"
	"time"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// queue is how many events may wait between the sessions and the processor; beyond
// it the sessions wait.
const queue = 256

// Run runs bgp-ingest until ctx ends or something fails for good.
func Run(ctx context.Context, c Config, rt *service.Runtime) error {
	registry, err := avro.Dial(c.Registry())
	if err != nil {
		return fmt.Errorf("SCHEMA_REGISTRY_URL: %w", err)
	}
	serde, err := avro.NewSerde[schemas.RawTopology](registry, schemas.RawTopologyTopic, schemas.RawTopologySchema)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	events := make(chan stream.Event[Event], queue)
	l, err := newListener(events, c, rt)
	if err != nil {
		return err
	}
	defer func() { // the routers are told that the sessions end
		cancel(nil)
		l.running.Wait()
	}()
	source := stream.Source[Event]{
		Name: c.Topology, Replicas: "altostream-bgp-ingest-" + c.Topology + "-" + c.ReplicaGroup, Events: events,
		Start: func(ctx context.Context) error {
			l.running.Go(func() { listen(ctx, l, c, rt, cancel) })
			return nil
		},
	}
	metrics, err := newSpeakerMetrics(rt.Meter)
	if err != nil {
		return err
	}
	err = stream.Feed(ctx, watched(Spec(c, serde), metrics, l), source, c.Config, rt)
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// watched is the processor with what happens to its speakers set as metrics, after
// each batch, and told to the listener.
func watched(spec stream.Spec[*State, Event, avro.Encoded], m *speakerMetrics, l *listener) stream.Spec[*State, Event, avro.Encoded] {
	step := spec.Step
	spec.Step = func(s *State, e Event) (*State, []output) {
		s, out := step(s, e)
		switch e := e.(type) {
		case Update:
			if e.decoder != nil {
				decoders.Put(e.decoder)
			}
		case Flush:
			news, findings := s.news()
			m.set(news, time.Now())
			for _, f := range findings {
				l.found(f, s.emptyTime)
			}
		}
		return s, out
	}
	return spec
}

// listen makes the configured speakers known, before the first of them speaks, and
// starts the sources; end gets the reason if one of them fails.
func listen(ctx context.Context, l *listener, c Config, rt *service.Runtime, end func(error)) {
	for _, peer := range c.BGPPeers {
		if peer.Dynamic() {
			l.send(ctx, Admitted{peer.Addrs, time.Now()})
		} else {
			l.send(ctx, Configured{Source: bgpSource(peer.Addr()), ASN: peer.ASN, At: time.Now()})
		}
	}
	if c.BMPListen != "" {
		l.send(ctx, Monitored{c.BMPRouters, time.Now()})
	}
	l.send(ctx, AllConfigured{c.MRTFiles})
	if len(c.BGPPeers) > 0 {
		refresher, err := listenBGP(ctx, l, c, end)
		if err != nil {
			end(err)
			return
		}
		rt.Handle(refreshPath, refresher.page)
	}
	if c.BMPListen != "" {
		if err := listenBMP(ctx, l, c, end); err != nil {
			end(err)
			return
		}
	}
	for _, file := range c.MRTFiles {
		if err := l.readMRT(ctx, file); err != nil {
			end(err)
			return
		}
	}
}
