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

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
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
	voices sync.Map // *voice by source

	topology string
	maxRate  int // UPDATEs a second of one speaker; 0 = no limit
	encode   func(*schemas.RawTopology) avro.Encoded
	// running are the sources; they end soon after their context.
	running sync.WaitGroup
	// end ends the BGP session with a source, if it is one.
	end func(source, reason string)

	updates   metric.Int64Counter
	throttled metric.Int64Counter
	badInput  metric.Int64Counter
	oddities  metric.Int64Counter
}

func newListener(events chan<- stream.Event[Event], c Config, serde *avro.Serde[schemas.RawTopology], rt *service.Runtime) (*listener, error) {
	l := &listener{
		events: events, log: rt.Log, limit: service.Limit{Interval: logInterval}, meter: rt.Meter,
		topology: c.Topology, maxRate: c.MaxUpdateRate, encode: encoder(serde),
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

// voice is what a listener keeps of one speaker.
type voice struct {
	label metric.MeasurementOption
	rate  *rate.Limiter // nil = no limit
	slow  service.Limit // of lines about the rate
}

func (l *listener) voice(source string) *voice {
	if v, ok := l.voices.Load(source); ok {
		return v.(*voice)
	}
	v := &voice{
		label: metric.WithAttributeSet(attribute.NewSet(attribute.String("source", source))),
		slow:  service.Limit{Interval: time.Minute},
	}
	if l.maxRate > 0 {
		v.rate = rate.NewLimiter(rate.Limit(l.maxRate), l.maxRate)
	}
	first, _ := l.voices.LoadOrStore(source, v)
	return first.(*voice)
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

// tell decodes the body of an UPDATE message and sends what it says.
func (l *listener) tell(ctx context.Context, source string, body []byte) {
	v := l.voice(source)
	l.throttle(ctx, source, v)
	observedAt := time.Now()
	l.updates.Add(ctx, 1, v.label)
	decoder := decoders.Get().(*bgpls.Decoder)
	update, errs := decoder.Decode(body)
	for _, err := range errs {
		l.bad(ctx, source, "update", err)
	}
	if update.Oddities != (bgpls.Oddities{}) {
		l.odd(ctx, source, update.Oddities)
	}
	if len(update.Reach) > 0 || len(update.Unreach) > 0 || update.EndOfRIB {
		l.sendAt(ctx, Update{Source: source, Update: update, records: l.records(source, &update), decoder: decoder}, observedAt)
	} else {
		decoders.Put(decoder)
	}
	if update.EndOfRIB {
		l.log.Info("table complete (End-of-RIB)", "source", source)
	}
}

// records makes the records of an UPDATE, beside what the processor does.
func (l *listener) records(source string, u *bgpls.Update) []avro.Encoded {
	records := make([]avro.Encoded, len(u.Reach))
	for i := range u.Reach {
		records[i] = l.encode(record(l.topology, source, &u.Reach[i], u.Attributes, u.AttributesLost))
	}
	return records
}

// throttle waits while a speaker tells more than it may (RFC 9552 §8.2.3).
func (l *listener) throttle(ctx context.Context, source string, v *voice) {
	if v.rate == nil || v.rate.Allow() {
		return
	}
	l.throttled.Add(ctx, 1, v.label)
	if held, ok := v.slow.Allow(); ok {
		l.log.Warn("speaker tells more than MAX_UPDATE_RATE; it is held back", "source", source, "updates_per_second", l.maxRate, "held_back", held)
	}
	_ = v.rate.Wait(ctx)
}

// exceeded says that a speaker tells too many objects, and ends its session.
func (l *listener) exceeded(source string, most int) {
	l.log.Error("speaker tells more objects than MAX_OBJECTS; it counts as lost until its next session",
		"source", source, "objects", most)
	if l.end != nil {
		go l.end(source, fmt.Sprintf("more than %d BGP-LS objects", most)) // the session may wait for the processor
	}
}

// odd counts what is not as it should be and does no harm.
func (l *listener) odd(ctx context.Context, source string, o bgpls.Oddities) {
	for kind, n := range map[string]int{
		"unordered-tlvs": o.Unordered, "long-prefix": o.Prefixes, "long-igp-metric": o.Metrics, "attribute-flags": o.Flags,
	} {
		if n > 0 {
			l.oddities.Add(ctx, int64(n), metric.WithAttributes(attribute.String("source", source), attribute.String("kind", kind)))
		}
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
	if held, ok := l.limit.Allow(source + " " + kind); ok {
		l.log.Warn("input put aside", "source", source, "error", err, "bytes", hex.EncodeToString(raw), "held_back", held)
	}
}
