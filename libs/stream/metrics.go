package stream

import (
	"context"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/altostream/altostream/libs/service"
)

// metrics are the instruments of every processor.
type metrics struct {
	read       metric.Int64Counter
	bad        metric.Int64Counter
	published  metric.Int64Counter
	unsendable metric.Int64Counter
	latency    metric.Float64Histogram
}

func newMetrics(meter metric.Meter) (*metrics, error) {
	var m metrics
	var errs [5]error
	m.read, errs[0] = meter.Int64Counter("records_read", metric.WithDescription("Records read, by topic."))
	m.bad, errs[1] = meter.Int64Counter("records_bad", metric.WithDescription("Records that could not be decoded and were put aside, by topic."))
	m.published, errs[2] = meter.Int64Counter("records_published", metric.WithDescription("Records delivered, by topic."))
	m.unsendable, errs[4] = meter.Int64Counter("records_too_large", metric.WithDescription("Records withdrawn because they cannot be published, for their size above all, by topic."))
	m.latency, errs[3] = meter.Float64Histogram("latency_seconds",
		metric.WithDescription("From the change that reached the system to the delivery of the last record that it caused, by topic."),
		metric.WithExplicitBucketBoundaries(.0005, .001, .002, .003, .005, .008, .012, .02, .05, .1, .5, 1, 5))
	for _, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
	}
	return &m, nil
}

func topicAttribute(topic string) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(attribute.String("topic", topic)))
}

// meter has the records counted that were read since it last had: for each it would take longer than reading it.
func (s *shell[S, E, V]) meter() {
	for topic, n := range s.unmetered {
		s.metrics.read.Add(s.ctx, n, topicAttribute(topic))
	}
	clear(s.unmetered)
}

// badRecords counts records that cannot be decoded and says which they are, with a
// rate limit.
type badRecords struct {
	metrics *metrics
	runtime *service.Runtime
	limit   service.Limit
}

func newBadRecords(m *metrics, rt *service.Runtime) *badRecords {
	return &badRecords{metrics: m, runtime: rt, limit: service.Limit{Interval: time.Second}}
}

func (b *badRecords) putAside(m *kafka.Message, err error) {
	topic := *m.TopicPartition.Topic
	b.metrics.bad.Add(context.Background(), 1, topicAttribute(topic))
	if held, ok := b.limit.Allow(topic + " " + err.Error()); ok {
		b.runtime.Log.Warn("record put aside", "topic", topic, "partition", m.TopicPartition.Partition,
			"offset", int64(m.TopicPartition.Offset), "key", string(m.Key), "error", err, "held_back", held)
	}
}
