package bgpingest

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
)

// maxLoggedBytes bounds what a log line shows of a malformed message.
const maxLoggedBytes = 64

// listener is what all kinds of sources share: the way from a raw UPDATE to an
// event, and what is counted and logged on it.
type listener struct {
	events chan<- stream.Event[Event]
	log    *slog.Logger
	limit  service.Limit
	meter  metric.Meter
	// running are the sources; they end soon after their context.
	running sync.WaitGroup

	updates  metric.Int64Counter
	badInput metric.Int64Counter
}

func newListener(events chan<- stream.Event[Event], rt *service.Runtime) (*listener, error) {
	updates, err := rt.Meter.Int64Counter("bgp_updates", metric.WithDescription("UPDATE messages received, by source."))
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	badInput, err := rt.Meter.Int64Counter("bgp_bad_input", metric.WithDescription("Parts of messages that could not be decoded and were put aside, by source and kind."))
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return &listener{
		events: events, log: rt.Log, limit: service.Limit{Interval: logInterval}, meter: rt.Meter,
		updates: updates, badInput: badInput,
	}, nil
}

// send hands an event over; it waits while Kafka takes no records, and so does the
// speaker's TCP session.
func (l *listener) send(ctx context.Context, e Event) {
	l.sendAt(ctx, e, time.Now())
}

func (l *listener) sendAt(ctx context.Context, e Event, observedAt time.Time) {
	select {
	case l.events <- stream.Event[Event]{Event: e, ObservedAt: observedAt}:
	case <-ctx.Done():
	}
}

// tell decodes the body of an UPDATE message and sends what it says.
func (l *listener) tell(ctx context.Context, source string, body []byte) {
	observedAt := time.Now()
	l.updates.Add(ctx, 1, metric.WithAttributes(attribute.String("source", source)))
	update, errs := bgpls.DecodeUpdate(body)
	for _, err := range errs {
		l.bad(ctx, source, "update", err)
	}
	if len(update.Reach) > 0 || len(update.Unreach) > 0 || update.EndOfRIB {
		l.sendAt(ctx, Update{Source: source, Update: update}, observedAt)
	}
	if update.EndOfRIB {
		l.log.Info("table complete (End-of-RIB)", "source", source)
	}
}

// bad counts a malformed part of the input and logs it, with a rate limit.
func (l *listener) bad(ctx context.Context, source, kind string, err error) {
	var raw []byte
	var de *bgpls.DecodeError
	if errors.As(err, &de) {
		kind = de.What
		raw = de.Raw[:min(len(de.Raw), maxLoggedBytes)]
	}
	l.badInput.Add(ctx, 1, metric.WithAttributes(attribute.String("source", source), attribute.String("kind", kind)))
	if held, ok := l.limit.Allow(); ok {
		l.log.Warn("input put aside", "source", source, "error", err, "bytes", hex.EncodeToString(raw), "held_back", held)
	}
}
