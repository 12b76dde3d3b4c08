package bgpingest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// board shows the speakers as metrics.
type board struct{ lines sync.Map } // line by source

type line struct {
	status
	since time.Time // of the state
}

func newBoard(meter metric.Meter) (*board, error) {
	b := &board{}
	_, err := meter.Int64ObservableGauge("bgp_speaker_state",
		metric.WithDescription("1 for the state that a speaker is in: idle, established, synced (End-of-RIB seen) or stale."),
		metric.WithInt64Callback(b.each(func(l line, observe func(int64, ...attribute.KeyValue)) {
			observe(1, attribute.String("state", l.state))
		})))
	if err == nil {
		_, err = meter.Int64ObservableGauge("bgp_speaker_changed_seconds",
			metric.WithDescription("When the state of a speaker changed last, in seconds since 1970."),
			metric.WithInt64Callback(b.each(func(l line, observe func(int64, ...attribute.KeyValue)) { observe(l.since.Unix()) })))
	}
	if err == nil {
		_, err = meter.Int64ObservableGauge("bgp_objects",
			metric.WithDescription("Objects that a speaker told and did not withdraw, by kind."),
			metric.WithInt64Callback(b.each(func(l line, observe func(int64, ...attribute.KeyValue)) {
				for kind, n := range l.objects {
					observe(int64(n), attribute.String("kind", kind))
				}
			})))
	}
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return b, nil
}

// each is a callback that observes something about each speaker.
func (b *board) each(show func(l line, observe func(int64, ...attribute.KeyValue))) metric.Int64Callback {
	return func(_ context.Context, o metric.Int64Observer) error {
		b.lines.Range(func(source, l any) bool {
			show(l.(line), func(n int64, labels ...attribute.KeyValue) {
				o.Observe(n, metric.WithAttributes(append(labels, attribute.String("source", source.(string)))...))
			})
			return true
		})
		return nil
	}
}

// post puts up what is new.
func (b *board) post(news []status, now time.Time) {
	for _, s := range news {
		l := line{s, now}
		if before, ok := b.lines.Load(s.source); ok && before.(line).state == s.state {
			l.since = before.(line).since
		}
		b.lines.Store(s.source, l)
	}
}
