package bgpingest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// speakerMetrics shows the speakers as metrics.
type speakerMetrics struct{ speakers sync.Map } // speakerMetric by source

type speakerMetric struct {
	status
	since time.Time // of the state
}

func newSpeakerMetrics(meter metric.Meter) (*speakerMetrics, error) {
	m := &speakerMetrics{}
	_, err := meter.Int64ObservableGauge("bgp_speaker_state",
		metric.WithDescription("1 for the state that a speaker is in: idle, established, synced (End-of-RIB seen) or stale."),
		metric.WithInt64Callback(m.each(func(l speakerMetric, observe func(int64, ...attribute.KeyValue)) {
			observe(1, attribute.String("state", l.state))
		})))
	if err == nil {
		_, err = meter.Int64ObservableGauge("bgp_speaker_changed_seconds",
			metric.WithDescription("When the state of a speaker changed last, in seconds since 1970."),
			metric.WithInt64Callback(m.each(func(l speakerMetric, observe func(int64, ...attribute.KeyValue)) { observe(l.since.Unix()) })))
	}
	if err == nil {
		_, err = meter.Int64ObservableGauge("bgp_objects",
			metric.WithDescription("Objects that a speaker told and did not withdraw, by kind."),
			metric.WithInt64Callback(m.each(func(l speakerMetric, observe func(int64, ...attribute.KeyValue)) {
				for kind, n := range l.objects {
					observe(int64(n), attribute.String("kind", kind))
				}
			})))
	}
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return m, nil
}

// each is a callback that observes something about each speaker.
func (m *speakerMetrics) each(show func(l speakerMetric, observe func(int64, ...attribute.KeyValue))) metric.Int64Callback {
	return func(_ context.Context, o metric.Int64Observer) error {
		m.speakers.Range(func(source, l any) bool {
			show(l.(speakerMetric), func(n int64, labels ...attribute.KeyValue) {
				o.Observe(n, metric.WithAttributes(append(labels, attribute.String("source", source.(string)))...))
			})
			return true
		})
		return nil
	}
}

// set sets the metrics of speakers with news.
func (m *speakerMetrics) set(news []status, now time.Time) {
	for _, s := range news {
		if s.gone {
			m.speakers.Delete(s.source)
			continue
		}
		l := speakerMetric{s, now}
		if before, ok := m.speakers.Load(s.source); ok && before.(speakerMetric).state == s.state {
			l.since = before.(speakerMetric).since
		}
		m.speakers.Store(s.source, l)
	}
}
