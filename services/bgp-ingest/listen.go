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
	"golang.org/x/time/rate"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
)

// maxLoggedBytes bounds what a log line shows of a malformed message.
const maxLoggedBytes = 64

// listener is what all kinds of sources share: the way from a raw UPDATE to an
// event, and what is counted and logged on it.
type listener struct {
	events   chan<- stream.Event[Event]
	log      *slog.Logger
	limit    service.Limit
	meter    metric.Meter
	limiters sync.Map // *limiter by source

	maxRate int // UPDATEs a second of one speaker; 0 = no limit
	// running are the sources; they end soon after their context.
	running sync.WaitGroup
	// end ends the BGP session with a source, if it is one.
	end func(source, reason string)

	updates   metric.Int64Counter
	throttled metric.Int64Counter
	badInput  metric.Int64Counter
	oddities  metric.Int64Counter
}

func newListener(events chan<- stream.Event[Event], c Config, rt *service.Runtime) (*listener, error) {
	l := &listener{
		events: events, log: rt.Log, limit: service.Limit{Interval: logInterval}, meter: rt.Meter,
		maxRate: c.MaxUpdateRate,
	}
	for _, c := range []struct {
		counter           *metric.Int64Counter
		name, description string
	}{
		{&l.updates, "bgp_updates", "UPDATE messages received, by source."},
		{&l.throttled, "bgp_throttled", "UPDATE messages that had to wait for MAX_UPDATE_RATE, by source."},
		{&l.badInput, "bgp_bad_input", "Parts of messages that could not be decoded and were put aside, by source and kind."},
		{&l.oddities, "bgp_oddities", "What speakers do otherwise than the RFCs say and that does no harm, by source and kind."},
	} {
		var err error
		if *c.counter, err = rt.Meter.Int64Counter(c.name, metric.WithDescription(c.description)); err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
	}
	return l, nil
}

// limiter is what a listener keeps of one speaker.
type limiter struct {
	label metric.MeasurementOption
	rate  *rate.Limiter // nil = no limit
	slow  service.Limit // of lines about the rate
	paths sync.Once     // tells that there are path identifiers
}

func (l *listener) limiter(source string) *limiter {
	if v, ok := l.limiters.Load(source); ok {
		return v.(*limiter)
	}
	v := &limiter{
		label: metric.WithAttributeSet(attribute.NewSet(attribute.String("source", source))),
		slow:  service.Limit{Interval: time.Minute},
	}
	if l.maxRate > 0 {
		v.rate = rate.NewLimiter(rate.Limit(l.maxRate), l.maxRate)
	}
	first, _ := l.limiters.LoadOrStore(source, v)
	return first.(*limiter)
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

// decoders are the memory of UPDATEs that were decoded and are not processed yet.
var decoders = sync.Pool{New: func() any { return new(bgpls.Decoder) }}

// tell decodes the body of an UPDATE message, whose NLRIs may have path identifiers, and
// sends what it says.
func (l *listener) tell(ctx context.Context, source string, body []byte, p bgpls.PathIDs) {
	v := l.limiter(source)
	l.throttle(ctx, source, v)
	observedAt := time.Now()
	l.updates.Add(ctx, 1, v.label)
	decoder := decoders.Get().(*bgpls.Decoder)
	update, errs := decoder.DecodeWith(p, body)
	if update.PathIDs {
		v.paths.Do(func() {
			l.log.Info("speaker tells NLRIs with path identifiers (RFC 7911)", "source", source, "negotiated", p == bgpls.WantedPathIDs)
		})
	}
	for _, err := range errs {
		l.bad(ctx, source, "update", err)
	}
	if update.Oddities != (bgpls.Oddities{}) {
		l.odd(ctx, source, update.Oddities)
	}
	if len(update.Reach) > 0 || len(update.Unreach) > 0 || update.EndOfRIB || update.EndOfRIBVPN {
		l.sendAt(ctx, Update{Source: source, Update: update, decoder: decoder}, observedAt)
	} else {
		decoders.Put(decoder)
	}
	if update.EndOfRIB {
		l.log.Info("table complete (End-of-RIB)", "source", source)
	}
}

// peek decodes an UPDATE of which it is not known yet whether its sender tells anything of
// BGP-LS. Errors are told if there is nothing; else tell does.
func (l *listener) peek(ctx context.Context, source string, body []byte, p bgpls.PathIDs) (begins, withdraws bool) {
	var decoder bgpls.Decoder
	u, errs := decoder.DecodeWith(p, body)
	begins, withdraws = len(u.Reach) > 0 || u.EndOfRIB, len(u.Unreach) > 0
	if !begins && !withdraws {
		for _, err := range errs {
			l.bad(ctx, source, "update", err)
		}
	}
	return begins, withdraws
}

// throttle waits while a speaker tells more than it may (RFC 9552 §8.2.3).
func (l *listener) throttle(ctx context.Context, source string, v *limiter) {
	if v.rate == nil || v.rate.Allow() {
		return
	}
	l.throttled.Add(ctx, 1, v.label)
	if held, ok := v.slow.Allow(); ok {
		l.log.Warn("speaker tells more than MAX_UPDATE_RATE; it is held back", "source", source, "updates_per_second", l.maxRate, "held_back", held)
	}
	_ = v.rate.Wait(ctx)
}

// found tells what the processor found out about a speaker; held is how long it keeps a
// table that shrank to nothing.
func (l *listener) found(f finding, held time.Duration) {
	switch f.what {
	case tooManyObjects:
		l.log.Error("speaker tells more objects than MAX_OBJECTS; it counts as lost until its next session",
			"source", f.source, "objects", f.n)
		if l.end != nil {
			go l.end(f.source, fmt.Sprintf("more than %d BGP-LS objects", f.n)) // the session may wait for the processor
		}
	case prematureEndOfRIB:
		l.log.Warn("table shrank to nothing at End-of-RIB; what the speaker said before is held for EMPTY_TABLE_TIME",
			"source", f.source, "objects", f.n, "held", held)
	case attributesRepeated:
		l.bad(context.Background(), f.source, "repeated-attribute",
			fmt.Errorf("attributes of %d octets in all, repeated for each NLRI of one UPDATE, exceed %d; they count as lost", f.n, maxRepeated))
	}
}

// odd counts what is not as it should be and does no harm.
func (l *listener) odd(ctx context.Context, source string, o bgpls.Oddities) {
	for kind, n := range map[string]int{
		"unordered-tlvs": o.Unordered, "long-prefix": o.Prefixes, "several-topologies": o.Topologies,
		"long-igp-metric": o.Metrics, "short-te-metric": o.TEMetrics, "attribute-flags": o.Flags,
	} {
		if n > 0 {
			l.oddities.Add(ctx, int64(n), metric.WithAttributes(attribute.String("source", source), attribute.String("kind", kind)))
		}
	}
}

// bad counts a malformed part of the input and logs it, with a rate limit.
func (l *listener) bad(ctx context.Context, source, kind string, err error) {
	var raw []byte
	count := int64(1)
	var de *bgpls.DecodeError
	if errors.As(err, &de) {
		kind = de.What
		raw = de.Raw[:min(len(de.Raw), maxLoggedBytes)]
		count += int64(de.More)
	}
	l.badInput.Add(ctx, count, metric.WithAttributes(attribute.String("source", source), attribute.String("kind", kind)))
	if held, ok := l.limit.Allow(source + " " + kind); ok {
		l.log.Warn("input put aside", "source", source, "error", err, "bytes", hex.EncodeToString(raw), "held_back", held)
	}
}
